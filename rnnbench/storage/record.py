"""What one training, or one baseline, leaves behind: the unit that is stored and compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rnnbench.storage.example_scores import ExampleScores

PROTOCOL_VERSION = "1"
"""Raised whenever the rules of evaluation change: runs of two versions never stand in one table."""

ALSO_IN_TRAINING = "also_in_training"
"""The tag that says how much of the test split stands in training too: '2 of 1,821 texts'."""

HARDWARE_NOTE = "hardware_note"
"""The tag that says what the machine could not do as configured, and what was done in its place."""

LEFT_OUT = "left_out"
"""The tag that says why a baseline was not computed."""

MATCH_TOLERANCE = 0.02
"""How far an encoder may be from the number of parameters that all are matched to."""

Kind = Literal["trial", "reselect", "confirm", "baseline", "train"]
"""A `reselect` trains one of the best configurations again on a search seed of its own, before the choice."""
Outcome = Literal["running", "completed", "pruned", "diverged", "out_of_memory", "failed", "interrupted"]

SEARCH_KINDS: tuple[Kind, ...] = ("trial", "reselect")
"""Kinds of runs that a search chooses by."""


def model_name(model: str) -> str:
    """The short name of a model, which its records have: its own, or the stem of the user's file."""
    return Path(model).stem if model.endswith(".py") else model


@dataclass(frozen=True)
class RunRecord:
    """One run, without loss.

    metrics: final values by key, such as `validation/accuracy` and `test/accuracy`, at the epoch that validation chose.
    costs: `parameters`, `embedding_parameters` (of them in embeddings), `updates`, `epochs`, `best_update`,
        `wall_seconds`, `training_seconds` (without validations), `training_items_per_second`, `peak_memory_bytes`;
        not of trials: `inference_items_per_second`, `inference_batch_size`, `training_flops_per_item` and
        `training_flops`.
    curves: per key, (update, value) in the order of updates; `seconds` is what training alone had taken by then.
    examples: by metric, the score of every test example, where the test split was opened and they were asked for.
    details: what of the test scores is no single number, as plain data: see `SequenceTask.details`. Asked for likewise.
    """

    kind: Kind
    task: str
    data: str
    fingerprint: str
    model: str
    metric: str
    higher_is_better: bool
    outcome: Outcome = "completed"
    seed: int | None = None
    run_id: str = ""
    name: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    protocol: str = PROTOCOL_VERSION
    examples: Mapping[str, ExampleScores] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def validation(self) -> float:
        """The selecting metric on the validation split, or NaN when the run never got there."""
        return self.metrics.get(f"validation/{self.metric}", float("nan"))

    @property
    def test(self) -> float:
        """The selecting metric on the test split, or NaN when the run never opened it."""
        return self.metrics.get(f"test/{self.metric}", float("nan"))

    @property
    def is_refitted(self) -> bool:
        """Whether what was scored on test had learned from training and validation together.

        A confirmation has no validation score then; that of a baseline is of the one that chose, before it.
        """
        if self.kind == "baseline":
            return self.tags.get("refitted") == "True"
        return self.kind == "confirm" and bool((self.config.get("search") or {}).get("refit"))


def is_matched(parameters: float, target: int) -> bool:
    """Whether a number of parameters is as near to the target as matched encoders have to be."""
    return abs(parameters - target) <= MATCH_TOLERANCE * target


def by_validation(record: RunRecord) -> tuple[float, int]:
    """Sorts confirmations, the best on validation first; those that were trained on it too, by their seed."""
    score = -record.validation if record.higher_is_better else record.validation
    return (score if math.isfinite(score) else math.inf), record.seed or 0

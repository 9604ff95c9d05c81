"""The record of one run, a training or a baseline: what is stored and compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rnnbench.storage.example_scores import ExampleScores

PROTOCOL_VERSION = "1"
"""Increased when the rules of evaluation change: runs of different versions are never compared."""

ALSO_IN_TRAINING = "also_in_training"
"""Tag: how much of the test split also occurs in the training split, such as '2 of 1,821 texts'."""

HARDWARE_NOTE = "hardware_note"
"""Tag: what the hardware could not do as configured, and what was done instead."""

TEXT_COLUMN = "text_column"
"""Tag: the column of the user's own file that the texts of training are from."""

CUT_INPUTS, CUT_SHARE = "cut_inputs", "cut_share"
"""Tags: how many inputs of training and validation were cut before the encoder read them, in words; and their share."""

REMARKS = "remarks"
"""Tag: what was decided in preparing the data, such as the kind of tokens and the share of unknown ones."""


ITEMS = "items"
"""Tag: the unit of the task's items: texts, tokens, windows."""

QUICK = "quick"
"""Tag of a sweep's run and of every run trained with the small budget of `--quick`: 'True'."""

CONTINUATIONS = "continuations"
"""Tag: how often the run was stopped and continued from a checkpoint."""

WEIGHTS_SHA256 = "weights_sha256"
"""Tag: the checksum of the trained weights; runs with equal weights have equal ones."""

REFIT_UPDATES = "refit_updates"
"""Tag: the number of updates that a confirmation was trained for on training and validation together."""

RERUN_OF = "rerun_of"
"""Tag of a rerun: the id of the run that it repeats."""

LEFT_OUT = "left_out"
"""Tag: why a baseline was not computed."""

MATCH_TOLERANCE = 0.02
"""Largest relative deviation from the number of parameters that all encoders are matched to."""

Kind = Literal["trial", "reselect", "confirm", "baseline", "train", "rerun"]
"""A `reselect` trains one of the best configurations again on another search seed, before the choice. A `rerun` repeats
a run of any other kind, to compare the two: it belongs to no sweep and no table, and nothing is chosen by it."""
Outcome = Literal[
    "running", "completed", "pruned", "diverged", "out_of_memory", "failed", "interrupted", "terminated", "killed"
]

STOPPED: tuple[Outcome, ...] = ("interrupted", "terminated", "killed")
"""Outcomes of runs that did not reach an end of their own, and that can be continued: stopped by Ctrl-C; by a signal
such as a scheduler's; and left by a process that ended without a word."""

SEARCH_KINDS: tuple[Kind, ...] = ("trial", "reselect")
"""Kinds of runs whose scores decide the choice of a configuration."""


def model_name(model: str) -> str:
    """The short name of a model in records: the encoder's name, or the stem of the user's file."""
    return Path(model).stem if model.endswith(".py") else model


@dataclass(frozen=True)
class RunRecord:
    """One run with everything that is stored about it.

    metrics: final values by key, such as `validation/accuracy` and `test/accuracy`, at the best validation.
    costs: `parameters`, `embedding_parameters` (included in `parameters`), `updates`, `epochs`, `best_update`,
        `wall_seconds`, `training_seconds` (without validations), `training_items_per_second`, `peak_memory_bytes`;
        except for trials: `inference_items_per_second`, `inference_batch_size`, `training_flops_per_item` and
        `training_flops`.
    curves: (update, value) by key, in the order of updates; `seconds` is the training time without validations.
    examples: by metric, the score of every test example, where the test split was opened and they were read.
    details: test results that are not single numbers, as plain data: see `SequenceTask.details`; read likewise.
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
        """The selecting metric on the validation split; NaN if the run was never validated."""
        return self.metrics.get(f"validation/{self.metric}", float("nan"))

    @property
    def test(self) -> float:
        """The selecting metric on the test split; NaN if it stayed sealed."""
        return self.metrics.get(f"test/{self.metric}", float("nan"))

    @property
    def is_refitted(self) -> bool:
        """Whether the tested model was trained on training and validation together.

        Such a confirmation has no validation score; that of a baseline was measured before it was fitted again.
        """
        if self.kind == "baseline":
            return self.tags.get("refitted") == "True"
        return self.kind == "confirm" and bool((self.config.get("search") or {}).get("refit"))


def is_matched(parameters: float, target: int) -> bool:
    """Whether a number of parameters is within `MATCH_TOLERANCE` of the target."""
    return abs(parameters - target) <= MATCH_TOLERANCE * target


def by_validation(record: RunRecord) -> tuple[float, int]:
    """Sort key of confirmations: best validation score first; without a validation score, by seed."""
    score = -record.validation if record.higher_is_better else record.validation
    return (score if math.isfinite(score) else math.inf), record.seed or 0

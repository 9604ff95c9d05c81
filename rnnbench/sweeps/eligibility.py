"""What a table would refuse in the end is refused before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnbench.comparison.eligibility import incomparable
from rnnbench.core.errors import ComparisonError
from rnnbench.core.text import listed
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.storage.record import RunRecord


def require_alike(
    configs: Mapping[str, ExperimentConfig],
    earlier: Mapping[str, ExperimentConfig],
    drawn_from: Mapping[str, Mapping[str, Any]],
    name: str,
) -> None:
    """Refuses encoders under unlike budgets, contexts or ranges, and one whose settings changed since the sweep began.

    Args:
        configs: of the encoders of this call, by model.
        earlier: of the sweep as earlier calls have left it, without encoders whose own file is another by now.
        drawn_from: the ranges that the trials of earlier calls were drawn from, by model, in plain form.
        name: of the task or study, for what to type.

    Raises: ComparisonError with every difference.
    """
    before = {model: _as_trial(config, "an earlier call", drawn_from.get(model)) for model, config in earlier.items()}
    changes = [
        change
        for model in before.keys() & configs.keys()
        for change in incomparable([before[model], _as_trial(configs[model], "this call")])
    ]
    anew = f"to begin a new one beside it, type: rnnbench sweep {name} --fresh, with your other options"
    if changes:
        raise ComparisonError(
            f"the sweep that is there was begun under other settings:\n{_lines(sorted(changes))}\n  {anew}"
        )
    others = {model: replace(before[model], name=earlier[model].model) for model in before.keys() - configs.keys()}
    unlike = incomparable([*(_as_trial(config, config.model) for config in configs.values()), *others.values()])
    if unlike:
        is_there = f"\n  {listed(sorted(others))} came into the sweep by an earlier call; {anew}" if others else ""
        raise ComparisonError(
            f"these encoders could not stand in one table:\n{_lines(unlike)}\n"
            "  for_model, and an encoder's own file, may set a value for one encoder alone, but not its budget, how "
            "much\n  it reads, or another range of a setting that several have: search.ranges sets one for all"
            + is_there
        )


def _as_trial(config: ExperimentConfig, name: str, drawn_from: Mapping[str, Any] | None = None) -> RunRecord:
    now = config.search_space.to_plain()
    plain = config.to_plain() | {"searched": now if drawn_from is None else dict(drawn_from)}
    return RunRecord("trial", config.task, config.data.name or "", "", config.model, "", True, name=name, config=plain)


def _lines(found: list[str]) -> str:
    return "\n".join(f"  {line}" for line in found)

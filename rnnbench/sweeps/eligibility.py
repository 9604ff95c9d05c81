"""Refuse encoders that could not be compared in one table, before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnbench.comparison.eligibility import incomparable
from rnnbench.core.errors import ComparisonError
from rnnbench.core.text import listed
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.storage.record import RunRecord


def require_comparable(
    configs: Mapping[str, ExperimentConfig],
    earlier: Mapping[str, ExperimentConfig],
    drawn_from: Mapping[str, Mapping[str, Any]],
    name: str,
) -> None:
    """Refuse encoders with different budgets, contexts or ranges, and settings that changed since the sweep started.

    Args:
        configs: configurations of this call, by model.
        earlier: configurations of earlier calls of the sweep, except encoders whose file has changed.
        drawn_from: the stored ranges that earlier trials were drawn from, by model.
        name: the task or study, for the command in the message.

    Raises: ComparisonError that lists all differences.
    """
    before = {model: _as_trial(config, "an earlier call", drawn_from.get(model)) for model, config in earlier.items()}
    changes = [
        change
        for model in before.keys() & configs.keys()
        for change in incomparable([before[model], _as_trial(configs[model], "this call")])
    ]
    restart = f"to start a separate sweep, type: rnnbench sweep {name} --fresh, with your other options"
    if changes:
        raise ComparisonError(
            f"the existing sweep was started with other settings:\n{_lines(sorted(changes))}\n  {restart}"
        )
    others = {model: replace(before[model], name=earlier[model].model) for model in before.keys() - configs.keys()}
    differences = incomparable([*(_as_trial(config, config.model) for config in configs.values()), *others.values()])
    if differences:
        origin = f"\n  {listed(sorted(others))}: from an earlier call of this sweep; {restart}" if others else ""
        raise ComparisonError(
            f"these encoders cannot be compared in one table:\n{_lines(differences)}\n"
            "  for_model and an encoder's own file may set a value for one encoder, but not its budget, its context\n"
            "  length, or the range of a setting that other encoders have too: search.ranges sets it for all" + origin
        )


def _as_trial(config: ExperimentConfig, name: str, drawn_from: Mapping[str, Any] | None = None) -> RunRecord:
    ranges = config.search_space.to_plain() if drawn_from is None else dict(drawn_from)
    plain = config.to_plain() | {"searched": ranges}
    return RunRecord("trial", config.task, config.data.name or "", "", config.model, "", True, name=name, config=plain)


def _lines(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)

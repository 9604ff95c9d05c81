"""Which runs are comparable: same task, data, metric, budget, search, protocol and one configuration per encoder."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rnnbench.comparison.search_spaces import SECTIONS, is_variant, range_differences, search_differences, searched_of
from rnnbench.comparison.selection import choice_of
from rnnbench.core.errors import ComparisonError
from rnnbench.metrics import OWN_METRICS, metric_of
from rnnbench.storage.record import SEARCH_KINDS, RunRecord

SHOWN_RUNS = 4
"""Runs named per differing value; the others are counted."""

CONTEXT = ("window", "max_tokens", "lookback", "horizon")
"""Settings of a task: the length of its inputs, and the horizon of a forecast."""

Value = Callable[[RunRecord], Any]

SAME: tuple[tuple[str, Value], ...] = (
    ("task", lambda record: record.task),
    ("data fingerprint", lambda record: record.fingerprint[:16]),
    ("protocol", lambda record: record.protocol),
)


def require_confirmed(records: Sequence[RunRecord]) -> None:
    """Checks that an encoder was confirmed, and that every confirmation has a seed.

    Raises: ComparisonError with what to type.
    """
    task = records[0].task if records else "TASK"
    if not any(record.kind == "confirm" for record in records):
        searched = any(record.kind == "trial" for record in records)
        what = "only trials, which have no test score" if searched else "no runs" if not records else "no encoder"
        then = f", or `rnnbench confirm {task}` where the search is done" if searched else ""
        raise ComparisonError(f"nothing to compare yet: {what}. Type `rnnbench sweep {task}`{then}.")
    seedless = [record for record in records if record.kind == "confirm" and record.seed is None]
    if seedless:
        raise ComparisonError(f"confirm runs without a seed cannot be paired: {_run_names(seedless)}")


def incomparable(records: Sequence[RunRecord]) -> list[str]:
    """Every reason why these runs are not comparable, a line each: the values and the runs that have them."""
    # a training that failed at once may have stored nothing but its name
    described = [record for record in records if record.outcome != "failed" or record.protocol]
    reasons = [_difference(label, _grouped(described, value)) for label, value in SAME]
    shown = [record for record in described if record.kind not in SEARCH_KINDS]
    reasons.append(_difference("metric", _grouped(shown, _metric)))
    encoders = [record for record in described if record.kind != "baseline"]
    reasons += _budgets(encoders)
    reasons += [_difference(f"task.{name}", _contexts(encoders, name)) for name in CONTEXT]
    differences = [*search_differences(encoders), *range_differences(encoders), *_changes(encoders)]
    reasons += [_difference(label, _by_value(values)) for label, values in differences]
    if opened := [record for record in encoders if record.kind in SEARCH_KINDS and math.isfinite(record.test)]:
        reasons.append(f"the search used the test split: {_run_names(opened)}")
    confirmed = _grouped([record for record in records if record.kind == "confirm"], lambda record: record.model)
    for model, runs in sorted(confirmed.items()):
        reasons.append(_difference(f"choice of {model}", _grouped(runs, lambda record: choice_of(record) or "none")))
        reasons += _repeats(model, runs)
    reasons += _unequal_baselines([record for record in records if record.kind == "baseline"])
    return [reason for reason in reasons if reason]


def _run_names(records: Sequence[RunRecord]) -> str:
    """'gru-seed1 [1a2b3c4d], ... and 3 more': name and start of the id."""
    more = len(records) - SHOWN_RUNS
    return ", ".join(map(_name, records[:SHOWN_RUNS])) + (f" and {more} more" if more > 0 else "")


def _metric(record: RunRecord) -> str:
    metric = metric_of(record)
    bounds = f", {metric.bounds_text}" if OWN_METRICS in record.tags else ""
    return f"{metric.key} ({metric.direction} is better{bounds})"


def _name(record: RunRecord) -> str:
    seed = "" if record.seed is None else f" seed {record.seed}"
    label = record.name or f"{record.model} {record.kind}{seed}"
    return f"{label} [{record.run_id[:8]}]" if record.run_id else label


def _grouped(records: Iterable[RunRecord], value: Value) -> dict[str, list[RunRecord]]:
    return _by_value((str(value(record)), record) for record in records)


def _by_value(values: Iterable[tuple[str, RunRecord]]) -> dict[str, list[RunRecord]]:
    groups: dict[str, list[RunRecord]] = defaultdict(list)
    for value, record in values:
        groups[value].append(record)
    return groups


def _difference(label: str, groups: Mapping[str, Sequence[RunRecord]]) -> str:
    if len(groups) < 2:
        return ""
    return f"{label}: " + "; ".join(f"{value} in {_run_names(runs)}" for value, runs in sorted(groups.items()))


def _budgets(records: Sequence[RunRecord]) -> list[str]:
    """The settings of the budget that differ. Runs older than `match_parameters` had no matched size."""
    budgets = [{"match_parameters": None} | _flattened(record.config.get("budget") or {}) for record in records]
    lines = []
    for setting in sorted({setting for budget in budgets for setting in budget}):
        values = [json.dumps(own[setting], default=str) if setting in own else "not set" for own in budgets]
        lines.append(_difference(f"budget.{setting}", _by_value(zip(values, records, strict=True))))
    return lines


def _contexts(records: Sequence[RunRecord], name: str) -> dict[str, list[RunRecord]]:
    """The runs by a setting of CONTEXT that they did not search, without variants, which may differ on purpose.

    Variants must have the same horizon: errors over different horizons are not comparable.
    """
    not_searched = [
        record
        for record in records
        if name in (record.config.get("task") or {})
        and f"task.{name}" not in (record.config.get("searched") or {})
        and (name == "horizon" or not is_variant(record))
    ]
    return _grouped(not_searched, lambda record: record.config["task"][name])


def _changes(records: Sequence[RunRecord]) -> Iterable[tuple[str, list[tuple[str, RunRecord]]]]:
    """Settings by run of one encoder that were not searched, so may not differ: (label, [(value, run), ...])."""
    for model in sorted({record.model for record in records}):
        known = [record for record in records if record.model == model and searched_of(record) is not None]
        own = [(record, fixed_settings(record)) for record in known]
        for name in sorted({name for _, values in own for name in values}):
            values = [(json.dumps(values[name]), record) for record, values in own if name in values]
            yield f"{name} of {model}, which was not searched", values


def fixed_settings(record: RunRecord) -> dict[str, Any]:
    """The settings of a run, by dotted name, that were neither searched nor solved for to match a size."""
    sections = {name: record.config.get(name) or {} for name in SECTIONS}
    drawn = {*(searched_of(record) or {}), "encoder.name", "encoder.code", "encoder.variant_of", "task.name"}
    if (record.config.get("budget") or {}).get("match_parameters"):
        drawn |= {"encoder.hidden_size"}
    return {name: value for name, value in _flattened(sections).items() if name not in drawn}


def _flattened(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """{'a': {'b': 1}} as {'a.b': 1}."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _repeats(model: str, runs: Sequence[RunRecord]) -> list[str]:
    done = [record for record in runs if record.outcome == "completed"]
    by_seed = _grouped(done, lambda record: (choice_of(record), record.seed))
    repeated = [record for runs in by_seed.values() if len(runs) > 1 for record in runs]
    return [f"{model} completed the same seed more than once: {_run_names(repeated)}"] if repeated else []


def _unequal_baselines(baselines: Sequence[RunRecord]) -> list[str]:
    by_model = _grouped((run for run in baselines if run.outcome == "completed"), lambda run: run.model)
    return [
        _difference(f"test score of baseline {model}", _grouped(runs, lambda run: repr(run.test)))
        for model, runs in sorted(by_model.items())
    ]

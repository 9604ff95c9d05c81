"""What may not stand in one table: runs of unlike tasks, data, metrics, budgets, searches, protocols or choices."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rnnbench.comparison.search_spaces import SECTIONS, is_variant, range_differences, search_differences, searched_of
from rnnbench.core.errors import ComparisonError
from rnnbench.metrics import OWN_METRICS, metric_of
from rnnbench.storage.record import SEARCH_KINDS, RunRecord

SHOWN_RUNS = 4
"""Runs named per differing value; the others are counted."""

CONTEXT = ("window", "max_tokens", "lookback", "horizon")
"""Settings of a task that say how much of the data is seen at once, and how far ahead a forecast goes."""

Value = Callable[[RunRecord], Any]

LIKE: tuple[tuple[str, Value], ...] = (
    ("task", lambda record: record.task),
    ("data fingerprint", lambda record: record.fingerprint[:16]),
    ("protocol", lambda record: record.protocol),
)


def require_confirmed(records: Sequence[RunRecord]) -> None:
    """Refuse records among which no encoder was confirmed on named seeds.

    Raises: ComparisonError that says what to type.
    """
    task = records[0].task if records else "TASK"
    if not any(record.kind == "confirm" for record in records):
        searched = any(record.kind == "trial" for record in records)
        what = "only trials, which never saw the test split" if searched else "no runs" if not records else "no encoder"
        then = f", or `rnnbench confirm {task}` where the search is done" if searched else ""
        raise ComparisonError(f"nothing to compare yet: {what}. Type `rnnbench sweep {task}`{then}.")
    seedless = [record for record in records if record.kind == "confirm" and record.seed is None]
    if seedless:
        raise ComparisonError(f"confirm runs without a seed cannot be paired: {named(seedless)}")


def mixtures(records: Sequence[RunRecord]) -> list[str]:
    """Every reason why these runs may not stand in one table, a line each: the values and the runs that hold them."""
    # a training that failed at once may have left nothing but its name, which is no difference
    described = [record for record in records if record.outcome != "failed" or record.protocol]
    found = [_difference(label, _grouped(described, value)) for label, value in LIKE]
    shown = [record for record in described if record.kind not in SEARCH_KINDS]
    found.append(_difference("metric", _grouped(shown, _metric)))
    encoders = [record for record in described if record.kind != "baseline"]
    found += _budgets(encoders)
    found += [_difference(f"task.{name}", _contexts(encoders, name)) for name in CONTEXT]
    unlike = [*search_differences(encoders), *range_differences(encoders), *_changes(encoders)]
    found += [_difference(label, _by_value(values)) for label, values in unlike]
    if opened := [record for record in encoders if record.kind in SEARCH_KINDS and math.isfinite(record.test)]:
        found.append(f"the search has seen the test split: {named(opened)}")
    confirmed = _grouped([record for record in records if record.kind == "confirm"], lambda record: record.model)
    for model, runs in sorted(confirmed.items()):
        found.append(_difference(f"choice of {model}", _grouped(runs, _choice)))
        found += _repeats(model, runs)
    found += _unequal_baselines([record for record in records if record.kind == "baseline"])
    return [line for line in found if line]


def named(records: Sequence[RunRecord]) -> str:
    """The runs as a person would look them up: name and start of the id."""
    shown = [_name(record) for record in records[:SHOWN_RUNS]]
    more = len(records) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _metric(record: RunRecord) -> str:
    metric = metric_of(record)
    bounds = f", {metric.bounds_text}" if OWN_METRICS in record.tags else ""
    return f"{metric.key} ({metric.direction} is better{bounds})"


def _choice(record: RunRecord) -> str:
    return record.tags.get("choice", "none")


def _name(record: RunRecord) -> str:
    seed = "" if record.seed is None else f" seed {record.seed}"
    label = record.name or f"{record.model} {record.kind}{seed}"
    return f"{label} [{record.run_id[:8]}]" if record.run_id else label


def _grouped(records: Iterable[RunRecord], value: Value) -> dict[str, list[RunRecord]]:
    groups: dict[str, list[RunRecord]] = defaultdict(list)
    for record in records:
        groups[str(value(record))].append(record)
    return groups


def _by_value(values: Iterable[tuple[str, RunRecord]]) -> dict[str, list[RunRecord]]:
    groups: dict[str, list[RunRecord]] = defaultdict(list)
    for value, record in values:
        groups[value].append(record)
    return groups


def _difference(label: str, groups: Mapping[str, Sequence[RunRecord]]) -> str:
    if len(groups) < 2:
        return ""
    return f"{label}: " + "; ".join(f"{value} in {named(runs)}" for value, runs in sorted(groups.items()))


def _budgets(records: Sequence[RunRecord]) -> list[str]:
    """Only the settings of the budget that differ: a whole budget would bury them. Baselines have no budget.

    A run from before sizes could be matched says nothing of it, and was not.
    """
    budgets = [{"match_parameters": None} | flattened(record.config.get("budget") or {}) for record in records]
    settings = sorted({setting for budget in budgets for setting in budget})
    lines = []
    for setting in settings:
        groups: dict[str, list[RunRecord]] = defaultdict(list)
        for record, budget in zip(records, budgets, strict=True):
            groups[json.dumps(budget[setting], default=str) if setting in budget else "not set"].append(record)
        lines.append(_difference(f"budget.{setting}", groups))
    return lines


def _contexts(records: Sequence[RunRecord], name: str) -> dict[str, list[RunRecord]]:
    """The runs by a setting of CONTEXT, without those that searched it and variants, whose file says what they are.

    No variant of a horizon: errors over another stretch of time are another question.
    """
    fixed = [
        record
        for record in records
        if name in (record.config.get("task") or {})
        and f"task.{name}" not in (record.config.get("searched") or {})
        and (name == "horizon" or not is_variant(record))
    ]
    return _grouped(fixed, lambda record: record.config["task"][name])


def _changes(records: Sequence[RunRecord]) -> Iterable[tuple[str, list[tuple[str, RunRecord]]]]:
    """What changed from run to run of one encoder although no search drew it: (label, [(value, run), ...])."""
    for model in sorted({record.model for record in records}):
        known = [record for record in records if record.model == model and searched_of(record) is not None]
        own = [(record, fixed(record)) for record in known]
        for name in sorted({name for _, values in own for name in values}):
            values = [(json.dumps(values[name]), record) for record, values in own if name in values]
            yield f"{name} of {model}, which was not searched", values


def fixed(record: RunRecord) -> dict[str, Any]:
    """The settings of a run that no search drew and no size was matched by, by dotted name."""
    sections = {name: record.config.get(name) or {} for name in SECTIONS}
    drawn = {*(searched_of(record) or {}), "encoder.name", "encoder.code", "encoder.variant_of", "task.name"}
    if (record.config.get("budget") or {}).get("match_parameters"):
        drawn |= {"encoder.hidden_size"}
    return {name: value for name, value in flattened(sections).items() if name not in drawn}


def flattened(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """{'a': {'b': 1}} as {'a.b': 1}."""
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _repeats(model: str, runs: Sequence[RunRecord]) -> list[str]:
    done = [record for record in runs if record.outcome == "completed"]
    by_seed = _grouped(done, lambda record: (record.tags.get("choice", ""), record.seed))
    twice = [record for same in by_seed.values() if len(same) > 1 for record in same]
    return [f"{model} completed the same seed more than once: {named(twice)}"] if twice else []


def _unequal_baselines(baselines: Sequence[RunRecord]) -> list[str]:
    lines = []
    for model, runs in sorted(_grouped(baselines, lambda record: record.model).items()):
        done = [record for record in runs if record.outcome == "completed"]
        lines.append(_difference(f"test score of baseline {model}", _grouped(done, lambda record: repr(record.test))))
    return lines

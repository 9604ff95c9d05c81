"""Training time of each encoder until validation first reached a target score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.core.errors import ComparisonError
from rnnbench.core.text import MISSING, one_line, seconds_text
from rnnbench.metrics import Metric
from rnnbench.storage.record import RunRecord


def reach_text(row: Row, noun: str = "") -> str:
    """'12.3', '12.3 (5 of 6)' where not all seeds reached the target, 'never', or the text of a missing value."""
    if row.seeds_reached is None:
        return MISSING
    if row.seconds_to_reach is None:
        return "never"
    all_reached = row.seeds_reached == row.seeds_planned
    share = "" if all_reached else f" ({row.seeds_reached} of {row.seeds_planned}{noun})"
    return seconds_text(row.seconds_to_reach) + share


def with_reached(table: Comparison, confirms: Sequence[RunRecord], score: float | None = None) -> Comparison:
    """The table with the training seconds of each encoder until it reached a validation score.

    Args:
        confirms: with their validation curves; runs without one do not count.
        score: the target, 0.75 for an accuracy of 75 %; by default the validation score of the best baseline.

    Raises: ComparisonError for a score outside of the metric's bounds.
    """
    if score is not None and (problem := _out_of_bounds(table.metric, score)):
        raise ComparisonError(f"--reach {score:g}: {problem}")
    baseline = table.best_baseline
    target = score if score is not None else baseline.validation if baseline else None
    if target is None:
        return table
    rows = tuple(_reached(row, confirms, target) if row.kind == "encoder" else row for row in table.rows)
    if all(row.seeds_reached is None for row in rows):
        return table
    return replace(table, rows=rows, reach=target, reach_is_baselines=score is None)


def _out_of_bounds(metric: Metric, score: float) -> str:
    """Why no run can have this score, with the value that was probably meant; empty where one can."""
    if metric.low <= score <= metric.high:
        return ""
    bounds = f"{metric.label} is {metric.bounds_text}"
    meant = score / metric.scale
    if metric.scale == 1 or not metric.low <= meant <= metric.high:
        return bounds
    return f"{bounds}; for {score:g}{f' {metric.unit}' if metric.unit else ''} type --reach {meant:g}"


def _reached(row: Row, confirms: Sequence[RunRecord], score: float) -> Row:
    by_seed: dict[int | None, float | None] = {}
    for record in confirms:
        if record.model == row.model and record.outcome == "completed" and _curve(record):
            by_seed[record.seed] = seconds_until(record, score)
    if not by_seed:
        return row
    known = [seconds for seconds in by_seed.values() if seconds is not None]
    mean = math.fsum(known) / len(known) if known else None
    return replace(row, seconds_to_reach=mean, seeds_reached=len(known))


def seconds_until(record: RunRecord, score: float) -> float | None:
    """Training seconds, without validation, until a validation score was at least as good as this; None if never.

    Runs that did not record the seconds at each validation are assumed to have trained at a constant rate.
    """
    recorded = dict(record.curves.get("seconds") or ())
    updates = record.costs.get("updates") or math.nan
    rate = record.costs.get("training_seconds", math.nan) / updates
    for update, value in sorted(_curve(record)):
        if value >= score if record.higher_is_better else value <= score:
            seconds = recorded.get(update, update * rate)
            return seconds if math.isfinite(seconds) else None
    return None


def reach_note(table: Comparison) -> Iterable[Note]:
    """The training time of each encoder until validation reached the target, the fastest first."""
    known = [row for row in table.encoders if row.seeds_reached is not None]
    if table.reach is None or not known:
        return
    quickest = sorted(known, key=lambda row: (row.seconds_to_reach is None, row.seconds_to_reach or 0.0, row.model))
    baseline = table.best_baseline
    whose = f", the score of {one_line(baseline.model)}" if table.reach_is_baselines and baseline else ""
    listed = ", ".join(f"{one_line(row.model)} {reach_text(row, ' seeds')}" for row in quickest)
    score = f"{table.metric.text_with_unit(table.reach)} {table.metric.label}"
    text = f"Training seconds until validation reached {score}{whose} (mean over the seeds that reached it): {listed}."
    yield Note(text, "" if table.reach_is_baselines else text)


def _curve(record: RunRecord) -> list[tuple[int, float]]:
    points = record.curves.get(f"validation/{record.metric}") or ()
    return [(update, value) for update, value in points if math.isfinite(value)]

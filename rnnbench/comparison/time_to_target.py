"""How long each encoder trained until its validation first reached a stated score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.core.errors import ComparisonError
from rnnbench.core.text import MISSING, one_line, seconds_text
from rnnbench.metrics import Metric
from rnnbench.storage.record import RunRecord


def reach_text(row: Row) -> str:
    """'12.3', '12.3 (5 of 6)' where a seed never got there, 'never', or nothing known."""
    if row.seeds_reached is None:
        return MISSING
    if row.seconds_to_reach is None:
        return "never"
    whole = row.seeds_reached == row.seeds_planned
    return seconds_text(row.seconds_to_reach) + ("" if whole else f" ({row.seeds_reached} of {row.seeds_planned})")


def with_reached(table: Comparison, confirms: Sequence[RunRecord], score: float | None = None) -> Comparison:
    """The table with the training seconds that each encoder took to reach a validation score.

    Args:
        confirms: with their validation curves; a run without one says nothing, neither when nor that it never did.
        score: in the metric's own unit, 0.75 for an accuracy of 75 %; by default what the best baseline validates at.

    Raises: ComparisonError for a score that the metric cannot have, such as an accuracy above 1.
    """
    if score is not None and (problem := _out_of_bounds(table.metric, score)):
        raise ComparisonError(f"--reach {score:g}: {problem}")
    baseline = table.best_baseline
    asked = score if score is not None else baseline.validation if baseline else None
    if asked is None:
        return table
    rows = tuple(_reached(table, row, confirms, asked) if row.kind == "encoder" else row for row in table.rows)
    if all(row.seeds_reached is None for row in rows):
        return table
    return replace(table, rows=rows, reach=asked, reach_is_baselines=score is None)


def _out_of_bounds(metric: Metric, score: float) -> str:
    """Why no run can have this score, with what was probably meant; or nothing."""
    if metric.low <= score <= metric.high:
        return ""
    told = f"{metric.label} is {metric.bounds_text}"
    meant = score / metric.scale
    if metric.scale == 1 or not metric.low <= meant <= metric.high:
        return told
    return f"{told}; for {score:g}{f' {metric.unit}' if metric.unit else ''} type --reach {meant:g}"


def _reached(table: Comparison, row: Row, confirms: Sequence[RunRecord], score: float) -> Row:
    found: dict[int | None, float | None] = {}
    for record in confirms:
        if record.model == row.model and record.outcome == "completed" and _curve(record):
            found[record.seed] = seconds_until(record, score)
    if not found:
        return row
    known = [seconds for seconds in found.values() if seconds is not None]
    mean = math.fsum(known) / len(known) if known else None
    return replace(row, seconds_to_reach=mean, seeds_reached=len(known))


def seconds_until(record: RunRecord, score: float) -> float | None:
    """Training seconds, without validations, until a validation was at least as good as the score; None if never.

    A run that did not note the seconds at each validation is taken to have trained at a constant rate.
    """
    noted = dict(record.curves.get("seconds") or ())
    updates = record.costs.get("updates") or math.nan
    rate = record.costs.get("training_seconds", math.nan) / updates
    for update, value in sorted(_curve(record)):
        if value >= score if record.higher_is_better else value <= score:
            seconds = noted.get(update, update * rate)
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
    listed = ", ".join(f"{one_line(row.model)} {_in_words(row)}" for row in quickest)
    score = f"{table.metric.text_with_unit(table.reach)} {table.metric.label}"
    text = f"Training seconds until validation reached {score}{whose} (mean over the seeds that reached it): {listed}."
    yield Note(text, "" if table.reach_is_baselines else text)


def _in_words(row: Row) -> str:
    seeds = "" if not row.seconds_to_reach or row.seeds_reached == row.seeds_planned else " seeds)"
    return reach_text(row).removesuffix(")" if seeds else "") + seeds


def _curve(record: RunRecord) -> list[tuple[int, float]]:
    points = record.curves.get(f"validation/{record.metric}") or ()
    return [(update, value) for update, value in points if math.isfinite(value)]

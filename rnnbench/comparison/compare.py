"""A comparison from run records: rows with scores, intervals and tests, ranked, with footnotes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnnbench.comparison.eligibility import incomparable, require_confirmed
from rnnbench.comparison.examples import scored
from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.comparison.notes.footnotes import footnotes
from rnnbench.comparison.pairwise import (
    against_above,
    against_baseline,
    against_best,
    can_be_significant,
    means_only,
    with_intervals,
)
from rnnbench.comparison.rows import baseline_row, encoder_row
from rnnbench.comparison.search_spaces import most_frequent
from rnnbench.comparison.short_tests import short_test
from rnnbench.comparison.time_to_target import with_reached
from rnnbench.comparison.training_length import is_quick_run, quick_text
from rnnbench.core.errors import ComparisonError
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord

COUNTED = ("trial", "reselect", "confirm", "baseline")


def compare(
    records: Sequence[RunRecord],
    *,
    force: bool = False,
    reach: float | None = None,
    name: str | None = None,
    notes: Sequence[Note] = (),
    is_quick: bool = False,
) -> Comparison:
    """The table of these runs, independent of their order; kinds of runs that are not in COUNTED are left out.

    Args:
        force: compare runs that are not comparable, with each reason as a footnote.
        reach: a validation score, for the training time of each encoder until it; by default the best baseline's.
            Needs records with validation curves.
        name: of the sweep on the command line; by default its task.
        notes: further footnotes, on runs that are not among the records.
        is_quick: the sweep was run with `--quick`, where its runs do not record it.

    Raises: ComparisonError where nothing is confirmed, or the runs are not comparable.
    """
    used = sorted((record for record in records if record.kind in COUNTED), key=_order)
    require_confirmed(used)
    reasons = incomparable(used)
    if reasons and not force:
        lines = "\n".join(f"  {reason}" for reason in reasons)
        raise ComparisonError(f"these runs are not comparable:\n{lines}\n  --force compares them, with footnotes")
    confirms = [record for record in used if record.kind == "confirm"]
    is_quick = is_quick or any(map(is_quick_run, confirms))
    metric = most_frequent(metric_of(record) for record in confirms)
    rows = tuple(_bare_rows(used, metric))
    task, data = most_frequent(record.task for record in confirms), most_frequent(record.data for record in confirms)
    shared = Comparison(
        title=f"{task} on {data}" + (" (quick run)" if is_quick else ""),
        task=task,
        data=data,
        fingerprint=most_frequent(record.fingerprint for record in confirms),
        metric=metric,
        protocol=most_frequent(record.protocol for record in confirms),
        budget=_plain(most_frequent(record.config.get("budget") or {} for record in confirms)),
        rows=rows,
        unscored=_unscored(used, rows),
        is_refitted=any(record.is_refitted for record in confirms),
        is_forced=bool(reasons),
        short_test=short_test(confirms, metric),
    )
    shared = replace(shared, quick=quick_text(shared) if is_quick else "")
    table = with_reached(_compared(_ordered(shared), used), confirms, reach)
    all_notes = tuple(footnotes(table, used, reasons, name or table.task, notes))
    return replace(table, notes=all_notes)


def _unscored(records: Sequence[RunRecord], rows: Sequence[Row]) -> tuple[str, ...]:
    encoders = {record.model for record in records if record.kind != "baseline"}
    return tuple(sorted(encoders - {row.model for row in rows if row.kind == "encoder" and row.test is not None}))


def _bare_rows(records: Sequence[RunRecord], metric: Metric) -> Iterable[Row]:
    """A row per confirmed encoder and per baseline."""
    for model in sorted({record.model for record in records if record.kind == "confirm"}):
        own = [record for record in records if record.model == model]
        confirms = [record for record in own if record.kind == "confirm"]
        row = encoder_row(model, metric, confirms, [record for record in own if record.kind == "trial"])
        repeated = sorted(record.run_id for record in own if record.kind == "reselect" and record.run_id)
        yield replace(row, reselect_run_ids=tuple(repeated))
    for model in sorted({record.model for record in records if record.kind == "baseline"}):
        runs = [record for record in records if record.model == model and record.kind == "baseline"]
        yield baseline_row(model, metric, runs)


def _compared(table: Comparison, records: Sequence[RunRecord]) -> Comparison:
    """The rows with intervals and compared with the best encoder, the best baseline and the row above."""
    examples = scored(table.rows, records, table.metric)
    if table.short_test:
        return against_baseline(means_only(table), {})
    table = against_best(with_intervals(table, examples), examples)
    table = against_above(against_baseline(table, examples), examples)
    return replace(table, marks_best=not table.quick and not table.is_forced and can_be_significant(table))


def _ordered(table: Comparison) -> Comparison:
    """Best first; rows without a test score last; equal scores by name."""
    sign = -table.metric.sign
    rows = sorted(table.rows, key=lambda row: (row.test is None, sign * (row.test or 0.0), row.model, row.kind))
    return replace(table, rows=tuple(rows))


def _plain(value: Any) -> Any:
    """The value as JSON: NaN and infinity are None, other types are strings."""
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _order(record: RunRecord) -> tuple[str, str, int, str, str, str]:
    seed = -1 if record.seed is None else record.seed
    contents = [record.outcome, record.metrics, record.costs, record.config, record.tags]
    spelled = json.dumps(contents, sort_keys=True, default=str)
    return record.kind, record.model, seed, record.run_id, record.name, spelled

"""The same runs judged by another metric that they logged, such as the one that published numbers are given in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnbench.comparison.model import Comparison, Note
from rnnbench.core.errors import ComparisonError, UnknownNameError
from rnnbench.metrics import Metric, metric_called, metric_of
from rnnbench.storage.record import RunRecord

JUDGED = ("confirm", "baseline")
"""Kinds of runs that a table shows. What the search chose by is told of the search as it was."""


def judged_by(records: Sequence[RunRecord], metric: str) -> list[RunRecord]:
    """The records, those that a table shows with `metric` in the place of the one that selected.

    Raises: UnknownNameError where no confirmation has logged it on the test split; ComparisonError where its direction
        is not known.
    """
    confirms = [record for record in records if record.kind == "confirm"]
    known = sorted({key.removeprefix("test/") for one in confirms for key in one.metrics if key.startswith("test/")})
    if metric not in known:
        raise UnknownNameError("metric", metric, known)
    judge = next((one for record in confirms if (one := _called(metric, record))), None)
    if judge is None:
        raise ComparisonError(
            f"--metric {metric}: whether higher or lower is better is not known. List a Metric({metric!r}, ...) in "
            "`other_metrics` of the task's class, and run the sweep again"
        )
    return [
        replace(record, metric=metric, higher_is_better=judge.higher_is_better) if record.kind in JUDGED else record
        for record in records
    ]


def _called(key: str, record: RunRecord) -> Metric | None:
    return metric_of(record) if key == record.metric else metric_called(key, record)


def with_note(table: Comparison, selected_by: Metric) -> Comparison:
    """The table with a first footnote that names the metric by which configurations were chosen."""
    if table.metric == selected_by:
        return table
    note = Note.short_as_it_is(
        f"Compared by {table.metric.label}. Configurations and epochs were chosen by {selected_by.label} on validation."
    )
    return replace(table, notes=(note, *table.notes))

"""The same runs compared by another metric that they logged, such as that of published results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rnnbench.comparison.model import Comparison, Note
from rnnbench.core.errors import ComparisonError, UnknownNameError
from rnnbench.metrics import Metric, metric_called, metric_of
from rnnbench.storage.record import RunRecord

JUDGED = ("confirm", "baseline")
"""Kinds of runs whose metric is replaced. The search keeps the metric it selected by."""


def judged_by(records: Sequence[RunRecord], metric: str) -> list[RunRecord]:
    """The records, with `metric` as the metric of confirmations and baselines.

    Raises: UnknownNameError where no confirmation has logged it on the test split; ComparisonError where its direction
        is not known.
    """
    confirms = [record for record in records if record.kind == "confirm"]
    known = sorted({key.removeprefix("test/") for run in confirms for key in run.metrics if key.startswith("test/")})
    if metric not in known:
        raise UnknownNameError("metric", metric, known)
    definitions = (
        metric_of(record) if metric == record.metric else metric_called(metric, record) for record in confirms
    )
    definition = next(filter(None, definitions), None)
    if definition is None:
        raise ComparisonError(
            f"--metric {metric}: whether higher or lower is better is not known. List a Metric({metric!r}, ...) in "
            "`other_metrics` of the task's class, and run the sweep again"
        )
    return [
        replace(record, metric=metric, higher_is_better=definition.higher_is_better)
        if record.kind in JUDGED
        else record
        for record in records
    ]


def with_note(table: Comparison, selected_by: Metric) -> Comparison:
    """The table with a first footnote on the metric that configurations were selected by."""
    if table.metric == selected_by:
        return table
    note = Note.in_full(
        f"Compared by {table.metric.label}. Configurations and epochs were chosen by {selected_by.label} on validation."
    )
    return replace(table, notes=(note, *table.notes))

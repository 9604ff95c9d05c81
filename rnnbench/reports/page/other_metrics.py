"""Section on the other metrics of the test split: those that no configuration was selected by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import fmean

from rnnbench.comparison.model import Comparison, Row
from rnnbench.core.text import listed
from rnnbench.metrics import Metric, metric_called
from rnnbench.reports.page.model import Material, Part, Section, Words
from rnnbench.reports.tables.model import Column, Line, Table
from rnnbench.storage.record import RunRecord


def other_metrics(material: Material) -> Section | None:
    """Every other metric that was logged on the test split, a line per encoder and baseline, the means over seeds."""
    comparison = material.comparison
    records = [*material.of_kind("confirm"), *material.of_kind("baseline")]
    scores = {row.model: _scores(row, records) for row in comparison.rows}
    keys = {key for by_key in scores.values() for key in by_key} - {comparison.metric.key}
    known = {key: metric for key in sorted(keys) if (metric := _defined(key, records)) is not None}
    shown = [key for key in sorted(keys) if key not in known or known[key].factor_from(comparison.metric) is None]
    if not shown:
        return None
    table = _table(comparison, [known.get(key) or _without_direction(key) for key in shown], scores)
    parts: list[Part] = [
        *_directions([known[key] for key in shown if key in known], material.name),
        table,
        *_signatures(records),
    ]
    return Section("others", "Other metrics", tuple(parts))


def _scores(row: Row, records: Sequence[RunRecord]) -> dict[str, float]:
    """The mean over a row's runs of each score of the test split that all of them have.

    A baseline that has no score by the selecting metric, such as a copy of the source, may have others.
    """
    ids = {*row.run_ids, *(row.lost_run_ids if row.kind == "baseline" else ())}
    runs = [record.metrics for record in records if record.run_id in ids and record.outcome == "completed"]
    keys = set.intersection(*({*metrics} for metrics in runs)) if runs else set()
    means = {key.removeprefix("test/"): fmean(run[key] for run in runs) for key in keys if key.startswith("test/")}
    return {key: mean for key, mean in means.items() if isfinite(mean)}


def _defined(key: str, records: Sequence[RunRecord]) -> Metric | None:
    """The metric as built in or as a task defines it; None where its direction is not known."""
    return next((metric for record in records if (metric := metric_called(key, record)) is not None), None)


def _without_direction(key: str) -> Metric:
    """A metric whose scores can be printed, though it is not known whether higher or lower is better."""
    return Metric.unknown(key, higher_is_better=False)


def _table(comparison: Comparison, metrics: Sequence[Metric], scores: Mapping[str, Mapping[str, float]]) -> Table:
    columns = [Column("model", "encoder", is_numeric=False)]
    columns += [Column(metric.key, metric.label + (f" ({metric.unit})" if metric.unit else "")) for metric in metrics]
    lines = [
        Line(
            (row.model, *(metric.text(scores[row.model].get(metric.key)) for metric in metrics)),
            "baseline" if row.kind == "baseline" else "",
        )
        for row in comparison.rows
    ]
    return Table("Test split, means over seeds", tuple(columns), tuple(lines))


def _directions(metrics: Sequence[Metric], name: str) -> Iterator[Words]:
    """Whether higher or lower is better, and how to compare by one of these metrics. name: of the task or study."""
    sentences = [
        f"{direction.capitalize()} is better: {listed(metric.label for metric in group)}."
        for direction in ("higher", "lower")
        if (group := [metric for metric in metrics if metric.direction == direction])
    ]
    if sentences:
        keys = listed((metric.key for metric in metrics), last="or")
        sentences.append(f"To compare by one of them, type: rnnbench compare {name} --metric KEY, with {keys} as KEY.")
        yield Words(" ".join(sentences), is_soft=True)


def _signatures(records: Sequence[RunRecord]) -> Iterator[Words]:
    """How a metric was computed, where the runs stored it."""
    signatures = {
        f"{key} {signature}" for record in records for key, signature in record.details.get("signatures", {}).items()
    }
    if signatures:
        yield Words(f"Signatures of sacrebleu: {'; '.join(sorted(signatures))}.", is_soft=True)

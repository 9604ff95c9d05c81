"""The table, and the pictures of what stands in it."""

from __future__ import annotations

from rnnbench.comparison.base import Row
from rnnbench.comparison.cells import columns
from rnnbench.comparison.cost_figure import cost_figure
from rnnbench.comparison.figures import curves_figure, score_figure
from rnnbench.comparison.pareto import COSTS, costed, front
from rnnbench.report.base import Line, Material, Picture, Points, Section, Table, Words
from rnnbench.report.drawing import svg
from rnnbench.report.opening import notes


def table(material: Material) -> Section:
    """Every column of the table, and what has to be known before believing it."""
    comparison = material.comparison
    shown = columns(comparison)
    lines = tuple(
        Line(tuple(column.cell(comparison, row) for column in shown), _mark(row), row.in_best_group)
        for row in comparison.rows
    )
    made = Table(
        caption=comparison.title,
        headers=tuple(column.header for column in shown),
        is_numeric=tuple(column.is_numeric for column in shown),
        lines=lines,
        bold=tuple(number for number, column in enumerate(shown) if column.key in ("model", "test")),
    )
    about, *footnotes = notes(material)
    return Section("table", "Scores and costs", (made, Words(about, is_soft=True), Points(tuple(footnotes))))


def _mark(row: Row) -> str:
    return "baseline" if row.kind == "baseline" else "below" if row.beats_baseline is False else ""


def intervals(material: Material) -> Section | None:
    """Every mean in its interval."""
    comparison = material.comparison
    rows = [row for row in comparison.rows if row.test is not None]
    if not rows:
        return None
    metric = comparison.metric
    told = "; ".join(f"{row.model} {metric.text(row.test)}{metric.interval_text(row.interval)}" for row in rows)
    picture = Picture(
        "scores",
        score_figure(comparison, svg),
        f"Test {metric.label} of every encoder and baseline, best first: {told}.",
        "Each seed is a point, the mean a bar in its interval; the dashed line is the best baseline.",
    )
    return Section("intervals", "Intervals", (picture,))


def curves(material: Material) -> Section | None:
    """The learning curves of the confirmations."""
    confirms = material.of_kind("confirm")
    metric = material.comparison.metric
    ends = {
        row.model: row.validation
        for row in material.comparison.encoders
        if row.validation is not None
        and any(record.curves.get(f"validation/{metric.key}") for record in confirms if record.model == row.model)
    }
    if not ends:
        return None
    told = ", ".join(f"{model} reaches {metric.text(score)}" for model, score in ends.items())
    picture = Picture(
        "learning_curves",
        curves_figure(confirms, svg),
        f"Validation {metric.label} against updates, a band per encoder: {told}.",
        "How validation went while the chosen configuration was trained on each fresh seed.",
    )
    return Section("curves", "Learning curves", (picture,))


def costs(material: Material) -> Section | None:
    """Test score against what each row costs, with those that are worth it."""
    comparison = material.comparison
    fronts = [(cost, front(comparison, cost)) for cost in COSTS if len(costed(comparison, cost)) > 1]
    if not fronts:
        return None
    lines = tuple(Line((cost.in_words, ", ".join(row.model for row in kept))) for cost, kept in fronts)
    picture = Picture(
        "score_against_cost",
        cost_figure(comparison, svg),
        f"Test {comparison.metric.label} against {', '.join(cost.in_words for cost, _ in fronts)}.",
    )
    headers = ("cost", "no row is both better and cheaper than")
    table = Table("On the front, the cheapest first", headers, (False, False), lines, bold=())
    return Section("costs", "Score against cost", (picture, table))

"""Sections on scores and costs: the table and its figures."""

from __future__ import annotations

from rnnbench.comparison.pareto import COSTS, costed, front
from rnnbench.reports.figures.cost import cost_figure
from rnnbench.reports.figures.learning_curves import curves_figure
from rnnbench.reports.figures.scores import score_figure
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Material, Picture, Points, Section, Words
from rnnbench.reports.tables.columns import about, comparison_table
from rnnbench.reports.tables.model import Table


def table(material: Material) -> Section:
    """Every column of the table, with its footnotes."""
    comparison = material.comparison
    parts = (comparison_table(comparison), Words(about(comparison), is_soft=True), Points(comparison.footnotes))
    return Section("table", "Scores and costs", parts)


def intervals(material: Material) -> Section | None:
    """The mean test score of every row, with its interval."""
    comparison = material.comparison
    rows = [row for row in comparison.rows if row.test is not None]
    if not rows:
        return None
    metric = comparison.metric
    listed = "; ".join(f"{row.model} {metric.text(row.test)}{metric.interval_text(row.interval)}" for row in rows)
    bars = "No intervals: the test split is too short." if comparison.short_test else "Bars: means with intervals."
    picture = Picture(
        "scores",
        score_figure(comparison, svg),
        f"Test {metric.label} of every encoder and baseline, best first: {listed}.",
        f"Points: seeds. {bars} Dashed line: the best baseline.",
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
    listed = ", ".join(f"{model} {metric.text(score)}" for model, score in ends.items())
    picture = Picture(
        "learning_curves",
        curves_figure(confirms, svg),
        f"Validation {metric.label} against updates, a line and a band per encoder; best mean scores: {listed}.",
        "Validation score of the chosen configurations on fresh seeds.",
    )
    return Section("curves", "Learning curves", (picture,))


def costs(material: Material) -> Section | None:
    """Test score against each kind of cost, with the Pareto front."""
    comparison = material.comparison
    fronts = [(cost, front(comparison, cost)) for cost in COSTS if len(costed(comparison, cost)) > 1]
    if not fronts:
        return None
    picture = Picture(
        "score_against_cost",
        cost_figure(comparison, svg),
        f"Test {comparison.metric.label} against {', '.join(cost.in_words for cost, _ in fronts)}.",
    )
    headers = ("cost", "rows that no other row beats in both score and cost")
    rows = [(cost.in_words, ", ".join(row.model for row in kept)) for cost, kept in fronts]
    table = Table.of_text("Pareto front, the cheapest first", headers, rows, words=2)
    return Section("costs", "Score against cost", (picture, table))

"""Sections on the search: expected validation score, importance of settings, trials."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.comparison.expectations import expectations
from rnnbench.comparison.importance import QUESTIONS, TITLES, Importances
from rnnbench.comparison.optimism import optimism, optimism_in_words
from rnnbench.reports.figures.expected_validation import expected_figure
from rnnbench.reports.figures.importance import importance_figure
from rnnbench.reports.figures.parallel_coordinates import parallel_figure, searched_axes
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Code, Folded, Heading, Material, Part, Picture, Points, Section, Words
from rnnbench.reports.tables.model import Table


def expected(material: Material) -> Section | None:
    """Expected best validation score by trials and seconds, and the optimism of the best trial's score."""
    scores = expectations(material.records)
    optimistic = optimism_in_words(optimism(material.records))
    parts: list[Part] = []
    if scores.curves:
        names = ", ".join(curve.model for curve in scores.curves)
        alt = f"Expected best validation {scores.metric.label} against random trials and seconds of {names}. "
        figure = expected_figure(scores.curves, svg)
        parts.append(Picture("expected_validation", figure, alt + " ".join(scores.words)))
        parts += [Words(sentence) for sentence in scores.words]
        parts += [Words(sentence, is_soft=True) for sentence in scores.notes]
    if scores.refused:
        parts.append(Words("Too few random trials:"))
        parts.append(Points(tuple(f"{refused.model}: {refused.reason}" for refused in scores.refused)))
    if optimistic:
        parts += [Heading("Optimism of the best trial"), Points(tuple(optimistic))]
    elif parts and material.comparison.is_refitted:
        reason = "The optimism of the best trial cannot be measured after a refit on training and validation data"
        parts.append(Words(f"{reason}; --reselect 3 measures it before the choice.", is_soft=True))
    return Section("expected", "Expected best score of a search", tuple(parts)) if parts else None


def importance(material: Material) -> Section | None:
    """Importance of every searched setting per encoder, or how many trials are missing."""
    weights = material.importances
    if weights is None or not (weights.found or weights.refused):
        return None
    evaluators = [name for name in QUESTIONS if any(result.evaluator == name for result in weights.found)]
    parts: list[Part] = [Words(f"{TITLES[name]}: {QUESTIONS[name]}.", is_soft=True) for name in evaluators]
    models = dict.fromkeys(result.model for result in weights.found)
    parts += [_importance_picture(weights, model, number) for number, model in enumerate(models, start=1)]
    if weights.found:
        parts.append(Folded("Numbers", (_numbers(weights),)))
    if weights.refused:
        parts.append(Words("Too few trials:"))
        parts.append(Points(tuple(f"{refused.model}: {refused.reason}" for refused in weights.refused)))
        if material.more_trials and any(refused.trials for refused in weights.refused):
            parts += [Words("To add trials, type:", is_soft=True), Code(material.more_trials)]
    return Section("importance", "Importance of settings", tuple(parts))


def _importance_picture(weights: Importances, model: str, number: int) -> Picture:
    results = tuple(result for result in weights.found if result.model == model)
    first = "; ".join(
        f"{TITLES[item.evaluator]} {item.shares[0].setting} {item.shares[0].mean:.2f}" for item in results
    )
    figure = importance_figure(replace(weights, found=results), svg)
    alt = f"Importance of every searched setting of {model}. The most important: {first}."
    return Picture(f"importance_{number}", figure, alt)


def _numbers(weights: Importances) -> Table:
    rows = [
        (result.model, TITLES[result.evaluator], share.setting, f"{share.mean:.2f} [{share.low:.2f}, {share.high:.2f}]")
        for result in weights.found
        for share in result.shares
    ]
    headers = ("encoder", "evaluator", "setting", "importance [80 % interval]")
    return Table.of_text("Importances", headers, rows, words=3)


def trials(material: Material) -> Section | None:
    """Every trial as a line through its settings to its score, a panel per encoder."""
    comparison = material.comparison
    metric = comparison.metric
    parts: list[Part] = []
    for number, row in enumerate(comparison.encoders, start=1):
        records = [record for record in material.of_kind("trial") if record.model == row.model]
        axes = searched_axes(records)
        scores = [record.validation for record in records if record.outcome == "completed"]
        if not axes or not scores:
            continue
        ends = sorted((min(scores), max(scores)), reverse=not comparison.higher_is_better)
        worst, best = (metric.text(score) for score in ends)
        alt = (
            f"{len(records)} trials of {row.model} through {', '.join(axis.name for axis in axes)}; validation "
            f"{metric.label} from {worst} (worst completed) to {best} (best)."
        )
        figure = parallel_figure(records, axes, comparison.higher_is_better, svg)
        parts += [Heading(row.model), Picture(f"trials_{number}", figure, alt)]
    if not parts:
        return None
    lead = "A line per trial, blue for the best validation score, orange for the worst; dashed grey: pruned or failed."
    return Section("trials", "Trials of the search", (Words(lead, is_soft=True), *parts))

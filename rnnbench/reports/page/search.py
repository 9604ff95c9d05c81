"""Sections on the search: expected validation performance, importance of settings, and every trial."""

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
    """Expected best validation score by trials and seconds, and the optimism of the best score."""
    found = expectations(material.records)
    optimistic = optimism_in_words(optimism(material.records))
    parts: list[Part] = []
    if found.curves:
        names = ", ".join(curve.model for curve in found.curves)
        alt = f"Expected best validation {found.metric.label} against random trials and seconds of {names}. "
        parts.append(Picture("expected_validation", expected_figure(found.curves, svg), alt + " ".join(found.words)))
        parts += [Words(sentence) for sentence in found.words]
        parts += [Words(sentence, is_soft=True) for sentence in found.notes]
    if found.refused:
        parts.append(Words("Too few random trials to tell what a search is expected to find:"))
        parts.append(Points(tuple(f"{one.model}: {one.reason}" for one in found.refused)))
    if optimistic:
        parts += [Heading("Optimism of the best trial"), Points(tuple(optimistic))]
    elif parts and material.comparison.is_refitted:
        why = "Confirmed on training and validation data together: the optimism of the best trial cannot be measured"
        parts.append(Words(f"{why}: --reselect 3 would tell before the choice.", is_soft=True))
    return Section("expected", "What a search is expected to find", tuple(parts)) if parts else None


def importance(material: Material) -> Section | None:
    """Importance of every searched setting per encoder, or how many trials are missing."""
    found = material.importances
    if found is None or not (found.found or found.refused):
        return None
    parts: list[Part] = []
    asked = [name for name in QUESTIONS if any(one.evaluator == name for one in found.found)]
    parts += [Words(f"{TITLES[name]}: {QUESTIONS[name]}.", is_soft=True) for name in asked]
    models = dict.fromkeys(one.model for one in found.found)
    parts += [_weighed(found, model, number) for number, model in enumerate(models, start=1)]
    if found.found:
        parts.append(Folded("The same in numbers", (_numbers(found),)))
    if found.refused:
        parts.append(Words("Too little to tell which settings mattered:"))
        parts.append(Points(tuple(f"{one.model}: {one.reason}" for one in found.refused)))
        if material.more_trials and any(one.trials for one in found.refused):
            parts += [Words("More trials:", is_soft=True), Code(material.more_trials)]
    return Section("importance", "Which settings mattered", tuple(parts))


def _weighed(found: Importances, model: str, number: int) -> Picture:
    own = tuple(one for one in found.found if one.model == model)
    first = "; ".join(f"{TITLES[one.evaluator]} {one.shares[0].setting} {one.shares[0].mean:.2f}" for one in own)
    return Picture(
        f"importance_{number}",
        importance_figure(replace(found, found=own), svg),
        f"Importance of every searched setting of {model}. The weightiest: {first}.",
    )


def _numbers(found: Importances) -> Table:
    rows = [
        (one.model, TITLES[one.evaluator], share.setting, f"{share.mean:.2f} [{share.low:.2f}, {share.high:.2f}]")
        for one in found.found
        for share in one.shares
    ]
    headers = ("encoder", "evaluator", "setting", "share [80 % interval]")
    return Table.of_text("Importances", headers, rows, words=3)


def trials(material: Material) -> Section | None:
    """Every trial as a line through its settings to its score, a panel per encoder."""
    parts: list[Part] = []
    comparison = material.comparison
    for number, row in enumerate(comparison.encoders, start=1):
        own = [record for record in material.of_kind("trial") if record.model == row.model]
        axes = searched_axes(own)
        ended = [record for record in own if record.outcome == "completed"]
        if not axes or not ended:
            continue
        scores = sorted(record.validation for record in ended)
        worst, best = (scores[0], scores[-1]) if comparison.higher_is_better else (scores[-1], scores[0])
        low, high = (comparison.metric.text(score) for score in (worst, best))
        alt = (
            f"{len(own)} trials of {row.model} through {', '.join(axis.name for axis in axes)}; validation "
            f"{comparison.metric.label} from {low} (worst completed) to {high} (best)."
        )
        parts += [
            Heading(row.model),
            Picture(f"trials_{number}", parallel_figure(own, axes, comparison.higher_is_better, svg), alt),
        ]
    if not parts:
        return None
    reading = (
        "Each line is a trial, from blue (the best validation score, on top) to orange (the worst); dashed grey ones "
        "were pruned or failed, and have no score of a whole training."
    )
    return Section("trials", "Trials of the search", (Words(reading, is_soft=True), *parts))

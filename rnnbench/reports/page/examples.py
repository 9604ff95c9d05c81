"""Samples of trained encoders: generated texts, errors of a classifier, or forecasts on the test split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from rnnbench.reports.figures.base import BASELINE, ORANGE, RULE, Write, new_figure, plain_name
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Material, Part, Picture, Quote, Section, Words
from rnnbench.reports.tables.model import Table
from rnnbench.storage.record import RunRecord

PLACES = {
    "good": "A good forecast (nine of ten are worse)",
    "median": "A median forecast (half are worse)",
    "worst": "The worst forecast",
}


def samples(material: Material) -> Section | None:
    """Texts of every encoder, errors or forecasts of the best one, as stored with the confirmations."""
    best = material.comparison.best
    run = None if best is None else material.shown_run(best)
    if best is None or run is None:
        return None
    showcase = material.showcases[run.run_id]
    parts: Sequence[Part] = ()
    if showcase.get("kind") == "text":
        parts = _texts(material)
    elif showcase.get("kind") == "mistakes":
        parts = _mistakes(run, showcase)
    elif showcase.get("kind") == "forecasts":
        parts = _forecasts(run, showcase)
    return Section("samples", "Samples", tuple(parts)) if parts else None


def _which(run: RunRecord) -> str:
    """Which of an encoder's confirmations is shown."""
    return f"of its seeds, the {'first' if run.is_refitted else 'one that validated best'}"


def _texts(material: Material) -> list[Part]:
    """The continuation of the same prompt by each encoder, the best first."""
    parts: list[Part] = []
    for row in material.comparison.encoders:
        run = material.shown_run(row)
        if run is not None:
            sample = material.showcases[run.run_id]
            parts.append(Quote(sample["text"], row.model, lead=sample["prompt"]))
            how = f"Each encoder continues the same prompt at a sampling temperature of {sample['temperature']:g}; "
            how += f"{_which(run)}."
    if parts:
        parts.insert(0, Words(how, is_soft=True))
    return parts


def _mistakes(run: RunRecord, sample: Mapping[str, Any]) -> list[Part]:
    """Texts that the best encoder misclassified with the highest probability."""
    first = f"{run.model} misclassified {sample['wrong']:,} of {sample['texts']:,} test texts"
    if not sample["mistakes"]:
        return [Words(f"{first}.")]
    rows = [(one["text"], one["label"], one["told"], f"{100 * one['probability']:.1f}") for one in sample["mistakes"]]
    headers = ("text", "true class", "predicted class", "probability (%)")
    return [
        Words(f"{first}; these with the highest probability; {_which(run)}.", is_soft=True),
        Table.of_text("Errors with the highest probability", headers, rows, words=3),
    ]


def _forecasts(run: RunRecord, sample: Mapping[str, Any]) -> list[Part]:
    """Forecasts of the best encoder beside the true values."""
    first = f"{run.model} and the true values, on the test split; {_which(run)}."
    parts: list[Part] = [Words(first, is_soft=True)]
    for window in sample["windows"]:
        where = f"{window['channel']} from {window['time'].replace('T', ' ')}"
        caption = f"{PLACES.get(window['which'], window['which'])}: {where}, scaled error {window['error']:.3f}"
        alt = f"History, forecast of {run.model} and truth of {where}; forecast {_spread(window['forecast'])}, truth "
        alt += f"{_spread(window['actual'])} {sample['unit']}."
        content = forecast_figure(window, str(sample["unit"]), svg)
        parts.append(Picture(f"forecast_{window['which']}", content, alt, caption, is_wide=False))
    return parts


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):g} to {max(values):g}"


def forecast_figure(window: Mapping[str, Any], unit: str, write: Write) -> bytes:
    """The end of the history, and from the origin on the forecast beside the truth."""
    figure, panels = new_figure(5.2, 2.9)
    axes: Axes = panels[0, 0]
    history, actual, forecast = window["history"], window["actual"], window["forecast"]
    history = history[-max(24, 2 * len(actual)) :]
    before, after = range(-len(history), 0), range(len(actual))
    if history:
        axes.plot([*before, 0], [*history, actual[0]], color="#1c2430", linewidth=1.1)
    axes.plot(after, actual, color="#1c2430", linewidth=1.1, marker="o" if len(actual) == 1 else None, label="truth")
    axes.plot(
        range(len(forecast)), forecast, color=ORANGE, linewidth=1.8, marker="o" if len(forecast) == 1 else None,
        label="forecast",
    )  # fmt: skip
    axes.axvline(0, color=BASELINE, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_xlabel("samples after the origin")
    axes.set_ylabel(plain_name(unit))
    axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return write(figure)

"""Section with samples: generated texts, errors of a classifier, forecasts, translations or replies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from rnnbench.core.text import rounded
from rnnbench.reports.figures.base import BASELINE, INK, ORANGE, RULE, Write, new_figure, plain_name
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Material, Part, Picture, Quote, Section, Words
from rnnbench.reports.page.pairs import conversations, translations
from rnnbench.reports.tables.model import Table
from rnnbench.storage.record import RunRecord

PLACES = {
    "good": "Forecast at the 10th percentile of the error",
    "median": "Forecast with the median error",
    "worst": "Forecast with the largest error",
}


def samples(material: Material) -> Section | None:
    """Texts of every encoder, or errors or forecasts of the best one, as stored with the confirmations."""
    best = material.comparison.best
    run = None if best is None else material.shown_run(best)
    if best is None or run is None:
        return None
    sample = material.showcases[run.run_id]
    kind = sample.get("kind")
    parts: Sequence[Part] = ()
    if kind == "text":
        parts = _texts(material)
    elif kind == "mistakes":
        parts = _mistakes(run, sample)
    elif kind == "forecasts":
        parts = _forecasts(run, sample)
    elif kind == "translations":
        parts = translations(material, seed_words(run))
    elif kind == "conversation":
        parts = conversations(material, seed_words(run))
    return Section("samples", "Samples", tuple(parts)) if parts else None


def seed_words(run: RunRecord) -> str:
    """Which of an encoder's seeds is shown."""
    return "first seed" if run.is_refitted else "seed with the best validation score"


def _texts(material: Material) -> list[Part]:
    """The continuation of the same prompt by each encoder, the best first."""
    runs = [run for row in material.comparison.encoders if (run := material.shown_run(row)) is not None]
    samples = [material.showcases[run.run_id] for run in runs]
    temperature = samples[0]["temperature"]
    lead = f"Continuations of the same prompt at sampling temperature {temperature:g} ({seed_words(runs[0])})."
    quotes = [
        Quote(sample["text"], run.model, lead=sample["prompt"]) for run, sample in zip(runs, samples, strict=True)
    ]
    return [Words(lead, is_soft=True), *quotes]


def _mistakes(run: RunRecord, sample: Mapping[str, Any]) -> list[Part]:
    """Texts that the best encoder misclassified with the highest probability."""
    lead = f"{run.model} misclassified {sample['wrong']:,} of {sample['texts']:,} test texts ({seed_words(run)})."
    rows = [
        (item["text"], item["label"], item["told"], f"{100 * item['probability']:.1f}") for item in sample["mistakes"]
    ]
    if not rows:
        return [Words(lead)]
    headers = ("text", "true class", "predicted class", "probability (%)")
    return [Words(lead, is_soft=True), Table.of_text("Errors with the highest probability", headers, rows, words=3)]


def _forecasts(run: RunRecord, sample: Mapping[str, Any]) -> list[Part]:
    """Forecasts of the best encoder and the true values."""
    parts: list[Part] = [Words(f"Forecasts of {run.model} on the test split ({seed_words(run)}).", is_soft=True)]
    for window in sample["windows"]:
        where = f"{window['channel']} from {window['time'].replace('T', ' ')}"
        caption = f"{PLACES.get(window['which'], window['which'])}: {where}, scaled error {window['error']:.3f}"
        alt = f"History, forecast of {run.model} and true values of {where}; forecast {_spread(window['forecast'])}, "
        alt += f"true values {_spread(window['actual'])} {sample['unit']}."
        content = forecast_figure(window, str(sample["unit"]), svg)
        parts.append(Picture(f"forecast_{window['which']}", content, alt, caption, is_wide=False))
    return parts


def _spread(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "unknown"
    low, high = min(known), max(known)
    return f"{rounded(low, high - low)} to {rounded(high, high - low)}"


def forecast_figure(window: Mapping[str, Any], unit: str, write: Write) -> bytes:
    """The end of the history, then the forecast and the true values; filled values (None) are gaps."""
    figure, panels = new_figure(5.2, 2.9)
    axes: Axes = panels[0, 0]
    history, actual, forecast = (
        [math.nan if value is None else value for value in window[part]] for part in ("history", "actual", "forecast")
    )
    history = history[-max(24, 2 * len(actual)) :]
    before, after = range(-len(history), 0), range(len(actual))
    if history:
        axes.plot([*before, 0], [*history, actual[0]], color=INK, linewidth=1.1)
    axes.plot(after, actual, color=INK, linewidth=1.1, marker="o" if len(actual) == 1 else None, label="true values")
    axes.plot(
        range(len(forecast)), forecast, color=ORANGE, linewidth=1.8, marker="o" if len(forecast) == 1 else None,
        label="forecast",
    )  # fmt: skip
    axes.axvline(0, color=BASELINE, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_xlabel("steps after the origin")
    axes.set_ylabel(plain_name(unit))
    axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return write(figure)

"""Sections on detailed test results: error by forecast step, confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from rnnbench.comparison.model import Row
from rnnbench.metrics import Metric
from rnnbench.reports.figures.base import INK, LINES, RULE, Write, axis_label, new_figure, plain_name
from rnnbench.reports.figures.svg import svg
from rnnbench.reports.page.model import Material, Picture, Section, Words
from rnnbench.reports.tables.model import Table

MOST_CLASSES = 10
"""With more classes, only so many of the most frequent errors are shown per model."""

Steps = Mapping[str, np.ndarray]
"""By name of a row, (steps,) the mean over its seeds."""


def by_step(material: Material) -> Section | None:
    """Test error at each step of the horizon, for every encoder and the best baseline."""
    table, metric = material.comparison, material.comparison.metric
    errors: dict[str, np.ndarray] = {}
    for row in (*table.encoders, *_best_baseline(material)):
        by_run = [details["by_step"][metric.key] for details in _details(material, row, "by_step")
                  if metric.key in details["by_step"]]  # fmt: skip
        if by_run:
            errors[row.model] = np.mean(by_run, axis=0)
    if not errors:
        return None
    ends = "; ".join(
        f"{name} {metric.text(float(steps[0]))} to {metric.text(float(steps[-1]))}" for name, steps in errors.items()
    )
    picture = Picture(
        "error_by_step",
        step_figure(errors, metric, [row.model for row in table.encoders], svg),
        f"Test {metric.label} by step of the horizon, first to last: {ends}.",
        "Test error at each step of the horizon, mean over seeds"
        + ("; dashed: the best baseline." if any(row.model in errors for row in table.baselines) else "."),
    )
    return Section("steps", "Error by step", (picture,))


def step_figure(errors: Steps, metric: Metric, encoders: Sequence[str], write: Write) -> bytes:
    """A line per row over the steps of the horizon."""
    figure, panels = new_figure(8.0, 4.0)
    axes = panels[0, 0]
    for name, steps in errors.items():
        is_encoder = name in encoders
        axes.plot(
            np.arange(1, len(steps) + 1), steps * metric.scale, label=plain_name(name), linewidth=1.8,
            color=LINES[encoders.index(name) % len(LINES)] if is_encoder else INK,
            linestyle="-" if is_encoder else (0, (4, 3)), marker="o" if len(steps) == 1 else None,
        )  # fmt: skip
    axes.grid(color=RULE, linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("steps ahead")
    axes.set_ylabel(axis_label(metric, "test"))
    axes.legend(frameon=False, fontsize=9)
    return write(figure)


def by_class(material: Material) -> Section | None:
    """Confusion matrix of the best encoder and of the best baseline."""
    best = material.comparison.best
    rows = [*([] if best is None else [best]), *_best_baseline(material)]
    by_model = {row.model: _details(material, row, "confusion_matrix") for row in rows}
    names = next((run["classes"] for runs in by_model.values() for run in runs if "classes" in run), None)
    if names is None:
        return None
    # every seed is scored on the same texts, so counts may be added
    counts = {
        model: np.sum([run["confusion_matrix"] for run in runs], axis=0) for model, runs in by_model.items() if runs
    }
    shares = {model: 100 * rows / np.maximum(1, rows.sum(axis=1, keepdims=True)) for model, rows in counts.items()}
    table = _matrix(names, shares) if len(names) <= MOST_CLASSES else _most_frequent(names, shares)
    return Section("classes", "Confusion matrix", (Words("On the test split.", is_soft=True), table))


def _matrix(names: Sequence[str], shares: Mapping[str, np.ndarray]) -> Table:
    rows = [
        (model, str(name), *(f"{share:.1f}" for share in row))
        for model, matrix in shares.items()
        for name, row in zip(names, matrix, strict=True)
    ]
    headers = ("model", "true class", *(f"predicted {name} (%)" for name in names))
    return Table.of_text("Percent of each true class, over all seeds", headers, rows, words=2)


def _most_frequent(names: Sequence[str], shares: Mapping[str, np.ndarray]) -> Table:
    rows = []
    for model, matrix in shares.items():
        errors = np.where(np.eye(len(names), dtype=bool), 0.0, matrix)
        for place in np.argsort(-errors, axis=None, kind="stable")[:MOST_CLASSES]:
            true, predicted = np.unravel_index(place, errors.shape)
            rows.append((model, str(names[true]), str(names[predicted]), f"{errors[true, predicted]:.1f}"))
    headers = ("model", "true class", "predicted class", "percent of the true class")
    return Table.of_text("Most frequent errors, over all seeds", headers, rows, words=3)


def _best_baseline(material: Material) -> list[Row]:
    best = material.comparison.best_baseline
    return [] if best is None else [best]


def _details(material: Material, row: Row, key: str) -> list[Mapping[str, Any]]:
    """The details with this key of a row's runs; none if a run of an earlier version has no details."""
    details = [
        record.details
        for record in (*material.of_kind("confirm"), *material.of_kind("baseline"))
        if record.run_id in row.run_ids and record.details
    ]
    return [item for item in details if key in item] if len(details) == len(row.run_ids) else []

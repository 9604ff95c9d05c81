"""Figure of learning curves: validation score against updates, a line and a band per encoder."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnbench.comparison.random_trials import NO_METRIC
from rnnbench.metrics import metric_of
from rnnbench.reports.figures.base import LINES, RULE, SOFT, Write, axis_label, caption, new_figure, plain_name, png
from rnnbench.storage.record import RunRecord

Points = Sequence[tuple[int, float]]


def curves_figure(records: Sequence[RunRecord], write: Write = png) -> bytes:
    """Validation score against updates: per encoder the mean over seeds, in a band from the worst to the best."""
    confirms = [record for record in records if record.kind == "confirm"]
    counted = Counter(metric_of(record) for record in confirms)
    metric = min(counted, key=lambda item: (-counted[item], item.key, item.higher_is_better), default=NO_METRIC)
    models = sorted({record.model for record in confirms})
    curves = {model: lines for model in models if (lines := _curves(confirms, model, metric.key))}
    figure, panels = new_figure(8.0, 4.5)
    axes: Axes = panels[0, 0]
    scale = metric.scale
    for index, (model, lines) in enumerate(curves.items()):
        _band(axes, lines, plain_name(model), LINES[index % len(LINES)], scale)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_xlabel("updates")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if curves:
        axes.set_ylabel(axis_label(metric, "validation"))
        axes.legend(frameon=False, fontsize=9)
        legend = "line: mean over seeds; band: worst to best seed; dashed: some seeds have stopped"
        axes.set_title(legend, loc="left", fontsize=9, color=SOFT)
    else:
        caption(axes, "no validation curves were recorded")
    return write(figure)


def _curves(confirms: Sequence[RunRecord], model: str, metric: str) -> list[Points]:
    """The model's curves with at least one finite point, in an order that does not depend on the records'."""
    key = f"validation/{metric}"
    completed = [record for record in confirms if record.model == model and record.outcome == "completed"]
    curves = [[point for point in record.curves.get(key, []) if math.isfinite(point[1])] for record in completed]
    return sorted((sorted(points) for points in curves if points), key=list)


def _band(axes: Axes, curves: Sequence[Points], name: str, colour: str, scale: float) -> None:
    """Mean and range at every update where a seed was validated; each seed is interpolated linearly."""
    updates = np.unique([update for points in curves for update, _ in points])
    values = np.full((len(curves), updates.size), np.nan)
    for line, points in zip(values, curves, strict=True):
        at, scores = np.array(points, dtype=np.float64).T
        within = (updates >= at[0]) & (updates <= at[-1])
        line[within] = np.interp(updates[within], at, scores) * scale
    known = ~np.isnan(values)
    mean = np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    all_seeds = known.all(axis=0)  # a mean over fewer seeds is another quantity: dashed
    if updates.size == 1:  # one point makes no line
        axes.errorbar(updates, mean, yerr=[mean - low, high - mean], fmt="o", color=colour, capsize=3)
    axes.plot(updates, mean, color=colour, linewidth=1, linestyle=(0, (3, 2)))
    axes.plot(updates, np.where(all_seeds, mean, np.nan), color=colour, linewidth=1.8, label=f"{name} ({len(curves)})")
    axes.fill_between(updates, low, high, color=colour, alpha=0.15, linewidth=0)

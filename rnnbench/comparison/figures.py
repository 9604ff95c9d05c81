"""Pictures of a comparison as PNG: scores with their intervals, and learning curves."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import one_line
from rnnbench.comparison.draws import NO_METRIC
from rnnbench.metrics import Metric, metric_of
from rnnbench.record import RunRecord

INK, SOFT, RULE = "#1c2430", "#5b6675", "#d8dde4"
GROUP, OTHER, BASELINE = "#1a7f37", "#5b6675", "#0b6e99"
LINES = ("#0b6e99", "#c2570c", "#1a7f37", "#8250df", "#bf3989", "#7a5c00", "#1c2430", "#57a6c4")

NEAR_BASELINES, FAR = 2, 3.0
"""Scores are shown up to so many times the reach of the encoders and the baselines next to them."""

Points = Sequence[tuple[int, float]]
Write = Callable[[Figure], bytes]
"""What makes a file's content of a figure: `png`, or another format."""


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG, the same on every call."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=144, metadata={"Software": None})
    return out.getvalue()


def score_figure(comparison: Comparison, write: Write = png) -> bytes:
    """A line per encoder and baseline: seeds as points, the mean in its interval, the best baseline across all."""
    rows = [row for row in comparison.rows if row.test is not None]
    figure, axes = _figure(8.0, 1.5 + 0.42 * max(1, len(rows)))
    scale = comparison.metric.scale
    for place, row in enumerate(rows):
        _score_line(axes, place, row, scale)
        label = comparison.metric.text(row.test) + comparison.metric.interval_text(row.interval)
        axes.annotate(
            label, (1.02, place), xycoords=("axes fraction", "data"), va="center", color=_colour(row), fontsize=9
        )
    _leave_out_the_far(axes, rows, scale)
    baseline = comparison.best_baseline
    if baseline is not None and baseline.test is not None:
        axes.axvline(baseline.test * scale, color=BASELINE, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    axes.set_ylim(max(1, len(rows)) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [plain_name(row.model) for row in rows])
    for tick, row in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set(color=_colour(row), fontweight="bold" if row.in_best_group else "normal")
        tick.set_fontstyle("italic" if row.kind == "baseline" else "normal")
    axes.set_xlabel(axis_label(comparison.metric, "test"))
    reading = "points: seeds; band: 95 % interval; dashed: best baseline"
    forced = " (FORCED: runs not alike)" if comparison.is_forced else ""
    axes.set_title(f"{plain_name(comparison.title)}{forced}\n{reading}", loc="left", fontsize=9, color=SOFT)
    if not rows:
        axes.set_xticks([])
        say(axes, "no test scores")
    return write(figure)


def curves_figure(records: Sequence[RunRecord], write: Write = png) -> bytes:
    """Validation score against updates: per encoder the mean over seeds in the band from worst to best seed."""
    confirms = [record for record in records if record.kind == "confirm"]
    counted = Counter(metric_of(record) for record in confirms)
    metric = min(counted, key=lambda one: (-counted[one], one.key, one.higher_is_better), default=NO_METRIC)
    models = sorted({record.model for record in confirms})
    curves = {model: found for model in models if (found := _curves(confirms, model, metric.key))}
    figure, axes = _figure(8.0, 4.5)
    scale = metric.scale
    for index, (model, found) in enumerate(curves.items()):
        _band(axes, found, plain_name(model), LINES[index % len(LINES)], scale)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_xlabel("updates")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if curves:
        axes.set_ylabel(axis_label(metric, "validation"))
        axes.legend(frameon=False, fontsize=9)
        reading = "line: mean over seeds; band: worst to best seed; dashed: some seeds have stopped"
        axes.set_title(reading, loc="left", fontsize=9, color=SOFT)
    else:
        say(axes, "no validation curves were recorded")
    return write(figure)


def _score_line(axes: Axes, place: int, row: Row, scale: float) -> None:
    assert row.test is not None
    colour = _colour(row)
    if row.interval is not None:
        ends = [row.interval.low * scale, row.interval.high * scale]
        axes.plot(ends, [place, place], color=colour, linewidth=6, alpha=0.25, solid_capstyle="butt", zorder=2)
    if row.kind == "baseline":
        axes.plot([row.test * scale], [place], marker="D", markersize=6, color=colour, linestyle="none", zorder=3)
        return
    seeds = [score * scale for _, score in row.seed_scores]
    axes.plot(seeds, [place] * len(seeds), "o", markersize=4, color=colour, alpha=0.6, markeredgewidth=0, zorder=3)
    axes.plot([row.test * scale], [place], marker="|", markersize=15, markeredgewidth=2.2, color=colour, zorder=4)


def _leave_out_the_far(axes: Axes, rows: Sequence[Row], scale: float) -> None:
    """An axis that ends where baselines lie so far off that nothing else could be told apart; arrows point to those."""
    near = [score * scale for row in rows if row.kind == "encoder" for _, score in row.seed_scores]
    near += [row.test * scale for row in rows if row.test is not None and row.kind == "encoder"]
    baselines = [row.test * scale for row in rows if row.test is not None and row.kind == "baseline"]
    if not near:
        return
    # the baselines that are next to the encoders are what those are held against
    near += sorted(baselines, key=lambda score: max(min(near) - score, score - max(near)))[:NEAR_BASELINES]
    low, high = min(near), max(near)
    room = (high - low) * FAR
    inside = [score for score in baselines if low - room <= score <= high + room]
    if len(inside) == len(baselines) or not room:
        return
    shown = [row for row in rows if row.kind == "encoder" or (row.test is not None and row.test * scale in inside)]
    ends = [end * scale for row in shown if row.interval for end in (row.interval.low, row.interval.high)]
    low, high = min(low, *inside, *ends), max(high, *inside, *ends)
    margin = 0.06 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    for place, row in enumerate(rows):
        if row.test is not None and row.kind == "baseline" and row.test * scale not in inside:
            end, marker = (0.01, "<") if row.test * scale < low else (0.99, ">")
            where = axes.get_yaxis_transform()
            axes.plot([end], [place], marker=marker, markersize=7, color=BASELINE, transform=where, clip_on=False)


def _curves(confirms: Sequence[RunRecord], model: str, metric: str) -> list[Points]:
    """The model's curves with at least one finite point, in an order that does not depend on the records'."""
    found: list[Points] = []
    for record in confirms:
        if record.model == model and record.outcome == "completed":
            points = [point for point in record.curves.get(f"validation/{metric}", []) if math.isfinite(point[1])]
            if points:
                found.append(sorted(points))
    return sorted(found, key=list)


def _band(axes: Axes, curves: Sequence[Points], name: str, colour: str, scale: float) -> None:
    """Mean and range at every update where some seed was validated, between its own points drawn straight."""
    updates = np.unique([update for points in curves for update, _ in points])
    values = np.full((len(curves), updates.size), np.nan)
    for line, points in zip(values, curves, strict=True):
        own = np.array(points, dtype=np.float64)
        within = (updates >= own[0, 0]) & (updates <= own[-1, 0])
        line[within] = np.interp(updates[within], own[:, 0], own[:, 1]) * scale
    known = ~np.isnan(values)
    mean = np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    # A mean over fewer seeds is another quantity: the line says where it starts to be one.
    everyone = known.all(axis=0)
    if updates.size == 1:  # no line has one point
        axes.errorbar(updates, mean, yerr=[mean - low, high - mean], fmt="o", color=colour, capsize=3)
    axes.plot(updates, mean, color=colour, linewidth=1, linestyle=(0, (3, 2)))
    axes.plot(updates, np.where(everyone, mean, np.nan), color=colour, linewidth=1.8, label=f"{name} ({len(curves)})")
    axes.fill_between(updates, low, high, color=colour, alpha=0.15, linewidth=0)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure, panels = new_figure(width, height)
    axes: Axes = panels[0, 0]
    return figure, axes


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """An empty figure that belongs to no global state, so that threads and notebooks are left alone, and its panels."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes in panels.flat:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(RULE)
        axes.tick_params(color=RULE, labelcolor=INK, labelsize=9)
        axes.xaxis.label.set_color(SOFT)
        axes.yaxis.label.set_color(SOFT)
    return figure, panels


def say(axes: Axes, words: str) -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=SOFT)


def _colour(row: Row) -> str:
    return BASELINE if row.kind == "baseline" else GROUP if row.in_best_group else OTHER


def axis_label(metric: Metric, split: str) -> str:
    """'test accuracy (higher is better, %)'."""
    unit = f", {metric.unit}" if metric.unit else ""
    return f"{split} {plain_name(metric.label)} ({metric.direction} is better{unit})"


def plain_name(text: str) -> str:
    """The name with nothing that matplotlib would read as mathematics."""
    return one_line(text).replace("$", r"\$")

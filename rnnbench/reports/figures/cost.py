"""Figure of test score against each kind of cost, with the Pareto front."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.pareto import COSTS, Cost, costed, front
from rnnbench.core.text import compact
from rnnbench.reports.figures.base import (
    INK,
    RULE,
    SOFT,
    Write,
    axis_label,
    caption,
    far_baselines,
    new_figure,
    plain_name,
    png,
    row_colour,
)
from rnnbench.reports.figures.label_placement import Named, write_names

Places = list[tuple[Row, float, float]]


def cost_figure(comparison: Comparison, write: Write = png) -> bytes:
    """A panel per cost: encoders as points, baselines as diamonds, the Pareto front as steps."""
    figure, panels = new_figure(10.0, 8.0, 2, 2)
    far = far_baselines(comparison.rows)
    for axes, cost in zip(panels.flat, COSTS, strict=True):
        _panel(axes, comparison, cost, [place for place in costed(comparison, cost) if place[0] not in far])
    for axes in panels[:, 0]:
        axes.set_ylabel(axis_label(comparison.metric, "test"))
    forced = " (FORCED: runs not comparable)" if comparison.is_forced else ""
    legend = "points: encoders; diamonds: baselines; steps: Pareto front"
    listed = ", ".join(f"{row.model} {comparison.metric.text(row.test)}" for row in far)
    left_out = f"\noutside of the axes: {plain_name(listed)}" if far else ""
    title = f"{plain_name(comparison.title)}{forced}\n{legend}{left_out}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=9, color=SOFT)
    figure.draw_without_rendering()
    for axes, cost in zip(panels.flat, COSTS, strict=True):
        places = [place for place in costed(comparison, cost) if place[0] not in far]
        scale = comparison.metric.scale
        named = [
            Named(price, score * scale, plain_name(row.model), row_colour(comparison, row), comparison.is_marked(row))
            for row, price, score in places
        ]
        write_names(axes, named, _steps(comparison, cost, places))
    return write(figure)


def _panel(axes: Axes, comparison: Comparison, cost: Cost, places: Places) -> None:
    axes.set_xlabel(cost.label + (" (more is cheaper)" if cost.more_is_cheaper else ""))
    if not places:
        axes.set(xticks=[], yticks=[])
        caption(axes, f"{cost.label}: not recorded")
        return
    scale = comparison.metric.scale
    for row, price, score in places:
        marker, size = ("D", 6) if row.kind == "baseline" else ("o", 7)
        axes.plot([price], [score * scale], marker, markersize=size, color=row_colour(comparison, row), zorder=3)
    steps = _steps(comparison, cost, places)
    axes.plot(*zip(*steps, strict=True), color=INK, linewidth=1, linestyle=(0, (4, 2)), alpha=0.6, zorder=1)
    axes.grid(color=RULE, linewidth=0.5)
    axes.margins(x=0.2, y=0.14)
    _scale(axes, [price for _, price, _ in places])


def _scale(axes: Axes, prices: list[float]) -> None:
    """Make the axis logarithmic if the costs differ by more than a factor of three."""
    low, high = min(prices), max(prices)
    if low == 0 and high > 0:
        # a baseline may have no parameters: zero needs a linear part
        axes.set_xscale("symlog", linthresh=min(price for price in prices if price) if high < 1 else 1)
    elif high > 3 * low:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 100 * low else (1.0,)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: _tick(value))
    axes.minorticks_off()


def _tick(value: float) -> str:
    """'0.01', '20', '5k', '1.5M'."""
    shown = compact(value) if value >= 1000 else f"{value:.4g}"
    number, suffix = (shown[:-1], shown[-1]) if shown[-1].isalpha() else (shown, "")
    return f"{float(number):g}{suffix}"


def _steps(comparison: Comparison, cost: Cost, places: Places) -> list[tuple[float, float]]:
    """The corners of the Pareto front."""
    scale = comparison.metric.scale
    best = [(price, score * scale) for row in front(comparison, cost) for own, price, score in places if own is row]
    corners = best[:1]
    for price, score in best[1:]:
        corners += [(price, corners[-1][1]), (price, score)]
    return corners

"""A picture of test score against each kind of cost, with the front of rows that are worth it."""

from __future__ import annotations

from matplotlib.axes import Axes

from rnnbench.comparison.base import Comparison, Row
from rnnbench.comparison.cells import compact, score_text, style
from rnnbench.comparison.figures import (
    BASELINE,
    GROUP,
    INK,
    OTHER,
    RULE,
    SOFT,
    axis_label,
    new_figure,
    plain_name,
    png,
    say,
)
from rnnbench.comparison.labels import Named, write_names
from rnnbench.comparison.pareto import COSTS, Cost, costed, front

FAR = 2.0
"""A baseline further from the encoders than so many times the spread of all encoders and the best baseline is left
out: it would press all others into a line."""

Places = list[tuple[Row, float, float]]


def cost_figure(comparison: Comparison) -> bytes:
    """A panel per cost: encoders as points, baselines as diamonds, and the front as steps."""
    figure, panels = new_figure(10.0, 8.0, 2, 2)
    near, far = _near(comparison)
    for axes, cost in zip(panels.flat, COSTS, strict=True):
        _panel(axes, comparison, cost, [place for place in costed(comparison, cost) if place[0] in near])
    for axes in panels[:, 0]:
        axes.set_ylabel(axis_label(comparison.metric, comparison.higher_is_better, "test"))
    forced = " (FORCED: runs not alike)" if comparison.is_forced else ""
    reading = "points: encoders; diamonds: baselines; steps: the front, where no row is both better and cheaper"
    listed = ", ".join(f"{row.model} {score_text(comparison.metric, row.test)}" for row in far)
    left_out = f"\nfar off, not drawn: {plain_name(listed)}" if far else ""
    title = f"{plain_name(comparison.title)}{forced}\n{reading}{left_out}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=9, color=SOFT)
    figure.draw_without_rendering()
    for axes, cost in zip(panels.flat, COSTS, strict=True):
        places = [place for place in costed(comparison, cost) if place[0] in near]
        scale = style(comparison.metric).scale
        named = [
            Named(price, score * scale, plain_name(row.model), _colour(row), row.in_best_group)
            for row, price, score in places
        ]
        write_names(axes, named)
    return png(figure)


def _panel(axes: Axes, comparison: Comparison, cost: Cost, places: Places) -> None:
    axes.set_xlabel(cost.label + (" (more is cheaper)" if cost.more_is_cheaper else ""))
    if not places:
        axes.set(xticks=[], yticks=[])
        say(axes, f"{cost.label}: not recorded")
        return
    scale = style(comparison.metric).scale
    # a seasonal repetition learns no number at all, and zero has no place on a purely logarithmic axis
    has_zero = any(price == 0 for _, price, _ in places)
    axes.set_xscale("symlog", linthresh=1) if has_zero else axes.set_xscale("log")
    for row, price, score in places:
        marker, size = ("D", 6) if row.kind == "baseline" else ("o", 7)
        axes.plot([price], [score * scale], marker, markersize=size, color=_colour(row), zorder=3)
    best = [place for row in front(comparison, cost) for place in places if place[0] is row]
    if len(best) > 1:
        xs, ys = [price for _, price, _ in best], [score * scale for *_, score in best]
        axes.step(xs, ys, where="post", color=INK, linewidth=1, linestyle=(0, (4, 2)), alpha=0.6, zorder=1)
    axes.grid(color=RULE, linewidth=0.5)
    axes.margins(x=0.14, y=0.14)
    axes.xaxis.set_major_formatter(lambda value, _: compact(float(f"{value:.3g}")))
    axes.minorticks_off()


def _near(comparison: Comparison) -> tuple[list[Row], list[Row]]:
    """The rows that are drawn, and those that are too far off."""
    scored = [row for row in comparison.rows if row.test is not None]
    baseline = comparison.best_baseline
    kept = [row.test for row in scored if row.kind == "encoder" or row is baseline]
    tests = [test for test in kept if test is not None]
    if not tests:
        return scored, []
    spread = max(tests) - min(tests)
    low, high = min(tests) - FAR * spread, max(tests) + FAR * spread
    near = [row for row in scored if row.test is not None and low <= row.test <= high]
    return near, [row for row in scored if row not in near]


def _colour(row: Row) -> str:
    return BASELINE if row.kind == "baseline" else GROUP if row.in_best_group else OTHER

"""Figure of test scores: every encoder and baseline with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from rnnbench.comparison.model import Comparison, Row
from rnnbench.reports.figures.base import (
    BASELINE,
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


def score_figure(comparison: Comparison, write: Write = png) -> bytes:
    """A line per encoder and baseline: seeds as points, the mean with its interval, the best baseline dashed."""
    rows = [row for row in comparison.rows if row.test is not None]
    figure, panels = new_figure(8.0, 1.5 + 0.42 * max(1, len(rows)))
    axes: Axes = panels[0, 0]
    scale = comparison.metric.scale
    for place, row in enumerate(rows):
        colour = row_colour(comparison, row)
        _score_line(axes, place, row, scale, colour)
        label = comparison.metric.text(row.test) + comparison.metric.interval_text(row.interval)
        axes.annotate(label, (1.02, place), xycoords=("axes fraction", "data"), va="center", color=colour, fontsize=9)
    _exclude_far_baselines(axes, rows, scale)
    baseline = comparison.best_baseline
    if baseline is not None and baseline.test is not None:
        axes.axvline(baseline.test * scale, color=BASELINE, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    axes.set_ylim(max(1, len(rows)) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [plain_name(row.model) for row in rows])
    for tick, row in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set(color=row_colour(comparison, row), fontweight="bold" if comparison.is_marked(row) else "normal")
        tick.set_fontstyle("italic" if row.kind == "baseline" else "normal")
    axes.set_xlabel(axis_label(comparison.metric, "test"))
    band = "" if comparison.short_test else "band: 95 % interval; "
    legend = f"points: seeds; {band}dashed: best baseline"
    forced = " (FORCED: runs not comparable)" if comparison.is_forced else ""
    axes.set_title(f"{plain_name(comparison.title)}{forced}\n{legend}", loc="left", fontsize=9, color=SOFT)
    if not rows:
        axes.set_xticks([])
        caption(axes, "no test scores")
    return write(figure)


def _score_line(axes: Axes, place: int, row: Row, scale: float, colour: str) -> None:
    assert row.test is not None
    if row.interval is not None:
        ends = [row.interval.low * scale, row.interval.high * scale]
        axes.plot(ends, [place, place], color=colour, linewidth=6, alpha=0.25, solid_capstyle="butt", zorder=2)
    if row.kind == "baseline":
        axes.plot([row.test * scale], [place], marker="D", markersize=6, color=colour, linestyle="none", zorder=3)
        return
    seeds = [score * scale for _, score in row.seed_scores]
    axes.plot(seeds, [place] * len(seeds), "o", markersize=4, color=colour, alpha=0.6, markeredgewidth=0, zorder=3)
    axes.plot([row.test * scale], [place], marker="|", markersize=15, markeredgewidth=2.2, color=colour, zorder=4)


def _exclude_far_baselines(axes: Axes, rows: Sequence[Row], scale: float) -> None:
    """Limit the axis to the other rows, with arrows that point to the baselines far from them."""
    far = far_baselines(rows)
    if not far:
        return
    shown: list[float] = []
    for row in rows:
        if row not in far and row.test is not None:
            shown += [row.test, *(score for _, score in row.seed_scores)]
            shown += [row.interval.low, row.interval.high] if row.interval else []
    low, high = min(shown) * scale, max(shown) * scale
    margin = 0.06 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    for place, row in enumerate(rows):
        if row in far and row.test is not None:
            end, marker = (0.01, "<") if row.test * scale < low else (0.99, ">")
            where = axes.get_yaxis_transform()
            axes.plot([end], [place], marker=marker, markersize=7, color=BASELINE, transform=where, clip_on=False)

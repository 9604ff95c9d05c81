"""Figure of expected validation performance: by trials on the left, by seconds on the right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnbench.comparison.expected_validation import Band, ExpectedCurve
from rnnbench.reports.figures.base import LINES, RULE, SOFT, Write, axis_label, caption, new_figure, plain_name, png

_LEGEND = (
    "line: expected best validation score of a random search (unbiased); band: 95 % at each budget\n"
    "dashed: more than half of the random trials, where a band is too narrow; (number): random trials"
)


def expected_figure(curves: Sequence[ExpectedCurve], write: Write = png) -> bytes:
    """Two panels on one scale: by random trials, and by seconds of search."""
    figure, panels = new_figure(12.0, 5.0, 1, 2)
    by_trials, by_seconds = panels[0]
    if not curves:
        for axes in (by_trials, by_seconds):
            caption(axes, "too few random trials")
        return write(figure)
    first = curves[0].draws
    limits = _limits(curves, first.metric.scale)
    _panel(by_trials, curves, [curve.unbiased for curve in curves], [curve.reliable_trials for curve in curves], limits)
    by_trials.set_xlabel("random trials")
    by_trials.xaxis.get_major_locator().set_params(integer=True)
    timed = [curve for curve in curves if curve.seconds]
    bands = [curve.seconds for curve in curves if curve.seconds]
    if timed:
        _panel(by_seconds, timed, bands, [curve.reliable_seconds for curve in timed], limits)
    else:
        caption(by_seconds, "no seconds were recorded")
    by_seconds.set_xlim(left=0)
    by_seconds.set_xlabel("seconds of search, one trial at a time")
    by_trials.set_ylabel(axis_label(first.metric, "best validation"))
    title = f"{plain_name(first.task)} on {plain_name(first.data)}: expected best score of a random search"
    figure.suptitle(f"{title}\n{_LEGEND}", x=0.01, ha="left", fontsize=9, color=SOFT)
    return write(figure)


def _panel(
    axes: Axes,
    curves: Sequence[ExpectedCurve],
    bands: Sequence[Band],
    reliable: Sequence[float],
    limits: tuple[float, float],
) -> None:
    scale = curves[0].draws.metric.scale
    axes.set_ylim(*limits)
    axes.grid(color=RULE, linewidth=0.6)
    for place, (curve, band, until) in enumerate(zip(curves, bands, reliable, strict=True)):
        colour = LINES[place % len(LINES)]
        at, mean = np.array(band.at), np.array(band.mean) * scale
        inner = at <= until
        low, high = np.array(band.low) * scale, np.array(band.high) * scale
        axes.fill_between(at[inner], low[inner], high[inner], color=colour, alpha=0.09, linewidth=0)
        for edge in (low, high):
            axes.plot(at[inner], edge[inner], color=colour, linewidth=0.7, alpha=0.5)
        axes.plot(at, mean, color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
        name = f"{plain_name(curve.model)} ({len(curve.draws.scores)})"
        axes.plot(at[inner], mean[inner], color=colour, linewidth=2.0, label=name)
    axes.set_xlim(axes.dataLim.x0, max(band.at[-1] for band in bands))
    axes.legend(frameon=False, fontsize=9)


def _limits(curves: Sequence[ExpectedCurve], scale: float) -> tuple[float, float]:
    """Limits that hold every line over trials, and the bands as far as they do not flatten the lines."""
    means = np.array([value for curve in curves for value in curve.unbiased.mean]) * scale
    span = float(np.ptp(means)) or 0.1 * abs(float(means[0])) or 1.0
    return float(means.min()) - 0.6 * span, float(means.max()) + 0.6 * span

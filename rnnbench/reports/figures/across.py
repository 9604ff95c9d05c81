"""Figures of a summary over experiments: critical difference diagram, and skill by experiment."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from rnnbench.comparison.across.base import Across
from rnnbench.reports.figures.base import BASELINE, INK, LINES, RULE, SOFT, new_figure, plain_name, png

MARKERS = "osD^vPX*"


def critical_difference_figure(summary: Across) -> bytes:
    """Critical difference diagram: average ranks, the best at the left; bars join encoders that do not differ.

    Raises: ValueError where no test was made.

    Source: Demsar (2006), Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7.
    """
    test = summary.test
    if test is None:
        raise ValueError(summary.refusal)
    count = len(summary.standings)
    left = math.ceil(count / 2)
    first = 0.9 + 0.32 * len(test.cliques)
    lowest = first + 0.42 * left
    # inches for the names on either side, ten points high, and for the axis between them
    beside = 0.9 + 0.085 * max(len(standing.encoder) for standing in summary.standings)
    between = 4.6
    figure, panels = new_figure(between + 2 * beside, 1.5 + 0.55 * lowest)
    axes: Axes = panels[0, 0]
    margin = beside * (count - 1) / between
    axes.set_ylim(lowest + 0.3, -0.9)
    axes.set_xlim(1 - margin, count + margin)
    axes.axis("off")
    _rank_axis(axes, count, test.critical_difference)
    for number, clique in enumerate(test.cliques):
        ranks = [standing.average_rank for standing in summary.standings if standing.encoder in clique]
        height = 0.42 + 0.32 * number
        axes.plot([min(ranks) - 0.03, max(ranks) + 0.03], [height] * 2, color=INK, linewidth=4, solid_capstyle="butt")
    for place, standing in enumerate(summary.standings):
        is_left = place < left
        height = first + 0.42 * (place if is_left else count - 1 - place)
        end = 1 - 0.08 if is_left else count + 0.08
        axes.plot([standing.average_rank] * 2 + [end], [0, height, height], color=SOFT, linewidth=1)
        label = f" {plain_name(standing.encoder)}  {standing.average_rank:.2f} "
        axes.text(end, height, label, ha="right" if is_left else "left", va="center", color=INK, fontsize=10)
    axes.set_title(
        f"average rank over {len(summary.experiments)} data sets, the best at the left; bars join encoders that do not "
        f"differ significantly\nFriedman test (Iman-Davenport): p {'< 0.001' if test.p < 0.001 else f'= {test.p:.3f}'}",
        loc="left", fontsize=9, color=SOFT,
    )  # fmt: skip
    return png(figure)


def _rank_axis(axes: Axes, count: int, difference: float) -> None:
    axes.plot([1, count], [0, 0], color=INK, linewidth=1)
    for rank in range(1, count + 1):
        axes.plot([rank, rank], [0, -0.12], color=INK, linewidth=1)
        axes.text(rank, -0.18, f"{rank}", ha="center", va="bottom", color=INK, fontsize=9)
    axes.plot([1, 1 + difference], [-0.62, -0.62], color=BASELINE, linewidth=2)
    for end in (1, 1 + difference):
        axes.plot([end, end], [-0.7, -0.54], color=BASELINE, linewidth=2)
    axes.text(1 + difference, -0.62, f"  critical difference {difference:.2f}", va="center", color=BASELINE, fontsize=9)


def skill_figure(summary: Across) -> bytes:
    """A block per experiment, a line per encoder: mean skill with its interval; the best baseline is at zero."""
    rows, count = len(summary.experiments), len(summary.encoders)
    figure, panels = new_figure(8.0, 1.2 + rows * (0.25 + 0.19 * count))
    axes: Axes = panels[0, 0]
    axes.axvline(0, color=BASELINE, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
    for place, experiment in enumerate(summary.experiments):
        for line, encoder in enumerate(summary.encoders):
            entry = summary.entry(experiment, encoder)
            height = place + 0.72 * ((line + 0.5) / count - 0.5)
            colour, marker = LINES[line % len(LINES)], MARKERS[line % len(MARKERS)]
            if entry.interval is not None:
                axes.plot([entry.interval.low, entry.interval.high], [height] * 2, color=colour, linewidth=2, alpha=0.5)
            label = plain_name(encoder) if place == 0 else None
            axes.plot([entry.skill], [height], marker, color=colour, markersize=5, linestyle="none", label=label)
        if place:
            axes.axhline(place - 0.5, color=RULE, linewidth=0.6, zorder=0)
    axes.set_ylim(rows - 0.45, -0.55)
    names = [plain_name(experiment.label).replace(" on ", "\non ") for experiment in summary.experiments]
    axes.set_yticks(range(rows), names)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_xlabel("skill: reduction of the best baseline's error")
    forced = " (FORCED: experiments not comparable)" if summary.is_forced else ""
    title = f"mean over seeds with 95 % interval; dashed: the best baseline of each data set{forced}"
    axes.set_title(title, loc="left", fontsize=9, color=SOFT)
    handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=min(count, 6), frameon=False, fontsize=9)
    return png(figure)

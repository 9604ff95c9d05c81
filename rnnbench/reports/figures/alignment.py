"""Figure of an alignment: the attention of every target token to the source tokens."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from rnnbench.core.text import one_line
from rnnbench.reports.figures.base import BASELINE, RULE, SOFT, new_figure, plain_name, without_glyph_warnings
from rnnbench.reports.figures.fonts import families

LONGEST = 20
"""A longer token is cut."""
BLANK = "\N{OPEN BOX}"
"""Printed for a token of spaces alone."""

_CELL, _SIDE, _MARGIN = 0.24, 20.0, 0.06
"""Inches: of a cell, the most of all cells of a side (those of a longer text are smaller), and around the picture."""
_FONT, _SMALLEST = 9.0, 5.0
_SHOWN = 0.01
"""Smaller weights are not drawn."""
_LEGEND = "across: source, down: target\nstronger colour: larger weight"


def alignment_figure(source: Sequence[str], target: Sequence[str], weights: Sequence[Sequence[float]]) -> Figure:
    """A cell for every pair of tokens, the stronger its colour, the larger the weight.

    weights: one row per target token, with one number from 0 to 1 per source token.
    """
    shares = np.clip(np.array(weights, dtype=float).reshape(len(target), len(source)), 0, 1)
    cell = min(_CELL, _SIDE / max(1, *shares.shape))
    figure, panels = new_figure(1, 1)
    axes: Axes = panels[0, 0]
    _draw_cells(axes, shares)
    _label_tokens(axes, source, target, cell)
    _fit(figure, axes, cell)
    return figure


def _draw_cells(axes: Axes, shares: np.ndarray) -> None:
    """Squares whose opacity is the weight, so that they follow the page's light or dark mode, on a grid."""
    down, across = shares.shape
    rows, columns = np.nonzero(shares >= _SHOWN)
    squares = np.stack([columns, rows], axis=1)[:, None] + np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    if len(squares):
        opacities = shares[rows, columns]
        axes.add_collection(PolyCollection(list(squares), facecolors=BASELINE, alpha=opacities, linewidths=0, zorder=2))
    # not a number ends a line
    vertical = [(place, end) for place in range(across + 1) for end in (0, down, np.nan)]
    level = [(end, place) for place in range(down + 1) for end in (0, across, np.nan)]
    axes.plot(*zip(*vertical, *level, strict=True), color=RULE, linewidth=0.5, zorder=1, clip_on=False)
    axes.set_xlim(0, max(1, across))
    axes.set_ylim(max(1, down), 0)
    axes.spines[:].set_visible(False)


def _label_tokens(axes: Axes, source: Sequence[str], target: Sequence[str], cell: float) -> None:
    """The tokens along the sides; of a very long text every second one, every third one and so on."""
    across, down = ([_label(token) for token in tokens] for tokens in (source, target))
    size = min(_FONT, 72 * cell * 0.6)
    step = ceil(_SMALLEST / size)
    axes.set_xticks(
        np.arange(0, len(across), step) + 0.5, across[::step], ha="left", rotation=60, rotation_mode="anchor"
    )
    axes.set_yticks(np.arange(0, len(down), step) + 0.5, down[::step])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=max(size, _SMALLEST))
    fonts = families("".join([*across, *down]))
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontfamily(fonts)


def _label(token: str) -> str:
    """The token on one line and cut where it is long."""
    text = one_line(token) or BLANK
    return plain_name(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _fit(figure: Figure, axes: Axes, cell: float) -> None:
    """Make the figure as large as its cells, its labels and its legend need."""
    legend = figure.text(0, 0, _LEGEND, color=SOFT, fontsize=8, va="top")
    figure.set_layout_engine("none")
    axes.set_position((0, 0, 1, 1))
    width, height = cell * axes.get_xlim()[1], cell * axes.get_ylim()[0]
    figure.set_size_inches(width, height)
    renderer = FigureCanvasAgg(figure).get_renderer()
    with without_glyph_warnings():
        boxes = [box for axis in (axes.xaxis, axes.yaxis) if (box := axis.get_tightbbox(renderer)) is not None]
        words = legend.get_window_extent(renderer)
    left = _MARGIN + max([0.0, *(-box.x0 / figure.dpi for box in boxes)])
    right = _MARGIN + max([0.0, *(box.x1 / figure.dpi - width for box in boxes)])
    top = _MARGIN + max([0.0, *(box.y1 / figure.dpi - height for box in boxes)])
    above = 2 * _MARGIN + words.height / figure.dpi
    whole = (max(left + width + right, 2 * _MARGIN + words.width / figure.dpi), _MARGIN + height + top + above)
    figure.set_size_inches(whole)
    axes.set_position((left / whole[0], _MARGIN / whole[1], width / whole[0], height / whole[1]))
    legend.set_position((_MARGIN / whole[0], 1 - _MARGIN / whole[1]))

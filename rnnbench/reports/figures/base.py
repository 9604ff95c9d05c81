"""Shared by all figures: colours, an empty figure, labels, and the PNG."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rnnbench.comparison.model import Comparison, Row
from rnnbench.core.text import one_line
from rnnbench.metrics import Metric

INK, SOFT, RULE, PAPER = "#1c2430", "#5b6675", "#d8dde4", "#ffffff"
GROUP, OTHER, BASELINE, ORANGE = "#1a7f37", "#5b6675", "#0b6e99", "#c2570c"
LINES = ("#0b6e99", "#c2570c", "#1a7f37", "#8250df", "#bf3989", "#7a5c00", "#1c2430", "#57a6c4")

NEAR_BASELINES, FAR = 2, 3.0
"""The nearest baselines are always inside of the axis; others up to so many times its range away."""

Write = Callable[[Figure], bytes]
"""Turns a figure into the content of a file: `png`, or `svg`."""


def png(figure: Figure) -> bytes:
    """The figure as a PNG, the same bytes on every call."""
    return saved(figure, format="png", dpi=144, metadata={"Software": None})


def saved(figure: Figure, **settings: Any) -> bytes:
    """The content that `Figure.savefig` writes."""
    out = io.BytesIO()
    with without_glyph_warnings():
        figure.savefig(out, **settings)
    return out.getvalue()


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """No warning inside of it about letters that no font on this machine has: a browser has its own fonts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
        yield


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """An empty figure, outside of matplotlib's global state, and its panels."""
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


def caption(axes: Axes, text: str) -> None:
    """Write the text in the middle of an empty panel."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=SOFT)


def far_baselines(rows: Sequence[Row]) -> list[Row]:
    """Baselines far from the encoders and the two nearest baselines: an axis with them would flatten the rest."""
    scored = [(row, row.test) for row in rows if row.test is not None]
    near = [score for row in rows if row.kind == "encoder" for _, score in row.seed_scores]
    near += [test for row, test in scored if row.kind == "encoder"]
    if not near:
        return []
    baselines = [(row, test) for row, test in scored if row.kind == "baseline"]
    next_to = sorted(baselines, key=lambda pair: max(min(near) - pair[1], pair[1] - max(near)))[:NEAR_BASELINES]
    near += [test for _, test in next_to]
    room = (max(near) - min(near)) * FAR
    return [row for row, test in baselines if room and not min(near) - room <= test <= max(near) + room]


def row_colour(comparison: Comparison, row: Row) -> str:
    """The colour of a row: baseline, marked as one of the best, or other."""
    return BASELINE if row.kind == "baseline" else GROUP if comparison.is_marked(row) else OTHER


def axis_label(metric: Metric, split: str) -> str:
    """'test accuracy (higher is better, %)'."""
    unit = f", {metric.unit}" if metric.unit else ""
    return f"{split} {plain_name(metric.label)} ({metric.direction} is better{unit})"


def plain_name(text: str) -> str:
    """The text, escaped for matplotlib, which reads $ as mathematics."""
    return one_line(text).replace("$", r"\$")

"""Parallel coordinates: every trial of an encoder as a line through its settings to its validation score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from rnnbench.comparison.search_spaces import usual_ranges
from rnnbench.core.settings import Choices, Floats, Ints, Range, range_from_stored
from rnnbench.metrics import metric_of
from rnnbench.reports.figures.base import RULE, SOFT, Write, new_figure, plain_name
from rnnbench.reports.figures.svg import PAPER
from rnnbench.storage.record import RunRecord

# of medium lightness, visible on white and on black, and distinguishable by colour-blind readers
COLOURS = LinearSegmentedColormap.from_list("scores", ["#cf6a1c", "#98909a", "#2388b8"])


@dataclass(frozen=True)
class Axis:
    """The axis of a searched setting: the height of a value, 0 to 1, and the labels."""

    setting: str
    range: Range

    @property
    def name(self) -> str:
        return self.setting.partition(".")[2]

    def place(self, value: Any) -> float:
        """The height of a value; NaN for one outside of the range."""
        if value not in self.range:
            return math.nan
        if isinstance(self.range, Choices):
            return self.range.values.index(value) / max(1, len(self.range.values) - 1)
        scale = math.log if self.range.log else float
        low, high = scale(self.range.low), scale(self.range.high)
        return (scale(value) - low) / (high - low) if high > low else 0.5

    def marks(self) -> list[tuple[float, str]]:
        """(height, text) of the labels."""
        if isinstance(self.range, Choices):
            return [(self.place(value), str(value)) for value in self.range.values]
        return [(self.place(end), f"{end:g}") for end in (self.range.low, self.range.high)]


def searched_axes(trials: Sequence[RunRecord]) -> list[Axis]:
    """The searched settings of an encoder's trials, by name."""
    ranges = usual_ranges(trials) or {}
    stored = {name: range_from_stored(plain) for name, plain in sorted(ranges.items())}
    return [Axis(name, range) for name, range in stored.items() if isinstance(range, Choices | Floats | Ints)]


def parallel_figure(trials: Sequence[RunRecord], axes: Sequence[Axis], higher_is_better: bool, write: Write) -> bytes:
    """A line per trial of one encoder, the best on top; lines of trials that did not complete end before the score."""
    figure, panels = new_figure(max(6.0, 1.15 * (len(axes) + 1)), 3.0)
    panel: Axes = panels[0, 0]
    metric = metric_of(trials[0])
    completed = [trial for trial in trials if trial.outcome == "completed" and math.isfinite(trial.validation)]
    scores = np.array([trial.validation for trial in completed])
    low, high = float(scores.min()), float(scores.max())
    for trial in trials:
        if trial not in completed:
            panel.plot(_heights(trial, axes), color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)), alpha=0.6)
    worst, best = (low, high) if higher_is_better else (high, low)
    span = high - low or 1.0
    for trial in sorted(completed, key=lambda trial: trial.validation if higher_is_better else -trial.validation):
        goodness = abs(trial.validation - worst) / span if high > low else 1.0
        width = 2.2 if trial.validation == best else 1.2
        panel.plot([*_heights(trial, axes), goodness], color=COLOURS(goodness), linewidth=width, alpha=0.9)
    names = [plain_name(axis.name) for axis in axes]
    marks = [axis.marks() for axis in axes]
    ends = [(1.0, metric.text(best)), *([(0.0, metric.text(worst))] if high > low else [])]
    for place, texts in enumerate([*marks, ends]):
        panel.axvline(place, color=RULE, linewidth=1, zorder=0)
        for height, text in texts:
            panel.annotate(
                plain_name(text), (place, height), (4, 0), textcoords="offset points", va="center", fontsize=8,
                color=SOFT, bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.7, "pad": 0.6}, zorder=5,
            )  # fmt: skip
    label = f"validation\n{plain_name(metric.label)}" + (f", {metric.unit}" if metric.unit else "")
    panel.set_xticks(range(len(axes) + 1), [*(_broken(name) for name in names), label], fontsize=8)
    panel.set_yticks([])
    panel.set_xlim(-0.1, len(axes) + 0.45)
    panel.set_ylim(-0.08, 1.08)
    panel.spines[["left", "bottom"]].set_visible(False)
    panel.tick_params(length=0)
    return write(figure)


def _heights(trial: RunRecord, axes: Sequence[Axis]) -> list[float]:
    values = (trial.config.get(axis.setting.partition(".")[0], {}).get(axis.name) for axis in axes)
    return [math.nan if value is None else axis.place(value) for axis, value in zip(axes, values, strict=True)]


def _broken(name: str) -> str:
    """The name on two lines where it is long."""
    words = name.split("_")
    half = (len(words) + 1) // 2
    return name if len(name) < 12 or len(words) < 2 else f"{'_'.join(words[:half])}_\n{'_'.join(words[half:])}"

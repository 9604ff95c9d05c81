"""A forecast with a band of past errors, as plain data and as a figure."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.files import write_whole
from rnnbench.core.text import rounded
from rnnbench.data.clock import offset_text
from rnnbench.data.description import by_label
from rnnbench.data.frequencies import is_steps, time_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, AHEAD = "#1c2430", "#5b6675", "#0b6e99"
MOST_PANELS = 6
FORMATS = {".png", ".svg", ".pdf"}


@dataclass(frozen=True)
class Forecast:
    """Forecast values at `times`, one column per target, with the preceding rows.

    values, low, high: (horizon, targets) in the unit of the series; low and high are None without past errors.
    coverage: the share of past errors inside the band.
    history_times, history_values: the last rows before the forecast, for the figure.
    frequency, zone: of the times, which are local times of the zone.
    notes: remarks printed below the forecast. understood, warnings: how the history was read, as in `Facts`.
    """

    name: str
    targets: tuple[str, ...]
    unit: str
    times: np.ndarray
    values: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None
    coverage: float
    history_times: np.ndarray
    history_values: np.ndarray
    frequency: str
    zone: str = ""
    notes: tuple[str, ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The forecast as plain data, without the history: one entry per time."""
        rows = []
        for step, time in enumerate(self.times):
            row: dict[str, Any] = {"time": time_text(time, self.frequency, self.zone)}
            for column, target in enumerate(self.targets):
                row[target] = float(self.values[step, column])
                if self.low is not None and self.high is not None:
                    row[f"{target}/low"] = float(self.low[step, column])
                    row[f"{target}/high"] = float(self.high[step, column])
            rows.append(row)
        return {
            "name": self.name, "targets": [*self.targets], "unit": self.unit, "coverage": self.coverage,
            "notes": [*self.notes], "understood": by_label(self.understood), "warnings": [*self.warnings],
            "forecast": rows,
        }  # fmt: skip

    def plot(self, path: str | Path) -> None:
        """Writes a figure of the history, the forecast and its band. Raises: RnnbenchError where it cannot."""
        path = Path(path)
        if path.suffix.lower() not in FORMATS:
            raise RnnbenchError(f"{path.name}: pictures end in {', '.join(sorted(FORMATS))}")
        write_whole(path, _drawn(self, path.suffix.lower().lstrip(".")))


def _drawn(forecast: Forecast, format: str) -> bytes:
    """The figure, with one panel per target."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure

    shown = min(len(forecast.targets), MOST_PANELS)
    figure = Figure(figsize=(9.0, 1.4 + 2.6 * shown), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(shown, 1, sharex=True, squeeze=False)[:, 0]
    for column, axes in enumerate(panels):
        # the line of the forecast starts at the last history row
        times = _axis(np.concatenate([forecast.history_times[-1:], forecast.times]), forecast.frequency)
        values = np.concatenate([forecast.history_values[-1:, column], forecast.values[:, column]])
        past = _axis(forecast.history_times, forecast.frequency)
        axes.plot(past, forecast.history_values[:, column], color=INK, linewidth=1, label="history")
        axes.plot(times, values, color=AHEAD, linewidth=1.6, label="forecast")
        if forecast.low is not None and forecast.high is not None:
            axes.fill_between(
                times[1:], forecast.low[:, column], forecast.high[:, column], color=AHEAD, alpha=0.2, linewidth=0,
                label=f"{forecast.coverage:.0%} of past errors",
            )  # fmt: skip
        axes.set_ylabel(f"{_plain(forecast.targets[column])}\n[{_plain(forecast.unit)}]")
        axes.yaxis.set_major_formatter(_tick_formatter(axes))
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=SOFT)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower right", frameon=False, ncols=3, fontsize=9)
    left_out = f" (the first {shown} of {len(forecast.targets)} series)" if shown < len(forecast.targets) else ""
    panels[0].set_title(
        f"{_plain(forecast.name)}: the next {len(forecast.times)} samples{left_out}", loc="left", color=INK
    )
    panels[-1].set_xlabel(f"time ({offset_text(forecast.zone)})" if forecast.zone else "time")
    if not is_steps(forecast.frequency):
        locator = AutoDateLocator()
        panels[-1].xaxis.set_major_locator(locator)
        panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    content = io.BytesIO()
    figure.savefig(content, format=format)
    return content.getvalue()


def _axis(times: np.ndarray, frequency: str) -> np.ndarray:
    """Times as a figure has them: steps are numbers."""
    return times.astype(np.int64) if is_steps(frequency) else times


def _tick_formatter(axes: Axes) -> Callable[[float, int | None], str]:
    """Whole tick labels, without an offset or a power that the reader would have to add."""

    def text(value: float, _: int | None = None) -> str:
        low, high = axes.get_ylim()
        return rounded(value, abs(high - low))

    return text


def _plain(text: str) -> str:
    """Text with dollar signs escaped, which matplotlib would read as a formula."""
    return text.replace("$", r"\$")

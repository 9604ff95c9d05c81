"""A picture of a forecast: the history, the values to come, and the band of past errors."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from rnnbench.core.files import write_whole
from rnnbench.errors import RnnbenchError

if TYPE_CHECKING:
    from rnnbench.use.forecasting import Forecast

INK, SOFT, AHEAD = "#1c2430", "#5b6675", "#0b6e99"
MOST_PANELS = 6
FORMATS = {".png", ".svg", ".pdf"}


def draw(forecast: Forecast, path: Path) -> None:
    """Writes the picture, a panel per target. Raises: RnnbenchError where it cannot be written."""
    if path.suffix.lower() not in FORMATS:
        raise RnnbenchError(f"{path.name}: pictures end in {', '.join(sorted(FORMATS))}")
    shown = min(len(forecast.targets), MOST_PANELS)
    figure = Figure(figsize=(9.0, 1.4 + 2.6 * shown), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(shown, 1, sharex=True, squeeze=False)[:, 0]
    for column, axes in enumerate(panels):
        # the forecast begins where the history ends, so that the lines meet
        times = np.concatenate([forecast.history_times[-1:], forecast.times])
        values = np.concatenate([forecast.history_values[-1:, column], forecast.values[:, column]])
        axes.plot(forecast.history_times, forecast.history_values[:, column], color=INK, linewidth=1, label="history")
        axes.plot(times, values, color=AHEAD, linewidth=1.6, label="forecast")
        if forecast.low is not None and forecast.high is not None:
            axes.fill_between(
                forecast.times, forecast.low[:, column], forecast.high[:, column], color=AHEAD, alpha=0.2, linewidth=0,
                label=f"{forecast.coverage:.0%} of past errors",
            )  # fmt: skip
        axes.set_ylabel(f"{_plain(forecast.targets[column])}\n[{_plain(forecast.unit)}]")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=SOFT)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower right", frameon=False, ncols=3, fontsize=9)
    left_out = f" (the first {shown} of {len(forecast.targets)} series)" if shown < len(forecast.targets) else ""
    panels[0].set_title(
        f"{_plain(forecast.name)}: the next {len(forecast.times)} samples{left_out}", loc="left", color=INK
    )
    panels[-1].set_xlabel("time")
    locator = AutoDateLocator()
    panels[-1].xaxis.set_major_locator(locator)
    panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix.lower().lstrip("."))
    write_whole(path, content.getvalue())


def _plain(text: str) -> str:
    """Text in which matplotlib sees no formula."""
    return text.replace("$", r"\$")

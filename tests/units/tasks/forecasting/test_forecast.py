"""A forecast as plain data keeps every digit; its figure writes whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from rnnbench.tasks.forecasting.forecast import Forecast, _tick_formatter


def forecast_of(values: list[float], band: float | None) -> Forecast:
    levels = np.array(values)[:, None]
    days = np.datetime64("2024-01-01", "ns") + np.arange(2 * len(values)) * np.timedelta64(1, "D")
    facts: dict[str, Any] = {
        "name": "won.csv", "targets": ("sales",), "unit": "won", "times": days[len(values) :], "values": levels,
        "low": None if band is None else levels - band, "high": None if band is None else levels + band,
        "coverage": 0.8, "frequency": "1D", "history_times": days[: len(values)], "history_values": levels,
    }  # fmt: skip
    return Forecast(**facts)


def test_plain_data_keep_every_digit():
    row = forecast_of([52_412_345.678, 1.0], 43_210.5).to_plain()["forecast"][0]
    assert (row["sales"], row["sales/low"]) == (52_412_345.678, 52_412_345.678 - 43_210.5)


@pytest.mark.parametrize(
    ("low", "high", "value", "label"),
    [
        (52e6, 53e6, 52_400_000, "52,400,000"),
        (1e12, 1e12 + 1, 1e12 + 0.25, "1,000,000,000,000.25"),
        (0, 10, 2.5, "2.5"),
    ],
)
def test_an_axis_has_neither_offset_nor_power(low, high, value, label):
    axes = Figure().subplots()
    axes.set_ylim(low, high)
    assert _tick_formatter(axes)(value) == label

"""A forecast is printed and drawn with the digits that its band needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from rnnbench.cli.inference import _print_table
from rnnbench.tasks.forecasting.forecast import Forecast, _tick_formatter


def forecast_of(values: list[float], band: float | None) -> Forecast:
    levels = np.array(values)[:, None]
    days = np.datetime64("2024-01-01", "ns") + np.arange(2 * len(values)) * np.timedelta64(1, "D")
    facts: dict[str, Any] = {
        "name": "won.csv", "targets": ("sales",), "unit": "won", "times": days[len(values) :], "values": levels,
        "low": None if band is None else levels - band, "high": None if band is None else levels + band,
        "coverage": 0.8, "history_times": days[: len(values)], "history_values": levels,
    }  # fmt: skip
    return Forecast(**facts)


def printed(forecast: Forecast, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The cells of the table, row by row, without the times."""
    _print_table(forecast)
    return [line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.startswith("2024-")]


@pytest.mark.parametrize(
    ("values", "band", "first"),
    [
        ([52_412_345.6, 51_999_999.4], 43_210.0, ["52,412,300", "52,369,100", "52,455,600"]),
        ([539.612, 541.3], 7.0, ["539.61", "532.61", "546.61"]),
        ([1e12 + 0.25, 1e12 + 0.5], 0.125, ["1,000,000,000,000.250", "1,000,000,000,000.125", "1,000,000,000,000.375"]),
        ([1.25e-12, 1.5e-12], 1e-13, ["1.250e-12", "1.150e-12", "1.350e-12"]),
        ([5.0, 5.0], 0.0, ["5", "5", "5"]),
        ([1234.5678, 1300.0], None, ["1,234.6"]),
    ],
)
def test_values_have_the_digits_of_the_band(values, band, first, capsys):
    assert printed(forecast_of(values, band), capsys)[0] == first


def test_one_narrow_band_does_not_give_every_value_its_digits(capsys):
    values, bands = np.array([[500.123456], [501.0], [502.0]]), np.array([[1e-9], [7.0], [8.0]])
    forecast = replace(forecast_of([1, 2, 3], None), values=values, low=values - bands, high=values + bands)
    assert printed(forecast, capsys)[1][0] == "501.0000"


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

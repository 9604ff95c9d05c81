"""A forecast is printed with the digits that its band needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnbench.cli import inference
from rnnbench.cli.inference import _print_table
from rnnbench.tasks.forecasting.forecast import Forecast


def forecast_of(values: list[float], band: float | None) -> Forecast:
    levels = np.array(values)[:, None]
    days = np.datetime64("2024-01-01", "ns") + np.arange(2 * len(values)) * np.timedelta64(1, "D")
    facts: dict[str, Any] = {
        "name": "won.csv", "targets": ("sales",), "unit": "won", "times": days[len(values) :], "values": levels,
        "low": None if band is None else levels - band, "high": None if band is None else levels + band,
        "coverage": 0.8, "frequency": "1D", "history_times": days[: len(values)], "history_values": levels,
    }  # fmt: skip
    return Forecast(**facts)


def printed(forecast: Forecast, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The cells of the table, row by row, without the times."""
    _print_table(forecast)
    return [line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.startswith("2024-")]


@pytest.mark.parametrize(
    ("values", "band", "first"),
    [
        ([52_412_345.6, 51_999_999.4], 43_210.0, ["52,412,350", "52,369,140", "52,455,560"]),
        ([539.612, 541.3], 7.0, ["539.612", "532.612", "546.612"]),
        ([1e12 + 0.25, 1e12 + 0.5], 0.125, ["1,000,000,000,000.250", "1,000,000,000,000.125", "1,000,000,000,000.375"]),
        ([1.25e-12, 1.5e-12], 1e-13, ["1.2500e-12", "1.1500e-12", "1.3500e-12"]),
        ([5.0, 5.0], 0.0, ["5", "5", "5"]),
        ([1234.5678, 1300.0], None, ["1,234.57"]),
    ],
)
def test_values_have_the_digits_of_the_band(values, band, first, capsys):
    assert printed(forecast_of(values, band), capsys)[0] == first


def test_one_narrow_band_does_not_give_every_value_its_digits(capsys):
    values, bands = np.array([[500.123456], [501.0], [502.0]]), np.array([[1e-9], [7.0], [8.0]])
    forecast = replace(forecast_of([1, 2, 3], None), values=values, low=values - bands, high=values + bands)
    assert printed(forecast, capsys)[1][0] == "501.00000"


def test_how_the_file_was_read_is_told_before_the_forecast(monkeypatch, capsys):
    class Model:
        run_id = "0"

        def forecast(self, series: str, horizon: int | None, **reading: object) -> Forecast:
            rows = ("rows", f"400 read from {series}; the last 10 rows have no value in 'sales'")
            warnings = tuple(f"{name} is {value}" for name, value in reading.items())
            return replace(forecast_of([1.0, 2.0], None), understood=(rows,), warnings=warnings)

    monkeypatch.setattr(inference, "load_model", lambda *arguments: Model())
    options = {"data.name": ("new.csv", "--data"), "data.missing": (["-9999"], "--missing")}
    inference.print_forecast("best", options, None, None, as_json=False)
    told = " ".join(capsys.readouterr().err.split())
    assert "400 read from new.csv; the last 10 rows have no value in 'sales'" in told
    assert "warning: missing is ['-9999']" in told

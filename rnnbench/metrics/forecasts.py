"""How well series were forecast: actual and forecast values are (windows, horizon, channels) in the series' unit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

MAE = Metric("mae", "mae", low=0)
MAE_STANDARDISED = Metric("mae_standardised", "standardised MAE", low=0, decimals=3)


def mae(actual: ArrayLike, forecast: ArrayLike) -> float:
    """The mean of |y - f|."""
    return float(np.mean(np.abs(_errors(actual, forecast))))


MSE_STANDARDISED = Metric("mse_standardised", "standardised MSE", low=0, decimals=3)


def mse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """The mean of (y - f)^2."""
    return float(np.mean(_errors(actual, forecast) ** 2))


RMSE = Metric("rmse", "rmse", low=0)


def rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """The square root of the mean of (y - f)^2 over windows, horizon and channels together."""
    return math.sqrt(mse(actual, forecast))


MAPE = Metric("mape", "mape", low=0)


def mape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """100 x the mean of |y - f| / |y|, in percent; undefined where y is 0."""
    return float(100 * np.mean(np.abs(_errors(actual, forecast)) / np.abs(np.asarray(actual, dtype=float))))


SMAPE = Metric("smape", "smape", low=0, high=200)


def smape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """200 x the mean of |y - f| / (|y| + |f|), 0 to 200 percent; a pair of zeros counts as no error.

    Source: Makridakis and Hibon 2000, "The M3-Competition: results, conclusions and implications".
    """
    return float(np.mean(_symmetric_percentages(np.asarray(actual, float), np.asarray(forecast, float))))


def naive_scale(train: ArrayLike, season_length: int) -> np.ndarray:
    """Per channel, the mean of |y_t - y_{t-m}| over the training rows (rows, channels): the in-sample naive error."""
    train = np.asarray(train, dtype=float)
    if train.ndim != 2 or season_length < 1 or len(train) <= season_length:
        raise ValueError(
            f"the scale of MASE needs (rows, channels) with more rows than one season, got {train.shape} and a season "
            f"of {season_length}"
        )
    return np.abs(train[season_length:] - train[:-season_length]).mean(axis=0)


MASE = Metric("mase", "MASE", low=0, decimals=3)


def mase(actual: ArrayLike, forecast: ArrayLike, scale: ArrayLike) -> float:
    """The mean over channels of MAE / scale; below 1 beats the in-sample seasonal naive forecast of one season ahead.

    A channel whose scale is 0 (constant in training) has no such ratio and is left out.

    Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy".
    """
    return _mean_ratio(np.abs(_errors(actual, forecast)).mean(axis=(0, 1)), np.asarray(scale, dtype=float))


class ForecastErrors:
    """Every forecasting metric over windows added a few at a time, so that no split must fit in memory at once.

    scale: per channel, from `naive_scale`. mean, deviation: per channel, of the training rows, for standardised values.
    """

    def __init__(self, *, scale: ArrayLike, mean: ArrayLike, deviation: ArrayLike) -> None:
        self.scale = np.asarray(scale, dtype=float)
        deviation = np.asarray(deviation, dtype=float)
        # a constant channel is centred and not stretched, as scikit-learn's StandardScaler does
        self.deviation = np.where(deviation > 0, deviation, 1.0)
        if not self.scale.shape == np.shape(mean) == self.deviation.shape or self.scale.ndim != 1:
            raise ValueError("scale, mean and deviation must each hold one number per channel")
        self.windows = 0
        self._sums: dict[str, np.ndarray] = {}
        self._of_windows: dict[str, list[np.ndarray]] = {}

    @classmethod
    def from_training(cls, train: ArrayLike, season_length: int) -> ForecastErrors:
        """Scale, mean and deviation of the training rows (rows, channels), and no windows yet."""
        train = np.asarray(train, dtype=float)
        return cls(scale=naive_scale(train, season_length), mean=train.mean(axis=0), deviation=train.std(axis=0))

    def add(self, actual: ArrayLike, forecast: ArrayLike) -> None:
        """Count more windows: both (windows, horizon, channels) in the series' own unit."""
        errors = _errors(actual, forecast)
        if errors.shape[-1] != len(self.scale):
            raise ValueError(f"expected {len(self.scale)} channels, got {errors.shape[-1]}")
        actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
        parts = {
            "absolute": np.abs(errors),
            "squared": errors**2,
            "smape": _symmetric_percentages(actual, forecast),
        }
        for name, part in parts.items():
            self._sums[name] = self._sums.get(name, 0.0) + part.sum(axis=0)
            self._of_windows.setdefault(name, []).append(part.mean(axis=1))
        self.windows += len(errors)

    def metrics(self) -> dict[str, float]:
        """MASE, MAE, RMSE, sMAPE and the standardised MSE and MAE, by key."""
        return {name: self._over_channels(name, steps=False) for name in _FORECAST_METRICS}

    def per_step(self) -> dict[str, tuple[float, ...]]:
        """The same metrics for each step of the horizon alone: element 0 is one step ahead."""
        return {name: tuple(self._over_channels(name, steps=True)) for name in _FORECAST_METRICS}

    def details(self) -> dict[str, Any]:
        """The errors of each step as plain lists of six digits, by metric."""
        return {"by_step": {name: [float(f"{one:.6g}") for one in steps] for name, steps in self.per_step().items()}}

    def by_window(self) -> dict[str, np.ndarray]:
        """(windows,) of each window alone, in the order in which they were added, every metric that is their mean."""
        if not self.windows:
            raise ValueError("no windows were added")
        means = {part: np.concatenate(found) for part, found in self._of_windows.items()}  # (windows, channels)
        return {
            name: self._across_channels(name, means[part])
            for name, (part, _) in _FORECAST_METRICS.items()
            if name != "rmse"
        }

    def examples(self) -> dict[str, ExampleScores]:
        """The same as scores of examples, in the order of time: windows share as many rows as the horizon is long."""
        horizon = len(self._sums["absolute"]) if self.windows else 1
        return {name: ExampleScores.consecutive(found, overlap=horizon) for name, found in self.by_window().items()}

    def _over_channels(self, name: str, *, steps: bool) -> Any:
        if not self.windows:
            raise ValueError("no windows were added")
        part, _ = _FORECAST_METRICS[name]
        means = self._sums[part] / self.windows  # (horizon, channels)
        over = self._across_channels(name, means if steps else means.mean(axis=0))
        return np.sqrt(over) if name == "rmse" else over

    def _across_channels(self, name: str, values: np.ndarray) -> Any:
        if name == "mase":
            return _mean_ratio(values, self.scale)
        _, ratio = _FORECAST_METRICS[name]
        return (values / self.deviation**ratio).mean(axis=-1)


_FORECAST_METRICS = {
    "mase": ("absolute", 0),
    "mae": ("absolute", 0),
    "rmse": ("squared", 0),
    "smape": ("smape", 0),
    "mse_standardised": ("squared", 2),
    "mae_standardised": ("absolute", 1),
}
"""Metric to the sum it is made of, and the power of the deviation that divides it."""


def _errors(actual: ArrayLike, forecast: ArrayLike) -> np.ndarray:
    actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    if actual.ndim != 3 or actual.shape != forecast.shape or not actual.size:
        raise ValueError(
            f"actual and forecast must both be (windows, horizon, channels), got {actual.shape} and {forecast.shape}"
        )
    return actual - forecast


def _symmetric_percentages(actual: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    sizes = np.abs(actual) + np.abs(forecast)
    return 200 * np.abs(_errors(actual, forecast)) / np.where(sizes > 0, sizes, 1.0)


def _mean_ratio(numerators: np.ndarray, scale: np.ndarray) -> Any:
    has_scale = scale > 0
    if not has_scale.any():
        raise ValueError("MASE has no scale: every channel is constant from season to season in training")
    return (numerators[..., has_scale] / scale[has_scale]).mean(axis=-1)

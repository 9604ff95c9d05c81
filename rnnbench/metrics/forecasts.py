"""Errors of forecasts: actual values y and forecasts f are (windows, horizon, channels) in the unit of the series.

    mase               mean over channels of mean |y - f| / scale, scale of `naive_scale`; below 1 is better than the
                       seasonal naive forecast one season ahead, in sample
    mae                mean |y - f|
    rmse               root of mean (y - f)^2 over windows, horizon and channels
    smape              mean 200 |y - f| / (|y| + |f|), 0 to 200 percent; where both are 0, the error is 0
    mse_standardised   mean ((y - f) / deviation)^2, deviation of the training rows
    mae_standardised   mean |y - f| / deviation

Sources: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy" (MASE); Makridakis and Hibon 2000,
"The M3-Competition: results, conclusions and implications" (sMAPE).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.core.rounding import ROUNDING, is_constant
from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

MASE = Metric("mase", "MASE", low=0, decimals=3)
MAE = Metric("mae", "mae", low=0)
RMSE = Metric("rmse", "rmse", low=0)
SMAPE = Metric("smape", "smape", low=0, high=200)
MSE_STANDARDISED = Metric("mse_standardised", "standardised MSE", low=0, decimals=3)
MAE_STANDARDISED = Metric("mae_standardised", "standardised MAE", low=0, decimals=3)

REPEATED = 1e-7
"""A channel repeats itself where the naive error is below this share of its deviation: single precision rounds so."""

_DEFINITIONS = {
    MASE.key: ("absolute", 0),
    MAE.key: ("absolute", 0),
    RMSE.key: ("squared", 0),
    SMAPE.key: ("smape", 0),
    MSE_STANDARDISED.key: ("squared", 2),
    MAE_STANDARDISED.key: ("absolute", 1),
}
"""Metric to the error of one value that it is the mean of, and the power of the deviation that divides the mean."""


def naive_scale(train: ArrayLike, season_length: int) -> np.ndarray:
    """Per channel, the mean of |y_t - y_{t-m}| over the training rows (rows, channels): the in-sample naive error.

    0 for a channel that is constant or repeats itself from season to season, though rounding leaves small differences.
    """
    train = np.asarray(train, dtype=float)
    if train.ndim != 2 or season_length < 1 or len(train) <= season_length:
        raise ValueError(
            f"the scale of MASE needs (rows, channels) with more rows than one season, got {train.shape} and a season "
            f"of {season_length}"
        )
    scale = np.abs(train[season_length:] - train[:-season_length]).mean(axis=0)
    dust = np.maximum(REPEATED * train.std(axis=0), ROUNDING * np.abs(train).max(axis=0))
    return np.where(scale <= dust, 0.0, scale)


def without_scale(train: ArrayLike, season_length: int) -> np.ndarray:
    """Per channel of the training rows (rows, channels), whether it has no scale, and so no MASE."""
    train = np.asarray(train, dtype=float)
    if len(train) <= season_length:
        return np.zeros(train.shape[1], dtype=bool)
    return naive_scale(train, season_length) == 0


class ForecastErrors:
    """Every forecasting metric, accumulated over windows so that a split need not fit in memory at once.

    scale: per channel, from `naive_scale`; a channel whose scale is 0 (constant in training) has no MASE.
    deviation: per channel, the standard deviation of the training rows; a constant channel is not divided by it.

    Where no channel has a scale, there is no MASE.
    """

    def __init__(self, *, scale: ArrayLike, deviation: ArrayLike) -> None:
        self.scale = np.asarray(scale, dtype=float)
        deviation = np.asarray(deviation, dtype=float)
        # as scikit-learn's StandardScaler does
        self.deviation = np.where(deviation > 0, deviation, 1.0)
        if self.scale.shape != self.deviation.shape or self.scale.ndim != 1:
            raise ValueError("scale and deviation must each hold one number per channel")
        self.windows = 0
        self._sums: dict[str, np.ndarray] = {}
        self._of_windows: dict[str, list[np.ndarray]] = {}

    @classmethod
    def from_training(cls, train: ArrayLike, season_length: int) -> ForecastErrors:
        """Scale and deviation of the training rows (rows, channels), and no windows yet."""
        train = np.asarray(train, dtype=float)
        deviation = np.where(is_constant(train), 0.0, train.std(axis=0))
        return cls(scale=naive_scale(train, season_length), deviation=deviation)

    @property
    def keys(self) -> list[str]:
        """The metrics that these channels have: all, or all but MASE."""
        return [key for key in _DEFINITIONS if key != MASE.key or bool((self.scale > 0).any())]

    @property
    def selecting(self) -> str:
        """The metric that selects: MASE, or MAE where no channel has a scale."""
        return MASE.key if MASE.key in self.keys else MAE.key

    def add(self, actual: ArrayLike, forecast: ArrayLike) -> None:
        """Add windows: both (windows, horizon, channels) in the unit of the series."""
        actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
        if actual.ndim != 3 or actual.shape != forecast.shape or not actual.size:
            raise ValueError(
                "actual and forecast must both be (windows, horizon, channels), got "
                f"{actual.shape} and {forecast.shape}"
            )
        if actual.shape[-1] != len(self.scale):
            raise ValueError(f"expected {len(self.scale)} channels, got {actual.shape[-1]}")
        for name, errors in _errors(actual, forecast).items():
            self._sums[name] = self._sums.get(name, 0.0) + errors.sum(axis=0)
            self._of_windows.setdefault(name, []).append(errors.mean(axis=1))
        self.windows += len(actual)

    def metrics(self) -> dict[str, float]:
        """Every metric over all windows, steps and channels, by key."""
        return {key: self._over_windows(key, by_step=False) for key in self.keys}

    def per_step(self) -> dict[str, tuple[float, ...]]:
        """Every metric for each step of the horizon alone: element 0 is one step ahead."""
        return {key: tuple(self._over_windows(key, by_step=True)) for key in self.keys}

    def details(self) -> dict[str, Any]:
        """The metrics of each step as plain lists of six digits, by key."""
        return {"by_step": {key: [float(f"{score:.6g}") for score in steps] for key, steps in self.per_step().items()}}

    def by_window(self) -> dict[str, np.ndarray]:
        """(windows,) scores in the order in which windows were added, of each metric that is the mean of them."""
        if not self.windows:
            raise ValueError("no windows were added")
        means = {name: np.concatenate(parts) for name, parts in self._of_windows.items()}  # (windows, channels)
        return {key: self._over_channels(key, means[_DEFINITIONS[key][0]]) for key in self.keys if key != RMSE.key}

    def examples(self) -> dict[str, ExampleScores]:
        """The same as example scores in the order of time; consecutive windows share up to a horizon of rows."""
        horizon = len(self._sums["absolute"]) if self.windows else 1
        return {key: ExampleScores.consecutive(scores, overlap=horizon) for key, scores in self.by_window().items()}

    def _over_windows(self, key: str, *, by_step: bool) -> Any:
        if not self.windows:
            raise ValueError("no windows were added")
        means = self._sums[_DEFINITIONS[key][0]] / self.windows  # (horizon, channels)
        score = self._over_channels(key, means if by_step else means.mean(axis=0))
        return np.sqrt(score) if key == RMSE.key else score

    def _over_channels(self, key: str, means: np.ndarray) -> Any:
        """The mean over the last axis, after division by the scale or by a power of the deviation."""
        if key != MASE.key:
            _, power = _DEFINITIONS[key]
            return (means / self.deviation**power).mean(axis=-1)
        has_scale = self.scale > 0
        return (means[..., has_scale] / self.scale[has_scale]).mean(axis=-1)


def _errors(actual: np.ndarray, forecast: np.ndarray) -> dict[str, np.ndarray]:
    """The errors of each value, by kind."""
    errors = actual - forecast
    sizes = np.abs(actual) + np.abs(forecast)
    return {
        "absolute": np.abs(errors),
        "squared": errors**2,
        "smape": 200 * np.abs(errors) / np.where(sizes > 0, sizes, 1.0),
    }

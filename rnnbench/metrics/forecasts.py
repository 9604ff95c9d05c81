"""Errors of forecasts: actual values y and forecasts f are (windows, horizon, channels) in the unit of the series.

    mase               mean over channels of mean |y - f| / scale, scale of `naive_scale`; below 1 is better than the
                       seasonal naive forecast one season ahead, in sample
    mae                mean |y - f|
    rmse               root of mean (y - f)^2 over windows, horizon and channels
    smape              mean 200 |y - f| / (|y| + |f|), 0 to 200 percent; where both are 0, the error is 0
    mse_standardised   mean ((y - f) / deviation)^2, deviation of the training rows
    mae_standardised   mean |y - f| / deviation

Where values of y are filled (not observed), each mean is over the observed values alone, channels pooled, and scale and
deviation are those of observed values too.

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


def naive_scale(train: ArrayLike, season_length: int, observed: np.ndarray | None = None) -> np.ndarray:
    """Per channel, the mean of |y_t - y_{t-m}| over the training rows (rows, channels): the in-sample naive error.

    0 for a channel that is constant or repeats itself from season to season, though rounding leaves small differences.
    observed: (rows, channels) bool; only pairs of two observed values count. A channel without such a pair has scale 0.
    """
    train = np.asarray(train, dtype=float)
    if train.ndim != 2 or season_length < 1 or len(train) <= season_length:
        raise ValueError(
            f"the scale of MASE needs (rows, channels) with more rows than one season, got {train.shape} and a season "
            f"of {season_length}"
        )
    differences = np.abs(train[season_length:] - train[:-season_length])
    if observed is None:
        scale = differences.mean(axis=0)
    else:
        are_observed = observed[season_length:] & observed[:-season_length]
        pairs = are_observed.sum(axis=0)
        scale = np.where(are_observed, differences, 0.0).sum(axis=0) / np.maximum(pairs, 1)
    smallest = np.maximum(REPEATED * train.std(axis=0), ROUNDING * np.abs(train).max(axis=0))
    return np.where(scale <= smallest, 0.0, scale)


def without_scale(train: ArrayLike, season_length: int, observed: np.ndarray | None = None) -> np.ndarray:
    """Per channel of the training rows (rows, channels), whether it has no scale, and so no MASE."""
    train = np.asarray(train, dtype=float)
    if len(train) <= season_length:
        return np.zeros(train.shape[1], dtype=bool)
    return naive_scale(train, season_length, observed) == 0


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
        self._has_filled = False
        self._counts = np.zeros(())  # (horizon, channels), observed values
        self._shares: list[np.ndarray] = []  # (windows, channels), of the values of a window those that were observed

    @classmethod
    def from_training(cls, train: ArrayLike, season_length: int, observed: np.ndarray | None = None) -> ForecastErrors:
        """Scale and deviation of the training rows (rows, channels), and no windows yet.

        observed: (rows, channels) bool, the values that were not filled; None for all.
        """
        train = np.asarray(train, dtype=float)
        known = train if observed is None else np.ma.masked_array(train, ~observed)
        deviation = np.where(is_constant(train), 0.0, np.ma.filled(known.std(axis=0), 0.0))
        return cls(scale=naive_scale(train, season_length, observed), deviation=deviation)

    @property
    def keys(self) -> list[str]:
        """The metrics that these channels have: all, or all but MASE."""
        return [key for key in _DEFINITIONS if key != MASE.key or bool((self.scale > 0).any())]

    @property
    def selecting(self) -> str:
        """The metric that selects: MASE, or MAE where no channel has a scale."""
        return MASE.key if MASE.key in self.keys else MAE.key

    def add(self, actual: ArrayLike, forecast: ArrayLike, observed: np.ndarray | None = None) -> None:
        """Add windows: all (windows, horizon, channels), values in the unit of the series.

        observed: the actual values that count; None for all.
        """
        actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
        if actual.ndim != 3 or actual.shape != forecast.shape or not actual.size:
            raise ValueError(
                "actual and forecast must both be (windows, horizon, channels), got "
                f"{actual.shape} and {forecast.shape}"
            )
        if actual.shape[-1] != len(self.scale):
            raise ValueError(f"expected {len(self.scale)} channels, got {actual.shape[-1]}")
        if observed is None or observed.all():
            observed = np.broadcast_to(True, actual.shape)
        elif observed.shape != actual.shape:
            raise ValueError(f"observed must be {actual.shape} as the actual values are, got {observed.shape}")
        else:
            self._has_filled = True
        for name, errors in _errors(actual, forecast).items():
            counted = np.where(observed, errors, 0.0)
            self._sums[name] = self._sums.get(name, 0.0) + counted.sum(axis=0)
            self._of_windows.setdefault(name, []).append(counted.mean(axis=1))
        self._counts = self._counts + observed.sum(axis=0)
        self._shares.append(observed.mean(axis=1))
        self.windows += len(actual)

    def metrics(self) -> dict[str, float]:
        """Every metric over all windows, steps and channels, by key."""
        return {key: self._over_windows(key, by_step=False) for key in self.keys}

    def per_step(self) -> dict[str, tuple[float, ...]]:
        """Every metric for each step of the horizon alone: element 0 is one step ahead; NaN without observed values."""
        return {key: tuple(self._over_windows(key, by_step=True)) for key in self.keys}

    def details(self) -> dict[str, Any]:
        """The metrics of each step as plain lists of six digits, by key; empty where a step has no observed value."""
        steps = self.per_step()
        if not np.isfinite(steps[MAE.key]).all() and self._has_filled:
            return {}
        return {"by_step": {key: [float(f"{score:.6g}") for score in scores] for key, scores in steps.items()}}

    def by_window(self) -> dict[str, np.ndarray]:
        """(windows,) scores in the order in which windows were added, of each metric that is the mean of them.

        Weighted by the share of observed values in each window, where values are filled; see `examples`.
        """
        return {key: scores for key, (scores, _) in self._windows().items()}

    def examples(self) -> dict[str, ExampleScores]:
        """The same as example scores in the order of time; consecutive windows share up to a horizon of rows."""
        horizon = len(self._sums["absolute"]) if self.windows else 1
        return {
            key: ExampleScores.consecutive(scores, weights, overlap=horizon)
            for key, (scores, weights) in self._windows().items()
        }

    def _windows(self) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
        """By metric, the score of each window, and its weight: the share of observed values; None where all are 1."""
        if not self.windows:
            raise ValueError("no windows were added")
        means = {name: np.concatenate(parts) for name, parts in self._of_windows.items()}  # (windows, channels)
        kinds = {key: _DEFINITIONS[key][0] for key in self.keys if key != RMSE.key}
        if not self._has_filled:
            return {key: (self._scaled(key, means[name]).mean(axis=-1), None) for key, name in kinds.items()}
        shares = np.concatenate(self._shares)
        return {
            key: (_ratio(self._scaled(key, means[name]), self._with_scale(key, shares), 0.0),
                  self._with_scale(key, shares).mean(axis=-1))
            for key, name in kinds.items()
        }  # fmt: skip

    def _over_windows(self, key: str, *, by_step: bool) -> Any:
        if not self.windows:
            raise ValueError("no windows were added")
        sums = self._sums[_DEFINITIONS[key][0]]  # (horizon, channels)
        if self._has_filled:
            totals, counts = (sums, self._counts) if by_step else (sums.sum(axis=0), self._counts.sum(axis=0))
            score = _ratio(self._scaled(key, totals), self._with_scale(key, counts), np.nan)
        else:
            means = sums / self.windows
            score = self._scaled(key, means if by_step else means.mean(axis=0)).mean(axis=-1)
        return np.sqrt(score) if key == RMSE.key else score

    def _scaled(self, key: str, errors: np.ndarray) -> np.ndarray:
        """Errors (..., channels) after division by the scale or by a power of the deviation."""
        if key != MASE.key:
            _, power = _DEFINITIONS[key]
            return errors / self.deviation**power
        has_scale = self.scale > 0
        return errors[..., has_scale] / self.scale[has_scale]

    def _with_scale(self, key: str, counts: np.ndarray) -> np.ndarray:
        """Counts (..., channels) of the channels that the metric is computed over."""
        return counts[..., self.scale > 0] if key == MASE.key else counts


def _ratio(totals: np.ndarray, counts: np.ndarray, otherwise: float) -> np.ndarray:
    """The sum of totals over the last axis by that of counts; `otherwise` where nothing was counted."""
    total, count = totals.sum(axis=-1), counts.sum(axis=-1)
    return np.divide(total, count, out=np.full(np.shape(total), otherwise), where=count > 0)[()]


def _errors(actual: np.ndarray, forecast: np.ndarray) -> dict[str, np.ndarray]:
    """The errors of each value, by kind."""
    errors = actual - forecast
    sizes = np.abs(actual) + np.abs(forecast)
    return {
        "absolute": np.abs(errors),
        "squared": errors**2,
        "smape": 200 * np.abs(errors) / np.where(sizes > 0, sizes, 1.0),
    }

"""Naive forecasts without parameters: (windows, lookback, channels) to (windows, horizon, channels)."""

from __future__ import annotations

import numpy as np


def last_value(past: np.ndarray, *, horizon: int) -> np.ndarray:
    """y_{t+h} = y_t."""
    return np.repeat(past[:, -1:], horizon, axis=1)


def seasonal_naive(past: np.ndarray, *, horizon: int, season_length: int) -> np.ndarray:
    """y_{t+h} = the last known value at the same point of the season, such as the same hour of yesterday."""
    return _repeated(past[:, -season_length:], horizon)


def seasonal_mean(past: np.ndarray, *, horizon: int, season_length: int, seasons: int) -> np.ndarray:
    """y_{t+h} = the mean over the last seasons at the same point of the season."""
    windows, _, channels = past.shape
    recent = past[:, -seasons * season_length :].reshape(windows, seasons, season_length, channels)
    return _repeated(recent.mean(axis=1), horizon)


def seasonal_naive_with_growth(past: np.ndarray, *, horizon: int, season_length: int) -> np.ndarray:
    """The seasonal naive forecast times (sum of the last season / sum of the season before).

    The factor is applied once for each season ahead. Values must be positive.
    """
    last, before = past[:, -season_length:], past[:, -2 * season_length : -season_length]
    growth = last.sum(axis=1, keepdims=True) / before.sum(axis=1, keepdims=True)
    seasons_ahead = 1 + np.arange(horizon) // season_length
    return _repeated(last, horizon) * growth ** seasons_ahead[None, :, None]


def _repeated(season: np.ndarray, horizon: int) -> np.ndarray:
    return season[:, np.arange(horizon) % season.shape[1]]

"""Standardization of levels, or of their logarithms, fitted on training, and its inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Units:
    """(levels - offset) / deviation per channel, of the levels or of their logarithms."""

    offset: np.ndarray
    deviation: np.ndarray
    is_log: bool

    @classmethod
    def from_training(cls, train: np.ndarray, *, is_log: bool) -> Units:
        """Standardized values, or logarithms divided by the standard deviation of the one-step returns."""
        if is_log:
            logs = np.log(train)
            return cls(logs.mean(axis=0), _or_one(np.diff(logs, axis=0).std(axis=0)), is_log=True)
        return cls(train.mean(axis=0), _or_one(train.std(axis=0)), is_log=False)

    def of_levels(self, levels: np.ndarray) -> np.ndarray:
        """Levels, standardized."""
        return ((np.log(levels) if self.is_log else levels) - self.offset) / self.deviation

    def to_levels(self, values: np.ndarray) -> np.ndarray:
        """Standardized values as levels, in the unit of the series."""
        levels = values * self.deviation + self.offset
        return np.exp(levels) if self.is_log else levels


def _or_one(deviation: np.ndarray) -> np.ndarray:
    """The deviation, 1 for a constant channel."""
    return np.where(deviation > 0, deviation, 1.0)

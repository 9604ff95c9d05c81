"""Standardization of levels, or of their logarithms, fitted on training, and its inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.core.rounding import is_constant


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
            return cls(logs.mean(axis=0), _deviation(np.diff(logs, axis=0)), is_log=True)
        return cls(train.mean(axis=0), _deviation(train), is_log=False)

    def of_levels(self, levels: np.ndarray) -> np.ndarray:
        """Levels, standardized."""
        return ((np.log(levels) if self.is_log else levels) - self.offset) / self.deviation

    def to_levels(self, values: np.ndarray) -> np.ndarray:
        """Standardized values as levels, in the unit of the series."""
        levels = values * self.deviation + self.offset
        return np.exp(levels) if self.is_log else levels


def _deviation(values: np.ndarray) -> np.ndarray:
    """The standard deviation, 1 for a constant channel."""
    deviation = values.std(axis=0)
    return np.where(is_constant(values) | (deviation == 0), 1.0, deviation)

"""The units that a model is fitted in, learned from training, and the way back."""

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
        """Standardised values, or logarithms measured in the deviation of one step's return."""
        if is_log:
            logs = np.log(train)
            return cls(logs.mean(axis=0), _or_one(np.diff(logs, axis=0).std(axis=0)), is_log=True)
        return cls(train.mean(axis=0), _or_one(train.std(axis=0)), is_log=False)

    def of_levels(self, levels: np.ndarray) -> np.ndarray:
        """Levels in the units of the model."""
        return ((np.log(levels) if self.is_log else levels) - self.offset) / self.deviation

    def to_levels(self, values: np.ndarray) -> np.ndarray:
        """The model's values as levels, in the series' own unit."""
        levels = values * self.deviation + self.offset
        return np.exp(levels) if self.is_log else levels


def _or_one(deviation: np.ndarray) -> np.ndarray:
    """A constant channel is centred and not stretched."""
    return np.where(deviation > 0, deviation, 1.0)

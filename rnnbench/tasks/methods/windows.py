"""All rolling-origin windows of a split, in chunks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

NUMBERS_AT_ONCE = 2_000_000
"""Values in one chunk of windows: 16 MB."""


class Chunk(NamedTuple):
    """past: (windows, lookback, channels). future: (windows, horizon, channels). observed: as future, None for all."""

    past: np.ndarray
    future: np.ndarray
    observed: np.ndarray | None = None


@dataclass(frozen=True)
class RollingWindows:
    """The windows of `levels` (rows, channels): one origin per row, with a lookback before it and a horizon after it.

        rows      0 ......... history .................................. rows
        window 0      [ lookback ][ horizon ]
        window 1       [ lookback ][ horizon ]

    The first `history` rows are inputs only: windows = rows - history - horizon + 1.
    observed: (rows, channels) bool, the values that were not filled; None for all.

    Raises: ValueError when the history is shorter than the lookback, or a level is not finite.
    """

    levels: np.ndarray
    history: int
    lookback: int
    horizon: int
    observed: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.levels.ndim != 2:
            raise ValueError(f"levels must be (rows, channels), got shape {self.levels.shape}")
        if min(self.lookback, self.horizon) < 1 or self.history < self.lookback:
            raise ValueError(
                f"a lookback of {self.lookback} and a horizon of {self.horizon} need a history of at least the "
                f"lookback, got {self.history}"
            )
        if not np.isfinite(self.levels).all():
            raise ValueError("levels must be finite: fill gaps before computing baselines")

    @property
    def count(self) -> int:
        return max(0, len(self.levels) - self.history - self.horizon + 1)

    @property
    def new_rows(self) -> np.ndarray:
        """The rows after the history."""
        return self.levels[self.history :]

    @property
    def new_observed(self) -> np.ndarray | None:
        """`observed` of the rows after the history."""
        return None if self.observed is None else self.observed[self.history :]

    def chunks(self) -> Iterator[Chunk]:
        """Chunks of windows in the order of time."""
        if not self.count:
            return
        windows = self._windows(self.levels)
        are_observed = None if self.observed is None else self._windows(self.observed)
        size = max(1, NUMBERS_AT_ONCE // (windows.shape[1] * self.levels.shape[1]))
        for start in range(0, self.count, size):
            chunk = windows[start : start + size]
            observed = None if are_observed is None else are_observed[start : start + size, self.lookback :]
            yield Chunk(chunk[:, : self.lookback], chunk[:, self.lookback :], observed)

    def _windows(self, rows: np.ndarray) -> np.ndarray:
        """(windows, lookback + horizon, channels) of rows."""
        usable = rows[self.history - self.lookback :]
        return sliding_window_view(usable, self.lookback + self.horizon, axis=0).swapaxes(1, 2)

"""All rolling-origin windows of a split, in chunks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

NUMBERS_AT_ONCE = 2_000_000
"""Values in one chunk of windows: 16 MB."""


@dataclass(frozen=True)
class RollingWindows:
    """The windows of `levels` (rows, channels): one origin per row, with a lookback before it and a horizon after it.

        rows      0 ......... history .................................. rows
        window 0      [ lookback ][ horizon ]
        window 1       [ lookback ][ horizon ]

    The first `history` rows are inputs only: windows = rows - history - horizon + 1.

    Raises: ValueError when the history is shorter than the lookback, or a level is not finite.
    """

    levels: np.ndarray
    history: int
    lookback: int
    horizon: int

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

    def chunks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Chunks of (windows, lookback, channels) and (windows, horizon, channels), in the order of time."""
        if not self.count:
            return
        width = self.lookback + self.horizon
        usable = self.levels[self.history - self.lookback :]
        windows = sliding_window_view(usable, width, axis=0).swapaxes(1, 2)
        size = max(1, NUMBERS_AT_ONCE // (width * self.levels.shape[1]))
        for start in range(0, self.count, size):
            chunk = windows[start : start + size]
            yield chunk[:, : self.lookback], chunk[:, self.lookback :]

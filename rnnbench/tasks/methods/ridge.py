"""Ridge regression from lookback to horizon, in closed form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnbench.tasks.methods.windows import Chunk


@dataclass(frozen=True)
class Ridge:
    """f = last + W (past - last) + b, per channel.

    weights: (1 or channels, lookback + 1, horizon), the bias last: shared by all channels, or one set per channel.
    """

    weights: np.ndarray
    penalty: float

    @property
    def is_shared(self) -> bool:
        return len(self.weights) == 1

    def forecast(self, past: np.ndarray) -> np.ndarray:
        """(windows, horizon, channels) from (windows, lookback, channels)."""
        last = past[:, -1:]
        inputs = _with_bias(past - last)
        weights = np.broadcast_to(self.weights, (past.shape[2], *self.weights.shape[1:]))
        return np.matmul(inputs.transpose(2, 0, 1), weights).transpose(1, 2, 0) + last


class RidgeSums:
    """X'X and X'Y of ridge regression, accumulated over chunks of training windows.

        W = argmin  sum_n |y_n - x_n W|^2 + penalty x n |W|^2   =   (X'X + penalty n I)^-1 X'Y

    x is the lookback and y the horizon, both minus the last known value, so that the map does not depend on the level
    of the series. The bias is not penalized. Channels should be standardized.

    Source: Hoerl and Kennard 1970, "Ridge regression"; compared with trained models in Toner and Darlow 2024, "An
    analysis of linear time series forecasting models", arXiv:2403.14587.
    """

    def __init__(self, windows: Iterable[Chunk]) -> None:
        self.windows = np.zeros(1, dtype=np.int64)
        """The number of windows of each channel: without those in which a value to forecast was filled."""
        self._squares: np.ndarray | float = 0.0
        self._products: np.ndarray | float = 0.0
        for past, future, observed in windows:
            last = past[:, -1:]
            inputs = _with_bias(past - last).transpose(2, 0, 1)  # (channels, windows, lookback + 1)
            targets = (future - last).transpose(2, 0, 1)
            if observed is None:
                self.windows = self.windows + np.full(past.shape[2], len(past))
            else:
                is_used = np.asarray(observed.all(axis=1)).T  # (channels, windows)
                inputs = np.where(is_used[..., None], inputs, 0.0)
                self.windows = self.windows + is_used.sum(axis=1)
            self._squares = self._squares + inputs.transpose(0, 2, 1) @ inputs
            self._products = self._products + inputs.transpose(0, 2, 1) @ targets

    def solve(self, penalty: float, *, is_shared: bool) -> Ridge:
        """The weights that minimize the sum under a penalty, shared by all channels or one set per channel."""
        squares, products = np.asarray(self._squares), np.asarray(self._products)
        windows = self.windows
        if is_shared:
            windows = windows.sum(keepdims=True)
            squares, products = squares.sum(axis=0, keepdims=True), products.sum(axis=0, keepdims=True)
        shrink = np.repeat(penalty * windows[:, None], squares.shape[-1], axis=1)
        # the last step of x is always 0 and the bias is not penalized: a small value keeps the matrix invertible
        shrink[:, -1] = 1e-9 * windows
        shrunk = squares + shrink[:, None] * np.eye(squares.shape[-1])
        return Ridge(weights=np.linalg.solve(shrunk, products), penalty=penalty)

    def candidates(self, penalties: Iterable[float]) -> Iterator[Ridge]:
        """The solution for every penalty, with shared weights and, for several channels, with weights per channel."""
        for is_shared in (True, False) if len(np.asarray(self._squares)) > 1 else (True,):
            for penalty in penalties:
                yield self.solve(penalty, is_shared=is_shared)


def _with_bias(past: np.ndarray) -> np.ndarray:
    return np.concatenate([past, np.ones((len(past), 1, past.shape[2]))], axis=1)

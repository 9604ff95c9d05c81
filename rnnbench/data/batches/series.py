"""Windows of a series: a lookback and the horizon after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnnbench.core.errors import DataError
from rnnbench.data.batches.epochs import Epochs
from rnnbench.data.series import PreparedSplit


class SeriesBatch(NamedTuple):
    """inputs: (batch, lookback, input_size). targets: (batch, horizon, targets) scaled, float32.

    last_levels: (batch, targets), the values of the last row seen; target_levels: (batch, horizon, targets); both in
    the unit of the series, float64. origins: (batch,), the row of the split's arrays that is forecast first.
    """

    inputs: Tensor
    targets: Tensor
    last_levels: Tensor
    target_levels: Tensor
    origins: Tensor


class SeriesWindows(Epochs):
    """Windows of `lookback` rows and the `horizon` rows after them. `history` is looked back on, never forecast.

    train: the windows in an order drawn anew each epoch; otherwise by time.
    Raises: DataError when the split has not the rows for one window.
    """

    def __init__(
        self, split: PreparedSplit, lookback: int, horizon: int, batch_size: int,
        seed: int = 0, train: bool = True, stride: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(seed)
        self.lookback, self.horizon, self.batch_size, self.train = lookback, horizon, batch_size, train
        self.origins = np.arange(max(split.history, lookback), len(split.levels) - horizon + 1, stride)
        if not len(self.origins):
            raise DataError(
                f"a split of {len(split)} rows ({split.history} more to look back on) holds no window of lookback "
                f"{lookback} and horizon {horizon}: type smaller ones, --set task.lookback=... --set task.horizon=..."
            )
        self._inputs = torch.from_numpy(split.inputs)
        self._targets = torch.from_numpy(split.targets)
        self._levels = torch.from_numpy(split.levels)

    def __len__(self) -> int:
        return -(-len(self.origins) // self.batch_size)

    def __iter__(self) -> Iterator[SeriesBatch]:
        origins = self.origins
        if self.train:
            origins = self._next_generator().permutation(origins)
        back = torch.arange(-self.lookback, 0)
        ahead = torch.arange(self.horizon)
        for chosen in torch.from_numpy(origins).split(self.batch_size):
            rows = chosen[:, None]
            yield SeriesBatch(
                self._inputs[rows + back],
                self._targets[rows + ahead],
                self._levels[chosen - 1],
                self._levels[rows + ahead],
                chosen,
            )

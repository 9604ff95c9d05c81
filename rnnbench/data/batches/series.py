"""Windows of a series: the lookback as input, the horizon as target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor

from rnnbench.core.errors import DataError
from rnnbench.data.batches.epochs import Epochs
from rnnbench.data.series import PreparedSplit


class SeriesBatch(NamedTuple):
    """inputs: (batch, lookback, input_size). targets: (batch, horizon, targets) scaled, float32.

    last_levels: (batch, targets), the values of the last input row; target_levels: (batch, horizon, targets); both in
    the unit of the series, float64. origins: (batch,), the row of the split's arrays that is forecast first.
    observed: (batch, horizon, targets) bool, the targets that were not filled; None where none was.
    """

    inputs: Tensor
    targets: Tensor
    last_levels: Tensor
    target_levels: Tensor
    origins: Tensor
    observed: Tensor | None = None


class SeriesWindows(Epochs):
    """Windows of `lookback` rows and the `horizon` rows after them. Rows of `history` are inputs only, never forecast.

    train: shuffled in each epoch, without windows whose targets are all filled; otherwise all, in the order of time.
    Raises: DataError when the split is too short for one window.
    """

    def __init__(
        self, split: PreparedSplit, lookback: int, horizon: int, batch_size: int,
        seed: int = 0, train: bool = True, stride: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(seed)
        self.lookback, self.horizon, self.batch_size, self.train = lookback, horizon, batch_size, train
        self.origins = np.arange(max(split.history, lookback), len(split.levels) - horizon + 1, stride)
        if train and split.observed is not None:
            ahead = sliding_window_view(split.observed.any(axis=1), horizon)
            self.origins = self.origins[ahead[self.origins].any(axis=1)]
        if not len(self.origins):
            raise DataError(
                f"a split of {len(split)} rows, with {split.history} earlier rows for the lookback, is too short for a "
                f"lookback of {lookback} and a horizon of {horizon}: type smaller values, --set task.lookback=... "
                "--set task.horizon=..."
            )
        self._inputs = torch.from_numpy(split.inputs)
        self._targets = torch.from_numpy(split.targets)
        self._levels = torch.from_numpy(split.levels)
        self._observed = None if split.observed is None else torch.from_numpy(split.observed)

    def __len__(self) -> int:
        return -(-len(self.origins) // self.batch_size)

    def __iter__(self) -> Iterator[SeriesBatch]:
        origins = self.origins
        if self.train:
            origins = self._next_generator().permutation(origins)
        back = torch.arange(-self.lookback, 0)
        ahead = torch.arange(self.horizon)
        for batch in torch.from_numpy(origins).split(self.batch_size):
            rows = batch[:, None]
            yield SeriesBatch(
                self._inputs[rows + back],
                self._targets[rows + ahead],
                self._levels[batch - 1],
                self._levels[rows + ahead],
                batch,
                None if self._observed is None else self._observed[rows + ahead],
            )

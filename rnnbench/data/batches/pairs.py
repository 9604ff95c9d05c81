"""Batches of pairs of texts of similar length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnnbench.data.batches.epochs import Epochs
from rnnbench.data.batches.labelled import POOL
from rnnbench.data.pairs import EncodedPairs


class PairBatch(NamedTuple):
    """sources, targets: (batch, time) int64, padded with 0 on the right; a target begins with the begin symbol.

    source_lengths, target_lengths: valid steps. indices: the position of each pair in its split.
    """

    sources: Tensor
    source_lengths: Tensor
    targets: Tensor
    target_lengths: Tensor
    indices: Tensor


def batch_of(pairs: EncodedPairs, rows: np.ndarray) -> PairBatch:
    """Some pairs as one batch."""
    return PairBatch(*pairs.sources.padded(rows), *pairs.targets.padded(rows), torch.from_numpy(rows))


class PairBatches(Epochs):
    """Pairs in batches of similar length, padded on the right; every pair once per epoch.

    train: shuffled in each epoch, then sorted by the lengths of target and source within pools of 50 batches. Otherwise
    sorted once over the whole split; `indices` restore the order.
    """

    def __init__(self, pairs: EncodedPairs, batch_size: int, seed: int = 0, train: bool = True) -> None:
        super().__init__(seed)
        self.pairs, self.batch_size, self.train = pairs, batch_size, train

    def __len__(self) -> int:
        return -(-len(self.pairs) // self.batch_size)

    def __iter__(self) -> Iterator[PairBatch]:
        rows = np.arange(len(self.pairs))
        if not self.train:
            batches = self._by_length(rows)
        else:
            generator = self._next_generator()
            order, pool = generator.permutation(rows), POOL * self.batch_size
            pools = (order[start : start + pool] for start in range(0, len(order), pool))
            batches = [batch for part in pools for batch in self._by_length(part)]
            batches = [batches[number] for number in generator.permutation(len(batches))]
        for batch in batches:
            yield batch_of(self.pairs, batch)

    def _by_length(self, rows: np.ndarray) -> list[np.ndarray]:
        """The rows sorted by the lengths of target and source, in batches."""
        lengths = self.pairs.targets.lengths[rows], self.pairs.sources.lengths[rows]
        ordered = rows[np.lexsort((lengths[1], lengths[0]))]
        return [ordered[start : start + self.batch_size] for start in range(0, len(ordered), self.batch_size)]

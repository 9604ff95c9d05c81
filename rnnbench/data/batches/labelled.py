"""Batches of labelled texts of similar length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnnbench.data.batches.epochs import Epochs
from rnnbench.data.text import EncodedTexts

POOL = 50


class LabelledBatch(NamedTuple):
    """ids: (batch, time) int64, padded with 0 on the right. indices: the position of each text in its split."""

    ids: Tensor
    lengths: Tensor
    labels: Tensor
    indices: Tensor


class LabelledBatches(Epochs):
    """Labelled texts in batches of similar length, padded on the right; every text once per epoch.

    train: shuffled in each epoch, then sorted by length within pools of 50 batches. Otherwise sorted by length once;
    `indices` restore the order.
    """

    def __init__(self, encoded: EncodedTexts, batch_size: int, seed: int = 0, train: bool = True) -> None:
        super().__init__(seed)
        self.encoded, self.batch_size, self.train = encoded, batch_size, train
        self._ids = torch.from_numpy(encoded.ids.astype(np.int64))

    def __len__(self) -> int:
        return -(-len(self.encoded) // self.batch_size)

    def __iter__(self) -> Iterator[LabelledBatch]:
        lengths = self.encoded.lengths
        if self.train:
            batches = self._shuffled(lengths, self._next_generator())
        else:
            order = np.argsort(lengths, kind="stable")
            batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        for indices in batches:
            steps = np.arange(int(lengths[indices].max()))
            is_token = steps < lengths[indices][:, None]
            positions = np.where(is_token, self.encoded.offsets[indices][:, None] + steps, 0)
            ids = self._ids[torch.from_numpy(positions)] * torch.from_numpy(is_token)
            yield LabelledBatch(
                ids,
                torch.from_numpy(lengths[indices]),
                torch.from_numpy(self.encoded.labels[indices]),
                torch.from_numpy(indices),
            )

    def _shuffled(self, lengths: np.ndarray, generator: np.random.Generator) -> list[np.ndarray]:
        order = generator.permutation(len(lengths))
        pool = POOL * self.batch_size
        sorted_pools = [
            part[np.argsort(lengths[part], kind="stable")]
            for part in (order[start : start + pool] for start in range(0, len(order), pool))
        ]
        batches = [
            part[start : start + self.batch_size]
            for part in sorted_pools
            for start in range(0, len(part), self.batch_size)
        ]
        return [batches[number] for number in generator.permutation(len(batches))]

"""Batches drawn from a seed and the number of the epoch."""

from __future__ import annotations

import numpy as np
from torch.utils.data import IterableDataset


class Epochs(IterableDataset):
    """An iterable of batches. Each pass is an epoch; its random draws depend on the seed and its number alone."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Set the number of the next epoch."""
        self.epoch = epoch

    def _next_generator(self) -> np.random.Generator:
        """The generator of this epoch; the next call is of the next epoch."""
        generator = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        return generator

"""An iterable of batches that counts its epochs."""

from __future__ import annotations

import numpy as np
from torch.utils.data import IterableDataset


class Epochs(IterableDataset):
    """An iterable of batches that knows how often it was passed through."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the one of that number."""
        self.epoch = epoch

    def _next_generator(self) -> np.random.Generator:
        """The randomness of this pass, and one step to the next."""
        generator = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        return generator

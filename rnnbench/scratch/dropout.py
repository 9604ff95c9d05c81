"""Inverted dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


def dropout_mask(shape: tuple[int, ...], rate: float, generator: np.random.Generator, dtype: Any) -> Array:
    """A mask to multiply with, on the way forward and, the same one, on the way back.

    rate: the share that is dropped, at least 0 and below 1.

    What is kept is divided by the probability of being KEPT, 1 - rate, so that the expected value stays what it was
    and nothing has to be scaled when the network is used. Dividing by the rate instead looks right at 0.5, where the
    two are the same, and is wrong everywhere else: at 0.1 it makes everything nine times too large.

    Source: Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    """
    if not 0.0 <= rate < 1.0:
        raise ScratchError(f"a dropout rate must be at least 0 and below 1, not {rate}")
    keep = 1.0 - rate
    # random() lies in [0, 1): below `keep` with exactly that probability
    return (generator.random(shape) < keep).astype(dtype) / np.asarray(keep, dtype)

"""Inverted dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


def dropout_mask(shape: tuple[int, ...], rate: float, generator: np.random.Generator, dtype: Any) -> Array:
    """A mask to multiply with in the forward and the backward pass.

    rate: probability of dropping an element, at least 0 and below 1.

    Kept elements are divided by 1 - rate, the probability of being kept, so that the expected value is unchanged and no
    scaling is needed in evaluation. (Dividing by the rate is a common error that does not show at a rate of 0.5.)

    Source: Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    """
    if not 0.0 <= rate < 1.0:
        raise ScratchError(f"a dropout rate must be at least 0 and below 1, not {rate}")
    keep = 1.0 - rate
    # random() is in [0, 1): below `keep` with exactly that probability
    return (generator.random(shape) < keep).astype(dtype) / np.asarray(keep, dtype)

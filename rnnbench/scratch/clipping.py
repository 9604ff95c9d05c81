"""Bounds on gradients: backpropagation through time multiplies by the same matrix at each step, and can explode."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rnnbench.scratch.base import Array


def clip_elements(gradients: Iterable[Array], limit: float) -> None:
    """Cuts each number to [-limit, limit], in place. It bends the direction: large components lose more than small."""
    for gradient in gradients:
        np.clip(gradient, -limit, limit, out=gradient)


def clip_norm(gradients: Iterable[Array], limit: float) -> float:
    """Scales all gradients together to a norm of at most `limit`, in place, and gives the norm they had.

    One norm over all arrays keeps the direction; a norm for each array would turn it. The small number in the divisor
    is torch's.

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    arXiv:1211.5063.
    """
    gradients = [*gradients]  # they are passed over twice: a generator would be empty the second time
    norm = float(np.sqrt(sum(float(np.square(gradient, dtype=np.float64).sum()) for gradient in gradients)))
    scale = limit / (norm + 1e-6)
    if scale < 1.0:
        for gradient in gradients:
            gradient *= scale
    return norm

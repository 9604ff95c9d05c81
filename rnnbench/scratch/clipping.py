"""Gradient clipping: gradients of backpropagation through time can explode (repeated products with one matrix)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rnnbench.scratch.base import Array


def clip_elements(gradients: Iterable[Array], limit: float) -> None:
    """Clip each element to [-limit, limit], in place. This changes the direction of the gradient."""
    for gradient in gradients:
        np.clip(gradient, -limit, limit, out=gradient)


def clip_norm(gradients: Iterable[Array], limit: float) -> float:
    """Scale all gradients to a joint norm of at most `limit`, in place; returns the norm before.

    One norm over all arrays keeps the direction of the gradient; a norm per array would change it. The small number in
    the divisor is the same as in torch.

    Source: Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    arXiv:1211.5063.
    """
    gradients = [*gradients]  # iterated twice: a generator would be empty the second time
    norm = float(np.sqrt(sum(float(np.square(gradient, dtype=np.float64).sum()) for gradient in gradients)))
    scale = limit / (norm + 1e-6)
    if scale < 1.0:
        for gradient in gradients:
            gradient *= scale
    return norm

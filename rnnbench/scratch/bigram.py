"""Bigram baseline: the next character predicted from the previous one by counting."""

from __future__ import annotations

import numpy as np

from rnnbench.scratch.base import Array


def bigram_loss(training: Array, held_out: Array, size: int) -> float:
    """Nats per character of a held-out text under a bigram model with add-one smoothing.

        P(next | previous) = (count(previous, next) + 1) / (count(previous) + size)

    A recurrent network that is no better has learned nothing from its state. Adding one (Laplace) gives pairs that do
    not occur in training a probability above zero.

    training, held_out: integers below `size`, at least two each.
    """
    counts = np.ones((size, size))
    np.add.at(counts, (training[:-1], training[1:]), 1)  # counts[a, b] += 1 counts a repeated pair once
    logs = np.log(counts / counts.sum(axis=1, keepdims=True))
    return -float(logs[held_out[:-1], held_out[1:]].mean())

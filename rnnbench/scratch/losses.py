"""Softmax cross-entropy: what a prediction of classes costs, and its derivative.

One function serves both shapes: one class for a whole row (many to one, logits of (batch, classes) from the last
step) and one class per step (many to many, logits of (batch, time, classes)).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


def log_softmax(logits: Array) -> Array:
    """Natural logarithms of the probabilities, over the last axis.

    The largest logit is taken away first: softmax does not change, and exp cannot overflow. Taking the logarithm of a
    softmax afterwards would give -inf wherever a probability rounds to 0; taken here, it stays finite.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax_cross_entropy(
    logits: Array, targets: Array, counted: Array | None = None, *, reduction: Literal["mean", "sum"] = "mean"
) -> tuple[float, Array]:
    """The loss in nats, and its derivative in the logits: (softmax - 1 at the target).

    `mean` divides by the number of predictions that count. The loss is then that of one prediction, log(classes) for a
    network that knows nothing, and the learning rate means the same for every batch size and window. `sum` makes a
    window twice as long push the weights twice as far. Introductory code often sums over the steps and averages over
    the batch, or sums over both, and its learning rates only fit its own window.

    logits: (..., classes). targets: (...), whole numbers. counted: (...), False for padding, which then costs nothing
        and is not divided by either.
    Raises: ScratchError when nothing counts.
    """
    weights = np.ones(targets.shape, logits.dtype) if counted is None else counted.astype(logits.dtype)
    total = float(weights.sum())
    if total == 0:
        raise ScratchError("a loss needs at least one prediction that counts")
    if reduction == "mean":
        weights = weights / logits.dtype.type(total)
    logs = log_softmax(logits)
    places = targets[..., np.newaxis]
    chosen = np.take_along_axis(logs, places, axis=-1)[..., 0]
    error = np.exp(logs)
    np.put_along_axis(error, places, np.take_along_axis(error, places, axis=-1) - 1.0, axis=-1)
    error *= weights[..., np.newaxis]
    return -float((chosen * weights).sum()), error

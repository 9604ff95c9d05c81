"""Softmax cross-entropy and its derivative.

Logits are (batch, classes) for one class per row (many to one) or (batch, time, classes) for one class per step (many
to many).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


def log_softmax(logits: Array) -> Array:
    """Logarithm of the softmax over the last axis.

    The maximum is subtracted first, which does not change the result and prevents overflow of exp. Unlike the logarithm
    of a softmax, the result is finite for probabilities that round to 0.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax_cross_entropy(
    logits: Array, targets: Array, counted: Array | None = None, *, reduction: Literal["mean", "sum"] = "mean"
) -> tuple[float, Array]:
    """The loss in nats, and its derivative with respect to the logits: softmax, minus 1 at the target.

    `mean` divides by the number of counted predictions, so the learning rate does not depend on batch size and window;
    the loss of uniform predictions is log(classes). With `sum`, updates grow with the window and the batch.

    logits: (..., classes). targets: (...), integers. counted: (...), False for padding, which is left out of the loss
        and of the mean.
    Raises: ScratchError if no prediction is counted.
    """
    weights = np.ones(targets.shape, logits.dtype) if counted is None else counted.astype(logits.dtype)
    total = float(weights.sum())
    if total == 0:
        raise ScratchError("a loss needs at least one counted prediction")
    if reduction == "mean":
        weights = weights / logits.dtype.type(total)
    logs = log_softmax(logits)
    indices = targets[..., np.newaxis]
    chosen = np.take_along_axis(logs, indices, axis=-1)[..., 0]
    error = np.exp(logs)
    np.put_along_axis(error, indices, np.take_along_axis(error, indices, axis=-1) - 1.0, axis=-1)
    error *= weights[..., np.newaxis]
    return -float((chosen * weights).sum()), error

"""Training loop: consecutive windows with the state carried, one update per window."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnbench.scratch.base import Array, ScratchError, State
from rnnbench.scratch.characters import Window, windows
from rnnbench.scratch.clipping import clip_elements, clip_norm
from rnnbench.scratch.losses import softmax_cross_entropy
from rnnbench.scratch.network import Network, learn, predict
from rnnbench.scratch.optimizers import Optimizer

Report = Callable[[int, float], None]
"""Called with the number of updates done and the loss of the last window, in nats per character."""


@dataclass(frozen=True)
class Schedule:
    """Batching, length and regularization of a training."""

    updates: int = 1500
    batch: int = 32
    """Number of parallel streams."""
    window: int = 64
    """Steps per window: the length of truncated backpropagation."""
    dropout: float = 0.0
    """Dropout rate between the cell and the output layer."""
    clip: float = 1.0
    """Maximum norm of the gradient, or with `clip_each` maximum absolute value of its elements."""
    clip_each: bool = False


def train(
    network: Network,
    codes: Array,
    optimizer: Optimizer,
    schedule: Schedule,
    generator: np.random.Generator,
    report: Report | None = None,
) -> list[float]:
    """Update the network's weights in place; returns the loss of each window, in nats per character.

    Raises: ScratchError if the loss is not finite or the text is too short.
    """
    losses: list[float] = []
    state: State | None = None
    for window in _repeated_windows(codes, schedule):
        if len(losses) == schedule.updates:
            break
        # no state is carried from the end of the streams to their beginning
        state = None if window.begins else state
        step = learn(network, window.inputs, window.targets, state, dropout=schedule.dropout, generator=generator)
        if not math.isfinite(step.loss):
            raise ScratchError(f"the loss is {step.loss} after {len(losses)} updates: lower the learning rate")
        (clip_elements if schedule.clip_each else clip_norm)(step.gradients.values(), schedule.clip)
        optimizer.update(network.weights, step.gradients)
        state = step.state
        losses.append(step.loss)
        if report is not None:
            report(len(losses), step.loss)
    return losses


def evaluate(network: Network, codes: Array, *, batch: int = 1, window: int = 512) -> float:
    """Nats per character of a text, with the state carried from beginning to end.

    batch: number of parallel streams. 1 is exact; more is faster, but each stream begins with an empty context.
    """
    total, count, state = 0.0, 0, None
    for inputs, targets, begins in windows(codes, batch, window):
        logits, state = predict(network, inputs, None if begins else state)
        total += softmax_cross_entropy(logits, targets, reduction="sum")[0]
        count += targets.size  # not the mean over windows: the last window may be shorter
    return total / count


def _repeated_windows(codes: Array, schedule: Schedule) -> Iterator[Window]:
    while True:
        yield from windows(codes, schedule.batch, schedule.window)

"""The training loop: windows in order, the state carried from each to the next, one update per window."""

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
"""Told the number of updates done and the loss of the last window, in nats per character."""


@dataclass(frozen=True)
class Schedule:
    """How a text is read, and how far."""

    updates: int = 1500
    batch: int = 32
    """Streams read side by side."""
    window: int = 64
    """Steps of a window: how far back the gradient goes. The state goes back further."""
    dropout: float = 0.0
    """Share of the cell's outputs dropped before the output layer."""
    clip: float = 1.0
    """Ceiling on the norm of all gradients together; on each of their numbers with `clip_each`."""
    clip_each: bool = False


def train(
    network: Network,
    codes: Array,
    optimizer: Optimizer,
    schedule: Schedule,
    generator: np.random.Generator,
    report: Report | None = None,
) -> list[float]:
    """Updates the network's weights in place and gives the loss of each window, in nats per character.

    Raises: ScratchError when the loss is no longer a number, or the text is too short.
    """
    losses: list[float] = []
    state: State | None = None
    for window in _without_end(codes, schedule):
        if len(losses) == schedule.updates:
            break
        # one state per stream; where the streams begin anew, what came before the beginning is not what was read last
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
    """Nats per character of a text that is read from its beginning with the state carried all the way.

    batch: streams read side by side; 1 is exact, more is faster, and each stream begins without what came before it.
    """
    total, count, state = 0.0, 0, None
    for inputs, targets, begins in windows(codes, batch, window):
        logits, state = predict(network, inputs, None if begins else state)
        total += softmax_cross_entropy(logits, targets, reduction="sum")[0]
        count += targets.size  # the last window is shorter: a mean of the windows' means would count it too much
    return total / count


def _without_end(codes: Array, schedule: Schedule) -> Iterator[Window]:
    while True:
        yield from windows(codes, schedule.batch, schedule.window)

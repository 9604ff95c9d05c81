"""What the three cells share: the names of their weights, and the shape of what goes in and comes out.

Inside a cell, time comes first: the vectors of one step then lie side by side in memory, and "all steps at once" is a
matrix of (time * batch, features). Callers see the batch first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np

Array = np.ndarray
State = tuple[Array, ...]
"""(h,) of the RNN and the GRU, (h, c) of the LSTM; each (batch, hidden)."""


class ScratchError(ValueError):
    """A mistake that the caller can mend, in one line."""


class Weights(NamedTuple):
    """The weights of a cell, named and laid out as torch does; or their gradients.

    The gates are stacked: LSTM input, forget, candidate, output; GRU reset, update, candidate.
    """

    weight_ih: Array
    """(gates * hidden, input): from the input."""
    weight_hh: Array
    """(gates * hidden, hidden): from the state."""
    bias_ih: Array
    """(gates * hidden,)"""
    bias_hh: Array
    """(gates * hidden,)"""


class Encoded(NamedTuple):
    """A vector per step, the state after each row's last step, and what the way back needs."""

    steps: Array
    """(batch, time, hidden)"""
    state: State
    trace: Any


class Gradients(NamedTuple):
    """The derivative of the loss in all that went in."""

    weights: Weights
    x: Array | None
    """(batch, time, input); None where it was not asked for."""
    state: State


class Cell(Protocol):
    """What `rnn.py`, `lstm.py` and `gru.py` offer as modules."""

    GATES: int
    STATES: int

    def forward(self, x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
        """Reads (batch, time, input), from zeros or from a state. Rows longer than their `lengths` hold padding."""

    def backward(
        self, trace: Any, steps_error: Array, state_error: State | None = None, *, needs_x: bool = True
    ) -> Gradients:
        """Backpropagation through time, from the derivatives of the loss in the steps and in the last state."""


def initialize(
    gates: int, input_size: int, hidden_size: int, generator: np.random.Generator, dtype: Any = np.float64
) -> Weights:
    """Weights drawn as torch draws them: uniform within 1 / sqrt(hidden), the biases too."""
    bound = 1.0 / np.sqrt(hidden_size)
    rows = gates * hidden_size
    shapes: Iterable[tuple[int, ...]] = ((rows, input_size), (rows, hidden_size), (rows,), (rows,))
    return Weights(*(generator.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def time_first(x: Array) -> Array:
    """(batch, time, features) becomes (time, batch, features), contiguous."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def project(inputs: Array, matrix: Array, bias: Array, out: Array) -> None:
    """Writes inputs @ matrix.T + bias for all steps at once into `out`.

    The input of a step does not depend on the steps before it, so this product need not wait in the loop: one large
    product keeps a processor far busier than `time` small ones.

    inputs: (time, batch, input). out: (time, batch, rows), contiguous.
    """
    np.matmul(flat(inputs), matrix.T, out=flat(out))
    out += bias


def flat(steps: Array) -> Array:
    """(time, batch, features) as (time * batch, features), the same memory."""
    return steps.reshape(-1, steps.shape[-1])


def first_state(state: State | None, index: int) -> Array | float:
    """One part of the state to begin from: zeros where there is none."""
    return 0.0 if state is None else state[index]


def at_the_end(states: Array, lengths: Array | None) -> Array:
    """The state after each row's last valid step, as an array of its own.

    states: (time + 1, batch, hidden), the state before the first step first: a row of no steps ends where it began.
    """
    return states[-1].copy() if lengths is None else states[lengths, np.arange(states.shape[1])]


def errors_by_step(steps_error: Array, state_error: State | None, index: int, lengths: Array | None) -> Array:
    """The derivative of the loss in each state as far as it does not come through later steps.

    Row t + 1 holds that of the state after step t, row 0 that of the state before the first step. A step's output is
    heard of twice: by whatever reads the steps, and, at a row's end, by whatever reads the last state.

    Returns: (time + 1, batch, hidden), to be added to on the way back.
    """
    batch, time, hidden = steps_error.shape
    errors = np.empty((time + 1, batch, hidden), steps_error.dtype)
    errors[0] = 0.0
    errors[1:] = steps_error.swapaxes(0, 1)
    add_at_the_end(errors, state_error, index, lengths)
    return errors


def add_at_the_end(errors: Array, state_error: State | None, index: int, lengths: Array | None) -> None:
    """Adds the derivative in the last state at the step where each row ends."""
    if state_error is None:
        return
    if lengths is None:
        errors[-1] += state_error[index]
    else:
        errors[lengths, np.arange(errors.shape[1])] += state_error[index]

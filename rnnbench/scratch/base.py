"""Weights, shapes and helpers shared by the three cells.

Inside a cell, time is the first axis: the vectors of one step are adjacent in memory, and all steps together are a
matrix (time * batch, features). Callers see the batch first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np

Array = np.ndarray
State = tuple[Array, ...]
"""(h,) of the RNN and the GRU, (h, c) of the LSTM; each (batch, hidden)."""


class ScratchError(ValueError):
    """An error that the caller can correct; the message is one line."""


class Weights(NamedTuple):
    """The weights of a cell with torch's names and layout, or their gradients.

    Order of the stacked gates: LSTM input, forget, candidate, output; GRU reset, update, candidate.
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
    """One vector per step, the state after each row's last step, and the values needed by the backward pass."""

    steps: Array
    """(batch, time, hidden)"""
    state: State
    trace: Any


class Gradients(NamedTuple):
    """Derivatives of the loss with respect to weights, input and first state."""

    weights: Weights
    x: Array | None
    """(batch, time, input); None with `needs_x=False`."""
    state: State


class Cell(Protocol):
    """Interface of the modules `rnn`, `lstm` and `gru`."""

    GATES: int
    STATES: int

    def forward(self, x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
        """Encode (batch, time, input), from zeros or from a state. Steps from `lengths` on are padding."""

    def backward(
        self, trace: Any, steps_error: Array, state_error: State | None = None, *, needs_x: bool = True
    ) -> Gradients:
        """Backpropagation through time, from the derivatives with respect to the steps and the last state."""


def initialize(
    gates: int, input_size: int, hidden_size: int, generator: np.random.Generator, dtype: Any = np.float64
) -> Weights:
    """Initial weights and biases with torch's distribution: uniform in +-1 / sqrt(hidden)."""
    bound = 1.0 / np.sqrt(hidden_size)
    rows = gates * hidden_size
    shapes: Iterable[tuple[int, ...]] = ((rows, input_size), (rows, hidden_size), (rows,), (rows,))
    return Weights(*(generator.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def time_first(x: Array) -> Array:
    """(batch, time, features) becomes (time, batch, features), contiguous."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def project(inputs: Array, matrix: Array, bias: Array, out: Array) -> None:
    """Write inputs @ matrix.T + bias for all steps into `out`.

    This product does not depend on earlier steps, so it is outside of the loop: one large product is much faster than
    `time` small ones.

    inputs: (time, batch, input). out: (time, batch, rows), contiguous.
    """
    np.matmul(flat(inputs), matrix.T, out=flat(out))
    out += bias


def flat(steps: Array) -> Array:
    """(time, batch, features) as (time * batch, features), without a copy."""
    return steps.reshape(-1, steps.shape[-1])


def first_state(state: State | None, index: int) -> Array | float:
    """One tensor of the first state; zeros without a state."""
    return 0.0 if state is None else state[index]


def at_the_end(states: Array, lengths: Array | None) -> Array:
    """The state after each row's last valid step, as a copy.

    states: (time + 1, batch, hidden), beginning with the first state, which is also the last one of a row without
    steps.
    """
    return states[-1].copy() if lengths is None else states[lengths, np.arange(states.shape[1])]


def errors_by_step(steps_error: Array, state_error: State | None, index: int, lengths: Array | None) -> Array:
    """Derivative of the loss with respect to each state, without the part through later steps.

    Row t + 1 belongs to the state after step t, row 0 to the state before the first step. The derivative has two parts:
    from the outputs of the steps and, at the end of a row, from the last state.

    Returns: (time + 1, batch, hidden); the backward pass adds the part through later steps.
    """
    batch, time, hidden = steps_error.shape
    errors = np.empty((time + 1, batch, hidden), steps_error.dtype)
    errors[0] = 0.0
    errors[1:] = steps_error.swapaxes(0, 1)
    add_at_the_end(errors, state_error, index, lengths)
    return errors


def add_at_the_end(errors: Array, state_error: State | None, index: int, lengths: Array | None) -> None:
    """Add the derivative with respect to the last state at the last step of each row."""
    if state_error is None:
        return
    if lengths is None:
        errors[-1] += state_error[index]
    else:
        errors[lengths, np.arange(errors.shape[1])] += state_error[index]

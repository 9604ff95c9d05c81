"""Elman's recurrent network, forward and back, in NumPy.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

Source: Elman (1990), Finding structure in time. Backpropagation through time: Werbos (1990).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnbench.scratch.base import (
    Array,
    Encoded,
    Gradients,
    State,
    Weights,
    at_the_end,
    errors_by_step,
    first_state,
    flat,
    project,
    time_first,
)

GATES = 1
STATES = 1


class Trace(NamedTuple):
    """What the way back needs. Time comes first."""

    inputs: Array
    states: Array
    """(time + 1, batch, hidden): the state before the first step, then one after each."""
    weights: Weights
    lengths: Array | None


def forward(x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
    """A vector per step and the last state.

    x: (batch, time, input). state: ((batch, hidden),). lengths: (batch,), where padding begins; padding on the right
        cannot reach an earlier step, so it is computed like any other and then left aside.
    """
    inputs = time_first(x)
    time, batch, _ = inputs.shape
    states = np.empty((time + 1, batch, weights.weight_hh.shape[1]), inputs.dtype)
    states[0] = first_state(state, 0)
    # the inputs' share of each state is written where the state itself will stand
    project(inputs, weights.weight_ih, weights.bias_ih + weights.bias_hh, out=states[1:])
    recurrent = np.ascontiguousarray(weights.weight_hh.T)
    product = np.empty_like(states[0])
    for before, now in zip(list(states[:-1]), list(states[1:]), strict=True):
        np.matmul(before, recurrent, out=product)
        now += product
        np.tanh(now, out=now)
    steps = states[1:].swapaxes(0, 1)
    return Encoded(steps, (at_the_end(states, lengths),), Trace(inputs, states, weights, lengths))


def backward(trace: Trace, steps_error: Array, state_error: State | None = None, *, needs_x: bool = True) -> Gradients:
    """Backpropagation through time.

        error_t  = what reads h_t  +  W_hh' delta_{t+1}      the loss reaches h_t along two ways, and they add up
        delta_t  = (1 - h_t^2) * error_t                     through tanh, whose slope is 1 - tanh^2

        dL/dW_hh = sum over t of delta_t h_{t-1}'            every step used the same weights: their gradients add up

    steps_error: (batch, time, hidden). state_error: ((batch, hidden),).
    """
    inputs, states, weights, lengths = trace
    errors = errors_by_step(steps_error, state_error, 0, lengths)
    deltas = np.square(states[1:])
    np.subtract(1.0, deltas, out=deltas)
    product = np.empty_like(errors[0])
    errors_in_turn, deltas_in_turn = list(errors), list(deltas)
    for step in range(len(deltas) - 1, -1, -1):
        delta = deltas_in_turn[step]
        delta *= errors_in_turn[step + 1]
        np.matmul(delta, weights.weight_hh, out=product)
        errors_in_turn[step] += product
    # sums over the steps are products of matrices that hold all of them
    rows = flat(deltas)
    bias = rows.sum(axis=0)
    found = Weights(rows.T @ flat(inputs), rows.T @ flat(states[:-1]), bias, bias.copy())
    x_error = (rows @ weights.weight_ih).reshape(inputs.shape).swapaxes(0, 1) if needs_x else None
    return Gradients(found, x_error, (errors[0],))

"""Elman's recurrent network (RNN) in NumPy, forward and backward.

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
    """Values needed by the backward pass, time first."""

    inputs: Array
    states: Array
    """(time + 1, batch, hidden): the state before the first step, then one after each."""
    weights: Weights
    lengths: Array | None


def forward(x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
    """Encode an input: one vector per step, and the last state.

    x: (batch, time, input). state: ((batch, hidden),). lengths: (batch,), where padding begins; padding on the right
        cannot affect earlier steps, so it is computed and then ignored.
    """
    inputs = time_first(x)
    time, batch, _ = inputs.shape
    states = np.empty((time + 1, batch, weights.weight_hh.shape[1]), inputs.dtype)
    states[0] = first_state(state, 0)
    # the input part of each state is written into the array of the states
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

        error_t  = from output h_t  +  W_hh' delta_{t+1}     the two paths from h_t to the loss
        delta_t  = (1 - h_t^2) * error_t                     derivative of tanh: 1 - tanh^2

        dL/dW_hh = sum over t of delta_t h_{t-1}'            all steps share the weights

    steps_error: (batch, time, hidden). state_error: ((batch, hidden),).
    """
    inputs, states, weights, lengths = trace
    errors = errors_by_step(steps_error, state_error, 0, lengths)
    deltas = np.square(states[1:])
    np.subtract(1.0, deltas, out=deltas)
    product = np.empty_like(errors[0])
    step_errors, step_deltas = list(errors), list(deltas)
    for step in range(len(deltas) - 1, -1, -1):
        delta = step_deltas[step]
        delta *= step_errors[step + 1]
        np.matmul(delta, weights.weight_hh, out=product)
        step_errors[step] += product
    # sums over the steps as matrix products
    rows = flat(deltas)
    bias = rows.sum(axis=0)
    gradients = Weights(rows.T @ flat(inputs), rows.T @ flat(states[:-1]), bias, bias.copy())
    x_error = (rows @ weights.weight_ih).reshape(inputs.shape).swapaxes(0, 1) if needs_x else None
    return Gradients(gradients, x_error, (errors[0],))

"""Gated recurrent unit (GRU) in NumPy, forward and backward.

    r = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)            reset gate
    z = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)            update gate
    n = tanh   (W_in x_t + b_in + r * (W_hn h_{t-1} + b_hn))      candidate
    h_t = (1 - z) * n + z * h_{t-1}

The reset gate is applied after the matrix product, as in torch and cuDNN; in the paper it is applied before.

Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078.
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

GATES = 3
STATES = 1


class Trace(NamedTuple):
    """Values needed by the backward pass, time first; `states` begins with the state before the first step."""

    inputs: Array
    states: Array
    recurrent_part: Array
    """(time, batch, hidden): W_hn h_{t-1} + b_hn, the recurrent part of the candidate before the reset gate."""
    gates: Array
    """(time, batch, 3 * hidden): r, z and n after their sigmoid or tanh."""
    weights: Weights
    lengths: Array | None


def forward(x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
    """Encode an input: one vector per step, and the last state.

    x: (batch, time, input). state: ((batch, hidden),). lengths: (batch,), where padding begins.
    """
    inputs = time_first(x)
    time, batch, _ = inputs.shape
    hidden = weights.weight_hh.shape[1]
    states = np.empty((time + 1, batch, hidden), inputs.dtype)
    states[0] = first_state(state, 0)
    recurrent_part = np.empty((time, batch, hidden), inputs.dtype)
    gates = np.empty((time, batch, 3 * hidden), inputs.dtype)
    # sigmoid(a) = (1 + tanh(a / 2)) / 2, with the factor 1/2 in the weights, as in lstm.py
    scale = np.repeat(np.array([0.5, 0.5, 1.0], inputs.dtype), hidden)
    # the reset gate also multiplies the candidate's second bias, so it cannot be added to the first
    outside, inside = weights.bias_hh.copy(), weights.bias_hh[2 * hidden :]
    outside[2 * hidden :] = 0.0
    project(inputs, weights.weight_ih * scale[:, np.newaxis], (weights.bias_ih + outside) * scale, out=gates)
    recurrent = np.ascontiguousarray((weights.weight_hh * scale[:, np.newaxis]).T)
    reset, update, candidates = np.split(gates, 3, axis=2)
    product, from_before = np.empty_like(gates[0]), np.empty_like(states[0])
    for step in range(time):
        before, now = states[step], states[step + 1]
        np.matmul(before, recurrent, out=product)
        sigmoids, candidate = gates[step, :, : 2 * hidden], candidates[step]
        sigmoids += product[:, : 2 * hidden]
        np.tanh(sigmoids, out=sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        np.add(product[:, 2 * hidden :], inside, out=recurrent_part[step])
        np.multiply(reset[step], recurrent_part[step], out=from_before)
        candidate += from_before
        np.tanh(candidate, out=candidate)
        # (1 - z) n + z h = n + z (h - n): one product less
        np.subtract(before, candidate, out=now)
        now *= update[step]
        now += candidate
    trace = Trace(inputs, states, recurrent_part, gates, weights, lengths)
    return Encoded(states[1:].swapaxes(0, 1), (at_the_end(states, lengths),), trace)


def backward(trace: Trace, steps_error: Array, state_error: State | None = None, *, needs_x: bool = True) -> Gradients:
    """Backpropagation through time.

        error_t = from output h_t  +  z_{t+1} * error_{t+1}  +  W_hh' (delta_r, delta_z, r * delta_n)_{t+1}

        delta_n = (1 - z)       * (1 - n^2) * error_t
        delta_z = (h_{t-1} - n) * z (1 - z) * error_t
        delta_r = (W_hn h_{t-1} + b_hn) * r (1 - r) * delta_n

    The gradient of the recurrent weights and bias contains r * delta_n, that of the input weights and bias delta_n; so
    the gradients of the two biases differ.

    steps_error: (batch, time, hidden). state_error: ((batch, hidden),).
    """
    inputs, states, recurrent_part, gates, weights, lengths = trace
    hidden = states.shape[2]
    errors = errors_by_step(steps_error, state_error, 0, lengths)
    reset, update, candidate = np.split(gates, 3, axis=2)
    deltas, for_candidate = np.empty_like(gates), np.empty_like(recurrent_part)
    for_reset, for_update, through_reset = np.split(deltas, 3, axis=2)
    product, slope = np.empty_like(errors[0]), np.empty_like(errors[0])
    for step in range(len(gates) - 1, -1, -1):
        error, delta = errors[step + 1], for_candidate[step]
        np.subtract(1.0, update[step], out=slope)
        np.multiply(error, slope, out=delta)
        slope *= update[step]
        slope *= error
        np.subtract(states[step], candidate[step], out=product)
        np.multiply(slope, product, out=for_update[step])
        np.square(candidate[step], out=slope)
        np.subtract(1.0, slope, out=slope)
        delta *= slope
        np.subtract(1.0, reset[step], out=slope)
        slope *= reset[step]
        slope *= recurrent_part[step]
        np.multiply(slope, delta, out=for_reset[step])
        np.multiply(delta, reset[step], out=through_reset[step])
        np.matmul(deltas[step], weights.weight_hh, out=product)
        error *= update[step]
        errors[step] += error
        errors[step] += product
    rows = flat(deltas)
    weight_hh, bias_hh = rows.T @ flat(states[:-1]), rows.sum(axis=0)
    deltas[:, :, 2 * hidden :] = for_candidate  # without the reset gate, for the input weights
    gradients = Weights(rows.T @ flat(inputs), weight_hh, rows.sum(axis=0), bias_hh)
    x_error = (rows @ weights.weight_ih).reshape(inputs.shape).swapaxes(0, 1) if needs_x else None
    return Gradients(gradients, x_error, (errors[0],))

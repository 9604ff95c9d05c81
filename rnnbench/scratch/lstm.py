"""Long short-term memory (LSTM) in NumPy, forward and backward.

    i = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)      input gate
    f = sigmoid(W_if x_t + b_if + W_hf h_{t-1} + b_hf)      forget gate
    g = tanh   (W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)      candidate
    o = sigmoid(W_io x_t + b_io + W_ho h_{t-1} + b_ho)      output gate
    c_t = f * c_{t-1} + i * g
    h_t = o * tanh(c_t)

Source: Hochreiter and Schmidhuber (1997); forget gate: Gers, Schmidhuber and Cummins (2000).
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
    add_at_the_end,
    at_the_end,
    errors_by_step,
    first_state,
    flat,
    project,
    time_first,
)

GATES = 4
STATES = 2


class Trace(NamedTuple):
    """Values needed by the backward pass, time first; `states` and `cells` begin with those before the first step."""

    inputs: Array
    states: Array
    cells: Array
    squashed: Array
    """(time, batch, hidden): tanh(c_t)."""
    gates: Array
    """(time, batch, 4 * hidden): i, f, g and o after their sigmoid or tanh."""
    weights: Weights
    lengths: Array | None


def forward(x: Array, weights: Weights, state: State | None = None, lengths: Array | None = None) -> Encoded:
    """Encode an input: one vector per step, and the last state (h, c).

    x: (batch, time, input). state: two of (batch, hidden). lengths: (batch,), where padding begins.
    """
    inputs = time_first(x)
    time, batch, _ = inputs.shape
    hidden = weights.weight_hh.shape[1]
    states, cells = np.empty((2, time + 1, batch, hidden), inputs.dtype)
    states[0], cells[0] = first_state(state, 0), first_state(state, 1)
    squashed = np.empty((time, batch, hidden), inputs.dtype)
    gates = np.empty((time, batch, 4 * hidden), inputs.dtype)
    # sigmoid(a) = (1 + tanh(a / 2)) / 2: with the rows of the sigmoids halved, which is exact, one tanh computes all
    # four gates. It cannot overflow, unlike exp(-a) for a below -88 in float32.
    scale = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], inputs.dtype), hidden)
    shift = np.repeat(np.array([0.5, 0.5, 0.0, 0.5], inputs.dtype), hidden)
    bias = (weights.bias_ih + weights.bias_hh) * scale
    project(inputs, weights.weight_ih * scale[:, np.newaxis], bias, out=gates)
    recurrent = np.ascontiguousarray((weights.weight_hh * scale[:, np.newaxis]).T)
    input_gate, forget, candidate, output_gate = np.split(gates, 4, axis=2)
    product, added = np.empty_like(gates[0]), np.empty_like(states[0])
    for step, gate in enumerate(gates):
        np.matmul(states[step], recurrent, out=product)
        gate += product
        np.tanh(gate, out=gate)
        gate *= scale
        gate += shift
        cell = cells[step + 1]
        np.multiply(forget[step], cells[step], out=cell)
        np.multiply(input_gate[step], candidate[step], out=added)
        cell += added
        np.tanh(cell, out=squashed[step])
        np.multiply(output_gate[step], squashed[step], out=states[step + 1])
    last = (at_the_end(states, lengths), at_the_end(cells, lengths))
    trace = Trace(inputs, states, cells, squashed, gates, weights, lengths)
    return Encoded(states[1:].swapaxes(0, 1), last, trace)


def backward(trace: Trace, steps_error: Array, state_error: State | None = None, *, needs_x: bool = True) -> Gradients:
    """Backpropagation through time.

        error(h_t) = from output h_t  +  W_hh' delta_{t+1}
        error(c_t) = from state c_t   +  f_{t+1} * error(c_{t+1})  +  o_t * (1 - tanh(c_t)^2) * error(h_t)

    Between cells, the error is multiplied by f alone and by no matrix, which limits vanishing gradients.

        delta_i = g       * i (1 - i) * error(c_t)           slope of a sigmoid: s (1 - s)
        delta_f = c_{t-1} * f (1 - f) * error(c_t)
        delta_g = i       * (1 - g^2) * error(c_t)           slope of tanh: 1 - tanh^2
        delta_o = tanh(c_t) * o (1 - o) * error(h_t)

    steps_error: (batch, time, hidden). state_error: two of (batch, hidden).
    """
    inputs, states, cells, squashed, gates, weights, lengths = trace
    errors = errors_by_step(steps_error, state_error, 0, lengths)
    cell_errors = np.zeros_like(errors)
    add_at_the_end(cell_errors, state_error, 1, lengths)
    input_gate, forget, candidate, output_gate = np.split(gates, 4, axis=2)
    deltas = np.empty_like(gates)
    for_input_gate, for_forget, for_candidate, for_output_gate = np.split(deltas, 4, axis=2)
    slope, product = np.empty_like(gates[0]), np.empty_like(errors[0])
    candidate_slope = np.split(slope, 4, axis=1)[2]
    for step in range(len(gates) - 1, -1, -1):
        error, cell_error = errors[step + 1], cell_errors[step + 1]
        np.square(squashed[step], out=product)
        np.subtract(1.0, product, out=product)
        product *= output_gate[step]
        product *= error
        cell_error += product
        np.multiply(cell_error, candidate[step], out=for_input_gate[step])
        np.multiply(cell_error, cells[step], out=for_forget[step])
        np.multiply(cell_error, input_gate[step], out=for_candidate[step])
        np.multiply(error, squashed[step], out=for_output_gate[step])
        # slopes of all four gates as sigmoids; then the slope of the candidate, a tanh
        np.subtract(1.0, gates[step], out=slope)
        slope *= gates[step]
        np.square(candidate[step], out=candidate_slope)
        np.subtract(1.0, candidate_slope, out=candidate_slope)
        deltas[step] *= slope
        cell_error *= forget[step]
        cell_errors[step] += cell_error
        np.matmul(deltas[step], weights.weight_hh, out=product)
        errors[step] += product
    rows = flat(deltas)
    bias = rows.sum(axis=0)
    gradients = Weights(rows.T @ flat(inputs), rows.T @ flat(states[:-1]), bias, bias.copy())
    x_error = (rows @ weights.weight_ih).reshape(inputs.shape).swapaxes(0, 1) if needs_x else None
    return Gradients(gradients, x_error, (errors[0], cell_errors[0]))

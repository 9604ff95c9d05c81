"""A network of a cell and a linear output layer that predicts the next character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnbench.scratch.base import Array, ScratchError, State, Weights, initialize
from rnnbench.scratch.cells import CELLS
from rnnbench.scratch.characters import one_hot
from rnnbench.scratch.dropout import dropout_mask
from rnnbench.scratch.losses import softmax_cross_entropy


@dataclass(frozen=True)
class Network:
    """h_t = cell(one_hot(x_t), h_{t-1}); logits_t = W_out h_t + b_out."""

    cell: str
    """rnn, lstm or gru."""
    weights: dict[str, Array]
    """Weights of the cell with torch's names, `weight_out` (classes, hidden) and `bias_out` (classes,)."""

    @property
    def classes(self) -> int:
        """Number of characters in the vocabulary."""
        return self.weights["weight_out"].shape[0]

    @property
    def cell_weights(self) -> Weights:
        """The weights of the cell, without a copy."""
        return Weights(*(self.weights[name] for name in Weights._fields))


@dataclass(frozen=True)
class Step:
    """Results of one window."""

    loss: float
    """Nats per character."""
    gradients: dict[str, Array]
    state: State


def new_network(
    cell: str, classes: int, hidden_size: int, generator: np.random.Generator, dtype: Any = np.float64
) -> Network:
    """A network with torch's initial distribution; the forget bias of an LSTM is 1.

    Raises: ScratchError for an unknown cell.
    """
    if cell not in CELLS:
        raise ScratchError(f"unknown cell {cell!r}; known cells: {', '.join(CELLS)}")
    weights = initialize(CELLS[cell].GATES, classes, hidden_size, generator, dtype)
    if cell == "lstm":
        # the cell keeps its content at the beginning of training (Jozefowicz et al., 2015)
        weights.bias_ih[hidden_size : 2 * hidden_size] = 1.0
        weights.bias_hh[hidden_size : 2 * hidden_size] = 0.0
    bound = 1.0 / np.sqrt(hidden_size)
    weight_out = generator.uniform(-bound, bound, (classes, hidden_size)).astype(dtype)
    return Network(cell, {**weights._asdict(), "weight_out": weight_out, "bias_out": np.zeros(classes, dtype)})


def predict(network: Network, codes: Array, state: State | None = None) -> tuple[Array, State]:
    """Logits of the next character at each step, (batch, time, classes), and the last state."""
    weights = network.weights
    x = one_hot(codes, network.classes, weights["weight_out"].dtype)
    steps, state, _ = CELLS[network.cell].forward(x, network.cell_weights, state)
    return steps @ weights["weight_out"].T + weights["bias_out"], state


def learn(
    network: Network, inputs: Array, targets: Array, state: State | None, *, dropout: float, generator: Any
) -> Step:
    """Loss of a window of (batch, time) characters, its gradients, and the last state.

    Truncated backpropagation through time (Williams and Peng, 1990): the state is carried into the window, but no
    gradient flows back through it.
    """
    weights = network.weights
    x = one_hot(inputs, network.classes, weights["weight_out"].dtype)
    cell = CELLS[network.cell]
    steps, last, trace = cell.forward(x, network.cell_weights, state)
    mask = dropout_mask(steps.shape, dropout, generator, steps.dtype) if dropout else None
    kept = steps if mask is None else steps * mask
    logits = kept @ weights["weight_out"].T + weights["bias_out"]
    loss, error = softmax_cross_entropy(logits, targets)
    rows = error.reshape(-1, network.classes)
    steps_error = error @ weights["weight_out"]
    if mask is not None:
        steps_error *= mask
    of_cell = cell.backward(trace, steps_error, needs_x=False).weights
    of_output = {"weight_out": rows.T @ kept.reshape(len(rows), -1), "bias_out": rows.sum(axis=0)}
    return Step(loss, {**of_cell._asdict(), **of_output}, last)

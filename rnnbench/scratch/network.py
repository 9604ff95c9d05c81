"""A cell with a linear layer behind it: characters in, scores of the next character out."""

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
    """Those of the cell under torch's names, `weight_out` (classes, hidden) and `bias_out` (classes,)."""

    @property
    def classes(self) -> int:
        """How many characters there are."""
        return self.weights["weight_out"].shape[0]

    @property
    def of_cell(self) -> Weights:
        """The cell's own weights; the same arrays."""
        return Weights(*(self.weights[name] for name in Weights._fields))


@dataclass(frozen=True)
class Step:
    """What one window gave."""

    loss: float
    """Nats per character."""
    gradients: dict[str, Array]
    state: State


def new_network(
    cell: str, classes: int, hidden_size: int, generator: np.random.Generator, dtype: Any = np.float64
) -> Network:
    """A network with weights drawn as torch draws them; an LSTM's forget gate starts open.

    Raises: ScratchError for a cell that is none.
    """
    if cell not in CELLS:
        raise ScratchError(f"unknown cell {cell!r}; there are {', '.join(CELLS)}")
    own = initialize(CELLS[cell].GATES, classes, hidden_size, generator, dtype)
    if cell == "lstm":
        # a bias of 1 keeps the memory from fading before anything is learned (Jozefowicz et al., 2015)
        own.bias_ih[hidden_size : 2 * hidden_size] = 1.0
        own.bias_hh[hidden_size : 2 * hidden_size] = 0.0
    bound = 1.0 / np.sqrt(hidden_size)
    weight_out = generator.uniform(-bound, bound, (classes, hidden_size)).astype(dtype)
    return Network(cell, {**own._asdict(), "weight_out": weight_out, "bias_out": np.zeros(classes, dtype)})


def predict(network: Network, codes: Array, state: State | None = None) -> tuple[Array, State]:
    """Scores of the next character after each, (batch, time, classes), and the state to go on from."""
    weights = network.weights
    x = one_hot(codes, network.classes, weights["weight_out"].dtype)
    steps, state, _ = CELLS[network.cell].forward(x, network.of_cell, state)
    return steps @ weights["weight_out"].T + weights["bias_out"], state


def learn(
    network: Network, inputs: Array, targets: Array, state: State | None, *, dropout: float, generator: Any
) -> Step:
    """The loss of a window of (batch, time) characters, its gradients, and the state to carry on.

    Nothing is sent back into the state that came in: the gradient is cut at the window's beginning (truncated
    backpropagation through time, Williams and Peng, 1990), though the state itself goes on.
    """
    weights = network.weights
    x = one_hot(inputs, network.classes, weights["weight_out"].dtype)
    cell = CELLS[network.cell]
    steps, after, trace = cell.forward(x, network.of_cell, state)
    mask = dropout_mask(steps.shape, dropout, generator, steps.dtype) if dropout else None
    read = steps if mask is None else steps * mask
    logits = read @ weights["weight_out"].T + weights["bias_out"]
    loss, error = softmax_cross_entropy(logits, targets)
    rows = error.reshape(-1, network.classes)
    steps_error = error @ weights["weight_out"]
    if mask is not None:
        steps_error *= mask
    found = cell.backward(trace, steps_error, needs_x=False).weights
    of_output = {"weight_out": rows.T @ read.reshape(len(rows), -1), "bias_out": rows.sum(axis=0)}
    return Step(loss, {**found._asdict(), **of_output}, after)

"""torch's own recurrent kernels behind the encoder contract: batch-first state, padding on the right."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def weights_of(kernel: nn.RNNBase) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The input and state matrices and the two biases of a one-layer, one-direction kernel, as torch's cells want them.

    Read by name: weights that are swapped for a call (DropConnect) are found, where a list kept by the kernel is not.
    """
    return kernel.weight_ih_l0, kernel.weight_hh_l0, kernel.bias_ih_l0, kernel.bias_hh_l0  # type: ignore[return-value]


def run_kernel(
    kernel: nn.RNNBase,
    x: Float[Tensor, "batch time input"],
    lengths: Int[Tensor, " batch"] | None,
    state: tuple[Tensor, ...] | None,
) -> tuple[Float[Tensor, "batch time hidden"], tuple[Tensor, ...]]:
    """Steps and the state after each row's last valid step, from a one-layer, one-direction torch kernel.

    state: one tensor of (batch, hidden) for RNN and GRU, two (hidden state, cell) for LSTM.
    """
    is_lstm = isinstance(kernel, nn.LSTM)
    first = None if state is None else tuple(part.unsqueeze(0) for part in state)
    given = first if is_lstm or first is None else first[0]
    if lengths is None or not is_lstm:
        steps, last = kernel(x, given)
        if lengths is None:
            return steps, tuple(part.squeeze(0) for part in (last if is_lstm else (last,)))
        # the state of an RNN or GRU is its output: read it at the last valid step
        ends = (lengths - 1).view(-1, 1, 1).expand(-1, 1, steps.shape[2])
        return steps, (steps.gather(1, ends).squeeze(1),)
    return _run_ragged(kernel, x, lengths, first)


def _run_ragged(
    kernel: nn.RNNBase, x: Tensor, lengths: Tensor, state: tuple[Tensor, ...] | None
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Runs from one distinct length to the next, each time with the rows that go on.

    A packed sequence gives the same numbers, but costs several times as much on a CPU: its kernel works step by step.
    """
    sorted_lengths, order = lengths.sort(descending=True)
    rows = x[order]
    if state is None:
        zeros = x.new_zeros(1, x.shape[0], kernel.hidden_size)
        carried: tuple[Tensor, ...] = (zeros, zeros)
    else:
        carried = tuple(part[:, order] for part in state)
    pieces, ended, start = [], [], 0
    for end in sorted_lengths.unique().tolist():
        active = int((sorted_lengths >= end).sum())
        going_on = tuple(part[:, :active].contiguous() for part in carried)
        steps, carried = kernel(rows[:active, start:end], going_on)
        pieces.append(nn.functional.pad(steps, (0, 0, 0, 0, 0, x.shape[0] - active)))
        stay = int((sorted_lengths > end).sum())
        ended.append(tuple(part[:, stay:] for part in carried))
        start = end
    back = order.argsort()
    if start < x.shape[1]:
        pieces.append(x.new_zeros(x.shape[0], x.shape[1] - start, kernel.hidden_size))
    last = tuple(torch.cat([part[index] for part in reversed(ended)], dim=1)[0, back] for index in range(len(carried)))
    return torch.cat(pieces, dim=1)[back], last

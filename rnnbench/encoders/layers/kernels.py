"""torch's own recurrent kernels behind the encoder contract: batch-first state, padding on the right."""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def weights_of(kernel: nn.RNNBase) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The input and state matrices and the two biases of a one-layer, one-direction kernel, as torch's cells want them.

    Read by name: weights that are swapped for a call (DropConnect) are found, where a list kept by the kernel is not.
    """
    return kernel.weight_ih_l0, kernel.weight_hh_l0, kernel.bias_ih_l0, kernel.bias_hh_l0  # type: ignore[return-value]


def can_run(kernel: nn.RNNBase, x: Tensor) -> bool:
    """Whether a kernel of this kind runs here, forward and backward, on input like `x` in the precision in force.

    A small kernel is run to find out, once for each kind, device and precision: what exists depends on the processor,
    on drivers and on torch's version. oneDNN, for one, has no LSTM in bfloat16 for processors without AVX-512.
    """
    device = x.device.type
    lowered = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None
    is_deterministic = torch.are_deterministic_algorithms_enabled()
    return _runs(kernel.mode, x.device, x.dtype, kernel.weight_ih_l0.dtype, lowered, is_deterministic)


@cache
def _runs(
    mode: str,
    device: torch.device,
    dtype: torch.dtype,
    weight_dtype: torch.dtype,
    lowered: torch.dtype | None,
    is_deterministic: bool,
) -> bool:
    """Tries a kernel; the arguments are all that the outcome depends on. lowered: autocast's dtype where it is on."""
    try:
        _try_kernel(mode, device, dtype, weight_dtype, lowered)
    except torch.OutOfMemoryError:  # says nothing of the kernel
        raise
    except RuntimeError:  # what torch and the libraries below it raise for a kernel that does not exist
        return False
    return True


def _try_kernel(
    mode: str, device: torch.device, dtype: torch.dtype, weight_dtype: torch.dtype, lowered: torch.dtype | None
) -> None:
    """Forward, backward and forward without gradients, of a kernel of two units. Raises: what the kernel raises."""
    kernel = _zero_kernel(mode, device, weight_dtype)

    def run() -> Tensor:
        with torch.autocast(device.type, dtype=lowered, enabled=lowered is not None):
            steps: Tensor = kernel(x)[0]
        return steps

    with torch.inference_mode(False):
        x = torch.zeros(1, 2, 2, device=device, dtype=dtype, requires_grad=True)
        with torch.enable_grad():
            run().sum().backward()
        with torch.no_grad():
            run()


def _zero_kernel(mode: str, device: torch.device, dtype: torch.dtype) -> nn.RNNBase:
    """A kernel of two units with weights of zero: no random numbers are drawn for it."""
    kinds: dict[str, type[nn.RNNBase]] = {"LSTM": nn.LSTM, "GRU": nn.GRU}
    more = {} if mode in kinds else {"nonlinearity": mode.removeprefix("RNN_").lower()}
    with torch.inference_mode(False), torch.no_grad():
        kernel = kinds.get(mode, nn.RNN)(2, 2, batch_first=True, device="meta", dtype=dtype, **more)  # type: ignore[arg-type]
        kernel.to_empty(device=device)
        for parameter in kernel.parameters():
            parameter.zero_()
    return kernel


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

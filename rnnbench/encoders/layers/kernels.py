"""torch's fused recurrent kernels under the encoder contract: batch-first state, padding on the right."""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def weights_of(kernel: nn.RNNBase) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """weight_ih, weight_hh, bias_ih, bias_hh of a one-layer, one-direction kernel, the arguments of torch's cells.

    Read by name, so that weights replaced by `functional_call` (weight dropout) are used.
    """
    return kernel.weight_ih_l0, kernel.weight_hh_l0, kernel.bias_ih_l0, kernel.bias_hh_l0  # type: ignore[return-value]


def can_run(kernel: nn.RNNBase, x: Tensor) -> bool:
    """Whether such a kernel runs on this machine, forward and backward, for input like `x` in the current precision.

    A small kernel is run once per class, device and precision, since availability depends on processor, drivers and
    torch version: oneDNN, for example, has no LSTM in bfloat16 for processors without AVX-512.
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
    """`can_run` by everything that the result depends on. lowered: autocast's dtype, None without autocast."""
    try:
        _try_kernel(mode, device, dtype, weight_dtype, lowered)
    except torch.OutOfMemoryError:  # independent of the kernel
        raise
    except RuntimeError:  # raised by torch and its backends for a kernel that does not exist
        return False
    return True


def _try_kernel(
    mode: str, device: torch.device, dtype: torch.dtype, weight_dtype: torch.dtype, lowered: torch.dtype | None
) -> None:
    """Runs a kernel of two units: forward, backward, and forward without gradients."""
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
    """A kernel of two units with zero weights, so that no random numbers are drawn."""
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
    """Steps and the state after each row's last valid step, by a one-layer, one-direction torch kernel.

    state: one tensor of (batch, hidden) for RNN and GRU, two (hidden state, cell) for LSTM.
    """
    is_lstm = isinstance(kernel, nn.LSTM)
    initial = None if state is None else tuple(part.unsqueeze(0) for part in state)
    if lengths is None or not is_lstm:
        steps, last = kernel(x, initial if is_lstm or initial is None else initial[0])
        if lengths is None:
            return steps, tuple(part.squeeze(0) for part in (last if is_lstm else (last,)))
        # the state of an RNN or GRU is its output at the last valid step
        ends = (lengths - 1).view(-1, 1, 1).expand(-1, 1, steps.shape[2])
        return steps, (steps.gather(1, ends).squeeze(1),)
    return _run_ragged(kernel, x, lengths, initial)


def _run_ragged(
    kernel: nn.RNNBase, x: Tensor, lengths: Tensor, state: tuple[Tensor, ...] | None
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Runs from each distinct length to the next, with the rows that are at least as long.

    Equal to a packed sequence, which is several times slower on a CPU since its kernel runs step by step.
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
        carried = tuple(part[:, :active].contiguous() for part in carried)
        steps, carried = kernel(rows[:active, start:end], carried)
        pieces.append(nn.functional.pad(steps, (0, 0, 0, 0, 0, x.shape[0] - active)))
        longer = int((sorted_lengths > end).sum())
        ended.append(tuple(part[:, longer:] for part in carried))
        start = end
    back = order.argsort()
    if start < x.shape[1]:
        pieces.append(x.new_zeros(x.shape[0], x.shape[1] - start, kernel.hidden_size))
    last = tuple(torch.cat([part[index] for part in reversed(ended)], dim=1)[0, back] for index in range(len(carried)))
    return torch.cat(pieces, dim=1)[back], last

"""The NumPy cells of `rnnbench.scratch` as functions of torch's autograd."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import threadpoolctl
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rnnbench.scratch import CELLS, Weights


def recurrent_parameters(cell: str, input_size: int, hidden_size: int) -> list[nn.Parameter]:
    """weight_ih, weight_hh, bias_ih and bias_hh of a cell, initialized as torch's kernels are.

    cell: rnn, lstm or gru.
    """
    rows, bound = CELLS[cell].GATES * hidden_size, hidden_size**-0.5
    shapes = ((rows, input_size), (rows, hidden_size), (rows,), (rows,))
    return [nn.Parameter(torch.empty(shape).uniform_(-bound, bound)) for shape in shapes]


def run_numpy_cell(
    cell: str,
    x: Float[Tensor, "batch time input"],
    parameters: tuple[Tensor, Tensor, Tensor, Tensor],
    lengths: Int[Tensor, " batch"] | None,
    state: tuple[Tensor, ...] | None,
) -> tuple[Float[Tensor, "batch time hidden"], tuple[Tensor, ...]]:
    """Steps and the state after each row's last valid step, with hand-written gradients.

    parameters: weight_ih, weight_hh, bias_ih, bias_hh. Tensors on a GPU are copied to the CPU and back at each call.
    """
    if state is None:
        hidden = parameters[1].shape[1]
        state = tuple(x.new_zeros(x.shape[0], hidden) for _ in range(CELLS[cell].STATES))
    steps, *last = _Recurrence.apply(cell, lengths, x, *parameters, *state)
    return steps, tuple(last)


class _Recurrence(torch.autograd.Function):
    """A whole sequence as one autograd function."""

    @staticmethod
    def forward(ctx: Any, cell: str, lengths: Tensor | None, x: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        weights, state = Weights(*map(_array, rest[:4])), tuple(map(_array, rest[4:]))
        with _as_many_threads_as_torch():
            encoded = CELLS[cell].forward(_array(x), weights, state, None if lengths is None else _array(lengths))
        steps, *last = (_tensor(part, x.device) for part in (encoded.steps, *encoded.state))
        ctx.cell, ctx.trace = cell, encoded.trace
        ctx.set_materialize_grads(False)
        # saving them makes torch detect changes before the backward pass
        ctx.save_for_backward(x, *rest, steps)
        return steps, *last

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, steps_error: Tensor | None, *last_errors: Tensor | None) -> tuple[Tensor | None, ...]:
        x, *_, steps = ctx.saved_tensors
        error_of_steps = _array(torch.zeros_like(steps) if steps_error is None else steps_error)
        state_error = None
        if any(error is not None for error in last_errors):
            zeros = np.zeros_like(error_of_steps[:, 0])
            state_error = tuple(zeros if error is None else _array(error) for error in last_errors)
        with _as_many_threads_as_torch():
            gradients = CELLS[ctx.cell].backward(
                ctx.trace, error_of_steps, state_error, needs_x=ctx.needs_input_grad[2]
            )
        parts = (gradients.x, *gradients.weights, *gradients.state)
        return None, None, *(None if part is None else _tensor(part, x.device) for part in parts)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()


def _tensor(array: np.ndarray, device: torch.device) -> Tensor:
    """The array in memory of torch, which is aligned to 64 bytes.

    Some products of MKL differ in their last bit with the alignment of what they read, and the memory of NumPy is
    aligned otherwise in each process: without the copy, the same training could give other weights.
    """
    return torch.from_numpy(array).to(device, copy=True)


@cache
def _blas() -> threadpoolctl.ThreadpoolController:
    return threadpoolctl.ThreadpoolController().select(user_api="blas")


def _as_many_threads_as_torch() -> Any:
    """Limits the BLAS of NumPy to the number of threads of torch (`hardware.threads`).

    Without the limit, BLAS uses all cores for each small product, and training beside another process was twenty times
    slower.
    """
    return _blas().limit(limits=torch.get_num_threads())

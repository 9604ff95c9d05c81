"""Count the floating-point operations of a training, independent of machine and kernel.

The count follows the equations, not the kernel, since torch cannot see the products inside fused and NumPy kernels: a
recurrent cell is counted by one `step`, times the number of steps; everything else by running it. Counting uses torch's
meta device, where tensors have shapes but no values, so nothing is computed and no weight changes.

    counted      every matrix product and convolution, a multiplication and its addition as 2
    backward     2 x forward: one product for the gradient of the weights and one for that of the inputs
    not counted  sums, activations, softmax, normalization, dropout, the optimizer, embedding lookups; padding

Attention is counted for every pair of query and key in the kernel's inputs, masked pairs included.
Source of the conventions: Kaplan et al. (2020), Scaling laws for neural language models, arXiv:2001.08361, section 2.1;
attention: Chowdhery et al. (2022), PaLM, arXiv:2204.02311, appendix B.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from rnnbench.encoders.base import Cell, Encoded, Encoder, State
from rnnbench.tasks.base import SequenceTask

BACKWARD = 2
"""Products of the backward pass per product of the forward pass."""


def training_flops_per_item(task: SequenceTask, batch_size: int) -> float | None:
    """Mean number of operations per item of an epoch, forward and backward; None where they cannot be counted.

    Args:
        task: on the meta device; unusable afterwards, since its cells run one step instead of all.

    An encoder that needs values or leaves torch cannot run on the meta device and is not counted.
    """
    counter = _Counter(task)
    task.train()
    try:
        forward = task.mean_per_item(counter.count, batch_size)
    except (NotImplementedError, RuntimeError):
        return None
    return (1 + BACKWARD) * forward


class _Counter(TorchDispatchMode):
    """Counts the products of a training batch, those of a recurrent cell by one step.

    torch's `FlopCounterMode` has the same formulas, but spends most of its time on tracking modules.
    """

    def __init__(self, task: SequenceTask) -> None:
        super().__init__()
        self.task = task
        self.counted = 0
        for module in [*task.modules()]:
            if isinstance(module, Encoder):
                _ignore_lengths(module)
            if isinstance(module, Cell):
                _replace_forward(module, self._one_step(module))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.counted += formula(*args, **(kwargs or {}), out_val=result)
        return result

    def count(self, batch: Any) -> int:
        """Operations of the forward pass of one batch."""
        self.counted = 0
        on_meta = tuple(part.to("meta") if isinstance(part, Tensor) else part for part in batch)
        with self, torch.no_grad():
            self.task.loss(on_meta)
        return self.counted

    def _one_step(self, cell: Cell) -> Any:
        def forward(x: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Encoded:
            before = self.counted
            first = cell.step_by_step(x[:, :1], None, state)
            self.counted += (x.shape[1] - 1) * (self.counted - before)
            return Encoded(first.steps.expand(-1, x.shape[1], -1), first.state)

        return forward


def _ignore_lengths(encoder: Encoder) -> None:
    """Count every row at full length, since the values in `lengths` do not exist on the meta device."""
    original = encoder.forward

    def forward(x: Tensor, lengths: Tensor | None = None, state: State | None = None, *more: Any, **named: Any) -> Any:
        return original(x, None, state, *more, **named)

    _replace_forward(encoder, forward)


def _replace_forward(module: nn.Module, forward: Any) -> None:
    module.forward = forward

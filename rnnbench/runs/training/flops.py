"""Floating-point operations of a training, counted: what a model asks of a machine, whatever machine and kernel run it.

The count follows the equations and not the kernel, since a fused or a NumPy kernel hides its products from torch:
recurrent cells are counted by their own `step`, times the number of steps; everything else by running it. All of it
happens on torch's meta device, where tensors have shapes and no numbers, so nothing is computed and no weight changes.

    counted      every matrix product and convolution, a multiplication and its addition as 2
    backward     2 x forward: one product for the weights and one for the inputs of each
    not counted  sums, activations, softmax, normalization, dropout, the optimizer, looking up an embedding; padding

Attention is counted for every pair of a query and a key that its kernel is given: a mask saves nothing.
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
"""Products of the way back for each one of the way there."""


def training_flops_per_item(task: SequenceTask, batch_size: int) -> float | None:
    """Operations, forward and backward, that an average item of an epoch costs; None where they cannot be counted.

    Args:
        task: on the meta device, and used for nothing else afterwards: its cells run one step in place of all.

    An encoder that cannot run on the meta device, because it asks for values or leaves torch, is not counted.
    """
    counter = _Counter(task)
    task.train()
    try:
        forward = task.mean_per_item(counter.count, batch_size)
    except (NotImplementedError, RuntimeError):
        return None
    return (1 + BACKWARD) * forward


class _Counter(TorchDispatchMode):
    """Counts the products of a training batch, those of each recurrent cell by one step of it.

    torch's `FlopCounterMode` knows the same formulas; it also follows modules, which takes most of its time.
    """

    def __init__(self, task: SequenceTask) -> None:
        super().__init__()
        self.task = task
        self.counted = 0
        _ignore_lengths(task.encoder)
        for module in task.modules():
            if isinstance(module, Cell):
                _replace_forward(module, self._one_step(module))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.counted += formula(*args, **(kwargs or {}), out_val=found)
        return found

    def count(self, batch: Any) -> int:
        """Operations of the way forward."""
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
    """Every row is counted as whole: what depends on the numbers in `lengths` cannot run without numbers."""
    whole = encoder.forward

    def forward(x: Tensor, lengths: Tensor | None = None, state: State | None = None) -> Encoded:
        return whole(x, None, state)

    _replace_forward(encoder, forward)


def _replace_forward(module: nn.Module, forward: Any) -> None:
    module.forward = forward

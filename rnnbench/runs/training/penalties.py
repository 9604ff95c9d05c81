"""Penalties on weights and on encoder outputs, added to the task's loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.encoders.base import Encoder
from rnnbench.experiment.sections import TrainingSettings


def weight_penalty(module: nn.Module, l1: float, l2: float) -> Tensor:
    """l1 times the sum of absolute entries, plus l2 times half the sum of squared entries, of all matrices.

    Source: Tibshirani (1996), the lasso; Hoerl and Kennard (1970), ridge regression; Krogh and Hertz (1991), A simple
    weight decay can improve generalization.
    """
    matrices = [parameter for parameter in module.parameters() if parameter.dim() > 1]
    total = torch.zeros((), device=matrices[0].device)
    if l1:
        total = total + l1 * sum(matrix.abs().sum() for matrix in matrices)
    if l2:
        total = total + 0.5 * l2 * sum(matrix.square().sum() for matrix in matrices)
    return total


def activation_penalty(steps: Tensor, lengths: Tensor | None) -> Tensor:
    """The mean square of (batch, time, features) over valid steps."""
    return _mean(steps.square(), lengths)


def temporal_activation_penalty(steps: Tensor, lengths: Tensor | None) -> Tensor:
    """The mean squared change from one valid step to the next; 0 where no row has two steps."""
    if steps.shape[1] < 2:
        return steps.new_zeros(())
    return _mean((steps[:, 1:] - steps[:, :-1]).square(), None if lengths is None else lengths - 1)


def _mean(values: Tensor, lengths: Tensor | None) -> Tensor:
    if lengths is None:
        return values.mean()
    valid = torch.arange(values.shape[1], device=values.device).unsqueeze(0) < lengths.unsqueeze(1)
    return (values * valid.unsqueeze(2)).sum() / (valid.sum().clamp(min=1) * values.shape[2])


class Penalties:
    """All penalties of one training: call it after the forward pass, and add the result to the loss.

    The activations are those of the last forward pass in training: after dropout for their size, before dropout for
    their change over time, as in the source.

    Source: Merity, McCann and Socher (2017), Revisiting activation regularization for language RNNs, arXiv:1708.01009.
    """

    def __init__(self, task: nn.Module, encoder: Encoder, settings: TrainingSettings) -> None:
        self.task, self.settings = task, settings
        self._lengths: Tensor | None = None
        self._raw = self._dropped = torch.zeros(1, 1, 1)
        if settings.activation_penalty or settings.temporal_activation_penalty:
            encoder.register_forward_pre_hook(self._store_lengths)
            encoder.output_dropout.register_forward_hook(self._store_steps)

    def _store_lengths(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        self._lengths = inputs[1] if len(inputs) > 1 else None

    def _store_steps(self, module: nn.Module, inputs: tuple[Tensor, ...], result: Tensor) -> None:
        if module.training:
            self._raw, self._dropped = inputs[0], result

    def __call__(self) -> Tensor:
        settings = self.settings
        total = weight_penalty(self.task, settings.l1_penalty, settings.l2_penalty)
        if settings.activation_penalty:
            total = total + settings.activation_penalty * activation_penalty(self._dropped, self._lengths)
        if settings.temporal_activation_penalty:
            change = temporal_activation_penalty(self._raw, self._lengths)
            total = total + settings.temporal_activation_penalty * change
        return total


def penalties_of(task: nn.Module, encoder: Encoder, settings: TrainingSettings) -> Callable[[], Tensor] | None:
    """The penalties to add to the loss, or None without any."""
    factors = (
        settings.l1_penalty, settings.l2_penalty, settings.activation_penalty, settings.temporal_activation_penalty,
    )  # fmt: skip
    return Penalties(task, encoder, settings) if any(factors) else None

"""Optimizer and learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn

from rnnbench.settings import TrainingSettings


def parameter_groups(module: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Two groups: matrices, which decay, and biases and normalization gains, which do not."""
    matrices = [parameter for parameter in module.parameters() if parameter.dim() > 1]
    vectors = [parameter for parameter in module.parameters() if parameter.dim() <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]


def rate_factor(schedule: str, updates: int, warmup: float) -> Callable[[int], float]:
    """The factor on the learning rate at each update: a linear climb, then constant or half a cosine down to 2 %.

    Source: Loshchilov and Hutter (2016), SGDR, arXiv:1608.03983.
    """
    climb = max(1, round(updates * warmup))

    def factor(update: int) -> float:
        rising = min(1.0, (update + 1) / climb)
        if schedule == "constant" or update < climb:
            return rising
        progress = (update - climb) / max(1, updates - climb)
        return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))

    return factor


def make_optimizer(
    module: nn.Module, settings: TrainingSettings, updates: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with decoupled weight decay and the schedule over `updates` updates.

    Source: Loshchilov and Hutter (2017), Decoupled weight decay regularization, arXiv:1711.05101.
    """
    groups = parameter_groups(module, settings.weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
    factor = rate_factor(settings.schedule, updates, settings.warmup)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)

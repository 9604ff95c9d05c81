"""Optimizers with their learning-rate schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from rnnbench.experiment.sections import TrainingSettings
from rnnbench.runs.training.schedules import Plateau, rate_factor

Groups = list[dict[str, Any]]


def parameter_groups(module: nn.Module, weight_decay: float) -> Groups:
    """Two parameter groups: matrices with weight decay; biases and normalization gains without."""
    matrices = [parameter for parameter in module.parameters() if parameter.dim() > 1]
    vectors = [parameter for parameter in module.parameters() if parameter.dim() <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]


class MuonWithAdamW(torch.optim.Optimizer):
    """Muon for the encoder's matrices, AdamW for embeddings, the output layer and all vectors.

    Muon makes all singular values of a matrix's momentum nearly equal and steps in that direction. Its step is scaled
    to the size of an AdamW step, so that both use the same learning rate.

    Source: Jordan et al. (2024), Muon: an optimizer for hidden layers in neural networks; the scale: Liu et al. (2025),
    Muon is scalable for LLM training, arXiv:2502.16982.
    """

    def __init__(self, hidden: list[nn.Parameter], others: Groups, settings: TrainingSettings) -> None:
        rate = settings.learning_rate
        self._muon = torch.optim.Muon(
            hidden,
            lr=rate,
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
            adjust_lr_fn="match_rms_adamw",
            ns_steps=settings.orthogonalization_steps,
        )
        self._adamw = torch.optim.AdamW(others, lr=rate)
        super().__init__([*self._muon.param_groups, *self._adamw.param_groups], {})
        # the same group objects, so that the schedule changes the learning rate of both optimizers
        self.param_groups = [*self._muon.param_groups, *self._adamw.param_groups]

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None if closure is None else closure()
        self._muon.step()
        self._adamw.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self._muon.state_dict(), "adamw": self._adamw.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._muon.load_state_dict(state_dict["muon"])
        self._adamw.load_state_dict(state_dict["adamw"])
        self.param_groups = [*self._muon.param_groups, *self._adamw.param_groups]


def make_optimizer(
    module: nn.Module,
    settings: TrainingSettings,
    updates: int,
    plateau: Plateau | None = None,
    *,
    fused: bool = True,
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """The optimizer of the settings, and its schedule over `updates` updates.

    adamw  decoupled weight decay   Loshchilov and Hutter (2019), arXiv:1711.05101
    adam   Kingma and Ba (2015), arXiv:1412.6980
    sgd    with the momentum of Nesterov (1983), as Sutskever et al. (2013) write it
    muon   see `MuonWithAdamW`

    fused: one kernel for all parameters, which is faster but cannot be combined with scaled gradients.
    """
    groups = parameter_groups(module, settings.weight_decay)
    rate = settings.learning_rate
    optimizer: torch.optim.Optimizer
    match settings.optimizer:
        case "adam":
            optimizer = torch.optim.Adam(groups, lr=rate, fused=fused)
        case "sgd":
            optimizer = torch.optim.SGD(groups, lr=rate, momentum=settings.momentum, nesterov=True)
        case "muon":
            optimizer = _muon(module, groups, settings)
        case _:
            optimizer = torch.optim.AdamW(groups, lr=rate, fused=fused)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate_factor(settings, updates, plateau))


def _muon(module: nn.Module, groups: Groups, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Muon for the encoder's matrices, which do not include embeddings and the output layer."""
    inside = {id(part) for part in getattr(module, "encoder", module).parameters() if part.dim() == 2}
    hidden = [part for part in groups[0]["params"] if id(part) in inside]
    others = [{**group, "params": [part for part in group["params"] if id(part) not in inside]} for group in groups]
    return MuonWithAdamW(hidden, [group for group in others if group["params"]], settings)

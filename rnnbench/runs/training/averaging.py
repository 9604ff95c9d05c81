"""Weight averaging during training: the average is validated and kept instead of the last weights."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from rnnbench.experiment.sections import TrainingSettings


class WeightAveraging(pl.Callback):
    """Uses averaged weights during validation, and restores the trained weights before the next update.

        exponential  average = decay * average + (1 - decay) * weights, at each update
        stochastic   mean of the weights at each update after the fraction `averaging_start` of all updates

    Must precede the callback that keeps the best weights, which then keeps the average.

    Source: Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging; Izmailov et al. (2018),
    Averaging weights leads to wider optima, arXiv:1803.05407; here averaged at each update instead of each epoch.
    """

    def __init__(self, settings: TrainingSettings, updates: int) -> None:
        self.settings = settings
        self.first = round(settings.averaging_start * updates) if settings.averaging == "stochastic" else 0
        self.count = 0
        self.average: dict[str, Tensor] = {}
        self._trained: dict[str, Tensor] = {}

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if self._trained:
            pl_module.load_state_dict(self._trained)
            self._trained = {}

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if trainer.global_step > self.first:
            self.update(pl_module)

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.average:
            self._trained = _copied(pl_module)
            pl_module.load_state_dict(self.average)

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count, "average": self.average}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.count, self.average = state_dict["count"], state_dict["average"]

    @torch.no_grad()
    def update(self, module: torch.nn.Module) -> None:
        """Update the average with the current weights and running statistics; integer buffers are copied."""
        self.count += 1
        if not self.average:
            self.average = _copied(module)
            return
        is_exponential = self.settings.averaging == "exponential"
        share = 1.0 - self.settings.averaging_decay if is_exponential else 1.0 / self.count
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, share)
            else:
                self.average[name].copy_(value)


def _copied(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}

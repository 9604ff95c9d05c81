"""An average of the weights along the way, validated and kept in place of the last ones."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from rnnbench.experiment.sections import TrainingSettings


class WeightAveraging(pl.Callback):
    """Puts the average in place while the validation split is read, and the weights back before the next update.

        exponential  average = decay * average + (1 - decay) * weights, at each update
        stochastic   the mean of the weights at each update after `averaging_start` of them

    Stand it before the callback that keeps the best weights: that one then keeps the average.

    Source: Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging; Izmailov et al. (2018),
    Averaging weights leads to wider optima, arXiv:1803.05407, with an average at each update instead of each epoch.
    """

    def __init__(self, settings: TrainingSettings, updates: int) -> None:
        self.settings = settings
        self.first = round(settings.averaging_start * updates) if settings.averaging == "stochastic" else 0
        self.count = 0
        self.average: dict[str, Tensor] = {}
        self._own: dict[str, Tensor] = {}

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if self._own:
            pl_module.load_state_dict(self._own)
            self._own = {}

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if trainer.global_step > self.first:
            self.take(pl_module)

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.average:
            self._own = _copied(pl_module)
            pl_module.load_state_dict(self.average)

    @torch.no_grad()
    def take(self, module: torch.nn.Module) -> None:
        """Takes the weights as they are now into the average; running statistics too, counters as they are."""
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

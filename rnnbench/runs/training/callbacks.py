"""The callback of a training: best weights, early stopping, divergence, time limit, pruning and curves."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
import torch

from rnnbench.experiment.sections import TrainingSettings
from rnnbench.storage.record import Outcome

Report = Callable[[int, float], bool]
"""Called with (number of validations, score) after each validation; returns whether to prune the run."""

Log = Callable[[int, dict[str, float]], None]
"""Called with (update, values by key) during training."""


_STATE = (
    *("best", "best_update", "best_metrics", "curves", "losses", "validations", "items"),
    *("_weights", "_without_improvement", "continuations"),
)
"""What the rest of a training depends on; see `Watch.state_dict`."""


class Watch(pl.Callback):
    """Keeps the weights of the best validation, and ends a training that diverges, stops improving or is pruned.

    keeps_scores: False where the validation split is trained on too and its scores are meaningless.

    After `fit`, `outcome` is how the training ended, `every_loss` gives the loss of every update, and `restore`
    restores the best weights. The curve `seconds` is the training time without validations at each validation, for
    plots of scores against time.
    """

    def __init__(
        self,
        *,
        metric: str,
        higher_is_better: bool,
        settings: TrainingSettings,
        keeps_scores: bool = True,
        seconds: float = 0.0,
        report: Report | None = None,
        log: Log | None = None,
    ) -> None:
        self.key = f"validation/{metric}"
        self.higher_is_better = higher_is_better
        self.settings = settings
        self.keeps_scores = keeps_scores
        self.seconds = seconds
        self.report = report
        self.on_curve = log  # Lightning sets `log` on every callback
        self.on_score: Callable[[float], None] | None = None
        self.outcome: Outcome = "completed"
        self.best: float | None = None
        self.best_update = 0
        self.best_metrics: dict[str, float] = {}
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self.losses: list[float] = []
        self.validations = 0
        self.training_seconds = 0.0
        self.earlier_seconds = 0.0
        """Seconds of this training in earlier processes, validations included."""
        self.items = 0
        self.continuations = 0
        """How often this training was continued from a checkpoint."""
        self._weights: dict[str, torch.Tensor] = {}
        self._losses: list[torch.Tensor] = []
        self._without_improvement = 0
        self._started = 0.0
        self._resumed: float | None = None

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._started = self._resumed = time.perf_counter()

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        if self._resumed is None:
            self._resumed = time.perf_counter()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._losses.append(outputs["loss"].detach())
        self.items += int(outputs["items"])
        if len(self._losses) >= 50:
            self._close_losses(trainer)
        if self.seconds and self._seconds_of_fit > self.seconds:
            trainer.should_stop = True

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._close_losses(trainer)  # reads values from the device: the seconds are those of finished updates
        self.close_seconds()

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        values = {key: float(value) for key, value in trainer.callback_metrics.items() if key.startswith("validation/")}
        kept = values if self.keeps_scores else {}
        self._keep(trainer.global_step, {**kept, "seconds": self.training_seconds})
        self.validations += 1
        score = values[self.key]
        if not math.isfinite(score):
            self._end(trainer, "diverged")
            return
        self._compare(trainer, pl_module, score, kept)
        if self.on_score is not None:
            self.on_score(score)
        if self.report is not None and self.report(self.validations, score):
            self._end(trainer, "pruned")

    def close_seconds(self) -> None:
        """Add the time since the last validation to `training_seconds`."""
        if self._resumed is not None:
            self.training_seconds += time.perf_counter() - self._resumed
            self._resumed = None

    def state_dict(self) -> dict[str, Any]:
        since = 0.0 if self._resumed is None else time.perf_counter() - self._resumed
        return {
            **{name: getattr(self, name) for name in _STATE},
            "training_seconds": self.training_seconds + since,
            "earlier_seconds": self._seconds_of_fit,
            "pending_losses": torch.stack(self._losses).cpu() if self._losses else torch.empty(0),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        state = dict(state_dict)
        self._losses = [*state.pop("pending_losses")]
        for name, value in state.items():
            setattr(self, name, value)
        self.continuations += 1

    @property
    def _seconds_of_fit(self) -> float:
        return self.earlier_seconds + time.perf_counter() - self._started

    def every_loss(self) -> list[float]:
        """The loss of every update so far, also of those after the last point of the curve."""
        return [*self.losses, *(loss.item() for loss in self._losses)]

    def restore(self, pl_module: pl.LightningModule) -> None:
        """Restore the weights of the best validation, in place."""
        if self._weights:
            pl_module.load_state_dict(self._weights)

    def _compare(self, trainer: pl.Trainer, module: pl.LightningModule, score: float, values: dict[str, float]) -> None:
        gain = math.inf if self.best is None else (score - self.best) * (1 if self.higher_is_better else -1)
        if gain > 0:
            self.best, self.best_update, self.best_metrics = score, trainer.global_step, values
            self._weights = {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}
        self._without_improvement = 0 if gain > self.settings.minimum_change else self._without_improvement + 1
        if self.settings.patience and self._without_improvement >= self.settings.patience:
            trainer.should_stop = True

    def _close_losses(self, trainer: pl.Trainer) -> None:
        if not self._losses:
            return
        losses = torch.stack(self._losses)
        loss = losses.mean().item()
        self.losses += losses.tolist()
        self._losses.clear()
        values = {"train/loss": loss, "train/learning_rate": trainer.optimizers[0].param_groups[0]["lr"]}
        self._keep(trainer.global_step, values)
        if not math.isfinite(loss):
            self._end(trainer, "diverged")

    def _keep(self, update: int, values: dict[str, float]) -> None:
        for key, value in values.items():
            self.curves.setdefault(key, []).append((update, value))
        if self.on_curve is not None:
            self.on_curve(update, values)

    def _end(self, trainer: pl.Trainer, outcome: Outcome) -> None:
        # Lightning validates once more after `should_stop`: that result is not why the training ended
        if self.outcome == "completed":
            self.outcome = outcome
        trainer.should_stop = True

"""Continue a training that was stopped or killed, with the numbers of an uninterrupted one.

    update  1 ──────────► 480 ─ ─ ─ killed at 530
                           └─► 481 ──────────► end         the same losses and weights, bit for bit on the CPU

A checkpoint has everything that the next update depends on: weights, optimizer, schedule, averages, the best weights
and early stopping, random states, the position in the data and the encoder's carried state. It is taken between two
updates, at the start of the next one.
"""

from __future__ import annotations

import io
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.io.checkpoint_io import CheckpointIO

from rnnbench.runs.training.schedules import Plateau
from rnnbench.storage.checkpoints import Checkpoint, Checkpoints
from rnnbench.storage.record import Outcome
from rnnbench.tasks.base import SequenceTask

CHECKPOINT_SECONDS = 15.0
"""Most seconds of training between two checkpoints: what a killed process loses at most."""

Stop = Callable[[], Outcome | None]
"""Called before each update: the outcome with which the training is to stop, or None."""


class TrainingStopped(Exception):
    """The training was asked to stop; its checkpoint has been written."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Checkpointing(pl.Callback):
    """Writes a checkpoint after each validation and at least every `CHECKPOINT_SECONDS`, and when asked to stop.

    Must follow the averaging of weights, which restores the trained weights at the start of an update.

    before: called before a checkpoint is written, to store what the run has logged up to it.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        plateau: Plateau,
        stop: Stop | None = None,
        before: Callable[[], None] | None = None,
    ) -> None:
        self.checkpoints, self.plateau, self.stop, self.before = checkpoints, plateau, stop, before
        self._task: SequenceTask | None = None
        self._state: dict[str, Any] | None = None
        self._weights: dict[str, torch.Tensor] = {}
        self._written_at = time.monotonic()
        self._is_due = False
        self._on_sigterm = signal.getsignal(signal.SIGTERM)

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._task = cast(SequenceTask, pl_module)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        # Lightning's handler ends the training after the update, before its checkpoint is written here
        if threading.current_thread() is threading.main_thread() and self._on_sigterm is not None:
            signal.signal(signal.SIGTERM, self._on_sigterm)

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if self._state is not None:
            self._continue(self._state)
            self._state = None
            self._written_at = time.monotonic()
        outcome = None if self.stop is None else self.stop()
        is_old = time.monotonic() - self._written_at >= CHECKPOINT_SECONDS
        if self.checkpoints is not None and trainer.global_step and (outcome or self._is_due or is_old):
            if self.before is not None:
                self.before()
            trainer.save_checkpoint(str(trainer.global_step))
            self._written_at, self._is_due = time.monotonic(), False
        if outcome is not None:
            raise TrainingStopped(outcome)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._is_due = True

    def state_dict(self) -> dict[str, Any]:
        task = cast(SequenceTask, self._task)
        numpy_state = np.random.get_state(legacy=False)
        return {
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
            "numpy": {
                **numpy_state,
                "state": {**numpy_state["state"], "key": numpy_state["state"]["key"].tolist()},
            },
            "python": random.getstate(),
            "noise": task.noise.get_state(),
            "carried": task.carried_state(),
            "observed_items": task.observed_items,
            "plateau": vars(self.plateau).copy(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._state = state_dict

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        self._weights = checkpoint["state_dict"]

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        # the next batch has been fetched and not used: without this, Lightning would count it as trained on
        progress = checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]
        for counts in (progress["total"], progress["current"]):
            counts["ready"] = counts["completed"]

    def _continue(self, state: dict[str, Any]) -> None:
        task = cast(SequenceTask, self._task)
        # again: Lightning loads them before it makes the module one of double precision
        task.load_state_dict(self._weights)
        self._weights = {}
        vars(self.plateau).update(state["plateau"])
        task.observed_items = state["observed_items"]
        task.carry_state(state["carried"])
        task.noise.set_state(state["noise"])
        version, internal, gauss = state["python"]
        random.setstate((version, tuple(internal), gauss))
        key = np.asarray(state["numpy"]["state"]["key"], dtype=np.uint32)
        np.random.set_state({**state["numpy"], "state": {**state["numpy"]["state"], "key": key}})
        if state["cuda"] and torch.cuda.is_available():
            torch.cuda.set_rng_state_all(state["cuda"])
        torch.set_rng_state(state["torch"])


class CheckpointFiles(CheckpointIO):
    """Lightning's checkpoints as the files of a run; the path that Lightning gives is the number of updates."""

    def __init__(self, checkpoints: Checkpoints, newest: Checkpoint | None) -> None:
        self.checkpoints, self.newest = checkpoints, newest

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        self.checkpoints.write(Checkpoint(int(path), buffer.getvalue()))

    def load_checkpoint(
        self, path: Any, map_location: Any | None = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        assert self.newest is not None
        # `weights_only` also with tensors and plain data alone: a store may come from someone else
        return cast(dict[str, Any], torch.load(io.BytesIO(self.newest.content), map_location="cpu", weights_only=True))

    def remove_checkpoint(self, path: Any) -> None:
        """Nothing: `Checkpoints` keeps the newest two."""

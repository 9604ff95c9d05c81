"""Fit one task under one budget with Lightning's Trainer."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Callable, Sequence
from itertools import islice

import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader, IterableDataset

from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, TrainingSettings
from rnnbench.runs.training.averaging import WeightAveraging
from rnnbench.runs.training.callbacks import Watch
from rnnbench.runs.training.checkpoint import CheckpointFiles, Checkpointing, Stop
from rnnbench.runs.training.hardware import device_of, precision_of
from rnnbench.runs.training.optimization import make_optimizer
from rnnbench.runs.training.penalties import penalties_of
from rnnbench.runs.training.schedules import Plateau
from rnnbench.storage.checkpoints import Checkpoints
from rnnbench.tasks.base import SequenceTask

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


class _Batches(IterableDataset):
    """Complete batches, for a DataLoader that neither collates nor pads them."""

    def __init__(self, make: object) -> None:
        self.make = make

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.make())  # type: ignore[operator]


def count_updates(budget: BudgetSettings, batches_per_epoch: int) -> tuple[int, int]:
    """Total number of updates, and updates between two validations, under the ceilings on updates and epochs."""
    ceiling = min(budget.updates, max(1, math.floor(budget.epochs * batches_per_epoch)))
    interval = max(1, ceiling // budget.validations)
    return max(interval, ceiling // interval * interval), interval


def planned_updates(budget: BudgetSettings, batches_per_epoch: int, refit: int | None = None) -> int:
    """The number of updates of a training that is not stopped early; `refit` as in `fit`."""
    updates, _ = count_updates(budget, batches_per_epoch)
    return updates if refit is None else min(refit, updates)


def fit(
    task: SequenceTask,
    watch: Watch,
    *,
    training: TrainingSettings,
    budget: BudgetSettings,
    hardware: HardwareSettings,
    seed: int,
    refit: int | None = None,
    checkpoints: Checkpoints | None = None,
    stop: Stop | None = None,
    before_checkpoint: Callable[[], None] | None = None,
    others: Sequence[pl.Callback] = (),
) -> None:
    """Train in place until the budget ends or `watch` stops it; `watch` keeps the best weights.

    refit: number of updates to train on training and validation together, with the schedule of the whole budget; the
        last weights are kept. checkpoints: the training continues from the newest, and writes its own.
    stop: see `checkpoint.Stop`. before_checkpoint: called before each checkpoint.
    others: further callbacks that do not change the training.
    Raises: TrainingStopped where `stop` asks for it.
    """
    updates, interval = count_updates(budget, task.prepared.batches_per_epoch(training.batch_size))
    last = planned_updates(budget, task.prepared.batches_per_epoch(training.batch_size), refit)
    if refit is not None:
        task.prepared.join_validation()
        interval = last  # one validation at the end, after which `watch` keeps the weights, averaged if configured
    plateau = Plateau(training.decay_factor, training.plateau_patience, higher_is_better=watch.higher_is_better)
    watch.on_score = plateau.report
    is_mixed = hardware.precision.endswith("mixed")

    def optimization(module: SequenceTask) -> dict[str, object]:
        optimizer, schedule = make_optimizer(module, training, updates, plateau, fused=not is_mixed)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    task.optimization = optimization
    task.noise.manual_seed(seed)
    task.penalty = penalties_of(task, task.encoder, training)
    averaging = [] if training.averaging == "none" else [WeightAveraging(training, updates)]
    if hardware.threads:
        torch.set_num_threads(hardware.threads)
    newest = None if checkpoints is None else checkpoints.newest()
    done = 0 if newest is None else newest.update
    batches = DataLoader(
        _Batches(lambda: islice(task.prepared.training_batches(training.batch_size, seed), done, None)), batch_size=None
    )
    validation = DataLoader(_Batches(lambda: task.prepared.evaluation_batches("validation")), batch_size=None)
    with warnings.catch_warnings():
        # intended: no loader processes for batches in memory, and no length of an endless loader
        warnings.filterwarnings("ignore", module="pytorch_lightning")
        warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")
        checkpointing = Checkpointing(checkpoints, plateau, stop, before_checkpoint)
        files = [] if checkpoints is None else [CheckpointFiles(checkpoints, newest)]
        trainer = _trainer(training, hardware, last, interval, [*averaging, checkpointing, watch, *others], files)
        trainer.fit(task, batches, validation, ckpt_path=None if newest is None else str(newest.update))


def _trainer(
    training: TrainingSettings,
    hardware: HardwareSettings,
    updates: int,
    validation_interval: int,
    callbacks: list[pl.Callback],
    plugins: list[CheckpointFiles],
) -> pl.Trainer:
    return pl.Trainer(
        plugins=plugins,  # type: ignore[arg-type]
        accelerator=device_of(hardware),
        devices=1,
        precision=precision_of(hardware),  # type: ignore[arg-type]
        deterministic=hardware.deterministic,
        max_steps=updates,
        max_epochs=-1,
        val_check_interval=validation_interval,
        check_val_every_n_epoch=None,
        gradient_clip_val=training.gradient_clip or None,
        gradient_clip_algorithm=training.gradient_clip_by,
        callbacks=callbacks,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that memory ran out: on a CPU, torch raises a RuntimeError with a message."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)

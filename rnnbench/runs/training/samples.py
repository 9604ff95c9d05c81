"""Store samples of a task's output, such as generated text, after each validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytorch_lightning as pl

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.base import SequenceTask

KeepText = Callable[[str, str], None]
"""Called with (content, path) of a text to be stored with the run."""


class Samples(pl.Callback):
    """Stores a sample after each validation, as `samples/update-000480.txt`, without any effect on the training.

    The mode of every module is restored; `SequenceTask.sample` restores the random state and the encoder's state.
    """

    def __init__(self, keep: KeepText) -> None:
        self.keep = keep

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        modes = {module: module.training for module in pl_module.modules()}
        pl_module.eval()
        try:
            sample = cast(SequenceTask, pl_module).sample()
        except RnnbenchError as error:  # weights that have diverged: `Watch` ends such a training
            sample = f"{error}\n"
        finally:
            for module, was_training in modes.items():
                module.training = was_training
        if sample:
            self.keep(sample, f"samples/update-{trainer.global_step:06d}.txt")

"""Wall time of a training with checkpoints and heartbeats, against the same training without."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve
from rnnbench.runs.train import train
from rnnbench.storage.leases import Leases
from rnnbench.testing.benchmarks.base import Measurement, one_thread, paired_seconds

ROUNDS = 5
UPDATES = 300
HIDDEN_SIZES = (64, 256)
CHARACTERS = 400_000
ALPHABET = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:!?'-\n"


def measure() -> Iterator[Measurement]:
    """Medians over alternating rounds of a training of text generation with five validations, on one thread."""
    with tempfile.TemporaryDirectory() as name, one_thread():
        folder = Path(name)
        text = folder / "random.txt"
        text.write_text("".join(random.Random(0).choices(ALPHABET, k=CHARACTERS)), encoding="utf-8")
        for hidden_size in HIDDEN_SIZES:
            yield _measured(_config(text, hidden_size), folder)


def _measured(config: ExperimentConfig, folder: Path) -> Measurement:
    checkpoints = folder / "checkpoints"

    def with_checkpoints() -> None:
        lease = Leases(folder / "leases").take("benchmark")
        train(config, checkpoint_folder=checkpoints)
        lease.release()
        shutil.rmtree(checkpoints)

    paired = paired_seconds(with_checkpoints, lambda: train(config), rounds=ROUNDS)
    name = f"gru of {config.encoder.hidden_size} units, {UPDATES} updates"
    return Measurement(name, paired.first, "s", "without checkpoints", paired.ratio)


def _config(text: Path, hidden_size: int) -> ExperimentConfig:
    return resolve(
        load("text_generation"),
        "gru",
        sets=(
            f"data.path={text}",
            f"encoder.hidden_size={hidden_size}",
            f"budget.updates={UPDATES}",
            "budget.validations=5",
            "budget.parameters=10000000",
            "training.patience=0",
        ),
    )

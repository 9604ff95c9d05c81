"""What a training leaves to be used: tensors, what was learned from training, and what validation says of errors."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from rnnbench.tasks.base import SequenceTask

WEIGHTS_FILE, PREPARED_FILE, PAST_ERRORS_FILE = "weights.pt", "prepared.json", "past_errors.json"


def save_weights(task: SequenceTask, keep_file: Callable[[Path], None], keep_text: Callable[[str, str], None]) -> None:
    """Stores tensors alone, to be read with `torch.load(weights_only=True)`, and what was learned from training.

    What the validation split tells of errors to come is stored too, so that using the weights needs no data.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS_FILE
        torch.save({name: value.cpu() for name, value in task.state_dict().items()}, path)
        keep_file(path)
    keep_text(json.dumps(task.prepared.to_plain(), ensure_ascii=False), PREPARED_FILE)
    past_errors = task.past_errors()
    if past_errors:
        keep_text(json.dumps(past_errors), PAST_ERRORS_FILE)

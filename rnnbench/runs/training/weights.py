"""Store a trained model for inference: weights, prepared data facts, and validation errors."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from rnnbench.tasks.base import SequenceTask

WEIGHTS_FILE, PREPARED_FILE, PAST_ERRORS_FILE = "weights.pt", "prepared.json", "past_errors.json"


def weights_sha256(module: torch.nn.Module) -> str:
    """The SHA-256 of all weights and buffers of a module: equal for bit-identical weights of the same names."""
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        content = value.detach().cpu().contiguous()
        digest.update(f"{name} {content.dtype} {tuple(content.shape)}\n".encode())
        digest.update(content.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def save_weights(task: SequenceTask, keep_file: Callable[[Path], None], keep_text: Callable[[str, str], None]) -> None:
    """Store the weights, for `torch.load(weights_only=True)`, and what was learned from the training split.

    Errors on the validation split are stored too, for prediction intervals, so that inference needs no data set.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS_FILE
        torch.save({name: value.cpu() for name, value in task.state_dict().items()}, path)
        keep_file(path)
    keep_text(json.dumps(task.prepared.to_plain(), ensure_ascii=False), PREPARED_FILE)
    past_errors = task.past_errors()
    if past_errors:
        keep_text(json.dumps(past_errors), PAST_ERRORS_FILE)

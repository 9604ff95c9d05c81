"""Inference speed of a trained task."""

from __future__ import annotations

import itertools
import time

import torch

from rnnbench.tasks.base import SequenceTask

PASSES = 3
ENOUGH_SECONDS = 1.0
"""No further pass starts after this time."""


def inference_speed(task: SequenceTask) -> dict[str, float]:
    """Items of the validation split read and scored per second, and the number of items in a batch.

    The fastest of three passes over the whole split (fewer where they are long), after a warm-up batch: other load can
    only make a pass slower. Batches are those of evaluation; the time includes making batches, but not the metrics.
    """
    task.eval()
    with torch.inference_mode():
        task.start_evaluation()
        batch_size = sum(_read(task, batch) for batch in itertools.islice(_batches(task), 1))
        began, fastest, items = time.perf_counter(), float("inf"), 0
        for number in range(PASSES):
            if number and time.perf_counter() - began > ENOUGH_SECONDS:
                break
            task.start_evaluation()
            started = time.perf_counter()
            items = sum(_read(task, batch) for batch in _batches(task))
            fastest = min(fastest, time.perf_counter() - started)
    return {"inference_items_per_second": items / max(1e-9, fastest), "inference_batch_size": float(batch_size)}


def _batches(task: SequenceTask):  # type: ignore[no-untyped-def]
    return iter(task.prepared.evaluation_batches("validation"))


def _read(task: SequenceTask, batch: object) -> int:
    return task.observe(task.transfer_batch_to_device(batch, task.device, 0))

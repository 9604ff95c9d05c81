"""A stored run as a model that can be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from rnnbench import building, registry
from rnnbench.errors import RnnbenchError, UnknownNameError
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import from_plain
from rnnbench.record import RunRecord
from rnnbench.tracking import Tracker
from rnnbench.training.weights import PAST_ERRORS_FILE, PREPARED_FILE, WEIGHTS_FILE
from rnnbench.use.base import TrainedModel, model_class
from rnnbench.use.finding import BEST, find


def load(run: str = BEST, *, task: str | None = None, data: str | None = None) -> Any:
    """The model that a run trained: `generate` and `stream`, `predict`, or `forecast`, by its task.

    run: a run id, the first 6 or more digits of one, or a run's name. `best` is the best encoder's confirmation of
        the newest sweep (of its seeds, the one that validated best), else the newest training of your own.
    task: refuse runs of other tasks; with `best`, look among runs of this task alone. data: the same for a data set.
    Raises: RnnbenchError in one line where no such run can be used.
    """
    if task is not None and task not in registry.names("tasks"):
        raise UnknownNameError("task", task, registry.names("tasks"))
    tracker = Tracker()
    return restore(tracker, find(tracker, run, task, data))


def restore(tracker: Tracker, record: RunRecord) -> TrainedModel:
    """The trained task of a record whose weights are in the store; it needs no data set, and unpickles nothing."""
    config = from_plain(record.config)
    plain = json.loads(_artifact(tracker, record, PREPARED_FILE).read_text(encoding="utf-8"))
    try:
        prepared = task_class(config.task).Prepared.from_plain(plain, config.task_settings)
    except KeyError as error:
        raise RnnbenchError(
            f"run {record.name} was stored by an earlier rnnbench, without {error}: train it again"
        ) from error
    with torch.random.fork_rng():  # weights are drawn before they are replaced: a notebook's own draws stay the same
        task = building.build(config, prepared)
    weights = torch.load(_artifact(tracker, record, WEIGHTS_FILE), map_location="cpu", weights_only=True)
    task.load_state_dict(weights)
    return model_class(record.task)(record, config, task, _past_errors(tracker, record))


def _artifact(tracker: Tracker, record: RunRecord, name: str) -> Path:
    try:
        return tracker.artifact(record.run_id, name)
    except RnnbenchError as error:
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}) has no {name} in the store any more: train it again"
        ) from error


def _past_errors(tracker: Tracker, record: RunRecord) -> dict[str, Any]:
    """Empty where the task tells of none, or the run was stored before they were kept."""
    try:
        found: dict[str, Any] = json.loads(tracker.artifact(record.run_id, PAST_ERRORS_FILE).read_text())
    except RnnbenchError:
        return {}
    return found

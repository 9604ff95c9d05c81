"""A stored run as a model that can be used."""

from __future__ import annotations

from pickle import UnpicklingError
from typing import Any

import torch

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import from_plain
from rnnbench.runs.build import build
from rnnbench.runs.find import BEST, find, inference_class
from rnnbench.runs.train import load_data
from rnnbench.runs.training.weights import PAST_ERRORS_FILE, PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.artifacts import MissingArtifactError
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.inference import Inference


def load(
    run: str = BEST, *, task: str | None = None, data: str | None = None, capability: type[Inference] = Inference
) -> Any:
    """The model that a run trained, as its task's inference: `generate` and `stream`, `predict`, or `forecast`.

    run: a run id, the first 6 or more digits of one, or a run's name. `best` is the best encoder's confirmation of
        the newest sweep (of its seeds, the one that validated best), else the newest training of your own.
    task: refuse runs of other tasks; with `best`, look among runs of this task alone. data: the same for a data set.
    capability: such as `CanPredict`: the same for runs of tasks whose models can do that.
    Raises: RnnbenchError in one line where no such run can be used.
    """
    if task is not None and task not in registry.names("tasks"):
        raise UnknownNameError("task", task, registry.names("tasks"))
    tracker = Tracker()
    return restore(tracker, find(tracker, run, task, data, capability))


def restore(tracker: Tracker, record: RunRecord) -> Inference:
    """The trained task of a record whose weights are in the store; it needs no data set, and unpickles nothing."""
    model_class = inference_class(record.task)
    config = from_plain(record.config)
    plain = tracker.read_json(record.run_id, PREPARED_FILE)
    if plain is None:
        raise _gone(record, PREPARED_FILE)
    try:
        prepared = task_class(config.task).Prepared.from_plain(plain, config.task_settings)
    except KeyError as error:
        raise RnnbenchError(
            f"run {record.name} was stored by an earlier rnnbench, without {error}: train it again"
        ) from error
    with torch.random.fork_rng():  # weights are drawn before they are replaced: a notebook's own draws stay the same
        task = build(config, prepared)
    _load_weights(tracker, record, task)
    return model_class(
        task,
        record,
        data=config.data,
        load_data=lambda: load_data(config),
        # none where the task has no past errors, or the run was stored before they were kept
        past_errors=tracker.read_json(record.run_id, PAST_ERRORS_FILE) or {},
    )


def _load_weights(tracker: Tracker, record: RunRecord, task: SequenceTask) -> None:
    try:
        path = tracker.artifact(record.run_id, WEIGHTS_FILE)
    except MissingArtifactError as error:
        raise _gone(record, WEIGHTS_FILE) from error
    try:
        task.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, ValueError, EOFError, OSError, UnpicklingError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RnnbenchError(
            f"run {record.name} ({record.run_id[:8]}): {path} is damaged or of another rnnbench ({reason}): train it "
            "again, or put the file back as it was"
        ) from error


def _gone(record: RunRecord, name: str) -> RnnbenchError:
    return RnnbenchError(f"run {record.name} ({record.run_id[:8]}) has no {name} in the store any more: train it again")

"""Load the trained model of a stored run."""

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
from rnnbench.runs.prepare import load_data
from rnnbench.runs.training.weights import PAST_ERRORS_FILE, PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.artifacts import MissingArtifactError
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.inference import Inference


def load(
    run: str = BEST, *, task: str | None = None, data: str | None = None, capability: type[Inference] = Inference
) -> Any:
    """The trained model of a run, with the methods of its task.

    They are `generate` and `stream`, `predict`, `forecast`, `translate` and `translations`, or `reply` and
    `stream_reply`.

    run: a run id, its first 6 or more digits, or a run's name. `best` is the confirmation of the best encoder in the
        newest sweep (the seed with the best validation score); without sweeps, the newest run of `rnnbench train`.
    task, data: accept only runs of this task, and for `best` of this data set.
    capability: accept only tasks with this kind of inference, such as `CanPredict`.
    Raises: RnnbenchError in one line where no such run can be used.
    """
    if task is not None and task not in registry.names("tasks"):
        raise UnknownNameError("task", task, registry.names("tasks"))
    tracker = Tracker()
    return restore(tracker, find(tracker, run, task, data, capability))


def restore(tracker: Tracker, record: RunRecord) -> Inference:
    """The trained model of a record, from the store alone: no data set is read and nothing is unpickled."""
    model_class = inference_class(record.task)
    config = from_plain(record.config)
    plain = tracker.read_json(record.run_id, PREPARED_FILE)
    if plain is None:
        raise _missing(record, PREPARED_FILE)
    try:
        prepared = task_class(config.task).Prepared.from_plain(plain, config.task_settings)
    except KeyError as error:
        raise RnnbenchError(
            f"run {record.name} was stored by an earlier version of rnnbench, without {error}: train it again"
        ) from error
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise _damaged(record, str(tracker.artifact(record.run_id, PREPARED_FILE)), error) from error
    with torch.random.fork_rng():  # initial weights are drawn, then replaced: the caller's random state stays the same
        task = build(config, prepared)
    _load_weights(tracker, record, task)
    return model_class(
        task,
        record,
        data=config.data,
        load_data=lambda: load_data(config),
        # missing where the task has no past errors, and in runs of earlier versions
        past_errors=tracker.read_json(record.run_id, PAST_ERRORS_FILE) or {},
    )


def _load_weights(tracker: Tracker, record: RunRecord, task: SequenceTask) -> None:
    try:
        path = tracker.artifact(record.run_id, WEIGHTS_FILE)
    except MissingArtifactError as error:
        raise _missing(record, WEIGHTS_FILE) from error
    try:
        task.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (
        RuntimeError, ValueError, EOFError, OSError, UnpicklingError, TypeError, AttributeError, KeyError, IndexError,
    ) as error:  # fmt: skip
        raise _damaged(record, str(path), error) from error


def _damaged(record: RunRecord, path: str, error: Exception) -> RnnbenchError:
    reason = " ".join(str(error).split())[:200]
    return RnnbenchError(
        f"run {record.name} ({record.run_id[:8]}): {path} is damaged or from another version of rnnbench "
        f"({reason}): train it again, or restore the file"
    )


def _missing(record: RunRecord, name: str) -> RnnbenchError:
    return RnnbenchError(f"run {record.name} ({record.run_id[:8]}) has no {name} in the store: train it again")

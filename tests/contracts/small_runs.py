"""Tiny runs on the small data sets, kept in a store."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import small_data

from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.experiment.resolve import resolve
from rnnbench.runs import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import train
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.base import SequenceTask

SMALL = {"embedding_size": 16, "minimum_count": 1, "window": 16}
"""Settings of a task, where it has them."""
OF_TEXT = {"tokenizer": "characters"}
"""The same for a task that reads a long text."""
SAME_MODEL = {"dialogue": "translation"}
"""Tasks whose model is that of another one, which is trained with every encoder; they are trained with two."""


def is_trained(task: str, model: str) -> bool:
    """Whether the tests train this encoder on this task."""
    return task not in SAME_MODEL or model in ("gru", "transformer")


def use_data(patch: pytest.MonkeyPatch, of_kind: Callable[[Any], Any] = small_data.of_kind) -> None:
    """Every configuration reads the data set that `of_kind` gives for its task's kind of data."""
    patch.setattr(prepare, "_load", lambda settings, task, state: of_kind(task_class(task).data_kind))
    patch.setattr(prepare, "_overlap", inspect.unwrap(prepare._overlap))  # its cache is by settings, not by content


def a_config(task: str, model: str = "gru", seed: int = 0, **values: Any) -> ExperimentConfig:
    """The configuration of a training of four updates."""
    tiny = {
        "encoder.hidden_size": 8, "encoder.num_layers": 1, "training.batch_size": 16, "training.patience": 0,
        "budget.updates": 4, "budget.validations": 2,
    }  # fmt: skip
    cls = task_class(task)
    small = {**SMALL, **(OF_TEXT if cls.data_kind == "text" else {})}
    own = {f"task.{name}": value for name, value in small.items() if name in cls.Settings.model_fields}
    return resolve(task, model).with_values({**tiny, **own, **values}, seed=seed)


def stored(
    tracker: Tracker, task: str, *, kind: str = "train", name: str = "gru-seed0", data: str = "small", **arguments: Any
) -> tuple[RunRecord, SequenceTask]:
    """A run of the store and the task that it trained."""
    config = arguments.pop("config", None) or a_config(task)
    experiment = tracker.experiment(task, data)
    record = train_and_record(config, tracker=tracker, experiment_id=experiment, name=name, kind=kind, **arguments)
    return record, train(config, kind=kind).task.eval()

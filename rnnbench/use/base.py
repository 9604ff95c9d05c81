"""What every loaded model has: the record of its run, its configuration, and the trained task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rnnbench import registry
from rnnbench.errors import RnnbenchError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.record import RunRecord
from rnnbench.tasks.base import SequenceTask


class TrainedModel:
    """A trained task, ready for use and in evaluation mode.

    A file of this folder defines one subclass; it serves the task of the file's name.
    """

    verb: ClassVar[str]
    """The command that uses such a model."""

    def __init__(
        self, record: RunRecord, config: ExperimentConfig, task: SequenceTask, past_errors: Mapping[str, Any]
    ) -> None:
        self.record, self.config = record, config
        self.past_errors = past_errors
        self.task: Any = task.eval()
        self.prepared: Any = task.prepared

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.record.name} of {self.record.data}, run {self.record.run_id}>"

    @property
    def run_id(self) -> str:
        """The run in the store that trained this model."""
        return self.record.run_id


def model_class(task: str) -> type[TrainedModel]:
    """What a trained model of a task can do. Raises: RnnbenchError for a task that has no use yet."""
    if not (registry.PACKAGE / "use" / f"{task}.py").is_file():
        raise RnnbenchError(f"models of {task} have no use yet: it would be written in rnnbench/use/{task}.py")
    return registry.only_subclass(registry.module("use", task), TrainedModel)

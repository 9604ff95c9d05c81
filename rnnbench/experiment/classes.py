"""Classes by name: tasks, layers, and the settings class of each section."""

from __future__ import annotations

from rnnbench.core import registry
from rnnbench.core.settings import Settings
from rnnbench.data.settings import DataSettings
from rnnbench.encoders.base import Layer
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, SearchSettings, TrainingSettings
from rnnbench.tasks.base import SequenceTask


def task_class(name: str) -> type[SequenceTask]:
    """The task of that name. Raises: UnknownNameError with the nearest name."""
    return registry.only_subclass(registry.module("tasks", name), SequenceTask)  # type: ignore[type-abstract]


def layer_class(model: str) -> type[Layer]:
    """The layer of a model's name, or of the path to its file. Raises: UnknownNameError with the nearest name."""
    return registry.only_subclass(registry.module("encoders", model), Layer)


def other_encoders_with(setting: str) -> str | None:
    """A sentence that names the encoders that have a setting, or None where none has it."""
    names = [name for name in registry.names("encoders") if setting in layer_class(name).Settings.model_fields]
    return f"only {' and '.join(names)} {'has' if len(names) == 1 else 'have'} this setting" if names else None


def settings_classes(task: str, model: str) -> dict[str, type[Settings]]:
    """The settings class of each section, for the names of a task and a layer."""
    return {
        "data": DataSettings,
        "task": task_class(task).Settings,
        "encoder": layer_class(model).Settings,
        "training": TrainingSettings,
        "budget": BudgetSettings,
        "search": SearchSettings,
        "hardware": HardwareSettings,
    }

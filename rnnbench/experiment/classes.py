"""Names to classes: the task, the layer, and the settings class of each section."""

from __future__ import annotations

from rnnbench.core import registry
from rnnbench.core.settings import Settings
from rnnbench.data.settings import DataSettings
from rnnbench.encoders.base import Layer
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, SearchSettings, TrainingSettings
from rnnbench.tasks.base import SequenceTask


def task_class(name: str) -> type[SequenceTask]:
    """The task of that name. Raises: UnknownNameError with the nearest."""
    return registry.only_subclass(registry.module("tasks", name), SequenceTask)  # type: ignore[type-abstract]


def layer_class(model: str) -> type[Layer]:
    """The layer that a model's name, or a path to a file, stands for. Raises: UnknownNameError with the nearest."""
    return registry.only_subclass(registry.module("encoders", model), Layer)


def only_others_have(setting: str) -> str | None:
    """Which encoders have a setting of their own, in words, or None where none has."""
    found = [name for name in registry.names("encoders") if setting in layer_class(name).Settings.model_fields]
    return f"only {' and '.join(found)} {'has' if len(found) == 1 else 'have'} such a setting" if found else None


def section_classes(task: str, model: str) -> dict[str, type[Settings]]:
    """The settings class of every section, for a task and a layer's name."""
    return {
        "data": DataSettings,
        "task": task_class(task).Settings,
        "encoder": layer_class(model).Settings,
        "training": TrainingSettings,
        "budget": BudgetSettings,
        "search": SearchSettings,
        "hardware": HardwareSettings,
    }

"""Which encoder supports which regularization and training setting, with the reasons against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnnbench.core import registry
from rnnbench.experiment.classes import layer_class, other_encoders_with, task_class

SWITCHES: Mapping[str, tuple[Any, ...]] = {
    "encoder.input_dropout": (0.3,),
    "encoder.dropout": (0.3,),
    "encoder.output_dropout": (0.3,),
    "encoder.locked_dropout": (True,),
    "encoder.recurrent_dropout": (0.3,),
    "encoder.zoneout": (0.3,),
    "encoder.weight_dropout": (0.3,),
    "encoder.connection": ("residual", "highway"),
    "encoder.normalization": ("layer", "batch"),
    "encoder.state_normalization": (True,),
    "encoder.forget_bias": (-2.0,),
    "encoder.initialization": ("xavier", "xavier_normal", "he", "orthogonal", "identity"),
    "training.optimizer": ("adam", "sgd", "muon"),
    "training.momentum": (0.5,),
    "training.weight_decay": (0.3,),
    "training.l1_penalty": (1e-3,),
    "training.l2_penalty": (1e-2,),
    "training.activation_penalty": (2.0,),
    "training.temporal_activation_penalty": (2.0,),
    "training.gradient_clip": (0.01,),
    "training.gradient_clip_by": ("value",),
    "training.schedule": ("constant", "step", "plateau", "linear", "one_cycle"),
    "training.warmup": (0.5,),
    "training.averaging": ("exponential", "stochastic"),
    "training.patience": (1,),
    "training.minimum_change": (100.0,),
    "task.embedding_deviation": (1.0,),
    "task.embedding_dropout": (0.3,),
    "task.word_dropout": (0.3,),
    "task.label_smoothing": (0.2,),
    "task.state_reset": (0.5,),
    "task.tied_embeddings": (True,),
}
"""By dotted name, values that change training from its defaults."""


def reason_against(model: str, switch: str, value: Any) -> str | None:
    """The reason why an encoder does not support a setting's value, or None where it does.

    Raises: UnknownNameError for an unknown model.
    """
    section, _, setting = switch.partition(".")
    if section != "encoder":
        return None
    layer = layer_class(model)
    if setting not in layer.Settings.model_fields:
        return other_encoders_with(setting)
    return layer.unsupported(layer.Settings.model_validate({setting: value})).get(setting)


def tasks_with(switch: str) -> list[str]:
    """The tasks that have a setting; all of them for settings of `encoder` and `training`."""
    section, _, setting = switch.partition(".")
    names = registry.names("tasks")
    return [name for name in names if section != "task" or setting in task_class(name).Settings.model_fields]


def matrix(models: Iterable[str]) -> dict[str, dict[str, str]]:
    """By setting and value ("encoder.connection = highway"), by model, the reason against; empty where supported."""
    return {
        f"{switch} = {value}" if len(values) > 1 else switch: {
            model: reason_against(model, switch, value) or "" for model in models
        }
        for switch, values in SWITCHES.items()
        for value in values
    }

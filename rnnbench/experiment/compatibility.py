"""What regularizes or shapes training, as switches: which encoder works with which, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rnnbench.core import registry
from rnnbench.experiment.classes import layer_class, only_others_have, task_class

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
"""By dotted name, values that are on: each changes what training does."""


def reason_against(model: str, switch: str, value: Any) -> str | None:
    """Why an encoder refuses a switch, in words, or None where it works.

    Raises: UnknownNameError for a model that there is not.
    """
    section, _, setting = switch.partition(".")
    if section != "encoder":
        return None
    layer = layer_class(model)
    if setting not in layer.Settings.model_fields:
        return only_others_have(setting)
    return layer.refused(layer.Settings.model_validate({setting: value})).get(setting)


def tasks_with(switch: str) -> list[str]:
    """The tasks that have a switch; those of encoders and of training belong to all."""
    section, _, setting = switch.partition(".")
    names = registry.names("tasks")
    return [name for name in names if section != "task" or setting in task_class(name).Settings.model_fields]


def matrix(models: Iterable[str]) -> dict[str, dict[str, str]]:
    """By switch and value ("encoder.connection = highway"), by model: empty where it works, else the reason."""
    return {
        f"{switch} = {value}" if len(values) > 1 else switch: {
            model: reason_against(model, switch, value) or "" for model in models
        }
        for switch, values in SWITCHES.items()
        for value in values
    }

"""Build the task and encoder of a configuration, within the budget's number of parameters."""

from __future__ import annotations

import torch

from rnnbench.core.errors import BudgetError
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.training.costs import count_parameters
from rnnbench.runs.training.initialization import initialize
from rnnbench.storage.record import is_matched
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.prepared import Prepared


def build(config: ExperimentConfig, prepared: Prepared) -> SequenceTask:
    """The task with a newly initialized encoder. Raises: BudgetError outside the budget's number of parameters."""
    task = _built(config, prepared)
    initialize(task.encoder, config.encoder.initialization)
    check_size(config, count_parameters(task))
    return task


def _built(config: ExperimentConfig, prepared: Prepared) -> SequenceTask:
    cls = task_class(config.task)
    encoder = cls.build_encoder(layer_class(config.layer), prepared, config.encoder, config.task_settings)
    return cls(encoder, prepared, config.task_settings)


def is_within_budget(config: ExperimentConfig, parameters: int) -> bool:
    """Whether the budget allows this many parameters: at most the ceiling, or matched under `match_parameters`."""
    target = config.budget.match_parameters
    return parameters <= config.budget.parameters if target is None else is_matched(parameters, target)


def check_size(config: ExperimentConfig, parameters: int) -> None:
    """Raise BudgetError where the budget does not allow this many parameters."""
    if is_within_budget(config, parameters):
        return
    if config.budget.match_parameters is not None:
        raise BudgetError(
            f"{config.model} would have {parameters:,} parameters, not the {config.budget.match_parameters:,} +- 2 % "
            "that all encoders are matched to: solve for its hidden_size first (`matched`)"
        )
    raise BudgetError(
        f"{config.model} would have {parameters:,} parameters, above the ceiling of {config.budget.parameters:,} "
        "that all encoders share: lower encoder.hidden_size or encoder.num_layers, or raise budget.parameters"
    )


def on_meta_device(config: ExperimentConfig, prepared: Prepared) -> SequenceTask:
    """The task on the meta device: shapes without values, which costs no memory."""
    with torch.device("meta"):
        return _built(config, prepared)


def parameters_of(config: ExperimentConfig, prepared: Prepared) -> int:
    """The number of parameters of a configuration, without allocating them."""
    return count_parameters(on_meta_device(config, prepared))

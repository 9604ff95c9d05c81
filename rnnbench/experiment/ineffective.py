"""Settings that have no effect under the other settings, with the reasons."""

from __future__ import annotations

from rnnbench.core.settings import Settings
from rnnbench.encoders.base import EncoderSettings
from rnnbench.experiment.sections import TrainingSettings


def without_effect(
    training: TrainingSettings, encoder: EncoderSettings, task: Settings, *, handles_bidirectional: bool
) -> dict[str, tuple[str, str]]:
    """By dotted name, settings without effect: (the other setting that is the cause, the reason).

    handles_bidirectional: as `Layer.handles_bidirectional`.
    """
    width = encoder.hidden_size * (2 if encoder.bidirectional and not handles_bidirectional else 1)
    is_as_wide_as_its_input = getattr(task, "embedding_size", None) == width
    return {**_of_training(training), **_of_encoder(encoder, is_as_wide_as_its_input), **_of_task(task)}


def _of_training(training: TrainingSettings) -> dict[str, tuple[str, str]]:
    needed = {
        "momentum": ("optimizer", ("sgd", "muon")),
        "orthogonalization_steps": ("optimizer", ("muon",)),
        "averaging_decay": ("averaging", ("exponential",)),
        "averaging_start": ("averaging", ("stochastic",)),
        "decay_factor": ("schedule", ("step", "plateau")),
        "decay_every": ("schedule", ("step",)),
        "plateau_patience": ("schedule", ("plateau",)),
    }
    reasons = {
        f"training.{name}": (f"training.{other}", f"only used with training.{other} = {' or '.join(values)}")
        for name, (other, values) in needed.items()
        if getattr(training, other) not in values
    }
    if not training.patience:
        reasons["training.minimum_change"] = ("training.patience", "no early stopping with training.patience = 0")
    if not training.gradient_clip:
        reasons["training.gradient_clip_by"] = ("training.gradient_clip", "no clipping with training.gradient_clip = 0")
    return reasons


def _of_encoder(encoder: EncoderSettings, is_as_wide_as_its_input: bool) -> dict[str, tuple[str, str]]:
    reasons = {}
    has_one_layer = encoder.num_layers == 1
    after_last = encoder.dropout if encoder.output_dropout is None else encoder.output_dropout
    between = 0.0 if has_one_layer else encoder.dropout
    if encoder.dropout and has_one_layer and encoder.output_dropout is not None:
        why = "it applies between layers, there is one layer, and output_dropout is set"
        reasons["encoder.dropout"] = ("encoder.num_layers", why)
    if encoder.locked_dropout and not (encoder.input_dropout or between or after_last):
        reasons["encoder.locked_dropout"] = ("encoder.dropout", "all dropout rates are 0")
    if encoder.connection != "none" and has_one_layer and not is_as_wide_as_its_input:
        why = "input and output of the only layer differ in size: set encoder.num_layers to 2 or more"
        reasons["encoder.connection"] = ("encoder.num_layers", why)
    return reasons


def _of_task(task: Settings) -> dict[str, tuple[str, str]]:
    if getattr(task, "carry_state", True):
        return {}
    return {"task.state_reset": ("task.carry_state", "no state is carried with task.carry_state = false")}

"""Settings that change nothing under the others, each with the reason."""

from __future__ import annotations

from rnnbench.core.settings import Settings
from rnnbench.encoders.base import EncoderSettings
from rnnbench.experiment.sections import TrainingSettings


def without_effect(
    training: TrainingSettings, encoder: EncoderSettings, task: Settings, *, sees_both_ways: bool
) -> dict[str, tuple[str, str]]:
    """By dotted name, settings without effect: (the other setting that decides so, the reason).

    sees_both_ways: whether the layer itself honours `bidirectional`, without a second copy of it.
    """
    width = encoder.hidden_size * (2 if encoder.bidirectional and not sees_both_ways else 1)
    is_as_wide_as_its_input = getattr(task, "embedding_size", None) == width
    return {**_of_training(training), **_of_encoder(encoder, is_as_wide_as_its_input), **_of_task(task)}


def _of_training(training: TrainingSettings) -> dict[str, tuple[str, str]]:
    wanted = {
        "momentum": ("optimizer", ("sgd", "muon")),
        "orthogonalization_steps": ("optimizer", ("muon",)),
        "averaging_decay": ("averaging", ("exponential",)),
        "averaging_start": ("averaging", ("stochastic",)),
        "decay_factor": ("schedule", ("step", "plateau")),
        "decay_every": ("schedule", ("step",)),
        "plateau_patience": ("schedule", ("plateau",)),
    }
    reasons = {
        f"training.{name}": (f"training.{other}", f"it is for training.{other} = {' or '.join(values)}")
        for name, (other, values) in wanted.items()
        if getattr(training, other) not in values
    }
    if not training.patience:
        reasons["training.minimum_change"] = ("training.patience", "nothing stops early with training.patience = 0")
    if not training.gradient_clip:
        reasons["training.gradient_clip_by"] = ("training.gradient_clip", "training.gradient_clip = 0 does not clip")
    return reasons


def _of_encoder(encoder: EncoderSettings, is_as_wide_as_its_input: bool) -> dict[str, tuple[str, str]]:
    reasons = {}
    is_alone = encoder.num_layers == 1
    at_the_end = encoder.dropout if encoder.output_dropout is None else encoder.output_dropout
    between = 0.0 if is_alone else encoder.dropout
    if encoder.dropout and is_alone and encoder.output_dropout is not None:
        why = "one layer has none to stand between, and output_dropout is set by itself"
        reasons["encoder.dropout"] = ("encoder.num_layers", why)
    if encoder.locked_dropout and not (encoder.input_dropout or between or at_the_end):
        reasons["encoder.locked_dropout"] = ("encoder.dropout", "no dropout is on that it could lock")
    if encoder.connection != "none" and is_alone and not is_as_wide_as_its_input:
        why = "the only layer's input has another size than its output: set encoder.num_layers to 2 or more"
        reasons["encoder.connection"] = ("encoder.num_layers", why)
    return reasons


def _of_task(task: Settings) -> dict[str, tuple[str, str]]:
    if getattr(task, "carry_state", True):
        return {}
    return {"task.state_reset": ("task.carry_state", "every window starts empty with task.carry_state = false")}

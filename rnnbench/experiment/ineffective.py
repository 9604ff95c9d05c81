"""Settings that were typed and have nothing to act on, told in words: no switch is left out in silence."""

from __future__ import annotations

from rnnbench.experiment.classes import layer_class
from rnnbench.experiment.config import ExperimentConfig


def idle_settings(config: ExperimentConfig) -> dict[str, str]:
    """Typed settings that change nothing under the others, by dotted name, each with the reason.

    Where the other setting is searched, some trials may use it, and nothing is told.
    """
    reasons = {**_of_training(config), **_of_encoder(config), **_of_task(config)}
    searched = config.ranges()
    return {
        name: why
        for name, (other, why) in reasons.items()
        if config.origins.get(name, "") in ("--set", "settings") and other not in searched
    }


def _of_training(config: ExperimentConfig) -> dict[str, tuple[str, str]]:
    training = config.training
    wanted = {
        "momentum": ("optimizer", ("sgd", "muon")),
        "orthogonalization_steps": ("optimizer", ("muon",)),
        "averaging_decay": ("averaging", ("exponential",)),
        "averaging_start": ("averaging", ("stochastic",)),
        "decay_factor": ("schedule", ("step", "plateau")),
        "decay_every": ("schedule", ("step",)),
        "plateau_patience": ("schedule", ("plateau",)),
    }
    found = {
        f"training.{name}": (f"training.{other}", f"it is for training.{other} = {' or '.join(values)}")
        for name, (other, values) in wanted.items()
        if getattr(training, other) not in values
    }
    if not training.patience:
        found["training.minimum_change"] = ("training.patience", "nothing stops early with training.patience = 0")
    if not training.gradient_clip:
        found["training.gradient_clip_by"] = ("training.gradient_clip", "training.gradient_clip = 0 does not clip")
    return found


def _of_encoder(config: ExperimentConfig) -> dict[str, tuple[str, str]]:
    encoder = config.encoder
    found = {}
    is_alone = encoder.num_layers == 1
    at_the_end = encoder.dropout if encoder.output_dropout is None else encoder.output_dropout
    between = 0.0 if is_alone else encoder.dropout
    if encoder.dropout and is_alone and encoder.output_dropout is not None:
        why = "one layer has none to stand between, and output_dropout is set by itself"
        found["encoder.dropout"] = ("encoder.num_layers", why)
    if encoder.locked_dropout and not (encoder.input_dropout or between or at_the_end):
        found["encoder.locked_dropout"] = ("encoder.dropout", "no dropout is on that it could lock")
    if encoder.connection != "none" and is_alone and not _is_as_wide_as_its_input(config):
        why = "the only layer's input has another size than its output: set encoder.num_layers to 2 or more"
        found["encoder.connection"] = ("encoder.num_layers", why)
    return found


def _of_task(config: ExperimentConfig) -> dict[str, tuple[str, str]]:
    if getattr(config.task_settings, "carry_state", True):
        return {}
    return {"task.state_reset": ("task.carry_state", "every window starts empty with task.carry_state = false")}


def _is_as_wide_as_its_input(config: ExperimentConfig) -> bool:
    width = config.encoder.hidden_size
    if config.encoder.bidirectional and not layer_class(config.layer).sees_both_ways:
        width *= 2
    return getattr(config.task_settings, "embedding_size", None) == width

"""Settings that every encoder shares: training, budget, search, and the machine it all runs on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings

_MAGNITUDES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def whole_number(written: Any) -> Any:
    """300000 for '300k', 1200000 for '1.2M'; what is not written so is left as it is, for its rule to refuse."""
    if not isinstance(written, str) or written[-1:].lower() not in _MAGNITUDES:
        return written
    try:
        number = float(written[:-1]) * _MAGNITUDES[written[-1].lower()]
    except ValueError:
        return written
    return round(number) if abs(number - round(number)) < 1e-6 else written


class TrainingSettings(Settings):
    """How the weights are found. The sources stand beside the code, in `rnnbench/runs/training/`.

    momentum: of `sgd` (Nesterov's) and `muon`. orthogonalization_steps: of `muon`, steps of Newton and Schulz on every
        matrix in every update; fewer take less time, and leave the singular values less equal.
    weight_decay: of matrices alone; decoupled from the gradient in `adamw` and `muon`, added to it in `adam` and `sgd`.
    l1_penalty, l2_penalty: added to the loss, times the sum of absolute (half the sum of squared) matrix entries.
    activation_penalty, temporal_activation_penalty: added to the loss, times the mean square of what the encoder puts
        out, and of its change from one step to the next.
    gradient_clip: largest norm of the whole gradient (Pascanu, Mikolov and Bengio, 2013, arXiv:1211.5063), or largest
        value of a single entry; 0 does not clip.
    warmup: share of the updates over which the learning rate climbs from zero, whatever the schedule.
    decay_factor: what `step` and `plateau` multiply the learning rate by: after every `decay_every` of the updates, or
        after more than `plateau_patience` validations without improvement.
    averaging: validate and keep an average of the weights: exponential, with `averaging_decay` per update, or the plain
        mean of all weights after `averaging_start` of the updates.
    patience: validations without improvement of at least `minimum_change` before training stops; 0 never stops early
        (Prechelt, 1998, Early stopping: but when?).
    """

    optimizer: Annotated[
        Literal["adamw", "adam", "sgd", "muon"], Choices("adamw", "adam", "sgd", "muon"), Group("optimization")
    ] = "adamw"
    learning_rate: Annotated[float, Field(gt=0, le=10), Floats(5e-4, 1e-2, log=True), Group("basics")] = 2e-3
    momentum: Annotated[float, Field(gt=0, lt=1), Floats(0.8, 0.98), Group("optimization")] = 0.9
    orthogonalization_steps: Annotated[int, Field(ge=1, le=20)] = 5
    batch_size: Annotated[int, Field(ge=1), Choices(16, 32, 64), Group("basics")] = 32
    weight_decay: Annotated[float, Field(ge=0, le=10), Floats(1e-4, 0.3, log=True), Group("regularization")] = 0.01
    l1_penalty: Annotated[float, Field(ge=0), Floats(0.0, 3e-5), Group("regularization")] = 0.0
    l2_penalty: Annotated[float, Field(ge=0), Floats(0.0, 3e-4), Group("regularization")] = 0.0
    activation_penalty: Annotated[float, Field(ge=0), Floats(0.0, 1.0), Group("regularization")] = 0.0
    temporal_activation_penalty: Annotated[float, Field(ge=0), Floats(0.0, 1.0), Group("regularization")] = 0.0
    gradient_clip: Annotated[float, Field(ge=0), Floats(0.25, 4.0, log=True), Group("regularization")] = 1.0
    gradient_clip_by: Annotated[Literal["norm", "value"], Choices("norm", "value"), Group("regularization")] = "norm"
    schedule: Annotated[
        Literal["constant", "step", "plateau", "cosine", "linear", "one_cycle"],
        Choices("constant", "step", "plateau", "cosine", "linear", "one_cycle"),
        Group("optimization"),
    ] = "cosine"
    warmup: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.2), Group("optimization")] = 0.05
    decay_factor: Annotated[float, Field(gt=0, lt=1), Floats(0.1, 0.7), Group("optimization")] = 0.3
    decay_every: Annotated[float, Field(gt=0, lt=1)] = 0.25
    plateau_patience: Annotated[int, Field(ge=0)] = 0
    averaging: Annotated[
        Literal["none", "exponential", "stochastic"],
        Choices("none", "exponential", "stochastic"),
        Group("regularization"),
    ] = "none"
    averaging_decay: Annotated[float, Field(gt=0, lt=1), Choices(0.98, 0.99, 0.995), Group("regularization")] = 0.99
    averaging_start: Annotated[float, Field(ge=0, lt=1)] = 0.5
    patience: Annotated[int, Field(ge=0), Ints(0, 3), Group("regularization")] = 0
    minimum_change: Annotated[float, Field(ge=0), Floats(0.0, 0.005), Group("regularization")] = 0.0


class BudgetSettings(Settings):
    """The ceilings that every encoder shares. A comparison refuses runs under different budgets.

    updates, epochs: training ends at whichever comes first. seconds: per run; 0 is no ceiling.
    parameters: all of them, embeddings too. validations: how often, evenly spaced, the validation split is read.
    match_parameters: in place of that ceiling, a number that every encoder's parameters come to within 2 %: its
        hidden size is solved for, configuration by configuration, and not searched. 300k and 1.2M are understood.
    """

    updates: Annotated[int, Field(ge=1)] = 1000
    epochs: Annotated[float, Field(gt=0)] = 20.0
    seconds: Annotated[float, Field(ge=0)] = 0.0
    parameters: Annotated[int, Field(ge=1)] = 2_000_000
    validations: Annotated[int, Field(ge=1)] = 5
    match_parameters: Annotated[
        int | None, Field(ge=1, examples=["300000", "300k", "1.2M"]), BeforeValidator(whole_number)
    ] = None


class HardwareSettings(Settings):
    """Where and how arithmetic is done; never searched.

    device: `auto` takes a GPU where there is one. threads: per process; 0 leaves torch's own choice.
    deterministic: refuse kernels whose result varies from call to call.
    """

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["32-true", "64-true", "bf16-mixed", "16-mixed"] = "32-true"
    threads: Annotated[int, Field(ge=0)] = 1
    deterministic: bool = True


class SearchSettings(Settings):
    """How hyperparameters are searched.

    trials: in all, per encoder. random_trials: how many of them come first as independent random draws.
    reselect: so many of the best configurations of each encoder are trained on two more search seeds, and the choice is
        by the mean; 0 takes the best single score.
    refit: the confirmation trains on training and validation together, for as many updates as validation chose in the
        search, and keeps the last weights. It has no validation score then. Baselines are fitted again likewise.
    seeds: fresh seeds of the confirmation. settings: what is searched: groups (`basics`, `regularization`, ...), names,
    or patterns such as `encoder.*`; `all`, or nothing, means every setting that has a range, `none` no setting at all.
    ranges: in place of the range beside a setting; null means that it is not searched.
    """

    trials: Annotated[int, Field(ge=1)] = 12
    random_trials: Annotated[int, Field(ge=1)] = 8
    seeds: Annotated[int, Field(ge=1, lt=100_000)] = 6  # from there on they would be the seeds of trials
    sampler: Literal["tpe", "random"] = "tpe"
    pruning: bool = True
    reselect: Annotated[int, Field(ge=0)] = 0
    refit: bool = False
    study_seed: Annotated[int, Field(ge=0)] = 0
    settings: tuple[str, ...] = ()
    ranges: dict[str, Any] = Field(default_factory=dict)

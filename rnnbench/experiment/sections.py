"""Settings shared by all encoders: training, budget, search and hardware."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings

_MAGNITUDES = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def whole_number(written: Any) -> Any:
    """300000 for '300k', 1200000 for '1.2M'; any other value is returned unchanged, to be validated by its rule."""
    if not isinstance(written, str) or written[-1:].lower() not in _MAGNITUDES:
        return written
    try:
        number = float(written[:-1]) * _MAGNITUDES[written[-1].lower()]
    except ValueError:
        return written
    return written if not math.isfinite(number) else round(number) if abs(number - round(number)) < 1e-6 else written


class TrainingSettings(Settings):
    """Settings of optimization and regularization. Sources are in `rnnbench/runs/training/`.

    momentum: of `sgd` (Nesterov) and `muon`. orthogonalization_steps: of `muon`, Newton-Schulz steps per matrix and
        update; fewer take less time and orthogonalize less exactly.
    weight_decay: of matrices only; decoupled from the gradient in `adamw` and `muon`, added to it in `adam` and `sgd`.
    l1_penalty, l2_penalty: weights in the loss of the sum of absolute (half the sum of squared) matrix entries.
    activation_penalty, temporal_activation_penalty: weights in the loss of the mean square of the encoder's outputs,
        and of their differences between consecutive steps.
    gradient_clip: largest norm of the gradient (Pascanu, Mikolov and Bengio, 2013, arXiv:1211.5063), or largest
        absolute value of an entry; 0 does not clip.
    warmup: share of the updates in which the learning rate rises linearly from zero, under any schedule.
    decay_factor: factor of the learning rate under `step`, after each share `decay_every` of the updates, and under
        `plateau`, after more than `plateau_patience` validations without improvement.
    averaging: validate and keep averaged weights: `exponential`, with `averaging_decay` per update, or `stochastic`,
        the mean of all weights after the share `averaging_start` of the updates.
    patience: validations without an improvement of at least `minimum_change` before training stops; 0 is no early
        stopping (Prechelt, 1998, Early stopping: but when?).
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
    """Limits of training, equal for all encoders. Runs under different budgets are not comparable.

    updates, epochs: training ends at whichever is reached first. seconds: per run; 0 is no limit.
    parameters: largest number of parameters, embeddings included. validations: number of evenly spaced validations.
    match_parameters: target number of parameters, matched within 2 %: the hidden size is determined from it for each
        configuration and is not searched. Suffixes as in 300k and 1.2M can be used.
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
    """Device, precision, threads and determinism; never searched.

    device: `auto` takes a GPU if there is one. threads: per process; 0 takes torch's default.
    deterministic: use deterministic kernels only.
    """

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["32-true", "64-true", "bf16-mixed", "16-mixed"] = "32-true"
    threads: Annotated[int, Field(ge=0)] = 1
    deterministic: bool = True


class SearchSettings(Settings):
    """Settings of the hyperparameter search and the confirmation.

    trials: per encoder, in total. random_trials: the first of them, sampled independently at random.
    reselect: number of best configurations per encoder that are trained on two more seeds, to select by the mean score;
        0 selects by the best single score.
    refit: the confirmation trains on training and validation together, for the number of updates selected on validation
        in the search, and keeps the last weights; it has no validation score. Baselines are refitted likewise.
    seeds: number of new seeds of the confirmation.
    settings: what is searched: groups (`basics`, `regularization`, ...), names, or patterns such as `encoder.*`; `all`
        or an empty list is every setting with a range, `none` no setting.
    ranges: ranges that replace the defaults; null excludes a setting from the search.
    """

    trials: Annotated[int, Field(ge=1)] = 12
    random_trials: Annotated[int, Field(ge=1)] = 8
    seeds: Annotated[int, Field(ge=1, lt=100_000)] = 6  # larger numbers are seeds of trials
    sampler: Literal["tpe", "random"] = "tpe"
    pruning: bool = True
    reselect: Annotated[int, Field(ge=0)] = 0
    refit: bool = False
    study_seed: Annotated[int, Field(ge=0)] = 0
    settings: tuple[str, ...] = ()
    ranges: dict[str, Any] = Field(default_factory=dict)

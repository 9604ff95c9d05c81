"""Settings that every encoder shares: training, budget, search, and the machine it all runs on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rnnbench.config import Choices, Floats, Group, Settings


class TrainingSettings(Settings):
    """How the weights are found.

    patience: validations without improvement of at least `minimum_change` before training stops; 0 never stops early.
    warmup: share of the updates over which the learning rate climbs from zero.
    gradient_clip: largest norm of the whole gradient; 0 does not clip.
    """

    learning_rate: Annotated[float, Field(gt=0, le=10), Floats(5e-4, 1e-2, log=True), Group("basics")] = 2e-3
    batch_size: Annotated[int, Field(ge=1), Choices(16, 32, 64), Group("basics")] = 32
    weight_decay: Annotated[float, Field(ge=0, le=10), Floats(1e-4, 0.3, log=True), Group("regularization")] = 0.01
    gradient_clip: Annotated[float, Field(ge=0), Floats(0.25, 4.0, log=True), Group("regularization")] = 1.0
    schedule: Annotated[Literal["constant", "cosine"], Choices("constant", "cosine"), Group("optimization")] = "cosine"
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.05
    patience: Annotated[int, Field(ge=0)] = 0
    minimum_change: Annotated[float, Field(ge=0)] = 0.0


class BudgetSettings(Settings):
    """The ceilings that every encoder shares. A comparison refuses runs under different budgets.

    updates, epochs: training ends at whichever comes first. seconds: per run; 0 is no ceiling.
    parameters: all of them, embeddings too. validations: how often, evenly spaced, the validation split is read.
    """

    updates: Annotated[int, Field(ge=1)] = 1000
    epochs: Annotated[float, Field(gt=0)] = 20.0
    seconds: Annotated[float, Field(ge=0)] = 0.0
    parameters: Annotated[int, Field(ge=1)] = 2_000_000
    validations: Annotated[int, Field(ge=1)] = 5


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
    seeds: fresh seeds of the confirmation. settings: what is searched: groups (`basics`, `regularization`, ...), names,
    or patterns such as `encoder.*`; `all`, or nothing, means every setting that has a range. ranges: in place of the
    range beside a setting; null means that it is not searched.
    """

    trials: Annotated[int, Field(ge=1)] = 12
    random_trials: Annotated[int, Field(ge=1)] = 8
    seeds: Annotated[int, Field(ge=1)] = 6
    sampler: Literal["tpe", "random"] = "tpe"
    pruning: bool = True
    study_seed: Annotated[int, Field(ge=0)] = 0
    settings: tuple[str, ...] = ()
    ranges: dict[str, Any] = Field(default_factory=dict)

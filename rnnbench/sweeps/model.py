"""What a sweep is asked for, what it is, and what it reports while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.storage.location import file_name, store_folder

FIRST_TRIAL_SEED = 100_000
"""Trials use seeds from here on, confirmations those below: no confirmation repeats a seed of the search."""

FIRST_RESELECT_SEED = 1_100_000
"""Trials use seeds below, candidates that are trained again before the choice those from here on."""


class SweepInterrupted(RnnbenchError):
    """Someone pressed Ctrl-C: everything finished is kept."""


@dataclass(frozen=True)
class SweepOptions:
    """What a call of `sweep` asks for; None leaves a value to the experiment file.

    timeout: seconds after which no new trial begins. workers: processes; None is one per core.
    fresh: begin a new sweep although one with the same settings exists.
    """

    models: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    options: Mapping[str, tuple[Any, str]] | None = None
    quick: bool = False
    trials: int | None = None
    seeds: int | None = None
    workers: int | None = None
    timeout: float | None = None
    fresh: bool = False


@dataclass(frozen=True)
class ConfirmOptions:
    """What a call of `confirm` asks for: of which sweep (the newest), which encoders (all), and how many seeds."""

    data: str | None = None
    sweep: str | None = None
    models: tuple[str, ...] = ()
    seeds: int | None = None
    workers: int | None = None


@dataclass(frozen=True)
class SweepPlan:
    """Everything a worker needs, as plain data: it may be a process here or on another machine.

    configs: per model, the base configuration as `ExperimentConfig.to_plain` gives it; also of models that earlier
        calls have searched, since every encoder chooses among as many trials as every other has had.
    searched: the models that get trials now. confirmed: those that get confirmations; None is every model.
    search_until: seconds since the epoch after which no new trial begins; 0 for no limit.
    """

    key: str
    task: str
    data: str
    experiment_id: str
    parent: str
    configs: dict[str, dict[str, Any]]
    trials: int
    seeds: int
    searched: tuple[str, ...]
    search_until: float = 0.0
    confirmed: tuple[str, ...] | None = None

    def config(self, model: str) -> ExperimentConfig:
        """The base configuration of a model."""
        return from_plain(self.configs[model])

    @property
    def trained(self) -> tuple[str, ...]:
        """The models that this call trains."""
        return self.searched or self.confirmed or tuple(self.configs)

    @property
    def journal(self) -> Path:
        """The file that holds this sweep's studies."""
        folder = store_folder() / "optuna"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{file_name(f'{self.task}-{self.data}-{self.key}')}.journal"


@dataclass(frozen=True)
class Event:
    """Something that happened in a worker, for whoever shows progress.

    what: `there` for what an earlier call has ended; `start`, `progress`, `end` of a piece of work, `error` in one;
        `note` of what the machine cannot do as configured; `lost` when another process has taken over what this worker
        did; `waiting` while only work of others is left; `refused` when the sweep cannot go on; `done` when a worker
        has nothing left.
    kind: `trial`, `reselect`, `confirm` or `baseline`. share: how much of it is done, 0 to 1.
    """

    what: Literal["there", "start", "progress", "end", "done", "error", "note", "lost", "waiting", "refused"]
    worker: int = 0
    kind: str = ""
    model: str = ""
    name: str = ""
    share: float = 0.0
    score: float | None = None
    outcome: str = ""
    message: str = ""
    counts: dict[str, int] = field(default_factory=dict)


Tell = Callable[[Event], None]

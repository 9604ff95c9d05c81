"""Options, plan and events of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.signals import StopOutcome
from rnnbench.experiment.config import ExperimentConfig, from_plain
from rnnbench.storage.location import file_name, store_folder

FIRST_TRIAL_SEED = 100_000
"""First seed of trials; confirmations use smaller ones, so that none repeats a seed of the search."""

FIRST_RESELECT_SEED = 1_100_000
"""First seed of candidates that are trained again before the choice; trials use smaller ones."""


class SweepInterrupted(RnnbenchError):
    """The sweep was stopped by Ctrl-C (`interrupted`), or by SIGTERM or SIGHUP (`terminated`); its runs are stored."""

    def __init__(self, outcome: StopOutcome) -> None:
        super().__init__(f"{outcome}; finished runs are stored")
        self.outcome = outcome


@dataclass(frozen=True)
class SweepOptions:
    """Options of `sweep`; None takes the value of the experiment file.

    timeout: seconds after which no new trial starts. workers: number of processes; None is one per core.
    fresh: start a new sweep even if one with the same settings exists.
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
    """Options of `confirm`: the sweep (default: the newest), the encoders (default: all), and the number of seeds."""

    data: str | None = None
    sweep: str | None = None
    models: tuple[str, ...] = ()
    seeds: int | None = None
    workers: int | None = None


@dataclass(frozen=True)
class SweepPlan:
    """Everything a worker process needs, as plain data.

    configs: by model, the base configuration from `ExperimentConfig.to_plain`; includes models of earlier calls, since
        every encoder's choice is among the same number of trials.
    searched: models that get trials now. confirmed: models that get confirmations; None is all.
    is_quick: the runs are recorded as those of a quick sweep. fingerprint: of the data, which no run may differ from.
    search_until: Unix time after which no new trial starts; 0 for no limit.
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
    is_quick: bool = False
    fingerprint: str = ""

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
        return folder / journal_name(self.task, self.data, self.key)


def journal_name(task: str, data: str, key: str) -> str:
    """The name of the file that holds the studies of a sweep."""
    return f"{file_name(f'{task}-{data}-{key}')}.journal"


@dataclass(frozen=True)
class Event:
    """An event of a worker, for displaying progress.

    what: `earlier` for a run that an earlier call has finished; `start`, `progress` or `end` of a run, `error` in one;
        `note` on what the hardware cannot do as configured; `lost` when another process has taken over the run;
        `waiting` while only other processes have work left; `stopping` when the sweep was asked to stop; `refused` when
        it cannot continue; `done` when a worker has nothing left to do.
    kind: `trial`, `reselect`, `confirm` or `baseline`. share: finished part of the run, 0 to 1.
    """

    what: Literal[
        "earlier", "start", "progress", "end", "done", "error", "note", "lost", "waiting", "stopping", "refused"
    ]
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

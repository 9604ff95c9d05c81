"""The order of work in a sweep.

baselines  ─►  trials, encoders in turn  ─►  best candidates again (search.reselect)  ─►  confirmations, seed by seed
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from rnnbench.comparison.selection import chosen_length
from rnnbench.core.errors import BudgetError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.build import is_within_budget, parameters_of
from rnnbench.runs.match_parameters import matched
from rnnbench.runs.prepare import prepare
from rnnbench.storage.record import STOPPED, model_name
from rnnbench.storage.tracker import LEASE, PARENT, Tracker
from rnnbench.sweeps.candidates import Reselection
from rnnbench.sweeps.continuation import begin_or_resume, run_id_of
from rnnbench.sweeps.model import SweepPlan
from rnnbench.sweeps.study import Studies, Trial, lease_id_of, trial_name

_MOST_REDRAWS = 200
_MOST_PROPOSALS = 20


@dataclass(frozen=True)
class Work:
    """A run, or the baselines, reserved for this process.

    trial: for kind `trial`. run_id: the run in the store, which has a checkpoint where it is continued.
    refit: see `runs.train`.
    """

    kind: str
    model: str
    name: str
    config: ExperimentConfig
    trial: Trial | None = None
    run_id: str | None = None
    refit: int | None = None


@dataclass(frozen=True)
class Claim:
    """Work that a process has started; its lease names the process."""

    name: str
    lease_id: str
    is_running: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """Only work of other processes is left, and more may follow. Without claims, it has just ended."""

    claims: tuple[Claim, ...]


class WorkQueue:
    """The work of one sweep. Call `next` under the sweep's lock, so that no two processes start the same work."""

    def __init__(self, plan: SweepPlan, tracker: Tracker) -> None:
        self.plan, self.tracker = plan, tracker
        self.studies = Studies(plan)
        self.reselection = Reselection(tracker, self.studies)

    def next(self) -> Work | Waiting | None:
        """Reserve the next work; or what to wait for; None when the sweep is finished."""
        if not self._baselines():
            return self._begin_baselines()
        counts = {model: self.studies.taken(model) for model in self.plan.searched}
        behind = [] if self._is_late() else [name for name in self.plan.searched if counts[name] < self.plan.trials]
        if behind:
            model = min(behind, key=lambda name: counts[name])
            return self._continue(model) or self._draw(model)
        if trials := self._running_trials():
            return Waiting(tuple(trials))
        if candidate := next(iter(self.reselection.missing()), None):
            model, config = candidate
            name, run_id = self.reselection.begin(model, config)
            return Work("reselect", model, name, config, run_id=run_id)
        if self.reselection.is_running():
            return Waiting(tuple(claim for claim in self._claims(kind="reselect") if claim.is_running))
        missing, running = self._confirmations()
        if missing:
            return self._begin_confirmation(*missing[0])
        running += [claim for claim in self._baselines() if claim.is_running]
        return Waiting(tuple(running)) if running else None

    def count_left(self) -> int:
        """Number of runs left, at most; known exactly after the search."""
        trials = sum(max(0, self.plan.trials - self.studies.taken(model)) for model in self.plan.searched)
        if trials:
            reselections, confirmations = self.reselection.most_runs(), len(self._confirmed) * self.plan.seeds
        else:
            reselections = len(self.reselection.missing()) + self.reselection.is_running()
            confirmations = sum(len(part) for part in self._confirmations())
        claims = self._baselines()
        baselines = sum(claim.is_running for claim in claims) if claims else 1
        return baselines + trials + len(self._running_trials()) + reselections + confirmations

    @property
    def _confirmed(self) -> tuple[str, ...]:
        return tuple(self.plan.configs) if self.plan.confirmed is None else self.plan.confirmed

    def _is_late(self) -> bool:
        return bool(self.plan.search_until) and time.time() > self.plan.search_until

    def _claims(self, **tags: str) -> list[Claim]:
        """Work started in this sweep with these tags that is in progress or has ended; stopped work is continued."""
        return [
            Claim(run.info.run_name or "", run.data.tags.get(LEASE, ""), run.info.status == "RUNNING", run.data.tags)
            for run in self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, **tags})
            if run.data.tags.get("outcome") not in STOPPED
        ]

    def _baselines(self) -> list[Claim]:
        """Processes that have computed the baselines or are computing them."""
        return self._claims(claim="baselines")

    def _begin_baselines(self) -> Work:
        model = next(iter(self.plan.configs))
        tags = {"kind": "claim", "claim": "baselines", "task": self.plan.task}
        writer = self.tracker.start(self.plan.experiment_id, "baselines", tags, self.plan.parent)
        return Work("baseline", "baselines", "baselines", self.plan.config(model), run_id=writer.run_id)

    def _running_trials(self) -> list[Claim]:
        return [
            Claim(trial_name(model, trial.user_attrs.get("index", trial.number)), lease_id_of(trial))
            for model in self.plan.configs
            for trial in self.studies.running(model)
        ]

    def _continue(self, model: str) -> Work | None:
        """The first trial of a model that its process has left, under a new lease; None where there is none."""
        for left in self.studies.left(model):
            trial, config = self.studies.take_over(model, left, self.plan.config(model))
            sized = self._sized(config)
            if sized is None:  # its process ended before it was discarded
                self.studies.tell(model, trial, "over_ceiling", None)
                continue
            lease = self.studies.lease(trial)
            run_id = run_id_of(self.tracker, self.plan, left)
            if run_id is None:
                return self._begin_trial(model, trial, sized)
            self.tracker.resume(run_id, lease=lease)
            trial.set_user_attr("run_id", run_id)
            return Work("trial", model, lease.name, sized, trial, run_id)
        return None

    def _begin_trial(self, model: str, trial: Trial, config: ExperimentConfig) -> Work:
        """A trial with its run in the store, so that both are continued together."""
        lease = self.studies.lease(trial)
        tags = {"kind": "trial", "model": model_name(model), "task": self.plan.task}
        writer = self.tracker.start(self.plan.experiment_id, lease.name, tags, self.plan.parent, lease=lease)
        trial.set_user_attr("run_id", writer.run_id)
        return Work("trial", model, lease.name, config, trial, writer.run_id)

    def _draw(self, model: str) -> Work:
        """Draw a trial within the budget's number of parameters; other draws are discarded and do not count."""
        base = self.plan.config(model)
        for redraw in range(_MOST_REDRAWS):
            # the sampler may keep proposing sizes above the ceiling: draw at random after some proposals
            trial, config = self.studies.draw(model, base, at_random=redraw > _MOST_PROPOSALS)
            sized = self._sized(config)
            if sized is not None:
                return self._begin_trial(model, trial, sized)
            self.studies.tell(model, trial, "over_ceiling", None)
        if base.budget.match_parameters is not None:
            raise BudgetError(
                f"none of {_MOST_REDRAWS} draws for {model} is within 2 % of {base.budget.match_parameters:,} "
                "parameters at any hidden_size: narrow other ranges that change the size, such as task.embedding_size"
            )
        raise BudgetError(
            f"none of {_MOST_REDRAWS} draws for {model} has at most {base.budget.parameters:,} parameters: "
            "narrow the range of encoder.hidden_size or raise budget.parameters"
        )

    def _sized(self, config: ExperimentConfig) -> ExperimentConfig | None:
        """A draw with its hidden size solved for where sizes are matched; None outside the budget's parameters."""
        try:
            sized = matched(config)
        except BudgetError:
            return None
        return sized if is_within_budget(sized, parameters_of(sized, prepare(sized))) else None

    def _confirmations(self) -> tuple[list[tuple[str, ExperimentConfig]], list[Claim]]:
        """Confirmations not started yet, seed by seed over all encoders; and those in progress."""
        started: dict[tuple[str, str], list[Claim]] = {}
        for claim in self._claims(kind="confirm"):
            started.setdefault((claim.tags.get("choice", ""), claim.tags.get("planned_seed", "")), []).append(claim)
        choices = self.reselection.choices()
        chosen = {model: choices[model] for model in self._confirmed if model in choices}
        missing, running = [], []
        for seed in range(1, self.plan.seeds + 1):
            for model, config in chosen.items():
                claims = started.get((config.choice(), str(seed)), [])
                running += [claim for claim in claims if claim.is_running]
                if not claims:
                    missing.append((model, config.with_values({}, seed=seed)))
        return missing, running

    def _begin_confirmation(self, model: str, config: ExperimentConfig) -> Work:
        tags = {"kind": "confirm", "choice": config.choice(), "planned_seed": str(config.seed)}
        tags |= {"seed": str(config.seed)}  # set now, so that a run that fails early counts as a failed seed
        name = f"{model_name(model)}-seed{config.seed}"
        tags |= {"model": model_name(model)}
        length = self._length_of(config)
        run_id = begin_or_resume(self.tracker, self.plan, name, tags)
        return Work("confirm", model, name, config, run_id=run_id, refit=length)

    def _length_of(self, config: ExperimentConfig) -> int | None:
        """Number of updates of the best validation in the search, for a refit on training and validation; else None."""
        if not config.search.refit:
            return None
        return chosen_length(self.tracker.records(self.plan.experiment_id, self.plan.parent), config.choice())

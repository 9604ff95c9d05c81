"""What is to be done next in a sweep.

baselines once  ─►  trials, encoders in turns  ─►  the best again (search.reselect)  ─►  confirmations, seed by seed
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
from rnnbench.storage.record import model_name
from rnnbench.storage.tracker import LEASE, PARENT, Tracker
from rnnbench.sweeps.candidates import Reselection
from rnnbench.sweeps.model import SweepPlan
from rnnbench.sweeps.study import Studies, Trial, lease_id_of, trial_name

_MOST_REDRAWS = 200
_MOST_PROPOSALS = 20


@dataclass(frozen=True)
class Work:
    """A piece of work that this process has claimed.

    trial: of `trial`; run_id: of every other kind. refit: see `runs.train`.
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
    """A piece of work that somebody has begun, and whose lease says who."""

    name: str
    lease_id: str
    is_running: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """Only work that others do is left, and more may come after it. No claims where it has ended just now."""

    claims: tuple[Claim, ...]


class WorkQueue:
    """The work of one sweep. Call `next` under the sweep's lock, so that no two processes take the same."""

    def __init__(self, plan: SweepPlan, tracker: Tracker) -> None:
        self.plan, self.tracker = plan, tracker
        self.studies = Studies(plan)
        self.reselection = Reselection(tracker, self.studies)

    def next(self) -> Work | Waiting | None:
        """The next piece of work, claimed; or what to wait for; None when all is done."""
        if not self._baselines():
            return self._begin_baselines()
        counts = {model: len(self.studies.counted(model)) for model in self.plan.configs}
        behind = [] if self._is_late() else [name for name in self.plan.searched if counts[name] < self.plan.trials]
        if behind:
            return self._draw(min(behind, key=lambda model: counts[model]))
        if trials := self._running_trials():
            return Waiting(tuple(trials))
        if again := next(iter(self.reselection.missing()), None):
            name, run_id = self.reselection.begin(*again)
            return Work("reselect", again[0], name, again[1], run_id=run_id)
        if self.reselection.is_running():
            return Waiting(tuple(claim for claim in self._claims(kind="reselect") if claim.is_running))
        missing, running = self._confirmations()
        if missing:
            return self._begin_confirmation(*missing[0])
        running += [claim for claim in self._baselines() if claim.is_running]
        return Waiting(tuple(running)) if running else None

    def count_left(self) -> int:
        """How many pieces of work are left, as far as that is known before the search has ended."""
        trials = sum(max(0, self.plan.trials - len(self.studies.counted(model))) for model in self.plan.searched)
        if trials:
            again, confirmations = self.reselection.most_runs(), len(self._confirmed) * self.plan.seeds
        else:
            again = len(self.reselection.missing()) + self.reselection.is_running()
            confirmations = sum(len(part) for part in self._confirmations())
        claims = self._baselines()
        baselines = sum(claim.is_running for claim in claims) if claims else 1
        return baselines + trials + len(self._running_trials()) + again + confirmations

    @property
    def _confirmed(self) -> tuple[str, ...]:
        return tuple(self.plan.configs) if self.plan.confirmed is None else self.plan.confirmed

    def _is_late(self) -> bool:
        return bool(self.plan.search_until) and time.time() > self.plan.search_until

    def _claims(self, **tags: str) -> list[Claim]:
        """What somebody has begun below the sweep's run, but for what was broken off."""
        below = self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, **tags})
        return [
            Claim(run.info.run_name or "", run.data.tags.get(LEASE, ""), run.info.status == "RUNNING", run.data.tags)
            for run in below
            if run.data.tags.get("outcome") != "interrupted"
        ]

    def _baselines(self) -> list[Claim]:
        """Who has computed the baselines, or does so now."""
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

    def _draw(self, model: str) -> Work:
        """A trial within the budget's parameters; draws outside of it are discarded and do not count."""
        base = self.plan.config(model)
        for redraw in range(_MOST_REDRAWS):
            # an estimator that insists on what is too large must not end the sweep
            trial, config = self.studies.draw(model, base, at_random=redraw > _MOST_PROPOSALS)
            sized = self._sized(config)
            if sized is not None:
                return Work("trial", model, trial_name(model, trial.user_attrs["index"]), sized, trial)
            self.studies.tell(model, trial, "over_ceiling", None)
        if base.budget.match_parameters is not None:
            raise BudgetError(
                f"no draw for {model} in {_MOST_REDRAWS} comes within 2 % of {base.budget.match_parameters:,} "
                "parameters at any hidden_size: narrow what else changes the size, such as task.embedding_size"
            )
        raise BudgetError(
            f"no draw for {model} in {_MOST_REDRAWS} had at most {base.budget.parameters:,} parameters: "
            "narrow encoder.hidden_size or raise budget.parameters"
        )

    def _sized(self, config: ExperimentConfig) -> ExperimentConfig | None:
        """A draw with its width solved for where sizes are matched; None where it may not have its size."""
        try:
            sized = matched(config)
        except BudgetError:
            return None
        return sized if is_within_budget(sized, parameters_of(sized, prepare(sized))) else None

    def _confirmations(self) -> tuple[list[tuple[str, ExperimentConfig]], list[Claim]]:
        """The confirmations that nobody has begun, all encoders on a seed before the next seed; and those that run."""
        begun: dict[tuple[str, str], list[Claim]] = {}
        for claim in self._claims(kind="confirm"):
            begun.setdefault((claim.tags.get("choice", ""), claim.tags.get("planned_seed", "")), []).append(claim)
        choices = self.reselection.choices()
        chosen = {model: choices[model] for model in self._confirmed if model in choices}
        missing, running = [], []
        for seed in range(1, self.plan.seeds + 1):
            for model, config in chosen.items():
                claims = begun.get((config.choice(), str(seed)), [])
                running += [claim for claim in claims if claim.is_running]
                if not claims:
                    missing.append((model, config.with_values({}, seed=seed)))
        return missing, running

    def _begin_confirmation(self, model: str, config: ExperimentConfig) -> Work:
        tags = {"kind": "confirm", "choice": config.choice(), "planned_seed": str(config.seed)}
        tags |= {"seed": str(config.seed)}  # one that fails before it has begun is a seed that failed
        name = f"{model_name(model)}-seed{config.seed}"
        tags |= {"model": model_name(model)}
        length = self._length_of(config)
        writer = self.tracker.start(self.plan.experiment_id, name, tags, self.plan.parent)
        return Work("confirm", model, name, config, run_id=writer.run_id, refit=length)

    def _length_of(self, config: ExperimentConfig) -> int | None:
        """The updates after which the search found a configuration at its best, where it is trained on all data."""
        if not config.search.refit:
            return None
        return chosen_length(self.tracker.records(self.plan.experiment_id, self.plan.parent), config.choice())

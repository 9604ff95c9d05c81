"""A worker: takes the next piece of work of a sweep until nothing is left.

    baselines once  ─►  trials, encoders in turns  ─►  the best again (search.reselect)  ─►  confirmations, seed by seed

Any number of workers may run at once. What to do next is decided under a lock on the sweep, so that no two take the
same; the work itself is done outside of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filelock import FileLock

from rnnbench import building, runs
from rnnbench.baseline_runs import TAKEN_OVER, tracked_baselines
from rnnbench.choosing import chosen_length
from rnnbench.errors import BudgetError
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.matching import matched
from rnnbench.record import model_name
from rnnbench.sweeps.base import Event, SweepPlan, Tell
from rnnbench.sweeps.reselection import Reselection
from rnnbench.sweeps.studies import Studies, Trial
from rnnbench.tracking import PARENT, Tracker

_MOST_REDRAWS = 200
_MOST_PROPOSALS = 20
_WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class _Work:
    kind: str
    model: str
    name: str
    config: ExperimentConfig
    trial: Trial | None = None
    run_id: str | None = None
    refit: int | None = None


class Worker:
    """One worker of a sweep."""

    def __init__(
        self, plan: SweepPlan, number: int = 0, tell: Tell | None = None, is_stopped: Callable[[], bool] | None = None
    ) -> None:
        self.plan, self.number = plan, number
        self.tell = tell or (lambda event: None)
        self.is_stopped = is_stopped or (lambda: False)
        self.tracker = Tracker()
        self.studies = Studies(plan)
        self.reselection = Reselection(self.tracker, self.studies)
        self.lock = FileLock(f"{plan.journal}.work.lock")

    def work(self) -> None:
        """Works until nothing is left or someone says stop."""
        while not self.is_stopped():
            with self.lock:
                work, is_waiting = self._next()
            if work is not None:
                self._do(work)
            elif is_waiting:
                time.sleep(_WAIT_SECONDS)
            else:
                break
        self.tell(Event("done", self.number))

    def _next(self) -> tuple[_Work | None, bool]:
        """The next piece of work, and whether waiting for others may bring more."""
        if (claimed := self._next_baselines()) is not None:
            return claimed, True
        counts = {model: len(self.studies.counted(model)) for model in self.plan.configs}
        behind = [] if self._is_late() else [name for name in self.plan.searched if counts[name] < self.plan.trials]
        if behind:
            return self._draw(min(behind, key=lambda model: counts[model])), True
        if not all(self.studies.is_searched(model) for model in self.plan.configs):
            return None, True
        if again := next(iter(self.reselection.missing()), None):
            name, run_id = self.reselection.begin(*again)
            return _Work("reselect", again[0], name, again[1], run_id=run_id), True
        if self.reselection.is_running():
            return None, True
        missing = next(self._missing_confirmations(), None)
        return (None, False) if missing is None else (self._begin_confirmation(*missing), True)

    def count_left(self) -> int:
        """How many pieces of work are left, as far as that is known before the search has ended."""
        trials = sum(max(0, self.plan.trials - len(self.studies.counted(model))) for model in self.plan.searched)
        running = sum(not self.studies.is_searched(model) for model in self.plan.configs)
        confirmations = len(self._confirmed) * self.plan.seeds if trials else len([*self._missing_confirmations()])
        again = self.reselection.most_runs() if trials else len(self.reselection.missing())
        return (not self._has_baselines()) + trials + running + again + confirmations

    @property
    def _confirmed(self) -> tuple[str, ...]:
        return tuple(self.plan.configs) if self.plan.confirmed is None else self.plan.confirmed

    def _is_late(self) -> bool:
        return bool(self.plan.search_until) and time.time() > self.plan.search_until

    def _has_baselines(self) -> bool:
        """Whether somebody has computed the baselines, or does so now; a claim that was broken off does not count."""
        claims = self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, "claim": "baselines"})
        return any(run.data.tags.get("outcome") != "interrupted" for run in claims)

    def _next_baselines(self) -> _Work | None:
        if self._has_baselines():
            return None
        model = next(iter(self.plan.configs))
        tags = {"kind": "claim", "claim": "baselines", "task": self.plan.task}
        writer = self.tracker.start(self.plan.experiment_id, "baselines", tags, self.plan.parent)
        return _Work("baseline", "baselines", "baselines", self.plan.config(model), run_id=writer.run_id)

    def _draw(self, model: str) -> _Work:
        """A trial within the budget's parameters; draws outside of it are discarded and do not count."""
        base = self.plan.config(model)
        for redraw in range(_MOST_REDRAWS):
            # an estimator that insists on what is too large must not end the sweep
            trial, config = self.studies.draw(model, base, at_random=redraw > _MOST_PROPOSALS)
            sized = self._sized(config)
            if sized is not None:
                name = f"{trial.user_attrs['index'] + 1:03d}-{model_name(model)}"
                return _Work("trial", model, name, sized, trial)
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
        return sized if building.is_within_budget(sized, building.parameters_of(sized, runs.prepare(sized))) else None

    def _missing_confirmations(self) -> Iterator[tuple[str, ExperimentConfig]]:
        """The confirmations that nobody has begun, all encoders on a seed before the next seed."""
        found = self.tracker.find(self.plan.experiment_id, **{PARENT: self.plan.parent, "kind": "confirm"})
        taken = {
            (run.data.tags.get("choice"), run.data.tags.get("planned_seed"))
            for run in found
            if run.data.tags.get("outcome") != "interrupted"
        }
        choices = self.reselection.choices()
        chosen = {model: choices[model] for model in self._confirmed if model in choices}
        for seed in range(1, self.plan.seeds + 1):
            for model, config in chosen.items():
                if (config.choice(), str(seed)) not in taken:
                    yield model, config.with_values({}, seed=seed)

    def _begin_confirmation(self, model: str, config: ExperimentConfig) -> _Work:
        tags = {"kind": "confirm", "choice": config.choice(), "planned_seed": str(config.seed)}
        tags |= {"seed": str(config.seed)}  # one that fails before it has begun is a seed that failed
        name = f"{model_name(model)}-seed{config.seed}"
        tags |= {"model": model_name(model)}
        length = self._length_of(config)
        writer = self.tracker.start(self.plan.experiment_id, name, tags, self.plan.parent)
        return _Work("confirm", model, name, config, run_id=writer.run_id, refit=length)

    def _length_of(self, config: ExperimentConfig) -> int | None:
        """The updates after which the search found a configuration at its best, where it is trained on all data."""
        if not config.search.refit:
            return None
        return chosen_length(self.tracker.records(self.plan.experiment_id, self.plan.parent), config.choice())

    def _do(self, work: _Work) -> None:
        self.tell(Event("start", self.number, work.kind, work.model, work.name))
        if work.kind == "baseline":
            self._baselines(work)
        else:
            self._train(work)

    def _baselines(self, work: _Work) -> None:
        told: list[str] = []

        def tell(name: str) -> None:
            told.append(name)
            self.tell(Event("progress", self.number, "baseline", "baselines", name))

        try:
            tracked_baselines(
                work.config,
                tracker=self.tracker,
                experiment_id=self.plan.experiment_id,
                parent=self.plan.parent,
                claim=work.run_id or "",
                tell=tell,
            )
        except Exception as error:  # noqa: BLE001  the encoders can be compared without; its traceback is stored
            message = f"the baselines failed: {type(error).__name__}: {error}"
            self.tell(Event("error", self.number, "baseline", "baselines", "baselines", 1.0, message=message))
            return
        outcome = TAKEN_OVER if told and all(name.endswith(TAKEN_OVER) for name in told) else "completed"
        self.tell(Event("end", self.number, "baseline", "baselines", "baselines", 1.0, outcome=outcome))

    def _train(self, work: _Work) -> None:
        try:
            record = runs.tracked(
                work.config,
                tracker=self.tracker,
                experiment_id=self.plan.experiment_id,
                name=work.name,
                kind=work.kind,  # type: ignore[arg-type]
                open_test=work.kind == "confirm",
                refit=work.refit,
                parent=self.plan.parent,
                run_id=work.run_id,
                tags=self._tags(work),
                params=self._params(work),
                hooks=self._hooks(work),
            )
        except Exception as error:  # noqa: BLE001  one failed training does not end a sweep; its traceback is stored
            if work.trial is not None:
                self.studies.tell(work.model, work.trial, "failed", None)
            message = f"{work.name} failed: {type(error).__name__}: {error}"
            self.tell(Event("error", self.number, work.kind, work.model, work.name, 1.0, message=message))
            return
        score = record.validation if record.validation == record.validation else None
        if work.trial is not None:
            self.studies.tell(work.model, work.trial, record.outcome, score, record.run_id)
        self.tell(Event("end", self.number, work.kind, work.model, work.name, 1.0, score, record.outcome))

    def _tags(self, work: _Work) -> dict[str, str]:
        if work.trial is None:
            return {"planned_seed": str(work.config.seed)}
        return {"trial": str(work.trial.user_attrs["index"]), "draw": work.trial.user_attrs["draw"]}

    def _params(self, work: _Work) -> dict[str, object]:
        searched = work.config.ranges()
        plain = work.config.to_plain()
        return {name: plain[name.split(".")[0]][name.split(".", 1)[1]] for name in searched}

    def _hooks(self, work: _Work) -> runs.Hooks:
        updates = work.config.budget.updates

        def log(update: int, values: dict[str, float]) -> None:
            score = next((value for key, value in values.items() if key.startswith("validation/")), None)
            share = min(1.0, update / updates)
            self.tell(Event("progress", self.number, work.kind, work.model, work.name, share, score))

        def report(step: int, score: float) -> bool:
            assert work.trial is not None
            work.trial.report(score, step)
            return work.config.search.pruning and work.trial.should_prune()

        return runs.Hooks(report=report if work.trial is not None else None, log=log, is_interrupted=self.is_stopped)

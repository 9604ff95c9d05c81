"""One Optuna study per encoder: draws inside the written ranges, pruning, and the choice.

The studies of a sweep lie in one journal file, which any number of processes on a machine may share.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import psutil
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, Trial, TrialState

from rnnbench.choosing import REPETITIONS
from rnnbench.core.settings import Choices, Floats, Ints, Range
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.metrics import higher_is_better
from rnnbench.sweeps.base import FIRST_RESELECT_SEED, FIRST_TRIAL_SEED, SweepPlan

optuna.logging.set_verbosity(optuna.logging.ERROR)

_UNCOUNTED = ("interrupted", "over_ceiling")
"""Ends of a draw that is no trial; `over_ceiling` also where no width comes to the number that is matched."""
_LARGEST_SEED = 2**31 - 1


class Studies:
    """The studies of one sweep, by model."""

    def __init__(self, plan: SweepPlan) -> None:
        self.plan = plan
        backend = JournalFileBackend(str(plan.journal), lock_obj=JournalFileOpenLock(str(plan.journal)))
        self.storage = JournalStorage(backend)
        is_score = higher_is_better(task_class(plan.task).metric)
        self.by_model = {
            model: optuna.create_study(
                study_name=_study_name(plan.config(model)),
                storage=self.storage,
                direction="maximize" if is_score else "minimize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
            )
            for model in plan.configs
        }

    def counted(self, model: str) -> list[FrozenTrial]:
        """The trials that count towards the total, in order: finished, pruned, failed or still running."""
        found = self.by_model[model].get_trials(deepcopy=False)
        return [trial for trial in found if trial.user_attrs.get("outcome") not in _UNCOUNTED]

    def is_searched(self, model: str) -> bool:
        """True when no trial of the model runs."""
        return all(trial.state.is_finished() for trial in self.counted(model))

    def draw(self, model: str, config: ExperimentConfig, *, at_random: bool = False) -> tuple[Trial, ExperimentConfig]:
        """The next trial of a model and its configuration. Call it under the sweep's lock.

        The first trials are independent random draws, marked as such; then the tree-structured Parzen estimator.
        at_random: draw at random all the same, for want of a proposal under the ceiling; marked `fallback`.
        """
        study = self.by_model[model]
        taken = {trial.user_attrs.get("index") for trial in self.counted(model)}
        number = next(number for number in itertools.count() if number not in taken)
        is_random = config.search.sampler == "random" or number < config.search.random_trials
        seed = _seed_of(config.search.study_seed, model, len(study.get_trials(deepcopy=False)))
        if is_random or at_random:
            study.sampler = optuna.samplers.RandomSampler(seed=seed)
        else:
            study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=0)
        trial = study.ask(fixed_distributions={name: distribution_of(r) for name, r in config.ranges().items()})
        for key, value in _owner().items():
            trial.set_user_attr(key, value)
        trial.set_user_attr("draw", "random" if is_random else "fallback" if at_random else "tpe")
        trial.set_user_attr("index", number)
        trial_seed = FIRST_TRIAL_SEED + _seed_of(config.search.study_seed, "trial", number) % 1_000_000
        return trial, config.with_values(trial.params, seed=trial_seed)

    def trial(self, model: str, number: int) -> Trial:
        """A trial by its number, to report to."""
        study = self.by_model[model]
        return Trial(study, study.get_trials(deepcopy=False)[number]._trial_id)

    def tell(self, model: str, trial: Trial, outcome: str, score: float | None, run_id: str = "") -> None:
        """Ends a trial with its outcome; only a completed one has a score that can be chosen."""
        trial.set_user_attr("outcome", outcome)
        trial.set_user_attr("run_id", run_id)
        if outcome == "completed" and score is not None:
            self.by_model[model].tell(trial, score)
        else:
            # the sampler learns from what was pruned, not from what failed: draws above the ceiling teach it to go down
            state = TrialState.PRUNED if outcome in ("pruned", "over_ceiling") else TrialState.FAIL
            self.by_model[model].tell(trial, state=state)

    def end_orphans(self) -> int:
        """Ends trials whose process is gone; they do not count and are drawn again. Returns how many."""
        ended = 0
        for model, study in self.by_model.items():
            for frozen in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                if _is_gone(frozen.user_attrs):
                    self.tell(model, self.trial(model, frozen.number), "interrupted", None)
                    ended += 1
        return ended

    def reselect_seed(self, model: str, number: int, repetition: int) -> int:
        """A search seed for a trial's configuration to be trained on again: no trial has it, and no confirmation."""
        study_seed = self.plan.config(model).search.study_seed
        drawn = _seed_of(study_seed, "reselect", number) % 100_000
        return FIRST_RESELECT_SEED + REPETITIONS * drawn + repetition


def _study_name(config: ExperimentConfig) -> str:
    """The model's name; a file of the user's own gets a new study whenever its code changes."""
    code = config.to_plain()["encoder"].get("code")
    return f"{Path(config.model).stem}@{code}" if code else config.model


def distribution_of(searched: Range) -> BaseDistribution:
    """What Optuna draws a range's values from."""
    match searched:
        case Ints():
            return IntDistribution(searched.low, searched.high, log=searched.log, step=searched.step)
        case Floats():
            return FloatDistribution(searched.low, searched.high, log=searched.log)
        case Choices():
            return CategoricalDistribution(searched.values)


def _seed_of(*parts: object) -> int:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:4], "big") % _LARGEST_SEED


def _owner() -> dict[str, Any]:
    return {"host": platform.node(), "pid": os.getpid(), "pid_start": psutil.Process().create_time()}


def _is_gone(attributes: Mapping[str, Any]) -> bool:
    if attributes.get("host") != platform.node():
        return "host" not in attributes
    try:
        started = psutil.Process(int(attributes["pid"])).create_time()
    except psutil.Error:
        return True
    return abs(started - float(attributes["pid_start"])) > 1.0

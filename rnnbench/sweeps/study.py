"""One Optuna study per encoder: draw trials from the configured ranges, prune them, and record how they end.

The studies of a sweep are in one journal file, which any number of processes may share. A process that draws a trial
takes a lease on it; a running trial without a lease was left by its process, and is continued by the next.

A draw depends on the index of its trial alone, not on what was interrupted before it.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, Trial, TrialState

from rnnbench.comparison.selection import REPETITIONS
from rnnbench.core.settings import Choices, Floats, Ints, Range
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.prepare import selecting_metric
from rnnbench.storage.leases import Lease, LeaseLostError, open_leases
from rnnbench.storage.record import RunRecord, model_name
from rnnbench.sweeps.journal import open_journal
from rnnbench.sweeps.model import FIRST_RESELECT_SEED, FIRST_TRIAL_SEED, SweepPlan

optuna.logging.set_verbosity(optuna.logging.ERROR)

_UNCOUNTED = ("interrupted", "over_ceiling")
"""Outcomes of draws that do not count as trials; `over_ceiling` includes draws that cannot be matched in size."""
_LARGEST_SEED = 2**31 - 1


class Studies:
    """The studies of one sweep, by model."""

    def __init__(self, plan: SweepPlan) -> None:
        self.plan = plan
        self.leases = open_leases()
        self.storage = open_journal(plan.journal)
        self.by_model = {
            model: optuna.create_study(
                study_name=_study_name(plan.config(model)),
                storage=self.storage,
                direction="maximize" if selecting_metric(plan.config(model)).higher_is_better else "minimize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
            )
            for model in plan.configs
        }

    def counted(self, model: str) -> list[FrozenTrial]:
        """Trials that count towards the total, in order: finished, pruned, failed or running."""
        trials = self.by_model[model].get_trials(deepcopy=False)
        return [trial for trial in trials if trial.user_attrs.get("outcome") not in _UNCOUNTED]

    def running(self, model: str) -> list[FrozenTrial]:
        """The trials of a model that a process works on, in order."""
        left = {trial.number for trial in self.left(model)}
        running = (trial for trial in self.counted(model) if not trial.state.is_finished())
        return [trial for trial in running if trial.number not in left]

    def left(self, model: str) -> list[FrozenTrial]:
        """The running trials of a model that their process has left, in order: they are continued by the next."""
        study = self.by_model[model]
        without = [trial.number for trial in _running(study) if not self.leases.is_held(lease_id_of(trial))]
        # a trial ends before its lease does: only one that is still running was left
        return [trial for trial in _running(study) if trial.number in without] if without else []

    def taken(self, model: str) -> int:
        """The number of trials that count towards the total, without those that are to be continued."""
        return len(self.counted(model)) - len(self.left(model))

    def draw(self, model: str, config: ExperimentConfig, *, at_random: bool = False) -> tuple[Trial, ExperimentConfig]:
        """Draw the next trial of a model. Returns it with its configuration. Call it under the sweep's lock.

        The first trials are random draws, marked `random`; later ones come from the tree-structured Parzen estimator.
        at_random: draw a later trial at random too, where the estimator proposes only sizes above the ceiling; marked
            `fallback`.
        """
        study = self.by_model[model]
        used = {trial.user_attrs.get("index") for trial in self.counted(model)}
        index = next(index for index in itertools.count() if index not in used)
        is_random = config.search.sampler == "random" or index < config.search.random_trials
        discarded = [trial for trial in study.get_trials(deepcopy=False) if _is_discarded(trial, index)]
        seed = _seed_of(config.search.study_seed, model, index, len(discarded))
        if is_random or at_random:
            study.sampler = optuna.samplers.RandomSampler(seed=seed)
        else:
            study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=0)
        lease = self.leases.take(trial_name(model, index))
        try:
            trial = study.ask(
                fixed_distributions={name: distribution_of(values) for name, values in config.ranges().items()}
            )
            trial.set_user_attr("lease", lease.id)
        except BaseException:
            lease.release()
            raise
        trial.set_user_attr("draw", "random" if is_random else "fallback" if at_random else "tpe")
        trial.set_user_attr("index", index)
        return trial, _configured(config, trial)

    def take_over(self, model: str, left: FrozenTrial, config: ExperimentConfig) -> tuple[Trial, ExperimentConfig]:
        """A trial that its process has left, with a new lease and its configuration. Call it under the sweep's lock."""
        lease = self.leases.take(trial_name(model, left.user_attrs["index"]))
        trial = self.trial(model, left.number)
        trial.set_user_attr("lease", lease.id)
        return trial, _configured(config, trial)

    def report(self, model: str, trial: Trial, step: int, score: float) -> None:
        """Report a score, unless the trial was continued from before this validation and has reported it."""
        if step not in self.by_model[model].get_trials(deepcopy=False)[trial.number].intermediate_values:
            trial.report(score, step)

    def release(self, trial: Trial) -> None:
        """Leave a trial of this process to be continued later. Raises: LeaseLostError as `lease`."""
        self.lease(trial).release()

    def trial(self, model: str, number: int) -> Trial:
        """A trial by its number in the study."""
        study = self.by_model[model]
        return Trial(study, study.get_trials(deepcopy=False)[number]._trial_id)

    def tell(self, model: str, trial: Trial, outcome: str, score: float | None, run_id: str = "") -> None:
        """End a trial of this process with its outcome; only a completed trial keeps its score.

        Raises: LeaseLostError where another process has ended it.
        """
        lease = self.lease(trial)
        lease.require()
        self._end(model, trial, outcome, score, run_id)
        lease.release()

    def lease(self, trial: Trial) -> Lease:
        """The lease of a trial drawn by this process. Raises: LeaseLostError where this process no longer holds it."""
        lease = self.leases.of_this_process(trial.user_attrs.get("lease", ""))
        if lease is None:
            raise LeaseLostError(f"trial {trial.number}: this process no longer holds the trial's lease")
        return lease

    def _end(self, model: str, trial: Trial, outcome: str, score: float | None, run_id: str = "") -> None:
        try:
            trial.set_user_attr("outcome", outcome)
        except UpdateFinishedTrialError as error:
            raise LeaseLostError(f"trial {trial.number} was ended by another process") from error
        trial.set_user_attr("run_id", run_id)
        if outcome == "completed" and score is not None:
            self.by_model[model].tell(trial, score)
        else:
            # the sampler uses pruned trials, not failed ones: it learns to avoid sizes above the ceiling
            state = TrialState.PRUNED if outcome in ("pruned", "over_ceiling") else TrialState.FAIL
            self.by_model[model].tell(trial, state=state)

    def end_lost(self, ended_run: Callable[[FrozenTrial], RunRecord | None] = lambda trial: None) -> int:
        """End the trials that their process has left and that cannot be continued. Returns their number.

        Call it under the sweep's lock. A trial whose run has ended is ended with the outcome of the run; one that was
        left while it was drawn does not count and is drawn again. All others stay running, to be continued.

        ended_run: gives the record of a trial's run where that has ended, else None.
        """
        self.leases.expire()
        ended = 0
        for model in self.by_model:
            for frozen in self.left(model):
                record = ended_run(frozen)
                if record is None and {"index", "draw"} <= frozen.user_attrs.keys():
                    continue
                outcome, score, run_id = _end_of(record)
                self._end(model, self.trial(model, frozen.number), outcome, score, run_id)
                ended += 1
        return ended

    def reselect_seed(self, model: str, number: int, repetition: int) -> int:
        """The seed for training a trial's configuration again; different from all seeds of trials and confirmations."""
        study_seed = self.plan.config(model).search.study_seed
        drawn = _seed_of(study_seed, "reselect", number) % 100_000
        return FIRST_RESELECT_SEED + REPETITIONS * drawn + repetition


def _configured(config: ExperimentConfig, trial: Trial) -> ExperimentConfig:
    """The configuration of a trial: the drawn values, and a seed that depends on the trial's index alone."""
    seed = FIRST_TRIAL_SEED + _seed_of(config.search.study_seed, "trial", trial.user_attrs["index"]) % 1_000_000
    return config.with_values(trial.params, seed=seed)


def _is_discarded(trial: FrozenTrial, index: int) -> bool:
    """Whether a trial is an earlier draw for this index that was above the ceiling."""
    return trial.user_attrs.get("index") == index and trial.user_attrs.get("outcome") == "over_ceiling"


def _study_name(config: ExperimentConfig) -> str:
    """The model's name; a user's file gets a new study when its code changes."""
    code = config.to_plain()["encoder"].get("code")
    return f"{Path(config.model).stem}@{code}" if code else config.model


def distribution_of(searched: Range) -> BaseDistribution:
    """The Optuna distribution of a range."""
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


def trial_name(model: str, index: int) -> str:
    """The name of a trial: `003-gru` is the third trial of gru."""
    return f"{index + 1:03d}-{model_name(model)}"


def score_of(record: RunRecord) -> float | None:
    """The validation score of a record; None where it has no finite one."""
    return record.validation if math.isfinite(record.validation) else None


def _end_of(record: RunRecord | None) -> tuple[str, float | None, str]:
    """Outcome, score and run id of a lost trial from its record."""
    return ("interrupted", None, "") if record is None else (record.outcome, score_of(record), record.run_id)


def _running(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))


def lease_id_of(trial: FrozenTrial) -> str:
    """The id of a trial's lease; empty in studies of earlier versions."""
    return str(trial.user_attrs.get("lease", ""))

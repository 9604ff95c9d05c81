"""Which configuration each search selects, from the records of a sweep alone.

without reselection   the trial with the best validation score
with reselection      the best K distinct configurations of each encoder are trained on two more search seeds; the
                      best mean validation score over the three seeds decides

Every encoder has the same number of trials to select from, and the same number of candidates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.record import STOPPED, RunRecord

REPETITIONS = 2
"""Further search seeds on which each candidate is trained."""


def counted(records: Iterable[RunRecord]) -> list[RunRecord]:
    """The trials that count: all that have ended by themselves."""
    return [record for record in records if record.kind == "trial" and not is_open(record)]


def candidates(records: Sequence[RunRecord], most: int) -> dict[str, list[RunRecord]]:
    """The best trials of each encoder with distinct configurations, best first, the same number for each encoder.

    An encoder without a completed trial has no candidates and does not reduce the number of the others.
    """
    trials = counted(records)
    models = sorted({record.model for record in trials})
    equal = min((sum(record.model == model for record in trials) for model in models), default=0)
    ranked = {
        model: _ranked(trial for trial in trials if trial.model == model and _index(trial) < equal) for model in models
    }
    fewest = min((len(best) for best in ranked.values() if best), default=0)
    return {model: best[: min(most, fewest)] for model, best in ranked.items() if best}


def chosen(records: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """The trial whose configuration each encoder is confirmed with."""
    selected = {model: trials[0] for model, trials in candidates(records, 1).items()}
    most = reselected_per_model(records)
    if not most:
        return selected
    for model, trials in candidates(records, most).items():
        sign = -1.0 if trials[0].higher_is_better else 1.0
        totals = [
            (sign * math.fsum([trial.validation, *repeated]), place)
            for place, trial in enumerate(trials)
            if len(repeated := repeated_scores(records, trial)) == REPETITIONS
        ]
        if totals:  # without a candidate that completed all repetitions, the best single score decides
            selected[model] = trials[min(totals)[1]]
    return selected


def repeated_runs(records: Iterable[RunRecord], trial: RunRecord) -> list[RunRecord]:
    """The runs that trained a trial's configuration again before the selection, by seed."""
    runs = [record for record in records if record.kind == "reselect" and record.model == trial.model]
    ended = [run for run in runs if not is_open(run) and choice_of(run) == choice_of(trial)]
    return sorted(ended, key=lambda run: run.seed or 0)


def repeated_scores(records: Iterable[RunRecord], trial: RunRecord) -> list[float]:
    """The validation scores of a trial's configuration on the further search seeds that completed."""
    by_seed = {run.seed: run.validation for run in repeated_runs(records, trial) if run.outcome == "completed"}
    return [score for score in by_seed.values() if math.isfinite(score)]


def chosen_length(records: Iterable[RunRecord], choice: str) -> int:
    """The number of updates at which a configuration had its best validation score: the median over its trainings.

    Raises: RnnbenchError where none of them is stored.
    """
    lengths = [
        record.costs["best_update"]
        for record in records
        if record.kind in ("trial", "reselect") and record.outcome == "completed" and choice_of(record) == choice
    ]
    if not lengths:
        raise RnnbenchError("no trial of the chosen configuration is stored: its training length is unknown")
    return round(median(lengths))


def reselected_per_model(records: Iterable[RunRecord]) -> int:
    """The number of configurations of each encoder that are trained again before the selection; 0 for none."""
    numbers = [record.config.get("search", {}).get("reselect") or 0 for record in records if record.kind == "trial"]
    return max(numbers, default=0)


def _ranked(trials: Iterable[RunRecord]) -> list[RunRecord]:
    """Completed trials, best first and ties by trial number; each configuration once."""
    done = [trial for trial in trials if trial.outcome == "completed" and math.isfinite(trial.validation)]
    sign = -1.0 if done and done[0].higher_is_better else 1.0
    by_choice: dict[str, RunRecord] = {}
    for trial in sorted(done, key=lambda trial: (sign * trial.validation, _index(trial))):
        by_choice.setdefault(choice_of(trial), trial)
    return [*by_choice.values()]


def choice_of(record: RunRecord) -> str:
    """The identifier of the configuration that a run belongs to; empty where it has none."""
    return record.tags.get("choice", "")


def _index(record: RunRecord) -> int:
    return int(record.tags.get("trial", "0"))


def is_open(record: RunRecord) -> bool:
    """Whether a run is in progress or was stopped before its end, so that it can be continued."""
    return record.outcome == "running" or record.outcome in STOPPED

"""Which configuration each search has chosen, from the records of a sweep alone.

without reselection   the trial with the best validation score
with reselection      the best K distinct configurations of each encoder were trained on two more search seeds; the one
                      with the best mean validation score over its three

Always among as many trials as every encoder has had, and among as many candidates as every encoder has.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.record import RunRecord

REPETITIONS = 2
"""Further search seeds on which each candidate is trained."""


def counted(records: Iterable[RunRecord]) -> list[RunRecord]:
    """The trials that count: all that have ended by themselves."""
    return [record for record in records if record.kind == "trial" and not is_open(record)]


def candidates(records: Sequence[RunRecord], most: int) -> dict[str, list[RunRecord]]:
    """The best trials of each encoder, of distinct configurations, the best first; as many of one as of another.

    An encoder of which no trial completed has none, and takes none from the others.
    """
    trials = counted(records)
    models = sorted({record.model for record in trials})
    equal = min((sum(record.model == model for record in trials) for model in models), default=0)
    ranked = {model: _ranked([one for one in trials if one.model == model and _index(one) < equal]) for model in models}
    fewest = min((len(found) for found in ranked.values() if found), default=0)
    return {model: found[: min(most, fewest)] for model, found in ranked.items() if found}


def chosen(records: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """The trial whose configuration each encoder is confirmed with."""
    best = {model: found[0] for model, found in candidates(records, 1).items()}
    most = asked_for(records)
    if not most:
        return best
    for model, found in candidates(records, most).items():
        again = [(trial, fresh_scores(records, trial)) for trial in found]
        sign = -1.0 if found[0].higher_is_better else 1.0
        totals = [
            (sign * math.fsum([trial.validation, *fresh]), place)
            for place, (trial, fresh) in enumerate(again)
            if len(fresh) == REPETITIONS
        ]
        if totals:  # where none has trained to its end again, the best single score is all there is
            best[model] = found[min(totals)[1]]
    return best


def reselections(records: Iterable[RunRecord], trial: RunRecord) -> list[RunRecord]:
    """The runs that trained a trial's configuration again before the choice, in the order of their seeds."""
    again = [one for one in records if one.kind == "reselect" and one.model == trial.model and not is_open(one)]
    return sorted((one for one in again if _choice(one) == _choice(trial)), key=lambda one: one.seed or 0)


def fresh_scores(records: Iterable[RunRecord], trial: RunRecord) -> list[float]:
    """The validation scores of a trial's configuration on the further search seeds that completed."""
    done = {one.seed: one for one in reselections(records, trial) if one.outcome == "completed"}
    return [one.validation for one in done.values() if math.isfinite(one.validation)]


def chosen_length(records: Iterable[RunRecord], choice: str) -> int:
    """After how many updates the search found a configuration at its best: the median over its trainings.

    Raises: RnnbenchError where none of them is stored.
    """
    lengths = [
        one.costs["best_update"]
        for one in records
        if one.kind in ("trial", "reselect") and one.outcome == "completed" and _choice(one) == choice
    ]
    if not lengths:
        raise RnnbenchError("no trial of the chosen configuration is stored: nothing says how long to train it")
    return round(median(lengths))


def asked_for(records: Iterable[RunRecord]) -> int:
    """How many configurations of each encoder the search trains again before it chooses; 0 for none."""
    asked = [record.config.get("search", {}).get("reselect") or 0 for record in records if record.kind == "trial"]
    return max(asked, default=0)


def _ranked(trials: Iterable[RunRecord]) -> list[RunRecord]:
    """Completed trials, the best first and of equal ones the earlier; each configuration once."""
    done = [trial for trial in trials if trial.outcome == "completed" and math.isfinite(trial.validation)]
    sign = -1.0 if done and done[0].higher_is_better else 1.0
    first: dict[str, RunRecord] = {}
    for trial in sorted(done, key=lambda one: (sign * one.validation, _index(one))):
        first.setdefault(_choice(trial), trial)
    return [*first.values()]


def _choice(record: RunRecord) -> str:
    return record.tags.get("choice", "")


def _index(record: RunRecord) -> int:
    return int(record.tags.get("trial", "0"))


def is_open(record: RunRecord) -> bool:
    """Whether a run has not come to an end of its own: it is going on, or was broken off."""
    return record.outcome in ("interrupted", "running")

"""Optimism of the best single score of a search, from candidates that were trained again before the choice.

    optimism = best single score of the search - mean score of the same configuration on the other search seeds

Source: Cawley and Talbot (2010), On over-fitting in model selection and subsequent selection bias in performance
evaluation, JMLR 11.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rnnbench.comparison.model import Note
from rnnbench.comparison.selection import REPETITIONS, asked_for, candidates, fresh_scores, reselections
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord


def excess(best: float, fresh: Sequence[float], *, higher_is_better: bool) -> float:
    """By how much a best score is better than the mean of scores that nothing was chosen by; may be negative."""
    difference = best - math.fsum(fresh) / len(fresh)
    return difference if higher_is_better else -difference


def best_score_optimism(records: Sequence[RunRecord]) -> dict[str, float]:
    """By model, the optimism of its best single validation score, where candidates were trained again.

    `optimism` measures it on the seeds of the confirmations.
    """
    best = {model: found[0] for model, found in candidates(records, 1).items()}
    return {
        model: excess(trial.validation, fresh, higher_is_better=trial.higher_is_better)
        for model, trial in best.items()
        if (fresh := fresh_scores(records, trial))
    }


def reselection_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'The best 3 configurations of each encoder were trained on two more search seeds ...', or nothing."""
    again = {model: found for model, found in candidates(records, asked_for(records)).items() if found}
    if not any(reselections(records, trial) for found in again.values() for trial in found):
        return
    most = max(len(found) for found in again.values())
    which = f"best {most} configurations" if most > 1 else "best configuration"
    choice = (
        f"The {which} of each encoder {'were' if most > 1 else 'was'} trained on {_NUMBERS[REPETITIONS]} more search "
        "seeds; the mean validation score decides"
    )
    metric = metric_of(next(iter(again.values()))[0])
    listed = ", ".join(
        f"{model} {share_in_words(share, metric)}" for model, share in best_score_optimism(records).items()
    )
    optimism = f" Optimism of the best single score: {listed}." if listed else ""
    yield Note(f"{choice}.{optimism}", f"{choice}.")


def share_in_words(share: float, metric: Metric) -> str:
    """'0.8 points', '0.012 bits per character', or 'none'."""
    value = share * metric.scale
    decimals = 3 if metric.decimals is None else metric.decimals
    if round(value, decimals) <= 0:
        return "none"
    return f"{value:.{decimals}f} {'points' if metric.unit == '%' else metric.label}"


_NUMBERS = {1: "one", 2: "two", 3: "three"}

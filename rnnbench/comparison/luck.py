"""How much of a search's best validation score was luck: it is the highest of many, each with a seed's chance in it.

    luck = best single score of the search - mean score of the chosen configuration on seeds that had no say in it

Source: Cawley and Talbot (2010), On over-fitting in model selection and subsequent selection bias in performance
evaluation, JMLR 11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rnnbench.choosing import REPETITIONS, asked_for, candidates, chosen, fresh_scores, reselections
from rnnbench.comparison.cells import MetricStyle, style
from rnnbench.record import RunRecord


@dataclass(frozen=True)
class Luck:
    """An encoder's best validation score of the search, and what its choice scores where nothing was chosen by it.

    seeds: which fresh seeds: the search's own of a reselection, or those of the confirmation.
    share: `best` less `fresh`, counted so that above zero means better than it should be; in the metric's own unit.
    """

    model: str
    best: float
    fresh: float
    runs: int
    seeds: Literal["reselect", "confirm"]
    share: float


def lucky_share(best: float, fresh: Sequence[float], *, higher_is_better: bool) -> float:
    """By how much a best score is better than the mean of scores that nobody chose by. Below zero: it was bad luck."""
    difference = best - math.fsum(fresh) / len(fresh)
    return difference if higher_is_better else -difference


def lucks(records: Sequence[RunRecord]) -> dict[str, Luck]:
    """The luck in each encoder's best validation score, from the runs of one table.

    Where candidates were trained again before the choice, from those runs, else from the confirmations. An encoder
    without a score on fresh seeds is left out.
    """
    best = {model: found[0] for model, found in candidates(records, 1).items()}
    found: dict[str, Luck] = {}
    for model, trial in chosen(records).items():
        seeds: Literal["reselect", "confirm"] = "reselect" if asked_for(records) else "confirm"
        fresh = fresh_scores(records, trial) if seeds == "reselect" else _confirmed(records, trial)
        if fresh:
            top, direction = best[model].validation, trial.higher_is_better
            share = lucky_share(top, fresh, higher_is_better=direction)
            found[model] = Luck(model, top, math.fsum(fresh) / len(fresh), len(fresh), seeds, share)
    return found


def _confirmed(records: Sequence[RunRecord], trial: RunRecord) -> list[float]:
    """The validation scores of a choice's confirmations."""
    return [
        record.validation
        for record in records
        if (record.kind, record.model, record.outcome) == ("confirm", trial.model, "completed")
        and record.tags.get("choice") == trial.tags.get("choice")
        and math.isfinite(record.validation)
    ]


def reselection_note(records: Sequence[RunRecord]) -> str:
    """'The best 3 configurations of each encoder were trained on two more search seeds ...', or nothing."""
    again = {model: found for model, found in candidates(records, asked_for(records)).items() if found}
    if not any(reselections(records, trial) for found in again.values() for trial in found):
        return ""
    most = max(len(found) for found in again.values())
    which = f"best {most} configurations" if most > 1 else "best configuration"
    said = (
        f"The {which} of each encoder {'were' if most > 1 else 'was'} trained on {_NUMBERS[REPETITIONS]} more search "
        "seeds, and the choice is by the mean validation score"
    )
    shown = style(records[0].metric)
    listed = ", ".join(f"{luck.model} {luck_in_words(luck.share, shown)}" for luck in lucks(records).values())
    return f"{said}; luck in the best single score: {listed}." if listed else f"{said}."


def luck_in_words(share: float, shown: MetricStyle) -> str:
    """'0.8 points', '0.012 bits per character', or 'none'."""
    value = share * shown.scale
    decimals = 3 if shown.decimals is None else shown.decimals
    if round(value, decimals) <= 0:
        return "none"
    return f"{value:.{decimals}f} {'points' if shown.unit == '%' else shown.label}"


_NUMBERS = {1: "one", 2: "two", 3: "three"}

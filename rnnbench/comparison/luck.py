"""How much of the best validation score of a search was luck: what is left of it on fresh seeds.

The best of many trials is chosen for its score, and so for its luck: the same configuration, trained again on seeds
that the search has never seen, is on average worse. The difference is what choosing made up; test scores never see it.

Source: Cawley and Talbot (2010), On over-fitting in model selection and subsequent selection bias in performance
evaluation, JMLR 11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.comparison.base import Interval
from rnnbench.comparison.statistics import mean_interval
from rnnbench.core.text import one_line
from rnnbench.metrics import Metric, metric_of
from rnnbench.record import RunRecord


@dataclass(frozen=True)
class Luck:
    """An encoder's chosen trial against the same configuration on fresh seeds, both on the validation split.

    amount: by how much the trial was better than the mean over seeds; negative where it was worse. interval: of it,
        from the chance of seeds in the mean (95 %); None for a single seed. is_best: the trial had the best single
        score; a choice by the mean of several seeds may be of another.
    """

    model: str
    metric: Metric
    trials: int
    found: float
    confirmed: float
    seeds: int
    amount: float
    interval: Interval | None
    is_best: bool = True


def luck(records: Sequence[RunRecord]) -> list[Luck]:
    """Of every encoder whose choice was confirmed, by name."""
    found = [_of_model(model, records) for model in sorted({record.model for record in records})]
    return [one for one in found if one is not None]


def luck_in_words(found: Sequence[Luck]) -> list[str]:
    """'lstm: the best of 14 trials reached 77.7 % on validation, on 6 fresh seeds 77.0 % [...]: 0.7 of it was luck.'"""
    return [_sentence(one) for one in found]


def _of_model(model: str, records: Sequence[RunRecord]) -> Luck | None:
    own = [
        record
        for record in records
        if record.model == model and record.outcome == "completed" and math.isfinite(record.validation)
    ]
    confirms = [record for record in own if record.kind == "confirm"]
    choices = {record.tags.get("choice") for record in confirms}
    trials = [record for record in own if record.kind == "trial"]
    chosen = [record.validation for record in trials if record.tags.get("choice") in choices]
    if not confirms or not chosen:
        return None
    higher = confirms[0].higher_is_better
    best, sign = (max(chosen), 1.0) if higher else (min(chosen), -1.0)
    scores = [record.validation for record in confirms]
    mean = math.fsum(scores) / len(scores)
    around = mean_interval(scores)
    ends = sorted(sign * (best - end) for end in (around.low, around.high)) if around else []
    return Luck(
        model=model,
        metric=metric_of(confirms[0]),
        trials=sum(record.kind == "trial" and record.model == model for record in records),
        found=best,
        confirmed=mean,
        seeds=len(scores),
        amount=sign * (best - mean),
        interval=Interval(*ends) if ends else None,
        is_best=best == (max if higher else min)(record.validation for record in trials),
    )


def _sentence(one: Luck) -> str:
    points = " points" if one.metric.unit == "%" else ""
    seeds = f"{one.seeds} fresh seed{'' if one.seeds == 1 else 's'}"
    which = "best" if one.is_best else "chosen"
    start = (
        f"{one_line(one.model)}: the {which} of {one.trials} trials reached {one.metric.text_with_unit(one.found)} on "
        f"validation, the same configuration on {seeds} {one.metric.text_with_unit(one.confirmed)}"
    )
    if one.interval is not None and one.interval.low > 0:
        amount = one.metric.text(one.amount) + one.metric.interval_text(one.interval)
        return f"{start}: {amount}{points} of {'the best' if one.is_best else 'that'} were luck."
    if one.interval is None:
        return f"{start}: one seed does not tell how much of it was luck."
    return f"{start}: no luck is to be seen in it beyond the chance of seeds."

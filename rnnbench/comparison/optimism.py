"""Optimism of a search: by how much the validation score of the chosen trial exceeds its mean on fresh seeds.

The best of many trials is selected for its score, and so also for its chance: the same configuration, trained again on
seeds that the search has never used, is worse on average. The difference is selection bias; test scores are free of it.

Source: Cawley and Talbot (2010), On over-fitting in model selection and subsequent selection bias in performance
evaluation, JMLR 11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.comparison.model import Interval
from rnnbench.comparison.statistics.summary import mean_interval
from rnnbench.core.text import one_line
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord


@dataclass(frozen=True)
class Optimism:
    """An encoder's chosen trial against the same configuration on fresh seeds, both on the validation split.

    amount: by how much the trial was better than the mean over seeds; negative where it was worse. interval: of it,
        from the chance of seeds in the mean (95 %); None for a single seed. is_best: the trial had the best single
        score; a choice by the mean of several seeds may be of another.
    """

    model: str
    metric: Metric
    trials: int
    search_score: float
    confirmed_score: float
    seeds: int
    amount: float
    interval: Interval | None
    is_best: bool = True


def optimism(records: Sequence[RunRecord]) -> list[Optimism]:
    """The optimism of every encoder whose choice was confirmed, by name."""
    by_model = [_of_model(model, records) for model in sorted({record.model for record in records})]
    return [item for item in by_model if item is not None]


def optimism_in_words(items: Sequence[Optimism]) -> list[str]:
    """A sentence for each: 'lstm: the best of 14 trials reached 77.7 % on validation, ...: optimism 0.7 points.'"""
    return [_sentence(item) for item in items]


def _of_model(model: str, records: Sequence[RunRecord]) -> Optimism | None:
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
    return Optimism(
        model=model,
        metric=metric_of(confirms[0]),
        trials=sum(record.kind == "trial" and record.model == model for record in records),
        search_score=best,
        confirmed_score=mean,
        seeds=len(scores),
        amount=sign * (best - mean),
        interval=Interval(*ends) if ends else None,
        is_best=best == (max if higher else min)(record.validation for record in trials),
    )


def _sentence(item: Optimism) -> str:
    points = " points" if item.metric.unit == "%" else ""
    seeds = f"{item.seeds} fresh seed{'' if item.seeds == 1 else 's'}"
    which = "best" if item.is_best else "chosen"
    start = (
        f"{one_line(item.model)}: the {which} of {item.trials} trials reached "
        f"{item.metric.text_with_unit(item.search_score)} on validation, the same configuration on {seeds} "
        f"{item.metric.text_with_unit(item.confirmed_score)}"
    )
    if item.interval is not None and item.interval.low > 0:
        amount = item.metric.text(item.amount) + item.metric.interval_text(item.interval)
        return f"{start}: optimism of {amount}{points}."
    if item.interval is None:
        return f"{start}: a single seed does not show how optimistic the search was."
    return f"{start}: no optimism beyond the variation between seeds."

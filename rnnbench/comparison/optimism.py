"""Optimism of a search: by how much the best validation score exceeds the mean of the same configuration on new seeds.

The best of many trials is selected partly by chance, so the same configuration is worse on average on seeds that were
not used for selection (selection bias). Test scores are free of it. It is measured twice: on the seeds of the
confirmations (`optimism`), and before that on the further search seeds of `search.reselect` (`best_score_optimism`).

Source: Cawley and Talbot (2010), On over-fitting in model selection and subsequent selection bias in performance
evaluation, JMLR 11.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnbench.comparison.model import Interval, Note
from rnnbench.comparison.selection import REPETITIONS, candidates, repeated_runs, repeated_scores, reselected_per_model
from rnnbench.comparison.statistics.summary import mean_interval
from rnnbench.core.text import one_line
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord


@dataclass(frozen=True)
class Optimism:
    """The chosen trial of an encoder against the same configuration on fresh seeds, both on the validation split.

    amount: best trial score minus mean over seeds, positive where the trial was better. interval: 95 %, over seeds;
        None for a single seed. is_best: the chosen trial also had the best single score of the search.
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


def excess(best: float, fresh: Sequence[float], *, higher_is_better: bool) -> float:
    """By how much a best score is better than the mean of fresh scores; negative where it is worse."""
    difference = best - math.fsum(fresh) / len(fresh)
    return difference if higher_is_better else -difference


def best_score_optimism(records: Sequence[RunRecord]) -> dict[str, float]:
    """By model, the optimism of its best single validation score, where candidates were trained again."""
    best = {model: trials[0] for model, trials in candidates(records, 1).items()}
    return {
        model: excess(trial.validation, fresh, higher_is_better=trial.higher_is_better)
        for model, trial in best.items()
        if (fresh := repeated_scores(records, trial))
    }


def reselection_note(records: Sequence[RunRecord]) -> Iterable[Note]:
    """'The best 3 configurations of each encoder were trained on 2 more search seeds ...', or nothing."""
    by_model = candidates(records, reselected_per_model(records))
    if not any(repeated_runs(records, trial) for trials in by_model.values() for trial in trials):
        return
    most = max(len(trials) for trials in by_model.values())
    which = f"best {most} configurations of each encoder were" if most > 1 else "best configuration of each encoder was"
    choice = f"The {which} trained on {REPETITIONS} more search seeds; the mean validation score decides."
    metric = metric_of(next(iter(by_model.values()))[0])
    amounts = [f"{model} {share_in_words(share, metric)}" for model, share in best_score_optimism(records).items()]
    yield Note(
        f"{choice} Optimism of the best single score: {', '.join(amounts)}." if amounts else choice, short=choice
    )


def share_in_words(share: float, metric: Metric) -> str:
    """'0.8 points', '0.012 bits per character', or 'none'."""
    value = share * metric.scale
    decimals = 3 if metric.decimals is None else metric.decimals
    if round(value, decimals) <= 0:
        return "none"
    return f"{value:.{decimals}f} {'points' if metric.unit == '%' else metric.label}"


def _of_model(model: str, records: Sequence[RunRecord]) -> Optimism | None:
    all_trials = [record for record in records if record.kind == "trial" and record.model == model]
    trials = [record for record in all_trials if _has_score(record)]
    confirms = [record for record in records if (record.kind, record.model) == ("confirm", model)]
    confirms = [record for record in confirms if _has_score(record)]
    choices = {record.tags.get("choice") for record in confirms}
    chosen = [record.validation for record in trials if record.tags.get("choice") in choices]
    if not confirms or not chosen:
        return None
    metric = metric_of(confirms[0])
    best_of = max if metric.higher_is_better else min
    best, scores = best_of(chosen), [record.validation for record in confirms]
    around = mean_interval(scores)
    ends = sorted(metric.sign * (best - end) for end in (around.low, around.high)) if around else []
    return Optimism(
        model=model,
        metric=metric,
        trials=len(all_trials),
        search_score=best,
        confirmed_score=math.fsum(scores) / len(scores),
        seeds=len(scores),
        amount=excess(best, scores, higher_is_better=metric.higher_is_better),
        interval=Interval(*ends) if ends else None,
        is_best=best == best_of(record.validation for record in trials),
    )


def _has_score(record: RunRecord) -> bool:
    return record.outcome == "completed" and math.isfinite(record.validation)


def _sentence(item: Optimism) -> str:
    points = " points" if item.metric.unit == "%" else ""
    start = (
        f"{one_line(item.model)}: the {'best' if item.is_best else 'chosen'} of {item.trials} trials reached "
        f"{item.metric.text_with_unit(item.search_score)} on validation, the same configuration on {item.seeds} "
        f"fresh seed{'' if item.seeds == 1 else 's'} {item.metric.text_with_unit(item.confirmed_score)}"
    )
    if item.interval is None:
        return f"{start}: optimism cannot be estimated from a single seed."
    if item.interval.low > 0:
        amount = item.metric.text(item.amount) + item.metric.interval_text(item.interval)
        return f"{start}: optimism of {amount}{points}."
    return f"{start}: no optimism beyond the variation between seeds."

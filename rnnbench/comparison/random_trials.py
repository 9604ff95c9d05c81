"""The random trials of a search, which were drawn independently: scores and seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.comparison.rows import FAILED
from rnnbench.comparison.selection import is_open
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord

FEWEST_DRAWS = 4
"""Fewest random trials of an encoder for an expected validation score."""
_STEPS = 25
"""Fewest steps in seconds of the shortest search; a step is at most half of the shortest mean trial."""
_MOST_STEPS = 1000
NO_METRIC = Metric.unknown("", higher_is_better=True)
"""The metric where no trial has stored one."""


@dataclass(frozen=True)
class Draws:
    """The independent random trials of one encoder, in the order they were drawn.

    A trial that diverged, ran out of memory or failed counts as the worst score of any random trial of any encoder of
    the sweep. A pruned trial counts with the best validation score it reached, and its seconds until it was pruned:
    completed, its score could only have been better, so the curve is conservative.

    seconds: by trial, the mean of the others where a trial has none; empty where none is stored.
    worst: the score of failed trials, and of a search in which no trial has ended. step: between budgets in seconds.
    """

    model: str
    task: str
    data: str
    metric: Metric
    scores: tuple[float, ...]
    seconds: tuple[float, ...]
    pruned: int
    failed: int
    worst: float
    step: float
    run_ids: tuple[str, ...]


def random_draws(records: Sequence[RunRecord]) -> dict[str, Draws]:
    """The random draws of every encoder that has trials, by name, without running and interrupted trials."""
    trials = [record for record in records if record.kind == "trial"]
    trials.sort(key=lambda record: (int(record.tags.get("trial", "0")), record.run_id))
    by_model: dict[str, list[RunRecord]] = {model: [] for model in sorted({record.model for record in trials})}
    for record in trials:
        if record.tags.get("draw") == "random" and not is_open(record):
            by_model[record.model].append(record)
    drawn = [record for own in by_model.values() for record in own]
    # a trial that failed at once has no metric
    metric = next((metric_of(record) for record in [*drawn, *trials] if record.metric), NO_METRIC)
    scores = {model: [_score(record) for record in own] for model, own in by_model.items()}
    known = [score for own in scores.values() for score in own if score is not None]
    worst = (min if metric.higher_is_better else max)(known, default=0.0)
    seconds = {model: _seconds(own) for model, own in by_model.items()}
    step = _step([own for own in seconds.values() if len(own) >= FEWEST_DRAWS])
    return {
        model: Draws(
            model=model,
            task=trials[0].task,
            data=trials[0].data,
            metric=metric,
            scores=tuple(worst if score is None else score for score in scores[model]),
            seconds=seconds[model],
            pruned=sum(record.outcome == "pruned" for record in own),
            failed=scores[model].count(None),
            worst=worst,
            step=step,
            run_ids=tuple(record.run_id for record in own),
        )
        for model, own in by_model.items()
    }


def _score(record: RunRecord) -> float | None:
    """The best validation score of a trial; None for a failed one, whatever it reached before."""
    return None if record.outcome in FAILED or not math.isfinite(record.validation) else record.validation


def _seconds(own: Sequence[RunRecord]) -> tuple[float, ...]:
    seconds = [record.costs.get("wall_seconds", math.nan) for record in own]
    known = [value for value in seconds if math.isfinite(value)]
    if not known:
        return ()
    mean = math.fsum(known) / len(known)
    return tuple(value if math.isfinite(value) else mean for value in seconds)


def _step(seconds: Sequence[Sequence[float]]) -> float:
    """Seconds between budgets: 1, 2 or 5 times a power of ten."""
    totals = [sum(own) for own in seconds]
    if not totals or min(totals) <= 0:
        return 1.0
    trial = min(total / len(own) for total, own in zip(totals, seconds, strict=True))
    longest = max(min(min(totals) / _STEPS, trial / 2), max(totals) / _MOST_STEPS)
    power = 10.0 ** math.floor(math.log10(longest))
    return next((power * factor for factor in (5.0, 2.0) if power * factor <= longest), power)

"""The random draws of a search: which trials were drawn independently, what each scored, and what it cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnbench.comparison.rows import FAILED
from rnnbench.metrics import Metric, metric_of
from rnnbench.storage.record import RunRecord

FEWEST_DRAWS = 4
"""With fewer random trials nothing is said of an encoder."""
_STEPS = 25
"""Seconds are looked at in at least so many steps of the shortest search, and two of the shortest mean trial."""
_MOST_STEPS = 1000
NO_METRIC = Metric.unknown("", higher_is_better=True)
"""Stands where no trial knows its metric."""


@dataclass(frozen=True)
class Draws:
    """The independent random trials of one encoder, in the order they were drawn.

    A trial that diverged, ran out of memory or failed counts as the worst score that any random trial of any encoder
    of the sweep has: a finite stand-in for the worst there is, the same for all. A pruned trial counts with the best
    validation score it had reached: a whole training could only have been better, so that a curve never promises more
    than there was, and its seconds are those it was given.

    seconds: of each whole trial; empty where the store knows none. A trial that does not say is charged the mean of
        the others of its encoder.
    worst: the stand-in, also for a search in which no trial has ended yet. step: between two budgets in seconds.
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

    @property
    def sign(self) -> float:
        """What a score is multiplied with for more to be better."""
        return self.metric.sign


def random_draws(records: Sequence[RunRecord]) -> dict[str, Draws]:
    """The random draws of every encoder that has trials, by name; those that the search proposed are left out.

    A trial under way or interrupted says nothing, and is drawn again by the search.
    """
    trials = sorted((record for record in records if record.kind == "trial"), key=_order)
    by_model: dict[str, list[RunRecord]] = {record.model: [] for record in sorted(trials, key=lambda one: one.model)}
    for record in trials:
        if record.tags.get("draw") == "random" and record.outcome not in ("running", "interrupted"):
            by_model[record.model].append(record)
    seconds = {model: _seconds(own) for model, own in by_model.items()}
    drawn = [record for own in by_model.values() for record in own]
    known = [score for record in drawn if (score := _score(record)) is not None]
    # one that failed at once does not know its metric
    metric = next((metric_of(record) for record in [*drawn, *trials] if record.metric), NO_METRIC)
    worst = (min if metric.higher_is_better else max)(known, default=0.0)
    step = _step([own for own in seconds.values() if len(own) >= FEWEST_DRAWS])
    facts = {"metric": metric, "worst": worst, "step": step, **_facts(trials)}
    return {model: _draws(model, own, seconds[model], facts) for model, own in by_model.items()}


def _draws(model: str, own: Sequence[RunRecord], seconds: tuple[float, ...], facts: Mapping[str, Any]) -> Draws:
    scores = [_score(record) for record in own]
    return Draws(
        model=model,
        scores=tuple(facts["worst"] if score is None else score for score in scores),
        seconds=seconds,
        pruned=sum(record.outcome == "pruned" for record in own),
        failed=sum(score is None for score in scores),
        run_ids=tuple(record.run_id for record in own),
        **facts,
    )


def _facts(trials: Sequence[RunRecord]) -> dict[str, str]:
    return {name: getattr(trials[0], name) if trials else "" for name in ("task", "data")}


def _score(record: RunRecord) -> float | None:
    """The best validation score of a trial that counts with one: what was reached before it diverged does not."""
    return None if record.outcome in FAILED or not math.isfinite(record.validation) else record.validation


def _seconds(own: Sequence[RunRecord]) -> tuple[float, ...]:
    said = [record.costs.get("wall_seconds", math.nan) for record in own]
    known = [value for value in said if math.isfinite(value)]
    if not known:
        return ()
    mean = math.fsum(known) / len(known)
    return tuple(value if math.isfinite(value) else mean for value in said)


def _step(seconds: Sequence[Sequence[float]]) -> float:
    """1, 2 or 5 times a power of ten, so that what is said in words is a round number of seconds."""
    totals = [sum(own) for own in seconds]
    if not totals or min(totals) <= 0:
        return 1.0
    trial = min(total / len(own) for total, own in zip(totals, seconds, strict=True))
    wanted = max(min(min(totals) / _STEPS, trial / 2), max(totals) / _MOST_STEPS)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next((power * round_one for round_one in (5.0, 2.0) if power * round_one <= wanted), power)


def _order(record: RunRecord) -> tuple[int, str]:
    return int(record.tags.get("trial", "0")), record.run_id

"""Expected validation performance of every encoder of a sweep: curves, sentences, and encoders without a curve."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rnnbench.comparison.expected_validation import Band, ExpectedCurve, curve_of, refusal
from rnnbench.comparison.importance import TooFew
from rnnbench.comparison.model import LEVEL
from rnnbench.comparison.random_trials import FEWEST_DRAWS, NO_METRIC, random_draws
from rnnbench.core.text import listed, one_line
from rnnbench.metrics import Metric, plain_fields
from rnnbench.storage.record import RunRecord

_Reliable = tuple[str, Band, float]
"""Encoder, band, and the largest budget for which the band is reliable."""


@dataclass(frozen=True)
class Expectations:
    """Expected validation scores of one sweep, encoders by name.

    words: where the bands of two encoders do not overlap. notes: how trials that did not complete are counted.
    """

    task: str
    data: str
    metric: Metric
    curves: tuple[ExpectedCurve, ...]
    refused: tuple[TooFew, ...]
    words: tuple[str, ...]
    notes: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        """All fields as plain data."""
        return {**asdict(self, dict_factory=plain_fields), "interval": LEVEL}


def expectations(records: Sequence[RunRecord], models: Sequence[str] = ()) -> Expectations:
    """Curves and sentences of these encoders, or of all, from the records of a sweep."""
    by_model = {model: draws for model, draws in random_draws(records).items() if not models or model in models}
    refusals = {model: refusal(draws) for model, draws in by_model.items()}
    curves = tuple(curve_of(draws) for model, draws in by_model.items() if not refusals[model])
    first = next(iter(by_model.values()), None)
    return Expectations(
        task=first.task if first else "",
        data=first.data if first else "",
        metric=first.metric if first else NO_METRIC,
        curves=curves,
        refused=tuple(_too_few(model, records, reason) for model, reason in refusals.items() if reason),
        words=tuple(_bands_in_words(curves)),
        notes=tuple(_notes(curves)),
    )


def _bands_in_words(curves: Sequence[ExpectedCurve]) -> Iterable[str]:
    """Where the bands of two encoders do not overlap, by trials and by seconds."""
    if len(curves) < 2:
        return
    by_trials = [(curve.model, curve.unbiased, float(curve.reliable_trials)) for curve in curves]
    by_seconds = [(curve.model, curve.seconds, curve.reliable_seconds) for curve in curves if curve.seconds]
    for unit, bands in (("random trials", by_trials), ("seconds of search", by_seconds)):
        pairs = itertools.permutations(bands, 2)
        sentences = [_ahead(*pair, unit, curves[0].draws.metric.higher_is_better) for pair in pairs]
        if not any(sentences) and len(bands) > 1:
            yield f"By {unit}, the bands of all encoders overlap."
        yield from filter(None, sentences)
    yield "Bands are 95 % at each budget separately, and compared up to half of the random draws."


def _ahead(encoder: _Reliable, other: _Reliable, unit: str, higher_is_better: bool) -> str:
    """'By random trials, gru is ahead of lstm at 2 to 4 (their bands do not overlap).', or nothing."""
    (name, band, until), (other_name, other_band, other_until) = encoder, other
    upper, lower = (band.low, other_band.high) if higher_is_better else (other_band.low, band.high)
    ahead = [
        place
        for place, (at, high, low) in enumerate(zip(band.at, upper, lower, strict=False))
        if high > low and at <= min(until, other_until)
    ]
    stretches = [[*group] for _, group in itertools.groupby(enumerate(ahead), key=lambda pair: pair[1] - pair[0])]
    ends = [(band.at[stretch[0][1]], band.at[stretch[-1][1]]) for stretch in stretches]
    budgets = listed(f"{first:g} to {last:g}" if first < last else f"{first:g}" for first, last in ends)
    if not budgets:
        return ""
    return f"By {unit}, {one_line(name)} is ahead of {one_line(other_name)} at {budgets} (their bands do not overlap)."


def _notes(curves: Sequence[ExpectedCurve]) -> Iterable[str]:
    """How trials that did not complete are counted."""
    pruned = ", ".join(f"{curve.model} {curve.draws.pruned}" for curve in curves if curve.draws.pruned)
    failed = ", ".join(f"{curve.model} {curve.draws.failed}" for curve in curves if curve.draws.failed)
    worst = "the worst random trial of any encoder"
    if any(curve.seconds for curve in curves):
        yield f"By seconds, a search counts as {worst} until its first trial has ended."
    if pruned:
        yield f"Pruned random trials ({pruned}) count with their best score: whole, they could only have been better."
    if failed:
        yield f"Random trials that diverged, failed or ran out of memory ({failed}) count as {worst}."


def _too_few(model: str, records: Sequence[RunRecord], reason: str) -> TooFew:
    """The encoder with the number of trials probably needed; 0 where further trials would not be random."""
    trials = [record for record in records if record.kind == "trial" and record.model == model]
    only_random = all(record.tags.get("draw") == "random" for record in trials)
    return TooFew(model, reason, max(FEWEST_DRAWS, len(trials) + 1) if only_random else 0)

"""Expected validation performance of every encoder of a sweep: curves, where their bands are apart, who is left out."""

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
"""Encoder, band, and the largest budget at which the band can be trusted."""


@dataclass(frozen=True)
class Expectations:
    """What is known of one sweep, encoders by name.

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
        """For programs: everything."""
        return {**asdict(self, dict_factory=plain_fields), "interval": LEVEL}


def expectations(records: Sequence[RunRecord], models: Sequence[str] = ()) -> Expectations:
    """Curves and words of the encoders asked for, or of all, from the records of a sweep alone."""
    found = {model: draws for model, draws in random_draws(records).items() if not models or model in models}
    curves = tuple(curve_of(draws) for draws in found.values() if not refusal(draws))
    first = next(iter(found.values()), None)
    return Expectations(
        task=first.task if first else "",
        data=first.data if first else "",
        metric=first.metric if first else NO_METRIC,
        curves=curves,
        refused=tuple(_too_few(model, records, refusal(draws)) for model, draws in found.items() if refusal(draws)),
        words=tuple(words(curves)),
        notes=tuple(notes(curves)),
    )


def words(curves: Sequence[ExpectedCurve]) -> Iterable[str]:
    """Which encoder is ahead where the bands of two do not overlap, by trials and by seconds."""
    if len(curves) < 2:
        return
    by_trials = [(one.model, one.unbiased, float(one.reliable_trials)) for one in curves]
    by_seconds = [(one.model, one.seconds, one.reliable_seconds) for one in curves if one.seconds]
    for unit, bands in (("random trials", by_trials), ("seconds of search", by_seconds)):
        sentences = [
            sentence
            for one, other in itertools.permutations(bands, 2)
            if (sentence := _ahead(one, other, unit, curves[0].draws.metric.higher_is_better))
        ]
        yield from sentences or ([f"By {unit}, the bands of all encoders overlap."] if len(bands) > 1 else [])
    yield "Bands are 95 % at each budget alone, and compared up to half of the random draws."


def _ahead(one: _Reliable, other: _Reliable, unit: str, higher_is_better: bool) -> str:
    """'By random trials, gru is ahead of lstm at 2 to 4 (their bands do not overlap).', or nothing."""
    (name, band, until), (behind, worse, worse_until) = one, other
    upper, lower = (band.low, worse.high) if higher_is_better else (worse.low, band.high)
    apart = [
        place
        for place, (at, high, low) in enumerate(zip(band.at, upper, lower, strict=False))
        if high > low and at <= min(until, worse_until)
    ]
    stretches = [[*group] for _, group in itertools.groupby(enumerate(apart), key=lambda pair: pair[1] - pair[0])]
    ends = [(band.at[stretch[0][1]], band.at[stretch[-1][1]]) for stretch in stretches]
    budgets = listed(f"{first:g} to {last:g}" if first < last else f"{first:g}" for first, last in ends)
    if not budgets:
        return ""
    return f"By {unit}, {one_line(name)} is ahead of {one_line(behind)} at {budgets} (their bands do not overlap)."


def notes(curves: Sequence[ExpectedCurve]) -> list[str]:
    """How trials without the score of a whole training are counted."""
    pruned = [f"{one.model} {one.draws.pruned}" for one in curves if one.draws.pruned]
    failed = [f"{one.model} {one.draws.failed}" for one in curves if one.draws.failed]
    said = []
    if any(one.seconds for one in curves):
        said.append(
            "By seconds, a search counts as the worst random trial of any encoder until its first one has ended."
        )
    if pruned:
        said.append(
            f"Pruned random trials ({', '.join(pruned)}) count with the best score they had reached: whole, they could "
            "only have been better."
        )
    if failed:
        said.append(
            f"Random trials that diverged, failed or ran out of memory ({', '.join(failed)}) count as the worst random "
            "trial of any encoder."
        )
    return said


def _too_few(model: str, records: Sequence[RunRecord], reason: str) -> TooFew:
    """With how many trials in all there would probably be enough; 0 where more would not be random ones."""
    own = [record for record in records if record.kind == "trial" and record.model == model]
    only_random = all(record.tags.get("draw") == "random" for record in own)
    return TooFew(model, reason, max(FEWEST_DRAWS, len(own) + 1) if only_random else 0)

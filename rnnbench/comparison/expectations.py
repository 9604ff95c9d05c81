"""What a random search was worth, for every encoder of a sweep: curves, who is ahead in words, and who was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rnnbench.comparison.base import LEVEL
from rnnbench.comparison.crossings import words
from rnnbench.comparison.draws import FEWEST_DRAWS, NO_METRIC, random_draws
from rnnbench.comparison.expected import ExpectedCurve, curve_of, refusal
from rnnbench.comparison.importances import TooFew
from rnnbench.metrics import Metric, plain_fields
from rnnbench.record import RunRecord


@dataclass(frozen=True)
class Expectations:
    """What is known of one sweep, encoders by name.

    words: who is ahead after how much search. notes: what a reader has to know of the trials that did not complete.
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


def expectations(records: Sequence[RunRecord], models: Sequence[str] = (), *, with_words: bool = True) -> Expectations:
    """Curves and words of the encoders asked for, or of all, from the records of a sweep alone.

    Args:
        with_words: False for the curves alone, which takes half as long.
    """
    found = {model: draws for model, draws in random_draws(records).items() if not models or model in models}
    curves = tuple(curve_of(draws) for draws in found.values() if not refusal(draws))
    first = next(iter(found.values()), None)
    return Expectations(
        task=first.task if first else "",
        data=first.data if first else "",
        metric=first.metric if first else NO_METRIC,
        curves=curves,
        refused=tuple(_too_few(model, records, refusal(draws)) for model, draws in found.items() if refusal(draws)),
        words=tuple(words(curves)) if with_words else (),
        notes=tuple(notes(curves)),
    )


def notes(curves: Sequence[ExpectedCurve]) -> list[str]:
    """What stands in the curves for trials without a score of a whole training, where there are any."""
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

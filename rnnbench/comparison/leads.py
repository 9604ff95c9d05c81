"""Which encoder is ahead of which after so many trials or seconds of random search, and where none can be told to be.

A lead is claimed where the band of the difference between two expected curves leaves zero out. The band holds for all
budgets and all pairs of encoders together: the largest distance, in standard deviations, of resampled differences from
their mean sets its width (a simultaneous t band), at a level divided by the number of pairs. A crossing is two claimed
leads of opposite sides. Only the first half of the draws is looked at, where bands are near what they claim, and
seconds only from where one of the two has ended a trial in half of its searches.

Measured between two encoders with the same made-up scores (normal, uniform, exponential, log-normal, with failures): of
pairs alone, 1 to 10 % were told apart where 5 % are meant to be at most; of pairs among four encoders, 0 to 3 %.

Source: for the band over all budgets, Montiel Olea and Plagborg-Moller (2019), Simultaneous confidence bands: theory,
implementation, and an application to SVARs, Journal of Applied Econometrics 34(1).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from rnnbench.comparison.base import LEVEL
from rnnbench.comparison.expected import (
    Array,
    Band,
    ExpectedCurve,
    budgets_of,
    generator_of,
    seconds_resampled,
    trials_resampled,
    widening,
)

Unit = Literal["trials", "seconds"]
UNITS: tuple[Unit, ...] = ("trials", "seconds")
_STARTED = 0.5


@dataclass(frozen=True)
class Lead:
    """A stretch of budgets, both ends in it, where one encoder is ahead of another."""

    ahead: str
    behind: str
    first: float
    last: float


@dataclass(frozen=True)
class Pair:
    """What is known of two encoders over one kind of budget: leads, and the first and last budget looked at."""

    one: str
    other: str
    unit: Unit
    first: float
    until: float
    leads: tuple[Lead, ...]

    @property
    def is_crossing(self) -> bool:
        """Whether each is ahead of the other somewhere."""
        return len({lead.ahead for lead in self.leads}) > 1


def pairs(curves: Sequence[ExpectedCurve], unit: Unit) -> list[Pair]:
    """Every pair of encoders, by name."""
    known = sorted((one for one in curves if unit == "trials" or one.seconds), key=lambda curve: curve.model)
    resampled = {curve.model: _resampled(curve, unit) for curve in known}
    couples = [*itertools.combinations(known, 2)]
    return [_pair(one, other, unit, resampled, len(couples)) for one, other in couples]


def _resampled(curve: ExpectedCurve, unit: Unit) -> Array:
    draws = curve.draws
    if unit == "trials":
        return trials_resampled(draws, curve.reliable_trials, generator_of(draws, "leads by trials"))
    budgets = [budget for budget in budgets_of(draws) if budget <= curve.reliable_seconds]
    return seconds_resampled(draws, budgets, generator_of(draws, "leads by seconds"))


def _pair(one: ExpectedCurve, other: ExpectedCurve, unit: Unit, resampled: dict[str, Array], comparisons: int) -> Pair:
    size = min(resampled[curve.model].shape[1] for curve in (one, other))
    first, second = (np.array(_band(curve, unit).mean[:size]) for curve in (one, other))
    at = _band(one, unit).at[:size]
    start = 0
    if unit == "seconds":
        started = np.maximum(one.done[:size], other.done[:size]) >= _STARTED
        start = int(started.argmax()) if started.any() else size
    drawn = (resampled[one.model][:, :size] - resampled[other.model][:, :size])[:, start:]
    fewest = min(len(one.draws.scores), len(other.draws.scores))
    sign = one.draws.sign
    sides = [0] * start + leads_of((first - second)[start:] * sign, drawn * sign, fewest, comparisons)
    leads = []
    for side, stretch in itertools.groupby(range(size), key=lambda place: sides[place]):
        places = [*stretch]
        if side:
            names = (one.model, other.model) if side > 0 else (other.model, one.model)
            leads.append(Lead(*names, first=at[places[0]], last=at[places[-1]]))
    return Pair(one.model, other.model, unit, at[start] if start < size else 0.0, at[-1] if at else 0.0, tuple(leads))


def _band(curve: ExpectedCurve, unit: Unit) -> Band:
    found = curve.unbiased if unit == "trials" else curve.seconds
    assert found is not None  # `pairs` left out the others
    return found


def leads_of(difference: Array, drawn: Array, draws: int, comparisons: int = 1) -> list[int]:
    """1 where the difference is above zero beyond its band, -1 where below, 0 where it is not told apart from zero.

    Args:
        drawn: resampled differences, a row each. draws: trials of the encoder that has fewest.
        comparisons: pairs that share the level.
    """
    level = 1 - (1 - LEVEL) / comparisons
    spread = drawn.std(axis=0)
    # where no resample differs, nothing is known of chance: no lead is claimed there
    known = spread > 1e-12 * np.maximum(1e-300, np.abs(drawn).max(axis=0, initial=0.0))
    if not known.any():
        return [0] * len(difference)
    distance = np.abs(drawn - drawn.mean(axis=0))[:, known] / spread[known]
    normal = float(special.ndtri((1 + level) / 2))
    reach = float(np.quantile(distance.max(axis=1), level)) * widening(draws, level) / normal
    is_ahead = known & (np.abs(difference) > reach * spread)
    return [int(side) for side in np.sign(difference) * is_ahead]

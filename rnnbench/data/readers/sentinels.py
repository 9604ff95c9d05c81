"""Numbers that may be codes for no value, such as -9999: repeated, and far outside the other values of a column."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

FEWEST_TIMES = 3
FEWEST_SHARE = 0.01
MOST_CODES = 4
"""One more than the codes that are looked for at each end of the values."""
FAR = 3.0
"""A value is far outside where its distance from the others is this many times their range."""
FAR_OF_NINES = 0.5
"""The same for numbers of nines such as -9999 and 999.9, which are codes in many files."""


@dataclass(frozen=True)
class SuspectedCode:
    """A repeated value outside of all others, which lie between `low` and `high`."""

    value: float
    count: int
    low: float
    high: float

    @property
    def in_words(self) -> str:
        return (
            f"{self.value:.15g} occurs {self.count:,} times, far from the other values ({self.low:.6g} to "
            f"{self.high:.6g}): if it means no value, type --missing {self.value:.15g}"
        )


def codes_for_no_value(values: np.ndarray) -> list[SuspectedCode]:
    """The values of a column that may mean no value, in order: the most of both ends that are far from the others."""
    sizes, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    is_repeated = (counts >= FEWEST_TIMES) | ((counts > 1) & (counts >= FEWEST_SHARE * len(values)))
    best: list[int] = []
    for low, high in itertools.product(range(MOST_CODES), repeat=2):
        ends = [*range(low), *range(len(sizes) - high, len(sizes))]
        others = sizes[low : len(sizes) - high]
        if len(best) < len(ends) < len(sizes) and is_repeated[ends].all():
            best = ends if all(_is_far(float(sizes[end]), others) for end in ends) else best
    others = np.delete(sizes, best)
    return [SuspectedCode(float(sizes[end]), int(counts[end]), float(others[0]), float(others[-1])) for end in best]


def _is_far(value: float, others: np.ndarray) -> bool:
    """Whether a value lies far outside the other values, in sorted order. 0 never does: it is mostly a true value."""
    if value == 0:
        return False
    first, last = float(others[0]), float(others[-1])  # whose difference may be infinite, without a warning
    distance = max(first - value, value - last)
    is_of_nines = len(digits := f"{abs(value):.10g}".replace(".", "")) > 1 and set(digits) == {"9"}
    # without several other values there is no range to compare with: 0 and 1 of a holiday
    if len(others) < (2 if is_of_nines else 5):
        return False
    return distance / (FAR_OF_NINES if is_of_nines else FAR) > last - first

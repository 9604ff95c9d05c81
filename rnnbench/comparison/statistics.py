"""Intervals, exact paired tests and skill: the numbers that say how sure a comparison is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from rnnbench.comparison.base import ALPHA, LEVEL, Interval
from rnnbench.errors import ComparisonError

EXACT_SEEDS = 16
"""Most differences the sign-flip test enumerates: 2^16 sign patterns."""


def mean_interval(
    values: Sequence[float], level: float = LEVEL, possible: tuple[float, float] = (-math.inf, math.inf)
) -> Interval | None:
    """The interval of the mean, or None for fewer than two values.

        mean +- t(level, n - 1) * standard deviation / sqrt(n)

    It is cut off at what is `possible`: no accuracy is above 1, no error below 0.

    It is over the values given, which here are seeds: the chance in the choice of test examples is NOT in it.

    Source: Student 1908, The Probable Error of a Mean, Biometrika 6(1).
    """
    scores = _finite(values)
    if scores.size < 2:
        return None
    mean, error = float(scores.mean()), float(scores.std(ddof=1)) / math.sqrt(scores.size)
    reach = float(special.stdtrit(scores.size - 1, (1 + level) / 2)) * error
    return Interval(max(mean - reach, possible[0]), min(mean + reach, possible[1]))


def sign_flip_p(differences: Sequence[float]) -> float:
    """The exact two-sided p value of paired differences with mean zero.

    Under the null hypothesis each difference is as likely as its negative. All 2^n sign patterns are enumerated, and
    p is the share whose mean lies at least as far from zero as the one observed. The smallest p is thus 2 / 2^n.

    Source: Fisher 1935, The Design of Experiments, section 21; Pitman 1937, Significance Tests Which May Be Applied to
    Samples from Any Populations.

    Raises: ComparisonError for more than EXACT_SEEDS differences.
    """
    flips = _finite(differences)
    if flips.size == 0:
        raise ValueError("a sign-flip test needs at least one difference")
    if flips.size > EXACT_SEEDS:
        raise ComparisonError(
            f"the exact sign-flip test takes at most {EXACT_SEEDS} paired seeds, received {flips.size}"
        )
    # A pattern and its opposite are equally far from zero, so the first sign can stay as it is.
    sums = flips[:1]
    for difference in flips[1:]:
        sums = np.concatenate([sums + difference, sums - difference])
    # Sums that are equal on paper differ in the last digits; without slack such ties would be missed.
    slack = 1e-12 * float(np.abs(flips).sum())
    return float(np.mean(np.abs(sums) >= abs(float(flips.sum())) - slack))


def smallest_p(seeds: int) -> float:
    """The smallest p value a two-sided sign-flip test on so many seeds can reach: 2 / 2^seeds."""
    return min(1.0, 2.0 ** (1 - seeds))


def seeds_needed(comparisons: int, alpha: float = ALPHA) -> int:
    """The fewest seeds with which Holm-adjusted sign-flip tests can get below `alpha`.

    comparisons   1  2  3  4  6  7
    seeds         6  7  7  8  8  9
    """
    seeds = 1
    while comparisons * smallest_p(seeds) >= alpha:
        seeds += 1
    return seeds


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for being several, in the order given.

    The k-th smallest of m is multiplied by m - k + 1, and none may fall below the one before it.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6(2).
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def skill(score: float, baseline: float, *, higher_is_better: bool, perfect: float | None = None) -> float | None:
    """The share of the baseline's error that is gone: 1 is perfect, 0 is level with the baseline, below 0 is worse.

        error, lower is better (MASE, bits per character)   1 - score / baseline
        share, higher is better (accuracy)                  1 - (1 - score) / (1 - baseline)

    Args:
        perfect: the score that cannot be improved; by default 0 for errors and 1 for shares.

    None where the baseline leaves no error to remove.

    Source: Murphy 1988, Skill Scores Based on the Mean Square Error, Monthly Weather Review 116(12).
    """
    ideal = (1.0 if higher_is_better else 0.0) if perfect is None else perfect
    error, removable = (ideal - score, ideal - baseline) if higher_is_better else (score - ideal, baseline - ideal)
    if not (math.isfinite(error) and math.isfinite(removable)) or removable <= 0:
        return None
    return 1 - error / removable


def _finite(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    numbers = np.array(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("statistics are taken of finite numbers only")
    return numbers

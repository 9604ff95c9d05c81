"""Intervals over seeds alone, Holm's correction and skill."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from rnnbench.comparison.model import ALPHA, LEVEL, Interval
from rnnbench.metrics import Metric

UNBOUNDED = (-math.inf, math.inf)


def mean_interval(
    values: Sequence[float], level: float = LEVEL, bounds: tuple[float, float] = UNBOUNDED
) -> Interval | None:
    """Student's t interval of the mean of values, within the metric's bounds; None for fewer than two values.

        mean +- t(level, n - 1) * standard deviation / sqrt(n)

    Over seeds, it does not cover the choice of test examples.

    Source: Student 1908, The Probable Error of a Mean, Biometrika 6(1).
    """
    scores = finite_array(values)
    if scores.size < 2:
        return None
    mean, error = float(scores.mean()), float(scores.std(ddof=1)) / math.sqrt(scores.size)
    reach = float(special.stdtrit(scores.size - 1, (1 + level) / 2)) * error
    return bounded_interval(mean, reach, bounds)


def bounded_interval(mean: float, reach: float, bounds: tuple[float, float] = UNBOUNDED) -> Interval:
    """mean +- reach within the bounds of the metric."""
    low, high = bounded_ends(np.array(mean), np.array(reach), bounds)
    return Interval(float(low), float(high))


def bounded_ends(means: np.ndarray, reach: np.ndarray, bounds: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of mean +- reach within the bounds; a mean outside of the bounds is still inside its interval."""
    low = np.maximum(means - reach, np.minimum(means, bounds[0]))
    high = np.minimum(means + reach, np.maximum(means, bounds[1]))
    return low, high


def smallest_p(seeds: int) -> float:
    """The smallest possible p value of a two-sided sign-flip test: 2 / 2^seeds."""
    return min(1.0, 2.0 ** (1 - seeds))


def seeds_needed(alpha: float = ALPHA) -> int:
    """The fewest seeds for a sign-flip test with p below `alpha`: 6 for 0.05."""
    seeds = 1
    while smallest_p(seeds) >= alpha:
        seeds += 1
    return seeds


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values, in the order given: the k-th smallest of m times m - k + 1, made monotone.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6(2).
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def skill(metric: Metric, score: float, baseline: float) -> float | None:
    """Skill score: the share of the baseline's error that is removed; 1 is perfect, below 0 is worse than the baseline.

        1 - (ideal - score) / (ideal - baseline)

    None where the metric has no ideal, or the baseline has no error.

    Source: Murphy 1988, Skill Scores Based on the Mean Square Error, Monthly Weather Review 116(12).
    """
    if metric.ideal is None:
        return None
    error, removable = metric.sign * (metric.ideal - score), metric.sign * (metric.ideal - baseline)
    if not (math.isfinite(error) and math.isfinite(removable)) or removable <= 0:
        return None
    return 1 - error / removable


def finite_array(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The values as an array. Raises: ValueError where one is not finite."""
    numbers = np.array(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("statistics need finite numbers")
    return numbers

"""Exact tests on paired seeds: every encoder against the best one.

Under the null hypothesis, paired differences are symmetric about zero. All 2^n sign flips of n seeds are enumerated,
each applied to all encoders together:

    p of an encoder  =  share of sign flips in which any two encoders differ by at least |best - encoder|

"Any two", because the best encoder is selected by the same scores. The test is step-down: the encoder farthest behind
is tested among all encoders, the next one among the remaining ones, and so on.

Sources: Westfall and Young 1993, Resampling-Based Multiple Testing (step-down maxT); Tukey 1953, The Problem of
Multiple Comparisons (all pairs); Fisher 1935, The Design of Experiments, section 21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from rnnbench.comparison.statistics.summary import finite_array

EXACT_SEEDS = 17
"""Most seeds for which all sign flips are enumerated: 2^16, as a flip and its opposite are equivalent."""

DRAWN = 2**16
"""Number of random sign flips beyond that, including the observed one."""


def flips(seeds: int) -> np.ndarray:
    """Signs (flips, seeds): all up to EXACT_SEEDS seeds, beyond it DRAWN random ones; deterministic.

    The first flip is the observed one, which counts.

    Source: Phipson and Smyth 2010, Permutation P-values Should Never Be Zero, arXiv:1603.05766.
    """
    if seeds <= EXACT_SEEDS:
        # a flip and its opposite have the same absolute mean, so the first sign is fixed
        bits = (np.arange(2 ** max(0, seeds - 1))[:, None] >> np.arange(seeds)) & 1
        return np.roll(1.0 - 2.0 * bits, 1, axis=1)
    drawn = np.random.default_rng(seeds).integers(0, 2, (DRAWN, seeds)) * 2.0 - 1.0
    drawn[0] = 1.0
    return drawn


def sign_flip_p(differences: Sequence[float]) -> float:
    """The two-sided p value of paired differences: the share of sign flips with at least their absolute mean.

    The smallest possible p is 2 / 2^n. Raises: ValueError without differences, or with one that is not finite.
    """
    observed = finite_array(differences)
    if observed.size == 0:
        raise ValueError("a sign-flip test needs at least one difference")
    return _share(np.abs(flips(observed.size) @ observed), abs(float(observed.sum())), np.abs(observed).sum())


def step_down(scores: Mapping[str, Mapping[int, float]], best: str) -> dict[str, float]:
    """The adjusted p value of every encoder that has a seed in common with the best one.

    scores: test scores by encoder and seed. Two encoders are compared on the seeds both have.
    """
    seeds = sorted({seed for by_seed in scores.values() for seed in by_seed})
    table = np.array([[by_seed.get(seed, np.nan) for seed in seeds] for by_seed in scores.values()])
    names = list(scores)
    p_values = step_down_of(table, names.index(best), flips(len(seeds)))
    return {name: float(p) for name, p in zip(names, p_values, strict=True) if np.isfinite(p)}


def step_down_of(scores: np.ndarray, best: int, signs: np.ndarray) -> np.ndarray:
    """Adjusted p values (encoders,) of scores (encoders, seeds) with NaN where a seed is missing.

    They are NaN for the best encoder and for those without a seed in common with it.
    """
    behind = np.array([_mean_difference(scores[best], own) for own in scores])
    by_distance = np.argsort(np.abs(behind), kind="stable")
    order = [best, *(int(index) for index in by_distance if index != best and np.isfinite(behind[index]))]
    scale = np.nanmax(np.abs(scores - scores[best]), initial=0.0, where=np.isfinite(scores - scores[best]))
    largest = np.zeros(len(signs))
    p_values = np.full(len(scores), np.nan)
    for place, encoder in enumerate(order[1:], start=1):
        for other in order[:place]:
            largest = np.maximum(largest, np.abs(_flipped(scores[other] - scores[encoder], signs)))
        p_values[encoder] = _share(largest, abs(behind[encoder]), scale)
    for nearer, farther in reversed(list(pairwise(order[1:]))):
        p_values[nearer] = max(p_values[nearer], p_values[farther])
    return p_values


def _mean_difference(scores: np.ndarray, other: np.ndarray) -> float:
    both = np.isfinite(scores - other)
    return float((scores - other)[both].mean()) if both.any() else np.nan


def _flipped(differences: np.ndarray, signs: np.ndarray) -> np.ndarray:
    both = np.isfinite(differences)
    return np.asarray(signs[:, both] @ differences[both] / max(1, int(both.sum())))


def _share(statistics: np.ndarray, observed: float, scale: float) -> float:
    """The share at least as large as the observed one, up to rounding errors."""
    return float(np.mean(statistics >= observed - 1e-12 * scale))

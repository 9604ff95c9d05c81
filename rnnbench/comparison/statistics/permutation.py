"""Exact tests on paired seeds: each rival against the best encoder, whichever that turned out to be.

Were all encoders alike, then in every seed the scores, less their mean, could as well lie on the other side of it. All
2^seeds ways to turn seeds over are gone through, and in each of them ALL encoders are turned over together:

    p of a rival  =  share of the ways in which some two encoders lie at least as far apart as best and rival do

"Some two", not "the same two", because the best one was picked on the same scores. The rival farthest behind is tested
among all; where it is told apart, the next one is tested among those that are left; and so on.

Sources: Westfall and Young 1993, Resampling-Based Multiple Testing (step-down maxT); Tukey 1953, The Problem of
Multiple Comparisons (all pairs, hence any pair picked afterwards); Fisher 1935, The Design of Experiments, section 21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

EXACT_SEEDS = 17
"""Most seeds of which every way to turn them over is gone through: 2^16, as a way and its opposite count the same."""

DRAWN = 2**16
"""Ways drawn at random where there are more than that, the one observed among them."""


def flips(seeds: int) -> np.ndarray:
    """Signs (ways, seeds): every way up to EXACT_SEEDS, beyond it DRAWN ways, the same on every call.

    The first way is the one observed.

    Source: Phipson and Smyth 2010, Permutation P-values Should Never Be Zero, arXiv:1603.05766 (why it counts).
    """
    if seeds <= EXACT_SEEDS:
        # a way and its opposite lie equally far from zero, so the first sign can stay as it is
        bits = (np.arange(2 ** max(0, seeds - 1))[:, None] >> np.arange(seeds)) & 1
        return np.roll(1.0 - 2.0 * bits, 1, axis=1)
    drawn = np.random.default_rng(seeds).integers(0, 2, (DRAWN, seeds)) * 2.0 - 1.0
    drawn[0] = 1.0
    return drawn


def sign_flip_p(differences: Sequence[float]) -> float:
    """The two-sided p value of paired differences with mean zero: the share of ways whose mean lies as far from zero.

    The smallest p is thus 2 / 2^n. Raises: ValueError without differences, or with one that is not finite.
    """
    observed = np.array(differences, dtype=np.float64)
    if observed.size == 0:
        raise ValueError("a sign-flip test needs at least one difference")
    if not np.isfinite(observed).all():
        raise ValueError("statistics are taken of finite numbers only")
    return _share(np.abs(flips(observed.size) @ observed), abs(float(observed.sum())), np.abs(observed).sum())


def step_down(scores: Mapping[str, Mapping[int, float]], best: str) -> dict[str, float]:
    """The adjusted p of every rival that has a seed in common with the best.

    scores: test scores by encoder and seed. Two encoders are compared on the seeds both have.
    """
    seeds = sorted({seed for own in scores.values() for seed in own})
    table = np.array([[own.get(seed, np.nan) for seed in seeds] for own in scores.values()])
    names = list(scores)
    found = step_down_of(table, names.index(best), flips(len(seeds)))
    return {name: float(p) for name, p in zip(names, found, strict=True) if np.isfinite(p)}


def step_down_of(scores: np.ndarray, best: int, ways: np.ndarray) -> np.ndarray:
    """Adjusted p values (encoders,) of scores (encoders, seeds) with NaN where a seed is missing.

    NaN for the best itself and for who shares no seed with it.
    """
    behind = np.array([_mean_difference(scores[best], own) for own in scores])
    order = [best] + [
        int(one) for one in np.argsort(np.abs(behind), kind="stable") if one != best and np.isfinite(behind[one])
    ]
    scale = np.nanmax(np.abs(scores - scores[best]), initial=0.0, where=np.isfinite(scores - scores[best]))
    farthest = np.zeros(len(ways))
    found = np.full(len(scores), np.nan)
    for place, rival in enumerate(order[1:], start=1):
        for other in order[:place]:
            farthest = np.maximum(farthest, np.abs(_flipped(scores[other] - scores[rival], ways)))
        found[rival] = _share(farthest, abs(behind[rival]), scale)
    for nearer, farther in reversed(list(pairwise(order[1:]))):
        found[nearer] = max(found[nearer], found[farther])
    return found


def _mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    both = np.isfinite(one - other)
    return float((one - other)[both].mean()) if both.any() else np.nan


def _flipped(differences: np.ndarray, ways: np.ndarray) -> np.ndarray:
    both = np.isfinite(differences)
    flipped: np.ndarray = ways[:, both] @ differences[both] / max(1, int(both.sum()))
    return flipped


def _share(statistics: np.ndarray, observed: float, scale: float) -> float:
    """The share at least as large; numbers equal on paper differ in the last digits and count as equal."""
    return float(np.mean(statistics >= observed - 1e-12 * scale))

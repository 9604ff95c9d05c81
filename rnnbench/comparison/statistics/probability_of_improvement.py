"""The chance that one run beats another with the same seed, on other test examples, and how sure that chance is.

Examples are drawn again with replacement, in blocks where neighbours depend on one another; in each draw the seeds are
counted in which the first is better, half for a tie. The share over all draws is the chance. Drawing six seeds of six
again would give no width when all agree, so the share of seeds has its Beta distribution instead (Jeffreys).

Sources: Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks, arXiv:2103.03098 (P(A > B));
Brown, Cai and DasGupta 2001, Interval Estimation for a Binomial Proportion, Statistical Science 16(2) (Jeffreys);
Davison and Hinkley 1997, Bootstrap Methods and Their Application, section 3.8 (drawing one level, then the other);
Kunsch 1989, The Jackknife and the Bootstrap for General Stationary Observations, Annals of Statistics 17(3) (blocks).
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np
from scipy import special

from rnnbench.comparison.model import LEVEL, Interval
from rnnbench.comparison.statistics.crossed_intervals import reach_of_dependence

DRAWS, AT_ONCE = 1000, 100
"""Draws of the examples, and how many of them are held in memory at once."""

HALVINGS = 40
"""Steps to a quantile: each halves how far off it may be."""

K = TypeVar("K", bound=Hashable)


class Pair(NamedTuple):
    """Two rows run by run: how much better the first is.

    means: (seeds,).
    weighted: (seeds, examples) differences times weights, or None where they are not known.
    """

    means: np.ndarray
    weighted: np.ndarray | None
    block: int


class Chance(NamedTuple):
    """A probability and its interval."""

    value: float
    interval: Interval


def chances(pairs: Mapping[K, Pair]) -> dict[K, Chance]:
    """The chance of every pair that its first run is better; the same numbers for the same scores.

    All pairs must be of the same examples, so that one draw serves them all.
    """
    content = b"".join(np.ascontiguousarray(pair.means).tobytes() for pair in pairs.values())
    generator = np.random.default_rng(int.from_bytes(hashlib.sha256(content).digest()[:8], "big"))
    wins = _wins(pairs, generator)
    return {
        name: Chance(float(wins[name].mean() / pair.means.size), jeffreys(wins[name], pair.means.size))
        for name, pair in pairs.items()
    }


def drawn_examples(generator: np.random.Generator, examples: int, length: int, draws: int) -> np.ndarray:
    """How often each example is drawn, (draws, examples), in circular blocks of this length."""
    starts = generator.integers(examples, size=(draws, max(1, round(examples / length))))
    places = (starts + np.arange(draws)[:, None] * examples).ravel()
    counts = np.bincount(places, minlength=draws * examples).reshape(draws, examples)
    if length > 1:
        totals = np.cumsum(np.concatenate([counts[:, examples - length + 1 :], counts], axis=1), axis=1)
        totals[:, length:] -= totals[:, :-length].copy()
        counts = totals[:, length - 1 :]
    return counts.astype(np.float64)


def _wins(pairs: Mapping[K, Pair], generator: np.random.Generator) -> dict[K, np.ndarray]:
    """Per pair, in how many seeds the first is better, in every draw of the examples."""
    wins = {name: np.full(DRAWS, float(won(pair.means))) for name, pair in pairs.items()}
    known = {name: pair.weighted for name, pair in pairs.items() if pair.weighted is not None}
    if not known:
        return wins
    together = np.concatenate(list(known.values()))
    # numbers that are equal on paper differ in the last digits
    slack = 1e-10 * np.abs(together).sum(axis=1)
    ends = np.cumsum([len(one) for one in known.values()])[:-1]
    length = reach_of_dependence(together.shape[1], max(pair.block for pair in pairs.values()))
    for start in range(0, DRAWS, AT_ONCE):
        counts = drawn_examples(generator, together.shape[1], length, AT_ONCE)
        sums = together @ counts.T
        sums[np.abs(sums) <= slack[:, None]] = 0.0
        for name, own in zip(known, np.split(sums, ends), strict=True):
            wins[name][start : start + AT_ONCE] = won(own)
    return wins


def won(differences: np.ndarray, axis: int = 0) -> np.ndarray:
    """In how many seeds the first is better, half for a tie; seeds lie along `axis`."""
    count: np.ndarray = (differences > 0).sum(axis=axis) + 0.5 * (differences == 0).sum(axis=axis)
    return count


def jeffreys(wins: np.ndarray, seeds: int) -> Interval:
    """The interval of the share of seeds won, where the number won differs from one draw of the examples to another.

    The share has a mixture of Beta distributions, one for every number won, whose quantiles are found by halving.
    """
    values, counts = np.unique(wins, return_counts=True)
    parts = counts / wins.size

    def quantile(level: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            below = float(np.sum(parts * special.betainc(values + 0.5, seeds - values + 0.5, middle)))
            low, high = (middle, high) if below < level else (low, middle)
        return (low + high) / 2

    value = float(wins.mean() / seeds)
    return Interval(min(quantile((1 - LEVEL) / 2), value), max(quantile((1 + LEVEL) / 2), value))

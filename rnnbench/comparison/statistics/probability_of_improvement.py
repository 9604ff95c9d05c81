"""Probability of improvement P(A > B): that a run of A beats one of B with the same seed on other test examples.

Examples are resampled with replacement, in blocks where neighbours are dependent. P is the mean over resamples of the
share of seeds in which A is better, ties half. Its interval is Jeffreys': resampling seeds would give an interval of
width zero where all seeds agree.

Sources: Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks, arXiv:2103.03098 (P(A > B));
Brown, Cai and DasGupta 2001, Interval Estimation for a Binomial Proportion, Statistical Science 16(2) (Jeffreys);
Davison and Hinkley 1997, Bootstrap Methods and Their Application, section 3.8 (resampling at two levels);
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
"""Number of resamples, and of those in memory at once."""

HALVINGS = 40
"""Bisection steps of a quantile."""

K = TypeVar("K", bound=Hashable)


class Pair(NamedTuple):
    """By how much one row is better than another.

    means: (seeds,) differences of the scores.
    weighted: (seeds, examples) differences times weights, or None without example scores.
    """

    means: np.ndarray
    weighted: np.ndarray | None
    block: int


class Probability(NamedTuple):
    """A probability and its interval."""

    value: float
    interval: Interval


def probabilities(pairs: Mapping[K, Pair]) -> dict[K, Probability]:
    """P(A > B) of every pair, deterministic. All pairs have the same examples, which are resampled once for all."""
    content = b"".join(np.ascontiguousarray(pair.means).tobytes() for pair in pairs.values())
    generator = np.random.default_rng(int.from_bytes(hashlib.sha256(content).digest()[:8], "big"))
    wins = _wins(pairs, generator)
    return {
        name: Probability(float(wins[name].mean() / pair.means.size), jeffreys(wins[name], pair.means.size))
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
    """Per pair and resample, the number of seeds in which the first is better."""
    wins = {name: np.full(DRAWS, float(won(pair.means))) for name, pair in pairs.items()}
    known = {name: pair.weighted for name, pair in pairs.items() if pair.weighted is not None}
    if not known:
        return wins
    together = np.concatenate(list(known.values()))
    # rounding errors of differences that are zero
    slack = 1e-10 * np.abs(together).sum(axis=1)
    ends = np.cumsum([len(weighted) for weighted in known.values()])[:-1]
    length = reach_of_dependence(together.shape[1], max(pair.block for pair in pairs.values()))
    for start in range(0, DRAWS, AT_ONCE):
        counts = drawn_examples(generator, together.shape[1], length, AT_ONCE)
        sums = together @ counts.T
        sums[np.abs(sums) <= slack[:, None]] = 0.0
        for name, differences in zip(known, np.split(sums, ends), strict=True):
            wins[name][start : start + AT_ONCE] = won(differences)
    return wins


def won(differences: np.ndarray, axis: int = 0) -> np.ndarray:
    """The number of seeds (along `axis`) in which the first is better, ties half."""
    return np.asarray((differences > 0).sum(axis=axis) + 0.5 * (differences == 0).sum(axis=axis))


def jeffreys(wins: np.ndarray, seeds: int) -> Interval:
    """Interval of the share of seeds won, for the number won in each resample of the examples.

    It is from the mixture of the Jeffreys posteriors, Beta(won + 1/2, lost + 1/2), of all resamples.
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

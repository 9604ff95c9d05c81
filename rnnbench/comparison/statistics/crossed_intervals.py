"""Variance of a mean over seeds and test examples, crossed: every seed is scored on every example.

    score of seed k on example e  =  mean + seed k + example e + residual of the pair

    variance of the mean  =  seeds / K  +  examples  +  pairs / K
                          =  (spread of the seeds' means) + (spread of the examples' means) - (spread of the pairs)

The first two terms on the right are, in closed form, the variances of the bootstrap that resamples seeds, or examples
in circular blocks, with the small-sample corrections K / (K - 1) and E / (E - block). Both include the variance of the
pairs, so that it is subtracted once.

Sources: Cornfield and Tukey 1956, Average Values of Mean Squares in Factorials, Annals of Mathematical Statistics
27(4); Owen 2007, The Pigeonhole Bootstrap, Annals of Applied Statistics 1(2), arXiv:0712.1111 (resampling both counts
the pairs twice); Satterthwaite 1946, An Approximate Distribution of Estimates of Variance Components, Biometrics
Bulletin 2(6); Politis and Romano 1992, A Circular Block-Resampling Procedure for Stationary Data; Politis and Romano
1995, Bias-Corrected Nonparametric Spectral Estimation, Journal of Time Series Analysis 16(1) (twice the variance in
double blocks minus that in single ones).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

REACH = 1.5
"""Range of dependence in blocks. In simulated tables (`rnnbench bench statistics`), 1 gave 6 % false positives where
volatility is persistent; 2 and more only widened the intervals."""

DEGREES = 0.5
"""Degrees of freedom per range of dependence, by measured coverage of 95 % intervals (docs/statistics.md): 3/8, the
theory of the window, is conservative on texts (97.5 %), 3/4 too narrow on short series (91 to 92 %)."""

DEGREES_IF_SHORT = 0.375
"""The same where the test split is too short for the whole range of dependence (fewer than 12 blocks): with 1/2, the
rule called one of two equal encoders worse in up to 6 % of simulated tables of five blocks."""

FEWEST_STRETCHES = 8
"""The range of dependence is at most the test split divided by this."""

FEWEST_BLOCKS = 5
"""Fewest independent blocks of a test split from which encoders are compared. With four blocks, the rule called one of
two equal encoders worse in 7 % of simulated tables (docs/statistics.md)."""


def independent_blocks(examples: int, block: int) -> int:
    """The number of blocks of dependent examples in a test split; of independent examples, each is a block."""
    return examples // block


class Estimate(NamedTuple):
    """Means with their variances and degrees of freedom: numbers, or arrays of one shape."""

    mean: np.ndarray
    variance: np.ndarray
    degrees: np.ndarray

    def reach(self, level: float, comparisons: int = 1) -> np.ndarray:
        """Half the width of the interval.

        comparisons: number of intervals that have this level simultaneously (Bonferroni).
        """
        return special.stdtrit(self.degrees, 1 - (1 - level) / 2 / comparisons) * np.sqrt(self.variance)


def two_way(scores: np.ndarray, weights: np.ndarray, block: int) -> Estimate:
    """The mean over seeds and examples, as an estimate of the mean of both populations.

    scores: (..., seeds, examples), at least two seeds.
    weights: (examples,).
    block: number of consecutive examples that are dependent.
    """
    seeds = scores.shape[-2]
    means, influence = influence_of(scores, weights)
    shared = influence.mean(axis=-2)
    pairs = influence - shared[..., None, :]
    by_seed = means.var(axis=-1, ddof=1) / seeds
    by_example = spread(shared, block)
    by_pair = spread(pairs, block).sum(axis=-1) / (seeds - 1) / seeds
    variance = np.maximum(by_seed + by_example - by_pair, np.maximum(by_seed, by_example))
    stretches = example_degrees(scores.shape[-1], block)
    uncertainty = by_seed**2 / (seeds - 1) + by_example**2 / stretches + by_pair**2 / (stretches * (seeds - 1))
    # Satterthwaite's degrees of freedom; 1e9 where the variance is known exactly
    ratio = np.square(variance) / np.where(uncertainty > 0, uncertainty, 1.0)
    return Estimate(means.mean(axis=-1), variance, np.where(uncertainty > 0, ratio, 1e9).clip(1.0, 1e9))


def one_way(scores: np.ndarray, weights: np.ndarray, block: int) -> Estimate:
    """The mean over examples, for a baseline, which has no seeds. scores: (..., examples)."""
    means, influence = influence_of(scores, weights)
    variance = spread(influence, block)
    return Estimate(means, variance, np.full_like(means, example_degrees(scores.shape[-1], block)))


def spread(influence: np.ndarray, block: int) -> np.ndarray:
    """The variance of the sum of (..., examples) numbers of which neighbours within a block are dependent.

    Blocks as long as the dependence cut some of it at their ends. Twice the variance in double blocks minus that in
    single ones has no such bias. It is never taken below the variance in single blocks, which is conservative.
    """
    length = reach_of_dependence(influence.shape[-1], block)
    single = in_blocks(influence, length)
    return single if length == 1 else np.maximum(single, 2 * in_blocks(influence, 2 * length) - single)


def reach_of_dependence(examples: int, block: int) -> int:
    """The range of dependence in examples: 1 where they are independent."""
    return 1 if block == 1 else max(1, min(int(REACH * block), examples // FEWEST_STRETCHES))


def example_degrees(examples: int, block: int) -> float:
    """Degrees of freedom of `spread`: 2 / (relative variance of the estimate).

    For a lag window, that relative variance is 2 * reach / examples * (the integral of its square), and the integral is
    8/3 for the one that is flat up to the reach and falls to zero at twice that: 3/8 of examples / reach. DEGREES is
    larger, because `spread` is never below the variance in single blocks; DEGREES_IF_SHORT is not, because some of the
    dependence is then beyond the reach.

    Source: Priestley 1981, Spectral Analysis and Time Series, section 6.2.
    """
    length = reach_of_dependence(examples, block)
    if length == 1:
        return max(1.0, examples - 1.0)
    is_short = length < int(REACH * block)
    return max(1.0, (DEGREES_IF_SHORT if is_short else DEGREES) * examples / length)


def influence_of(scores: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted means over examples, and the contribution of each example to its mean: they add up to zero."""
    shares = weights / weights.sum()
    # not @, whose last digits depend on the number of threads: the same runs must give the same bytes
    means = (scores * shares).sum(axis=-1)
    return means, (scores - means[..., None]) * shares


def in_blocks(influence: np.ndarray, length: int) -> np.ndarray:
    """The variance of the sum under a circular block bootstrap, in closed form."""
    examples = influence.shape[-1]
    if length == 1:
        return np.square(influence).sum(axis=-1) * examples / (examples - 1)
    circular = np.concatenate([influence, influence[..., : length - 1]], axis=-1)
    totals = np.cumsum(circular, axis=-1)
    sums = totals[..., length - 1 :].copy()
    sums[..., 1:] -= totals[..., :-length]
    return np.square(sums).sum(axis=-1) / length * examples / (examples - length)

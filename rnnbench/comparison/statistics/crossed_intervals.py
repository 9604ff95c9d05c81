"""How sure a mean over seeds AND test examples is, where every seed meets every example: variance, degrees of freedom.

    score of seed k on example e  =  mean + seed k + example e + what is left of that pair

    variance of the mean  =  seeds / K  +  examples  +  pairs / K
                          =  (spread of the seeds' means) + (spread of the examples' means) - (spread of the pairs)

The first two terms on the right are, in closed form, the variances of the bootstrap that draws seeds, or examples in
circular blocks, with replacement, with the small-sample corrections K / (K - 1) and E / (E - block). Each of them holds
the chance in the pairs, so their sum counts it twice; the third takes it off once.

Sources: Cornfield and Tukey 1956, Average Values of Mean Squares in Factorials, Annals of Mathematical Statistics
27(4); Owen 2007, The Pigeonhole Bootstrap, Annals of Applied Statistics 1(2), arXiv:0712.1111 (what drawing both counts
twice); Satterthwaite 1946, An Approximate Distribution of Estimates of Variance Components, Biometrics Bulletin 2(6);
Politis and Romano 1992, A Circular Block-Resampling Procedure for Stationary Data (blocks that go round); Politis and
Romano 1995, Bias-Corrected Nonparametric Spectral Estimation, Journal of Time Series Analysis 16(1) (twice the variance
in double blocks less that in single ones).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

REACH = 1.5
"""Dependence is taken to reach so many blocks. In simulated tables (`rnnbench bench statistics`) one block still called
alike encoders different in six of a hundred where volatility lasts; two and more only made intervals wider."""

DEGREES = 0.5
"""Degrees of freedom per stretch of dependence, chosen by measurement (docs/statistics.md): 3/8, the theory of the
window, held too much on texts (97.5 of a hundred), 3/4 too little on short series (91 to 92)."""

FEWEST_STRETCHES = 8
"""That reach is cut so that a test split holds at least so many of it: the spread of fewer says nothing."""

FEWEST_BLOCKS = 4
"""With fewer whole blocks than this, a cut block would be far shorter than the dependence, and the interval a guess."""


class Estimate(NamedTuple):
    """Means with their variances and degrees of freedom: one number each, or arrays of one shape."""

    mean: np.ndarray
    variance: np.ndarray
    degrees: np.ndarray

    def reach(self, level: float, comparisons: int = 1) -> np.ndarray:
        """How far the interval goes to either side.

        comparisons: so many intervals hold their values all at once with this level (Bonferroni).
        """
        return special.stdtrit(self.degrees, 1 - (1 - level) / 2 / comparisons) * np.sqrt(self.variance)


def two_way(scores: np.ndarray, weights: np.ndarray, block: int) -> Estimate:
    """The mean over seeds and examples as an estimate of the mean over all seeds and all examples there could be.

    scores: (..., seeds, examples), at least two seeds.
    weights: (examples,).
    block: how many consecutive examples depend on one another.
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
    doubt = by_seed**2 / (seeds - 1) + by_example**2 / stretches + by_pair**2 / (stretches * (seeds - 1))
    return Estimate(means.mean(axis=-1), variance, _degrees(variance, doubt))


def one_way(scores: np.ndarray, weights: np.ndarray, block: int) -> Estimate:
    """The mean over examples of something that has no seeds, such as a baseline. scores: (..., examples)."""
    means, influence = influence_of(scores, weights)
    variance = spread(influence, block)
    return Estimate(means, variance, np.full_like(means, example_degrees(scores.shape[-1], block)))


def spread(influence: np.ndarray, block: int) -> np.ndarray:
    """The variance of the sum of these (..., examples) numbers, neighbours within a block depending on one another.

    Blocks as long as the dependence cut a good part of it at their ends. Twice the variance in double blocks less that
    in single ones has no such loss where nothing depends on anything farther than a single one away. By chance it can
    come out below the variance in single blocks, which is then taken: this errs on the wide side.
    """
    length = reach_of_dependence(influence.shape[-1], block)
    single = in_blocks(influence, length)
    return single if length == 1 else np.maximum(single, 2 * in_blocks(influence, 2 * length) - single)


def reach_of_dependence(examples: int, block: int) -> int:
    """Over how many examples one may depend on another: 1 where each stands for itself."""
    return 1 if block == 1 else max(1, min(int(REACH * block), examples // FEWEST_STRETCHES))


def example_degrees(examples: int, block: int) -> float:
    """Degrees of freedom of `spread`: 2 / (relative variance of the estimate).

    For a lag window, that relative variance is 2 * reach / examples * (the integral of its square), and the integral is
    8/3 for the one that is flat up to the reach and falls to zero at twice that: 3/8 of examples / reach. `spread` is
    never taken below what single blocks say, which takes its lowest values away: DEGREES makes up for that.

    Source: Priestley 1981, Spectral Analysis and Time Series, section 6.2.
    """
    length = reach_of_dependence(examples, block)
    return max(1.0, examples - 1.0 if length == 1 else DEGREES * examples / length)


def influence_of(scores: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted means over examples, and how far each example pulls them: parts that add up to zero."""
    shares = weights / weights.sum()
    # not @, whose last digits depend on how many threads there are: the same runs must give the same bytes
    means = (scores * shares).sum(axis=-1)
    return means, (scores - means[..., None]) * shares


def in_blocks(influence: np.ndarray, length: int) -> np.ndarray:
    """The variance of the sum when circular blocks are drawn with replacement: exact, without drawing any."""
    examples = influence.shape[-1]
    if length == 1:
        return np.square(influence).sum(axis=-1) * examples / (examples - 1)
    round_trip = np.concatenate([influence, influence[..., : length - 1]], axis=-1)
    totals = np.cumsum(round_trip, axis=-1)
    sums = totals[..., length - 1 :].copy()
    sums[..., 1:] -= totals[..., :-length]
    return np.square(sums).sum(axis=-1) / length * examples / (examples - length)


def _degrees(variance: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """Satterthwaite: the square of the variance over its own doubt; without any doubt, plenty."""
    return np.where(doubt > 0, np.square(variance) / np.where(doubt > 0, doubt, 1.0), 1e9).clip(1.0, 1e9)

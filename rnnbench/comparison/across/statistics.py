"""Statistics over experiments: interquartile mean, win rate and average rank, and the test of ranks over data sets.

Intervals are over seeds alone: they hold for these data sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import special, stats

from rnnbench.comparison.model import ALPHA, LEVEL, Interval

RESAMPLES = 4000
TRIMMED = 0.25
"""Share of the scores left out at either end of an interquartile mean."""

_TIE_DECIMALS = 12
"""Decimals to which two mean skills are compared: what differs only in the last digits of a sum is a tie."""

Skills = Sequence[np.ndarray]
"""Per experiment an array (encoders, seeds), or (encoders, resamples, seeds); the encoders are the same in all."""


def interquartile_mean(scores: np.ndarray) -> np.ndarray:
    """The mean of the middle half along the last axis: 1 2 3 4 5 6 7 100 gives (3 + 4 + 5 + 6) / 4.

    Source: Agarwal, Schwarzer, Castro, Courville and Bellemare (2021), Deep Reinforcement Learning at the Edge of the
    Statistical Precipice, arXiv:2108.13264.
    """
    return np.asarray(stats.trim_mean(scores, TRIMMED, axis=-1))


def iqm(skills: Skills) -> np.ndarray:
    """(encoders, ...) interquartile mean over all seeds of all experiments together."""
    return interquartile_mean(np.concatenate(skills, axis=-1))


def ranks(skills: np.ndarray) -> np.ndarray:
    """(encoders, ...) ranks by mean skill, 1 the best; ties share the mean of their ranks."""
    return np.asarray(stats.rankdata(-np.round(skills.mean(axis=-1), _TIE_DECIMALS), axis=0))


def average_ranks(skills: Skills) -> np.ndarray:
    """(encoders, ...) mean rank over experiments."""
    return np.asarray(np.mean([ranks(experiment) for experiment in skills], axis=0))


def wins(skills: Skills) -> np.ndarray:
    """(encoders, encoders) share of seeds on which the row beats the column, ties half; the diagonal is a half.

    The share is taken within each experiment, then averaged over experiments: each has the same weight, however many
    seeds it has.
    """
    shares = []
    for experiment in skills:
        ahead = experiment[:, None, :] - experiment[None, :, :]
        shares.append(((ahead > 0) + 0.5 * (ahead == 0)).mean(axis=-1))
    return np.asarray(np.mean(shares, axis=0))


def effective_pairs(seeds: Sequence[int]) -> float:
    """The number of independent pairs with the variance of a mean, over experiments, of shares of so many seeds.

    With e experiments of n_1 .. n_e seeds: e^2 / (1/n_1 + .. + 1/n_e), the number of all seeds where the n are equal.
    """
    return len(seeds) ** 2 / sum(1 / count for count in seeds)


def share_interval(share: float, pairs: float, level: float = LEVEL) -> Interval:
    """Clopper-Pearson interval of a share of so many independent pairs: 5 wins in 5 give [0.48, 1].

    `pairs` may be fractional, and a tie counts as half a win. The interval is conservative where experiments differ in
    their probability of a win (Hoeffding).

    Source: Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the
    binomial, Biometrika 26; Hoeffding (1956), On the distribution of the number of successes in independent trials,
    Annals of Mathematical Statistics 27.
    """
    won, lost, tail = share * pairs, (1 - share) * pairs, (1 - level) / 2
    low = float(special.betaincinv(won, lost + 1, tail)) if won > 0 else 0.0
    high = float(special.betaincinv(won + 1, lost, 1 - tail)) if lost > 0 else 1.0
    return Interval(low, high)


def bootstrap_intervals(
    skills: Skills,
    statistic: Callable[[Skills], np.ndarray],
    generator: np.random.Generator,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> list[Interval] | None:
    """Per encoder the bootstrap interval of a statistic, seeds resampled within each experiment, paired over encoders.

    None where an experiment has a single seed.

    Plain percentiles are too narrow with few seeds: of 95 % intervals of an interquartile mean over three experiments,
    81, 87 and 93 in 100 covered the true value at 3, 6 and 12 seeds (simulated, normal scores). With the expanded
    percentiles of `expanded_tail`, 92, 94 and 95 did.

    Source: Agarwal and others (2021), arXiv:2108.13264 (strata); Hesterberg (2015), What Teachers Should Know About
    the Bootstrap, arXiv:1411.5279 (expanded percentiles).
    """
    counts = [experiment.shape[-1] for experiment in skills]
    if min(counts) < 2:
        return None
    # (encoders, resamples, seeds)
    resampled = [
        experiment[:, generator.integers(0, count, (resamples, count))]
        for experiment, count in zip(skills, counts, strict=True)
    ]
    tail = 100 * expanded_tail(counts, level)
    ends = np.percentile(statistic(resampled), [tail, 100 - tail], axis=1)
    return [Interval(float(low), float(high)) for low, high in ends.T]


def expanded_tail(counts: Sequence[int], level: float = LEVEL) -> float:
    """The share of resampled values to leave out at either end, for experiments of so many seeds each.

        Phi(-sqrt(n / (n - 1)) * t((1 + level) / 2, (seeds - experiments) / 2)), n the mean number of seeds

    Half the degrees of freedom, since an interquartile mean uses half of the scores.
    """
    mean = sum(counts) / len(counts)
    freedom = (sum(counts) - len(counts)) / 2
    return float(special.ndtr(-math.sqrt(mean / (mean - 1)) * float(special.stdtrit(freedom, (1 + level) / 2))))


def iman_davenport(chi_square: float, data_sets: int, encoders: int) -> float | None:
    """F = (n - 1) chi^2 / (n (k - 1) - chi^2), less conservative than chi^2; None where all data sets rank alike.

    Source: Iman and Davenport (1980), Approximations of the critical region of the Friedman statistic,
    Communications in Statistics 9.
    """
    remainder = data_sets * (encoders - 1) - chi_square
    return (data_sets - 1) * chi_square / remainder if remainder > 1e-9 * data_sets else None


def friedman(ranked: np.ndarray) -> tuple[float, float | None, float]:
    """Friedman's test of ranks (data sets, encoders): (chi^2 corrected for ties, F, p of F).

    Source: Friedman (1937), The Use of Ranks to Avoid the Assumption of Normality, JASA 32.
    """
    data_sets, encoders = ranked.shape
    if (ranked == ranked[:, :1]).all():
        return 0.0, 0.0, 1.0  # all encoders tie on every data set
    chi_square = float(stats.friedmanchisquare(*ranked.T).statistic)
    f = iman_davenport(chi_square, data_sets, encoders)
    if f is None:
        # all k! orders are equally likely under the null hypothesis
        return chi_square, None, math.factorial(encoders) ** -(data_sets - 1.0)
    return chi_square, f, float(special.fdtrc(encoders - 1, (encoders - 1) * (data_sets - 1), max(0.0, f)))


def critical_difference(encoders: int, data_sets: int, alpha: float = ALPHA) -> float:
    """The smallest significant difference of average ranks between two of k encoders over n data sets.

        q(1 - alpha, k, infinity) / sqrt(2) * sqrt(k (k + 1) / (6 n)), q of the studentized range

    Source: Nemenyi (1963), Distribution-free multiple comparisons, Princeton University; Demsar (2006), Statistical
    Comparisons of Classifiers over Multiple Data Sets, JMLR 7.
    """
    q = float(stats.studentized_range.ppf(1 - alpha, encoders, math.inf)) / math.sqrt(2)
    return q * math.sqrt(encoders * (encoders + 1) / (6 * data_sets))


def cliques(ascending_ranks: Sequence[float], difference: float) -> list[tuple[int, ...]]:
    """The largest groups whose average ranks lie within the difference, as positions in the ascending ranks.

    1.0 1.5 2.0 and a difference of 0.6: (0, 1) and (1, 2).
    """
    groups: list[tuple[int, ...]] = []
    for first, low in enumerate(ascending_ranks):
        group = tuple(place for place, rank in enumerate(ascending_ranks) if place >= first and rank - low < difference)
        if len(group) > 1 and not (groups and set(group) <= set(groups[-1])):
            groups.append(group)
    return groups

"""Interquartile mean, ranks, win rates and tests over data sets: by hand, and against scipy and Demsar (2006)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.across.statistics import (
    average_ranks,
    bootstrap_intervals,
    cliques,
    critical_difference,
    effective_pairs,
    expanded_tail,
    friedman,
    iman_davenport,
    interquartile_mean,
    iqm,
    ranks,
    share_interval,
    wins,
)

PUBLISHED_RANKS = (3.143, 2.000, 2.893, 1.964)
"""Average ranks of four decision trees over 14 data sets, as Demsar (2006) prints them, with 9.28, 3.69 and 1.25."""


def test_the_interquartile_mean_is_that_of_the_middle_half() -> None:
    assert interquartile_mean(np.array([100.0, 3, 1, 4, 2, 5, 7, 6])) == (3 + 4 + 5 + 6) / 4
    # of six scores a quarter is one and a half: one is left out at either end
    assert interquartile_mean(np.array([9.0, -9, 1, 2, 3, 6])) == (1 + 2 + 3 + 6) / 4


def test_the_interquartile_mean_is_over_the_seeds_of_all_experiments_together() -> None:
    skills = [np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[3.0, 50.0], [4.0, 8.0]])]
    assert iqm(skills).tolist() == [(2 + 3) / 2, (0 + 4) / 2]


def test_places_share_their_mean_where_means_are_equal() -> None:
    # 0.1 + 0.2 and 0.3 differ in the last digit only
    skills = np.array([[0.1, 0.2], [0.3, 0.0], [0.5, 0.1], [-1.0, -1.0]])
    assert ranks(skills).tolist() == [2.5, 2.5, 1.0, 4.0]


def test_average_ranks_are_means_over_experiments_whatever_their_seeds() -> None:
    one = np.array([[3.0], [2.0], [1.0]])
    other = np.array([[0.0, 1.0], [5.0, 5.0], [2.0, 2.0]])
    assert average_ranks([one, other]).tolist() == [2.0, 1.5, 2.5]


def test_win_rates_count_ties_half_and_every_experiment_alike() -> None:
    one = np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 4.0, 3.0]])  # win, tie, loss, win: 2.5 of 4
    other = np.array([[1.0, 1.0], [0.0, 0.0]])  # 2 of 2
    found = wins([one, other])
    assert found[0, 1] == (2.5 / 4 + 1) / 2
    assert found[1, 0] == 1 - found[0, 1]
    assert found.diagonal().tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("won", "of"), [(0, 5), (3, 18), (9, 18), (18, 18)])
def test_the_interval_of_a_share_is_clopper_and_pearsons(won: int, of: int) -> None:
    expected = stats.binomtest(won, of).proportion_ci(0.95, method="exact")
    found = share_interval(won / of, of)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_winning_always_is_not_taken_for_certainty() -> None:
    assert share_interval(1.0, 5).low == pytest.approx(0.025 ** (1 / 5))  # the chance at which 5 in 5 has 2.5 %
    assert share_interval(0.0, 5).high == pytest.approx(1 - 0.025 ** (1 / 5))


def test_ties_count_as_half_a_win_in_the_interval() -> None:
    found = share_interval(0.5, 5)
    assert found.low == pytest.approx(1 - found.high)
    assert share_interval(0.4, 5).low < found.low < share_interval(0.6, 5).low


def test_experiments_of_unequal_seeds_are_worth_fewer_pairs_than_seeds() -> None:
    assert effective_pairs([6, 6, 6]) == pytest.approx(18)
    assert effective_pairs([2, 6]) == pytest.approx(4 / (1 / 2 + 1 / 6))  # 6, not 8


def test_the_same_generator_gives_the_same_intervals() -> None:
    skills = [np.random.default_rng(7).normal(size=(3, 6)) for _ in range(3)]
    first = bootstrap_intervals(skills, iqm, np.random.default_rng(1))
    assert first == bootstrap_intervals(skills, iqm, np.random.default_rng(1))
    assert first != bootstrap_intervals(skills, iqm, np.random.default_rng(2))


def test_a_single_seed_has_no_interval() -> None:
    assert bootstrap_intervals([np.ones((2, 1)), np.ones((2, 6))], iqm, np.random.default_rng(0)) is None


def test_pairs_stay_pairs_when_seeds_are_drawn_again() -> None:
    """Both encoders scatter by 1 from seed to seed, but always together: the order never changes."""
    seeds = np.arange(6.0)
    found = bootstrap_intervals([np.stack([seeds + 0.001, seeds])] * 2, average_ranks, np.random.default_rng(0))
    assert found is not None
    assert [(one.low, one.high) for one in found] == [(1.0, 1.0), (2.0, 2.0)]


def test_seeds_are_drawn_again_within_each_experiment_only() -> None:
    """Experiments without any chance of their own have intervals without width, however much they differ."""
    found = bootstrap_intervals([np.full((1, 3), 5.0), np.full((1, 3), -5.0)], iqm, np.random.default_rng(0))
    assert found is not None
    assert (found[0].low, found[0].high) == (0.0, 0.0)


def test_the_tail_goes_to_that_of_plain_percentiles_with_many_seeds() -> None:
    assert expanded_tail([6, 6, 6]) < expanded_tail([60, 60, 60]) < 0.025
    assert expanded_tail([100_000] * 3) == pytest.approx(0.025, rel=1e-3)
    # by hand for 3 x 6 seeds: t(0.975, 7.5) = 2.333 by interpolation of the tables at 7 and 8, times sqrt(6 / 5)
    assert expanded_tail([6, 6, 6]) == pytest.approx(stats.norm.cdf(-2.333 * math.sqrt(1.2)), rel=0.01)


def test_intervals_hold_the_true_value_about_as_often_as_they_say() -> None:
    """Three experiments of normal scores whose middle one decides: the interquartile mean of all is its own mean."""
    draws = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        skills = [draws.normal(middle, 0.01, (1, 6)) for middle in (-1.0, 0.3, 1.0)]
        found = bootstrap_intervals(skills, average_of_middle, draws, resamples=1000)
        assert found is not None
        held += 0.3 in found[0]
    assert 0.91 * 200 <= held <= 0.99 * 200  # two standard errors around 95 %: 0.92 to 0.98


def average_of_middle(skills) -> np.ndarray:
    return skills[1].mean(axis=-1)


def test_friedmans_statistic_is_the_published_one() -> None:
    # 12 n / (k (k + 1)) (R_1^2 + .. + R_k^2 - k (k + 1)^2 / 4) of 14 data sets and 4 classifiers
    chi_square = 12 * 14 / 20 * (sum(rank**2 for rank in PUBLISHED_RANKS) - 25)
    assert chi_square == pytest.approx(9.28, abs=0.005)
    f = iman_davenport(chi_square, 14, 4)
    assert f == pytest.approx(3.69, abs=0.005)
    # the critical value that Demsar compares it with: F(3, 39) at 0.05 is 2.85
    assert stats.f.ppf(0.95, 3, 39) == pytest.approx(2.85, abs=0.005)


def test_the_critical_difference_is_the_published_one() -> None:
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)
    # q of Nemenyi's test as printed for 2, 5 and 10 classifiers; with k (k + 1) = 6 n they stand alone
    for encoders, q in ((2, 1.960), (5, 2.728), (10, 3.164)):
        scale = math.sqrt(encoders * (encoders + 1) / (6 * 20))
        assert critical_difference(encoders, 20) / scale == pytest.approx(q, abs=0.0006)


@pytest.mark.parametrize("decimals", [6, 0], ids=["no ties", "ties"])
def test_friedmans_statistic_is_corrected_for_ties(decimals: int) -> None:
    scores = np.random.default_rng(4).normal([0, 0.5, 1, 1.2], 1, (9, 4)).round(decimals)
    places = stats.rankdata(scores, axis=1)
    chi_square, f, p = friedman(places)
    # 12 n / (k (k + 1)) (sum of R^2 - k (k + 1)^2 / 4); each group of t ties takes t^3 - t of n (k^3 - k)
    plain = 12 * 9 / 20 * ((places.mean(axis=0) ** 2).sum() - 25)
    sizes = np.concatenate([np.unique(row, return_counts=True)[1] for row in places])
    tied = (sizes**3 - sizes).sum() / (9 * (4**3 - 4))
    assert chi_square == pytest.approx(plain / (1 - tied))
    assert (tied > 0) == (decimals == 0)
    assert f is not None
    assert p == pytest.approx(stats.f.sf(f, 3, 24))


def test_the_f_of_ranks_is_that_of_an_analysis_of_their_variance() -> None:
    """Iman and Davenport's F is the two-way F of the ranks themselves, worked out here from sums of squares."""
    places = stats.rankdata(np.random.default_rng(5).normal([0, 1, 0.3], 1, (8, 3)), axis=1)
    between = 8 * ((places.mean(axis=0) - 2) ** 2).sum()
    total = ((places - 2) ** 2).sum()
    assert friedman(places)[1] == pytest.approx((between / 2) / ((total - between) / 14))


def test_one_order_on_every_data_set_has_the_exact_p() -> None:
    chi_square, f, p = friedman(np.tile([1.0, 2.0, 3.0], (6, 1)))
    assert (chi_square, f) == (12.0, None)  # n (k - 1)
    assert p == pytest.approx(6**-5)  # the first data set may have any order, five others have to have the same


def test_data_sets_that_rank_nobody_tell_nothing() -> None:
    assert friedman(np.full((7, 3), 2.0)) == (0.0, 0.0, 1.0)


def test_cliques_are_the_largest_groups_within_the_difference() -> None:
    assert cliques([1.0, 1.5, 2.0, 3.5], 0.6) == [(0, 1), (1, 2)]
    assert cliques([1.0, 1.2, 1.4, 3.5], 0.6) == [(0, 1, 2)]
    assert cliques([1.0, 2.0, 3.0], 0.6) == []
    assert cliques([1.0, 2.0], 1.0) == []  # a difference as large as the critical one is one

"""Variances over seeds and examples against scipy, against bootstraps that are really drawn, and worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.statistics.crossed_intervals import (
    example_degrees,
    in_blocks,
    one_way,
    reach_of_dependence,
    spread,
    two_way,
)
from rnnbench.comparison.statistics.probability_of_improvement import drawn_examples


def test_over_independent_examples_it_is_student_t_of_scipy() -> None:
    scores = np.random.default_rng(0).normal(0.7, 0.2, 50)
    expected = stats.ttest_1samp(scores, 0).confidence_interval(0.95)
    estimate = one_way(scores, np.ones(50), block=1)
    assert estimate.mean - estimate.reach(0.95) == pytest.approx(expected.low)
    assert estimate.mean + estimate.reach(0.95) == pytest.approx(expected.high)


def test_over_examples_with_equal_scores_it_is_student_t_over_seeds() -> None:
    means = np.array([0.8, 0.82, 0.79, 0.85, 0.81, 0.8])
    estimate = two_way(np.repeat(means[:, None], 40, axis=1), np.ones(40), block=1)
    expected = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert estimate.degrees == pytest.approx(5)
    assert estimate.mean - estimate.reach(0.95) == pytest.approx(expected.low)


def test_over_seeds_with_equal_scores_it_is_student_t_over_examples() -> None:
    scores = np.random.default_rng(1).normal(0.7, 0.2, 50)
    estimate = two_way(np.tile(scores, (6, 1)), np.ones(50), block=1)
    assert estimate.variance == pytest.approx(scores.var(ddof=1) / 50)
    assert estimate.degrees == pytest.approx(49)


def test_two_seeds_and_two_examples_are_the_ones_worked_out_by_hand() -> None:
    # Scores 1 3 / 2 8: seeds' means 2 and 5, examples' means 1.5 and 5.5, mean 3.5; what is left is +-1.
    # Seeds: variance 4.5 / 2 = 2.25. Examples: variance 8 / 2 = 4. Pairs: mean square 4 * 1 / (1 * 1) = 4, over 4: 1.
    estimate = two_way(np.array([[1.0, 3.0], [2.0, 8.0]]), np.ones(2), block=1)
    assert estimate.mean == 3.5
    assert estimate.variance == pytest.approx(2.25 + 4 - 1)
    # Satterthwaite: 5.25^2 / (2.25^2 / 1 + 4^2 / 1 + 1^2 / 1) = 27.5625 / 22.0625
    assert estimate.degrees == pytest.approx(27.5625 / 22.0625)


def test_pairs_are_counted_once_where_seeds_and_examples_do_not_matter() -> None:
    # Pure noise: the mean of K * E numbers has variance 1 / (K * E); drawing seeds and examples counts it twice.
    noise = np.random.default_rng(2).normal(size=(2000, 6, 30))
    variance = two_way(noise, np.ones(30), block=1).variance
    assert variance.mean() == pytest.approx(1 / 180, rel=0.35)
    seeds = noise.mean(axis=2).var(axis=1, ddof=1).mean() / 6
    examples = noise.mean(axis=1).var(axis=1, ddof=1).mean() / 30
    assert seeds + examples == pytest.approx(2 / 180, rel=0.1)


def test_the_variance_in_blocks_is_that_of_a_circular_block_bootstrap_that_is_really_drawn() -> None:
    generator = np.random.default_rng(3)
    influence = generator.normal(size=60).cumsum()
    influence -= influence.mean()
    for length in (1, 5, 12):
        sums = drawn_examples(generator, 60, length, 20_000) @ influence
        # the closed form makes up for what a mean taken from the data hides
        expected = sums.var() * (60 / (60 - length))
        assert in_blocks(influence, length) == pytest.approx(expected, rel=0.05)


def test_blocks_of_two_are_the_ones_worked_out_by_hand() -> None:
    # 1 2 -3 0 round: sums of two 3 -1 -3 1, squares 9 + 1 + 9 + 1 = 20, over the length 2, times 4 / (4 - 2).
    assert in_blocks(np.array([1.0, 2.0, -3.0, 0.0]), 2) == 20.0


def test_windows_that_overlap_have_their_whole_variance() -> None:
    # A moving mean over 12 of independent numbers: the variance of the mean of 600 is 1 / 600, as of the numbers.
    steps = np.random.default_rng(4).normal(size=(400, 611))
    windows = np.stack([steps[:, lag : lag + 600] for lag in range(12)]).mean(axis=0)
    influence = (windows - windows.mean(axis=1, keepdims=True)) / 600
    # never less than in single blocks, so that it rather errs on the wide side
    assert 0.97 / 600 < spread(influence, 12).mean() < 1.15 / 600
    assert in_blocks(influence, 1).mean() < 0.1 / 600
    assert in_blocks(influence, 12).mean() < 0.75 / 600


def test_the_reach_of_dependence_leaves_enough_stretches() -> None:
    assert reach_of_dependence(2000, 1) == 1
    assert reach_of_dependence(2000, 48) == 72
    assert reach_of_dependence(240, 48) == 30
    assert example_degrees(2000, 1) == 1999
    # three quarters of the number of stretches, less the mean
    assert example_degrees(2000, 48) == pytest.approx(2000 / 72 / 2)


def test_weights_are_as_so_many_examples_of_one() -> None:
    scores = np.array([[0.2, 0.5, 0.9], [0.3, 0.4, 0.6]])
    weighted = two_way(scores, np.array([1.0, 2.0, 3.0]), block=1)
    assert weighted.mean == pytest.approx(np.average(scores.mean(axis=0), weights=[1, 2, 3]))
    scaled = two_way(scores, np.array([10.0, 20.0, 30.0]), block=1)
    assert scaled.variance == pytest.approx(weighted.variance)


@pytest.mark.parametrize("block", [1, 4])
def test_the_interval_does_not_depend_on_the_order_of_seeds_and_grows_with_how_many_hold_at_once(block: int) -> None:
    scores = np.random.default_rng(5).normal(size=(6, 200))
    estimate = two_way(scores, np.ones(200), block)
    again = two_way(scores[::-1], np.ones(200), block)
    assert again.variance == pytest.approx(estimate.variance)
    assert estimate.reach(0.95, 6) > estimate.reach(0.95) > 0
    assert estimate.reach(0.95, 1) == pytest.approx(
        stats.t.ppf(0.975, estimate.degrees) * math.sqrt(float(estimate.variance))
    )
    assert estimate.reach(0.95, 6) == pytest.approx(
        stats.t.ppf(1 - 0.025 / 6, estimate.degrees) * math.sqrt(float(estimate.variance))
    )


def test_scores_without_any_chance_have_an_interval_of_no_width() -> None:
    estimate = two_way(np.full((6, 30), 0.5), np.ones(30), block=3)
    assert (estimate.mean, estimate.reach(0.95)) == (0.5, 0.0)

"""Intervals, exact tests and skill against numbers worked out by hand or by scipy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.statistics import holm, mean_interval, seeds_needed, sign_flip_p, skill, smallest_p
from rnnbench.errors import ComparisonError


def test_the_interval_of_three_values_is_the_one_worked_out_by_hand() -> None:
    # mean 2, standard deviation 1, t(0.975, 2) = 4.302653: 2 +- 4.302653 / sqrt(3)
    interval = mean_interval([1.0, 2.0, 3.0])
    assert interval is not None
    assert interval.low == pytest.approx(2 - 2.484138, abs=1e-5)
    assert interval.high == pytest.approx(2 + 2.484138, abs=1e-5)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [2, 6, 30])
def test_the_interval_is_the_one_of_scipy(count: int, level: float) -> None:
    values = np.random.default_rng(count).normal(0.78, 0.01, count)
    expected = stats.ttest_1samp(values, 0).confidence_interval(level)
    interval = mean_interval(values.tolist(), level)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_values_have_no_interval(values: list[float]) -> None:
    assert mean_interval(values) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    interval = mean_interval([0.5, 0.5, 0.5])
    assert interval is not None
    assert interval.low == interval.high == 0.5


def test_statistics_of_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        mean_interval([0.5, float("nan")])
    with pytest.raises(ValueError, match="finite"):
        sign_flip_p([0.5, float("inf")])


def test_three_differences_of_one_sign_give_a_quarter() -> None:
    # Of the 8 sign patterns only +++ and --- are as far from zero: 2 / 8.
    assert sign_flip_p([1.0, 2.0, 3.0]) == 0.25


def test_ties_between_sign_patterns_count() -> None:
    # Sums of +-1 +-1 +-2: 4 2 2 0 0 -2 -2 -4 with multiplicities; observed 1 + 1 - 2 = 0: every pattern is as far.
    assert sign_flip_p([1.0, 1.0, -2.0]) == 1.0
    # Observed 2: |4| twice and |2| four times of eight.
    assert sign_flip_p([1.0, -1.0, 2.0]) == 0.75
    # 0.1 + 0.2 is not 0.3 in floating point, and still the tie is seen.
    assert sign_flip_p([0.1, 0.2, -0.3]) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_the_sign_flip_test_is_the_exact_one_of_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    differences = generator.normal(0.4, 1.0, 7)
    expected = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert sign_flip_p(differences.tolist()) == pytest.approx(expected.pvalue, abs=1e-12)


def test_the_sign_flip_test_does_not_depend_on_order_or_sign() -> None:
    differences = [0.3, -0.1, 0.25, 0.4, 0.05, 0.2]
    assert sign_flip_p(differences) == sign_flip_p(differences[::-1]) == sign_flip_p([-value for value in differences])


def test_differences_that_are_all_zero_show_nothing() -> None:
    assert sign_flip_p([0.0] * 6) == 1.0


def test_more_differences_than_can_be_enumerated_are_refused_in_words() -> None:
    assert sign_flip_p([1.0] * 16) == 2 / 2**16
    with pytest.raises(ComparisonError, match="at most 16 paired seeds, received 17"):
        sign_flip_p([1.0] * 17)


def test_no_differences_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sign_flip_p([])


def test_holm_is_the_one_worked_out_by_hand() -> None:
    # Sorted 0.01 0.02 0.03 0.04 times 4 3 2 1: 0.04 0.06 0.06 0.04, and none below the one before: 0.06 at the end.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_never_passes_one_and_takes_nothing() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([0.031]) == [0.031]
    assert holm([]) == []


def test_six_seeds_are_the_fewest_for_one_comparison_and_seven_for_two() -> None:
    assert smallest_p(6) == 0.03125
    assert [seeds_needed(count) for count in (1, 2, 3, 4, 6, 7)] == [6, 7, 7, 8, 8, 9]


def test_skill_is_the_share_of_the_error_removed() -> None:
    assert skill(0.8, 1.0, higher_is_better=False) == pytest.approx(0.2)
    # 22 % of errors where the baseline leaves 23 %: one twenty-third is gone.
    assert skill(0.78, 0.77, higher_is_better=True) == pytest.approx(1 / 23)


def test_skill_is_zero_at_the_baseline_one_when_perfect_and_negative_below() -> None:
    for higher, perfect, worse in ((True, 1.0, 0.7), (False, 0.0, 0.9)):
        assert skill(0.8, 0.8, higher_is_better=higher) == 0
        assert skill(perfect, 0.8, higher_is_better=higher) == 1
        below = skill(worse, 0.8, higher_is_better=higher)
        assert below is not None
        assert below < 0


def test_skill_against_a_perfect_baseline_is_not_known() -> None:
    assert skill(0.9, 1.0, higher_is_better=True) is None
    assert skill(0.1, 0.0, higher_is_better=False) is None


def test_a_table_is_made_without_matplotlib_and_rich() -> None:
    code = (
        "import sys, rnnbench.comparison.table, rnnbench.comparison.formats;"
        "bad = {'matplotlib', 'rich', 'torch', 'mlflow', 'optuna', 'pandas'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_interval_ends_at_what_is_possible() -> None:
    # mean 0.95, standard deviation 0.0707, t(0.975, 1) = 12.706: 0.95 +- 0.635 without the cut
    wide = mean_interval([0.9, 1.0])
    assert wide is not None
    assert wide.high > 1.5
    cut = mean_interval([0.9, 1.0], possible=(0.0, 1.0))
    assert cut is not None
    assert (cut.low, cut.high) == (wide.low, 1.0)

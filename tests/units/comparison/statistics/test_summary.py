"""Intervals over seeds, Holm's correction and skill against numbers worked out by hand or by scipy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.statistics.summary import holm, mean_interval, seeds_needed, skill, smallest_p
from rnnbench.metrics.classes import ACCURACY
from rnnbench.metrics.forecasts import MASE


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


def test_holm_is_the_one_worked_out_by_hand() -> None:
    # Sorted 0.01 0.02 0.03 0.04 times 4 3 2 1: 0.04 0.06 0.06 0.04, and none below the one before: 0.06 at the end.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_never_passes_one_and_takes_nothing() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([0.031]) == [0.031]
    assert holm([]) == []


def test_six_seeds_are_the_fewest() -> None:
    assert smallest_p(6) == 0.03125
    assert smallest_p(5) == 0.0625
    assert seeds_needed() == 6
    assert seeds_needed(0.01) == 8


def test_skill_is_the_share_of_the_error_removed() -> None:
    assert skill(MASE, 0.8, 1.0) == pytest.approx(0.2)
    # 22 % of errors where the baseline leaves 23 %: one twenty-third is gone.
    assert skill(ACCURACY, 0.78, 0.77) == pytest.approx(1 / 23)


def test_skill_is_zero_at_the_baseline_one_when_perfect_and_negative_below() -> None:
    for metric, perfect, worse in ((ACCURACY, 1.0, 0.7), (MASE, 0.0, 0.9)):
        assert skill(metric, 0.8, 0.8) == 0
        assert skill(metric, perfect, 0.8) == 1
        below = skill(metric, worse, 0.8)
        assert below is not None
        assert below < 0


def test_skill_against_a_perfect_baseline_is_not_known() -> None:
    assert skill(ACCURACY, 0.9, 1.0) is None
    assert skill(MASE, 0.1, 0.0) is None


def test_a_table_is_made_without_matplotlib_and_rich() -> None:
    code = (
        "import sys, rnnbench.comparison.compare, rnnbench.reports.tables.formats;"
        "bad = {'matplotlib', 'rich', 'torch', 'mlflow', 'optuna', 'pandas'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_interval_ends_at_what_is_possible() -> None:
    # mean 0.95, standard deviation 0.0707, t(0.975, 1) = 12.706: 0.95 +- 0.635 without the cut
    wide = mean_interval([0.9, 1.0])
    assert wide is not None
    assert wide.high > 1.5
    cut = mean_interval([0.9, 1.0], bounds=(0.0, 1.0))
    assert cut is not None
    assert (cut.low, cut.high) == (wide.low, 1.0)

"""Exact tests on paired seeds against scipy and worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.statistics.permutation import DRAWN, flips, sign_flip_p, step_down


def by_seed(*scores: float) -> dict[int, float]:
    return dict(enumerate(scores))


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


def test_no_differences_and_no_numbers_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sign_flip_p([])
    with pytest.raises(ValueError, match="finite"):
        sign_flip_p([0.5, float("inf")])


def test_seventeen_seeds_are_gone_through_and_more_are_drawn_with_the_observed_signs_among_them() -> None:
    assert [len(flips(seeds)) for seeds in (1, 6, 17)] == [1, 32, 2**16]
    assert len(np.unique(flips(6), axis=0)) == 32
    assert (flips(6)[:, 0] == 1).all()
    assert len(flips(20)) == DRAWN
    assert (flips(20)[0] == 1).all()
    assert (flips(20) == flips(20)).all()
    assert sign_flip_p([1.0] * 17) == 2 / 2**17
    assert 1 / DRAWN <= sign_flip_p([1.0] * 20) <= 5 / DRAWN


def test_twenty_seeds_drawn_come_near_the_exact_answer() -> None:
    # Eleven against nine of twenty fair coins: two-sided 0.8238 by the binomial distribution; 15 against 5: 0.0414.
    assert sign_flip_p([1.0] * 11 + [-1.0] * 9) == pytest.approx(stats.binomtest(11, 20).pvalue, abs=0.01)
    assert sign_flip_p([1.0] * 15 + [-1.0] * 5) == pytest.approx(stats.binomtest(15, 20).pvalue, abs=0.004)


def test_the_step_down_over_three_seeds_is_the_one_worked_out_by_hand() -> None:
    # Behind the best by   near: 1 -1 2 (mean 2/3),   far: 3 4 2 (mean 3);   far behind near: 2 5 0.
    # Sums by signs        +++    ++-    +-+    -++  (the other four are their opposites)
    #   near                2     -2      4      0
    #   far                 9      5      1      3
    #   far and near        7      7     -3      3
    # far is tested among all pairs: largest 9 7 4 3, at least 9: one of four.
    # near among near and best alone: 2 2 4 0, at least 2: three of four.
    best = (10.0, 10.0, 10.0)
    found = step_down(
        {"best": by_seed(*best), "near": by_seed(9, 11, 8), "far": by_seed(7, 6, 8)},
        "best",
    )
    assert found == {"near": 0.75, "far": 0.25}


def test_no_nearer_encoder_has_a_smaller_p_than_one_farther_behind() -> None:
    # Alone, `steady` would get 1/4; `wild` is farther behind, and its p of 1/2 or more holds for both.
    found = step_down(
        {"best": by_seed(10, 10, 10), "steady": by_seed(9, 9, 9), "wild": by_seed(0, 14, 12)},
        "best",
    )
    assert found["steady"] >= found["wild"] >= 0.5


def test_with_one_rival_it_is_the_plain_sign_flip_test() -> None:
    generator = np.random.default_rng(8)
    best, rival = generator.normal(0.3, 1, 7), generator.normal(0, 1, 7)
    found = step_down({"a": by_seed(*best), "b": by_seed(*rival)}, "a")
    assert found == {"b": sign_flip_p((best - rival).tolist())}


def test_six_seeds_can_tell_every_rival_apart_however_many_there_are() -> None:
    scores = {f"rival {rank}": by_seed(*(10.0 - 2 * rank + 0.01 * seed for seed in range(6))) for rank in range(7)}
    found = step_down(scores, "rival 0")
    assert len(found) == 6
    assert set(found.values()) == {2 / 2**6}


def test_a_rival_is_tested_on_the_seeds_it_shares_and_not_at_all_without_one() -> None:
    scores = {"best": by_seed(5, 5, 5, 5), "some": {1: 4.0, 2: 3.0, 3: 4.0}, "none": {9: 1.0}}
    assert step_down(scores, "best") == {"some": 0.25}


def test_the_order_of_encoders_and_seeds_does_not_matter() -> None:
    generator = np.random.default_rng(4)
    scores = {name: by_seed(*generator.normal(size=6)) for name in "abcd"}
    turned = {name: dict(reversed(scores[name].items())) for name in reversed("abcd")}
    assert step_down(scores, "b") == step_down(turned, "b")


def test_equal_encoders_differ_in_at_most_5_percent_of_tables_though_the_best_is_selected() -> None:
    generator = np.random.default_rng(11)
    wrong = 0
    for _ in range(1000):
        scores = {str(name): by_seed(*generator.normal(size=6)) for name in range(4)}
        best = max(scores, key=lambda name: sum(scores[name].values()))
        wrong += min(step_down(scores, best).values()) < 0.05
    # 2 / 2^6 and 3 / 2^5 lie on either side of 0.05, so the level is 0.03; three standard errors of a thousand on top
    assert wrong / 1000 <= 0.03125 + 3 * 0.0055

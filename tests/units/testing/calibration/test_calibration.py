"""Coverage of the 95 % intervals, false positive rate and power on simulated tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.compare import compare
from rnnbench.comparison.statistics.permutation import flips
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord
from rnnbench.testing.calibration.coverage import _called, coverage, false_positives, improvement_coverage, share
from rnnbench.testing.calibration.power import least_difference, smallest_differences
from rnnbench.testing.calibration.shapes import BLOCKS, SHAPES, Shape, shapes_of

FEW = 400

IDS = [shape.name for shape in SHAPES]


def most(expected: float, replicates: int) -> float:
    """Percent that chance alone exceeds one time in a thousand."""
    return 100 * float(stats.binom.ppf(0.999, replicates, expected / 100)) / replicates


def least(expected: float, replicates: int) -> float:
    """Percent that chance alone falls below one time in a thousand."""
    return 100 * float(stats.binom.ppf(0.001, replicates, expected / 100)) / replicates


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_scores_have_the_stated_mean_and_shape(shape: Shape) -> None:
    scores = shape.draw(np.random.default_rng(0), (60, 2, 6))
    assert scores.shape == (60, 2, 6, shape.examples)
    # tables are independent, so the mean over a table has a plain standard error
    tables = scores.mean(axis=(1, 2, 3), dtype=np.float64)
    assert abs(tables.mean() - shape.mean) < 4 * tables.std(ddof=1) / np.sqrt(60)


def test_the_spread_of_seeds_and_the_autocorrelation_are_those_of_real_runs() -> None:
    accuracy, bits, windows = (shape.draw(np.random.default_rng(1), (40, 1, 10))[:, 0] for shape in SHAPES[:3])
    spreads = [scores.mean(axis=2).std(axis=1, ddof=1).mean() for scores in (accuracy, bits, windows)]
    assert spreads == pytest.approx([0.008, 0.01, 0.005], rel=0.25)
    assert set(np.unique(accuracy)) == {0.0, 1.0}
    assert np.mean(accuracy[:, 0] != accuracy[:, 1]) == pytest.approx(0.12, abs=0.02)

    def autocorrelation(scores: np.ndarray, lag: int) -> float:
        first = scores[:, 0] - scores[:, 0].mean(axis=1, keepdims=True)
        return float((first[:, lag:] * first[:, :-lag]).mean() / (first**2).mean())

    assert autocorrelation(bits, 1) == pytest.approx(0.45, abs=0.1)
    assert autocorrelation(windows, 1) > 0.95
    assert autocorrelation(windows, 12) > 0.4


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [6, 10])
@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_intervals_have_a_coverage_of_93_to_97_percent(shape: Shape, seeds: int) -> None:
    found = coverage(shape, seeds, FEW)["two-way"]
    assert least(93, FEW) <= found.percent <= most(97, FEW)


@pytest.mark.slow
def test_with_dependent_examples_the_interval_in_use_has_better_coverage_than_the_bootstrap() -> None:
    windows = next(shape for shape in SHAPES if shape.name.startswith("MASE, 2,000"))
    found = coverage(windows, 6, 1000)  # of the same tables
    assert abs(found["two-way"].percent - 95) + 1 < abs(found["bootstrap t"].percent - 95)


@pytest.mark.parametrize("shape", SHAPES[:3], ids=IDS[:3])
def test_student_t_over_seeds_alone_has_low_coverage(shape: Shape) -> None:
    assert coverage(shape, 6, 100)["Student t"].percent < 75


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_the_false_positive_rate_is_at_most_six_percent(shape: Shape) -> None:
    for own in false_positives(shape, 6, (2, 4), FEW).values():
        assert own["both"].percent <= most(6, FEW)
        assert own["both"].percent <= own["pairwise interval"].percent <= own["flips alone"].percent


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES[:3], ids=IDS[:3])
def test_the_interval_of_the_probability_of_improvement_has_its_coverage(shape: Shape) -> None:
    assert improvement_coverage(shape, 6, 2.0, 200)["Beta"].percent >= least(92, 200)


@pytest.mark.parametrize(
    "measured", [lambda: coverage(SHAPES[0], 6, 30), lambda: false_positives(SHAPES[0], 6, (2,), 30)]
)
def test_the_same_simulation_twice_gives_the_same_numbers(measured: Callable[[], object]) -> None:
    assert measured() == measured()


def test_the_least_difference_needs_both_the_test_and_the_interval() -> None:
    """With six seeds an encoder is worse only if it is worse on each seed; examples have no variance here."""
    seeds = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    table = (
        np.stack([seeds[::-1], seeds])[..., None].repeat(400, axis=2).astype(np.float32)
    )  # differences 5, 3, ..., -5
    found = least_difference(table, 1, flips(6))
    # Student t over six differences 5, 3, 1, -1, -3, -5: 2.571 * 3.742 / sqrt(6) = 3.927; and the last seed needs 5
    assert found == pytest.approx(5.0, abs=1e-3)
    assert least_difference(table[:, :5], 1, flips(5)) == np.inf, "five seeds cannot show any"


def test_more_seeds_and_fewer_rivals_find_smaller_differences() -> None:
    bits = SHAPES[1]
    few, many, rivals = (smallest_differences(bits, *size, 60) for size in ((6, 2), (20, 2), (6, 4)))
    assert many[0.8][0] < few[0.8][0] < rivals[0.8][0]
    assert few[0.5][0] < few[0.8][0] < few[0.95][0]
    assert all(0 < error < value for value, error in few.values())


def test_a_share_has_its_binomial_standard_error() -> None:
    # one of four: 25 % and sqrt(0.25 * 0.75 / 4) = 21.65 %
    assert share(1, 4) == pytest.approx((25.0, 21.6506), abs=1e-3)


@pytest.mark.parametrize("blocks", BLOCKS)
def test_shapes_have_the_number_of_blocks_that_a_run_of_so_many_examples_stores(blocks: int) -> None:
    texts, pieces, windows = shapes_of(blocks)
    assert (texts.examples, texts.block) == (blocks, 1)
    for shape, overlap in ((pieces, 1), (windows, 24)):
        stored = ExampleScores.consecutive(np.zeros(shape.examples), overlap=overlap)
        assert shape.block == stored.block
        assert shape.examples // shape.block == blocks


@pytest.mark.parametrize("blocks", [1, 2, 3, 5, 10])
def test_equal_encoders_are_rarely_called_different_whatever_the_length_of_the_test_split(blocks: int) -> None:
    for shape in shapes_of(blocks):
        for rates in false_positives(shape, 6, (2, 4), 200).values():
            assert rates["both"].percent <= (most(6, 200) if blocks >= 5 else 0)
    windows = shapes_of(blocks)[-1]
    assert false_positives(windows, 6, (4,), 100)[4]["flips alone"].percent > 50


def test_the_simulated_rule_is_the_one_of_a_table() -> None:
    """For tables in which the second encoder is behind by so much, the table and the simulation agree."""
    for shape in (*shapes_of(3), *shapes_of(5), *shapes_of(10)):
        tables = shape.draw(np.random.default_rng(3), (6, 2, 6))
        for number, table in enumerate(tables):
            table[1] -= 0.05 * number
            runs = [
                RunRecord(
                    "confirm", "own", "mine", "f", f"encoder{encoder}", "score", True, seed=seed, tags={"choice": "a"},
                    metrics={"test/score": scores.mean}, examples={"score": scores},
                )
                for encoder, of_seeds in enumerate(table)
                for seed, scores in enumerate(ExampleScores.of(one, block=shape.block) for one in of_seeds)
            ]  # fmt: skip
            called = any(not row.in_best_group for row in compare(runs).encoders)
            assert called == _called(table, shape, flips(6))["both"]

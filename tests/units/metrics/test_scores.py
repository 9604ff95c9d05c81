"""The metrics agree with numbers worked out by hand and with scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from rnnbench import metrics

LABELS = np.array([0, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 1, 2, 2, 2, 0])


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert metrics.accuracy(LABELS, PREDICTED) == pytest.approx(4 / 6)


def test_the_confusion_matrix_has_a_row_for_each_true_class() -> None:
    found = metrics.confusion_matrix(LABELS, PREDICTED, 3)
    assert found.tolist() == [[1, 0, 0], [0, 1, 1], [1, 0, 2]]
    assert found.tolist() == reference.confusion_matrix(LABELS, PREDICTED).tolist()
    assert metrics.confusion_matrix([0, 0], [0, 0], 3).shape == (3, 3)


def test_macro_f1_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    for classes in (2, 3, 7):
        labels, predicted = generator.integers(0, classes, (2, 40))
        expected = reference.f1_score(labels, predicted, average="macro", zero_division=0)
        assert metrics.macro_f1(labels, predicted) == pytest.approx(expected)


def test_macro_f1_leaves_out_classes_that_never_occur() -> None:
    assert metrics.macro_f1([0, 2], [0, 2]) == 1.0


def test_log_loss_is_that_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.dirichlet(np.ones(4), size=50)
    labels = generator.integers(0, 4, 50)
    expected = reference.log_loss(labels, probabilities, labels=range(4))
    assert metrics.log_loss(labels, probabilities) == pytest.approx(expected)


def test_one_certain_mistake_is_a_large_log_loss_and_not_infinity() -> None:
    assert metrics.log_loss([0], [[0.0, 1.0]]) == pytest.approx(-math.log(1e-15))


def test_calibration_error_weighs_each_bin_by_its_examples() -> None:
    # two bins of five: 0.9, 0.9 (one right) and 0.7, 0.7 (both right): (2 |0.5 - 0.9| + 2 |1 - 0.7|) / 4
    probabilities = [[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.3, 0.7]]
    assert metrics.calibration_error([0, 1, 1, 1], probabilities, bins=5) == pytest.approx(0.35)


def test_a_confidence_on_the_border_of_two_bins_belongs_to_the_lower() -> None:
    # 0.5 (wrong) in (0, 0.5], 0.75 (right) in (0.5, 1]: (0.5 + 0.25) / 2
    assert metrics.calibration_error([1, 0], [[0.5, 0.5], [0.75, 0.25]], bins=2) == pytest.approx(0.375)


def test_calibration_error_is_zero_when_confidence_is_the_accuracy() -> None:
    assert metrics.calibration_error([0, 0, 0, 1], np.tile([0.75, 0.25], (4, 1))) == pytest.approx(0)
    assert metrics.calibration_error([1, 0], [[0.0, 1.0], [1.0, 0.0]]) == 0


def test_class_metrics_holds_what_the_single_functions_say() -> None:
    probabilities = np.array([[0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    labels = np.array([0, 1, 1])
    found = metrics.class_metrics(labels, probabilities)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["log_loss"] == pytest.approx(-np.log([0.6, 0.8, 0.3]).mean())
    assert set(found) == {"accuracy", "macro_f1", "log_loss", "calibration_error"}


def test_text_metrics_are_per_character_whatever_the_tokens_were() -> None:
    # three tokens of probability 1/4 stand for six characters: one bit each
    total = metrics.nats(np.log([0.25, 0.25, 0.25]))
    found = metrics.text_metrics(total, 6)
    assert found["bits_per_character"] == pytest.approx(1.0)
    assert found["nats_per_character"] == pytest.approx(math.log(2))
    assert found["perplexity"] == pytest.approx(2.0)
    assert metrics.text_metrics(8000.0, 10)["perplexity"] == math.inf, "more than a float holds"


def test_the_naive_scale_is_the_mean_seasonal_difference_of_each_channel() -> None:
    train = np.array([[1.0, 10.0], [2.0, 10.0], [4.0, 13.0], [2.0, 14.0]])
    # channel 0: |4 - 1|, |2 - 2|; channel 1: |13 - 10|, |14 - 10|
    assert metrics.naive_scale(train, 2).tolist() == [1.5, 3.5]
    assert metrics.naive_scale(train, 1).tolist() == pytest.approx([5 / 3, 4 / 3])


def test_mase_is_the_mean_over_channels_of_error_over_scale() -> None:
    actual = np.array([[[1.0, 10.0], [2.0, 20.0]]])
    forecast = np.array([[[2.0, 14.0], [5.0, 20.0]]])
    # channel 0: mean(1, 3) / 2 = 1; channel 1: mean(4, 0) / 4 = 0.5
    assert metrics.mase(actual, forecast, [2.0, 4.0]) == pytest.approx(0.75)


def test_mase_leaves_out_a_channel_that_is_constant_in_training() -> None:
    actual, forecast = np.zeros((1, 1, 2)), np.ones((1, 1, 2))
    assert metrics.mase(actual, forecast, [2.0, 0.0]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="constant"):
        metrics.mase(actual, forecast, [0.0, 0.0])


def test_percentages_are_worked_out_by_hand() -> None:
    actual, forecast = np.array([[[100.0], [0.0]]]), np.array([[[50.0], [0.0]]])
    assert metrics.smape(actual, forecast) == pytest.approx((200 * 50 / 150 + 0) / 2)
    assert metrics.mape(actual[:, :1], forecast[:, :1]) == pytest.approx(50.0)


def _windows(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.normal(5, 2, (40, 3)), *generator.normal(5, 2, (2, 11, 4, 3))


def test_forecast_errors_agree_with_the_single_functions_and_scikit_learn() -> None:
    train, actual, forecast = _windows()
    errors = metrics.ForecastErrors.from_training(train, 7)
    errors.add(actual, forecast)
    found = errors.metrics()
    standard = [(row - train.mean(axis=0)) / train.std(axis=0) for row in (actual, forecast)]
    assert found["mase"] == pytest.approx(metrics.mase(actual, forecast, metrics.naive_scale(train, 7)))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(actual.ravel(), forecast.ravel()))
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(actual.ravel(), forecast.ravel()))
    assert found["rmse"] == pytest.approx(metrics.rmse(actual, forecast))
    assert found["smape"] == pytest.approx(metrics.smape(actual, forecast))
    assert found["mse_standardised"] == pytest.approx(metrics.mse(*standard))
    assert found["mae_standardised"] == pytest.approx(metrics.mae(*standard))


def test_forecast_errors_do_not_depend_on_how_the_windows_are_divided() -> None:
    train, actual, forecast = _windows()
    whole, parts = (metrics.ForecastErrors.from_training(train, 1) for _ in range(2))
    whole.add(actual, forecast)
    for at in (slice(0, 1), slice(1, 8), slice(8, 11)):
        parts.add(actual[at], forecast[at])
    assert parts.metrics() == pytest.approx(whole.metrics())


def test_per_step_errors_belong_to_one_step_ahead_each() -> None:
    train, actual, forecast = _windows()
    errors = metrics.ForecastErrors.from_training(train, 1)
    errors.add(actual, forecast)
    for step in range(4):
        alone = metrics.ForecastErrors.from_training(train, 1)
        alone.add(actual[:, step : step + 1], forecast[:, step : step + 1])
        at_step = {name: values[step] for name, values in errors.per_step().items()}
        assert at_step == pytest.approx(alone.metrics())


def test_a_constant_channel_is_not_stretched() -> None:
    errors = metrics.ForecastErrors(scale=[1.0], mean=[3.0], deviation=[0.0])
    errors.add(np.full((1, 1, 1), 5.0), np.full((1, 1, 1), 3.0))
    assert errors.metrics()["mse_standardised"] == pytest.approx(4.0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: metrics.accuracy([0, 1], [0]),
        lambda: metrics.accuracy([], []),
        lambda: metrics.confusion_matrix([0, 3], [0, 1], 2),
        lambda: metrics.confusion_matrix([0, -1], [0, 1], 2),
        lambda: metrics.log_loss([0, 1], [[0.5, 0.5]]),
        lambda: metrics.log_loss([2], [[0.5, 0.5]]),
        lambda: metrics.mae(np.zeros((2, 3)), np.zeros((2, 3))),
        lambda: metrics.mae(np.zeros((2, 3, 1)), np.zeros((2, 3, 2))),
        lambda: metrics.naive_scale(np.zeros((5, 1)), 5),
        lambda: metrics.bits_per_character(1.0, 0),
        lambda: metrics.ForecastErrors(scale=[1.0], mean=[0.0], deviation=[1.0]).metrics(),
        lambda: metrics.ForecastErrors(scale=[1.0, 1.0], mean=[0.0], deviation=[1.0]),
    ],
)
def test_shapes_that_do_not_fit_are_refused(wrong) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the kind of error is the contract, each message is its own)
        wrong()


def test_right_and_wrong_answers_are_told_one_by_one() -> None:
    found = metrics.rightness([1, 0, 2], [[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.0, 0.4, 0.6]])
    assert found.tolist() == [1, 0, 1]


def test_each_window_has_a_mase_of_its_own_and_a_constant_channel_none() -> None:
    # channel 0 changes by 1, 1, 4 in training: a scale of 2; channel 1 never changes
    errors = metrics.ForecastErrors.from_training(np.array([[0, 5], [1, 5], [2, 5], [6, 5.0]]), 1)
    actual = np.zeros((3, 2, 2))
    forecast = np.array([[[1, 9], [3, 9]], [[0, 9], [2, 9]], [[-8, 9], [0, 9]]])
    errors.add(actual[:2], forecast[:2])
    errors.add(actual[2:], forecast[2:])
    found = errors.by_window()
    assert found["mase"].tolist() == [(1 + 3) / 2 / 2, (0 + 2) / 2 / 2, (8 + 0) / 2 / 2]
    for name, scores in found.items():
        assert scores.mean() == pytest.approx(errors.metrics()[name])
    assert set(errors.metrics()) - set(found) == {"rmse"}  # a root of a mean is no mean


def test_windows_are_scored_one_by_one_only_where_there_are_any() -> None:
    with pytest.raises(ValueError, match="no windows"):
        metrics.ForecastErrors.from_training(np.array([[0.0], [1.0]]), 1).by_window()


def test_pieces_of_a_text_have_bits_of_their_own() -> None:
    nats = np.repeat([1.0, 2.0], 64) * math.log(2)
    whole = metrics.text_examples(nats, symbols=128, characters=128)
    assert whole.scores == pytest.approx([1, 2])
    assert whole.weights.tolist() == [64, 64]
    # without the first symbol, the pieces are where they were
    later = metrics.text_examples(nats[1:], symbols=128, characters=128)
    assert later.scores == pytest.approx([1, 2])
    assert later.weights.tolist() == [63, 64]


@pytest.mark.parametrize(("symbols", "characters"), [(2, 2), (2, 5000), (100, 64), (1000, 4321), (4321, 4321)])
def test_the_mean_over_pieces_is_the_bits_of_the_text_whatever_a_symbol_spells(symbols: int, characters: int) -> None:
    nats = np.random.default_rng(0).exponential(size=symbols - 1)
    found = metrics.text_examples(nats, symbols=symbols, characters=characters)
    scored = (symbols - 1) * characters / symbols
    assert found.mean == pytest.approx(nats.sum() / math.log(2) / scored)
    assert found.weights.sum() == pytest.approx(scored)
    assert (found.weights > 0).all()


def test_a_symbol_belongs_to_the_piece_that_it_begins_in() -> None:
    # 128 characters in three symbols: two pieces of 64, and the second symbol begins in the first of them
    found = metrics.text_examples(np.array([1.0, 2.0, 4.0, 1.0]) * math.log(2), symbols=4, characters=128,
                                  lengths=[40, 30, 50, 8])  # fmt: skip
    assert found.weights == pytest.approx([70, 58])
    assert found.scores == pytest.approx([3 / 70, 5 / 58])


def test_a_piece_in_which_nothing_begins_counts_nothing() -> None:
    found = metrics.text_examples(np.ones(8), symbols=8, characters=256, lengths=[10, 200, 10, 10, 10, 6, 5, 5])
    assert found.weights[1:3].tolist() == [0, 0]
    assert found.scores[1:3].tolist() == [0, 0]
    assert found.mean == pytest.approx(8 / math.log(2) / 256)

"""Errors of forecasts agree with hand-worked numbers and with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference
from sklearn.preprocessing import StandardScaler

from rnnbench.metrics.forecasts import ForecastErrors, naive_scale, without_scale


def test_the_naive_scale_is_the_mean_seasonal_difference_of_each_channel() -> None:
    train = np.array([[1.0, 10.0], [2.0, 10.0], [4.0, 13.0], [2.0, 14.0]])
    # channel 0: |4 - 1|, |2 - 2|; channel 1: |13 - 10|, |14 - 10|
    assert naive_scale(train, 2).tolist() == [1.5, 3.5]
    assert naive_scale(train, 1).tolist() == pytest.approx([5 / 3, 4 / 3])


def _scores(actual: np.ndarray, forecast: np.ndarray, scale: list[float]) -> dict[str, float]:
    errors = ForecastErrors(scale=scale, deviation=np.ones(len(scale)))
    errors.add(actual, forecast)
    return errors.metrics()


def test_mase_is_the_mean_over_channels_of_error_over_scale() -> None:
    actual = np.array([[[1.0, 10.0], [2.0, 20.0]]])
    forecast = np.array([[[2.0, 14.0], [5.0, 20.0]]])
    # channel 0: mean(1, 3) / 2 = 1; channel 1: mean(4, 0) / 4 = 0.5
    assert _scores(actual, forecast, [2.0, 4.0])["mase"] == pytest.approx(0.75)


def test_mase_leaves_out_a_channel_that_is_constant_in_training() -> None:
    actual, forecast = np.zeros((1, 1, 2)), np.ones((1, 1, 2))
    assert _scores(actual, forecast, [2.0, 0.0])["mase"] == pytest.approx(0.5)


def test_without_any_scale_there_is_no_mase_and_mae_selects() -> None:
    errors = ForecastErrors(scale=[0.0, 0.0], deviation=[1.0, 1.0])
    errors.add(np.zeros((3, 2, 2)), np.ones((3, 2, 2)))
    assert errors.selecting == "mae"
    scores = [errors.metrics(), errors.per_step(), errors.details()["by_step"], errors.by_window(), errors.examples()]
    for by_key in scores:
        assert "mase" not in by_key
        assert "mae" in by_key
    assert ForecastErrors(scale=[0.0, 1.0], deviation=[1.0, 1.0]).selecting == "mase"


HOURS = np.arange(480)
SINE = np.sin(2 * np.pi * HOURS / 24)


@pytest.mark.parametrize(
    "values",
    [
        np.full(480, 5.1),
        np.zeros(480),
        np.full(480, 1e-12),
        np.full(480, 0.1) + np.tile([0, 1e-17], 240),
        HOURS % 24,
        SINE,
        1e-12 * SINE,
        1e9 + SINE,
        SINE.astype(np.float32),
        np.tile([3.3, 7.7, 1e5], 160),
    ],
)
def test_a_series_that_repeats_itself_has_no_scale(values: np.ndarray) -> None:
    train = np.asarray(values, dtype=float)[:, None]
    assert naive_scale(train, 24).tolist() == [0.0]
    assert without_scale(train, 24).tolist() == [True]


@pytest.mark.parametrize(
    "values",
    [
        1e-12 * (1 + 0.05 * np.random.default_rng(0).normal(size=480)),
        1e12 + 0.003 * np.arange(480),
        1e9 + 0.01 * np.random.default_rng(0).normal(size=480),
        SINE + 1e-4 * np.random.default_rng(0).normal(size=480),
        np.arange(480) / 1e6,
        np.eye(480)[7],
    ],
)
def test_a_series_that_changes_has_a_scale_whatever_its_size(values: np.ndarray) -> None:
    train = values[:, None]
    expected = np.mean([abs(values[row] - values[row - 24]) for row in range(24, 480)])
    assert naive_scale(train, 24).tolist() == pytest.approx([expected], rel=1e-9)


def test_a_channel_that_is_constant_but_for_rounding_is_not_stretched() -> None:
    train = np.full((100, 1), 0.3)
    train[::2] = 0.1 + 0.2
    errors = ForecastErrors.from_training(train, 1)
    errors.add(np.full((1, 1, 1), 2.3), np.full((1, 1, 1), 0.3))
    assert errors.metrics()["mse_standardised"] == pytest.approx(4.0)


def test_smape_is_worked_out_by_hand_and_a_pair_of_zeros_has_no_error() -> None:
    actual, forecast = np.array([[[100.0], [0.0]]]), np.array([[[50.0], [0.0]]])
    assert _scores(actual, forecast, [1.0])["smape"] == pytest.approx((200 * 50 / 150 + 0) / 2)


def _windows(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.normal(5, 2, (40, 3)), *generator.normal(5, 2, (2, 11, 4, 3))


def test_forecast_errors_agree_with_scikit_learn() -> None:
    train, actual, forecast = _windows()
    errors = ForecastErrors.from_training(train, 7)
    errors.add(actual, forecast)
    scores = errors.metrics()
    rows = actual.reshape(-1, 3), forecast.reshape(-1, 3)
    scaled = [StandardScaler().fit(train).transform(part) for part in rows]
    by_channel = reference.mean_absolute_error(*rows, multioutput="raw_values")
    scale = reference.mean_absolute_error(train[7:], train[:-7], multioutput="raw_values")
    assert scores["mase"] == pytest.approx((by_channel / scale).mean())
    assert scores["mae"] == pytest.approx(reference.mean_absolute_error(*rows))
    assert scores["rmse"] == pytest.approx(reference.root_mean_squared_error(actual.ravel(), forecast.ravel()))
    assert scores["mse_standardised"] == pytest.approx(reference.mean_squared_error(*scaled))
    assert scores["mae_standardised"] == pytest.approx(reference.mean_absolute_error(*scaled))


def test_forecast_errors_do_not_depend_on_how_the_windows_are_divided() -> None:
    train, actual, forecast = _windows()
    whole, parts = (ForecastErrors.from_training(train, 1) for _ in range(2))
    whole.add(actual, forecast)
    for at in (slice(0, 1), slice(1, 8), slice(8, 11)):
        parts.add(actual[at], forecast[at])
    assert parts.metrics() == pytest.approx(whole.metrics())


def test_per_step_errors_belong_to_one_step_ahead_each() -> None:
    train, actual, forecast = _windows()
    errors = ForecastErrors.from_training(train, 1)
    errors.add(actual, forecast)
    for step in range(4):
        alone = ForecastErrors.from_training(train, 1)
        alone.add(actual[:, step : step + 1], forecast[:, step : step + 1])
        at_step = {name: values[step] for name, values in errors.per_step().items()}
        assert at_step == pytest.approx(alone.metrics())


def test_a_constant_channel_is_not_stretched() -> None:
    errors = ForecastErrors(scale=[1.0], deviation=[0.0])
    errors.add(np.full((1, 1, 1), 5.0), np.full((1, 1, 1), 3.0))
    assert errors.metrics()["mse_standardised"] == pytest.approx(4.0)


def test_each_window_has_a_mase_of_its_own_and_a_constant_channel_none() -> None:
    # channel 0 changes by 1, 1, 4 in training: a scale of 2; channel 1 never changes
    errors = ForecastErrors.from_training(np.array([[0, 5], [1, 5], [2, 5], [6, 5.0]]), 1)
    actual = np.zeros((3, 2, 2))
    forecast = np.array([[[1, 9], [3, 9]], [[0, 9], [2, 9]], [[-8, 9], [0, 9]]])
    errors.add(actual[:2], forecast[:2])
    errors.add(actual[2:], forecast[2:])
    by_window = errors.by_window()
    assert by_window["mase"].tolist() == [(1 + 3) / 2 / 2, (0 + 2) / 2 / 2, (8 + 0) / 2 / 2]
    for name, scores in by_window.items():
        assert scores.mean() == pytest.approx(errors.metrics()[name])
    assert set(errors.metrics()) - set(by_window) == {"rmse"}  # a root of a mean is no mean


def test_windows_are_scored_one_by_one_only_where_there_are_any() -> None:
    with pytest.raises(ValueError, match="no windows"):
        ForecastErrors.from_training(np.array([[0.0], [1.0]]), 1).by_window()


@pytest.mark.parametrize(
    ("actual", "forecast"), [((2, 3), (2, 3)), ((2, 3, 1), (2, 3, 2)), ((2, 3, 2), (2, 3, 2)), ((0, 3, 1), (0, 3, 1))]
)
def test_windows_of_other_shapes_are_refused(actual: tuple[int, ...], forecast: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="channels"):
        ForecastErrors(scale=[1.0], deviation=[1.0]).add(np.zeros(actual), np.zeros(forecast))


def test_metrics_need_windows_and_one_scale_per_channel() -> None:
    with pytest.raises(ValueError, match="no windows"):
        ForecastErrors(scale=[1.0], deviation=[1.0]).metrics()
    with pytest.raises(ValueError, match="one number per channel"):
        ForecastErrors(scale=[1.0, 1.0], deviation=[1.0])
    with pytest.raises(ValueError, match="more rows than one season"):
        naive_scale(np.zeros((5, 1)), 5)

"""Series scaled with training statistics, and back; scikit-learn gives the second opinion on the scaler."""

import json

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from rnnbench.core.errors import DataError, SealedSplitError
from rnnbench.data.kinds import Facts, Series
from rnnbench.data.series import Scaler, calendar_features, prepare_series
from rnnbench.data.splitting import series_splits

FACTS = Facts("test", "series", "", "", "", "")
HOURS = np.datetime64("2024-01-01T00", "ns") + np.arange(60) * np.timedelta64(1, "h")


def series(values, covariates=None, learn="values"):
    covariates = np.empty((len(values), 0)) if covariates is None else covariates
    return Series(
        facts=FACTS, splits=series_splits(values, covariates, HOURS[: len(values)], (40, 50)),
        targets=tuple(f"target {number}" for number in range(values.shape[1])),
        covariate_names=tuple(f"covariate {number}" for number in range(covariates.shape[1])),
        frequency="1h", season_length=24, unit="", learn=learn, suggested_lookback=4, suggested_horizon=2,
        fingerprint="",
    )  # fmt: skip


def walk(channels=2):
    return np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.1, (60, channels)), axis=0))


def test_the_scaler_is_that_of_scikit_learn():
    values = walk()
    ours, theirs = Scaler.fit(values), StandardScaler().fit(values)
    np.testing.assert_allclose(ours.transform(values), theirs.transform(values))
    np.testing.assert_allclose(ours.inverse(ours.transform(values)), values)


def test_a_constant_channel_becomes_zero():
    values = np.full((50, 1), 0.1)
    assert np.abs(Scaler.fit(values).transform(values)).max() < 1e-12


@pytest.mark.parametrize("size", [1e-150, 1e-12, 1.0, 1e12, 1e150])
def test_the_size_of_values_does_not_make_them_constant(size):
    values = size * (1 + 0.05 * np.random.default_rng(0).normal(size=(200, 1)))
    scaled = Scaler.fit(values).transform(values)
    assert scaled.std() == pytest.approx(1)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e-12, 1e12 / 3, -7.7e8])
def test_a_constant_channel_has_deviation_one_at_any_level(level):
    values = np.full((1001, 1), level)
    values[::2] = np.nextafter(level, np.inf) if level else 0.0  # as rounding leaves it
    assert Scaler.fit(values).deviation.tolist() == [1.0]


def test_a_small_change_of_a_large_level_is_not_lost_in_single_precision():
    values = 1e12 + 0.01 * np.sin(np.arange(300.0))[:, None]
    scaled = Scaler.fit(values).transform(values).astype(np.float32)
    assert scaled.std() == pytest.approx(1, rel=1e-3)
    assert np.corrcoef(scaled[:, 0], np.sin(np.arange(300.0)))[0, 1] > 0.999


def test_a_scaler_comes_back_from_json_without_loss():
    scaler = Scaler.fit(walk())
    again = Scaler.from_plain(json.loads(json.dumps(scaler.to_plain())))
    assert again.mean.tolist() == scaler.mean.tolist()
    assert again.deviation.tolist() == scaler.deviation.tolist()


def test_only_training_rows_make_the_scale():
    values = walk()
    changed = values.copy()
    changed[40:] *= 100
    first, second = prepare_series(series(values), False), prepare_series(series(changed), False)
    assert first.scaler.to_plain() == second.scaler.to_plain()
    expected = StandardScaler().fit(values[:40]).transform(values[:40])
    np.testing.assert_allclose(first.splits.train.targets, expected, rtol=1e-5, atol=1e-6)


def test_inputs_are_targets_then_covariates_then_calendar():
    prepared = prepare_series(series(walk(), covariates=walk(1)), calendar=True)
    train = prepared.splits.train
    assert prepared.input_size == train.inputs.shape[1] == 2 + 1 + 6
    assert prepared.input_names[:4] == ("target 0", "target 1", "covariate 0", "hour_of_day_sine")
    assert (train.inputs[:, :2] == train.targets).all()
    assert train.inputs.dtype == train.targets.dtype == np.float32


def test_validation_begins_with_what_it_may_look_back_on():
    prepared = prepare_series(series(walk()), False)
    validation = prepared.splits.validation
    assert (validation.history, len(validation), len(validation.levels)) == (40, 10, 50)
    assert (validation.inputs[:40] == prepared.splits.train.inputs).all()


def test_the_test_split_stays_sealed():
    with pytest.raises(SealedSplitError):
        _ = prepare_series(series(walk()), False).splits.test


def test_values_come_back_in_their_unit():
    values = walk()
    prepared = prepare_series(series(values), False)
    train = prepared.splits.train
    np.testing.assert_allclose(prepared.to_levels(train.targets[10:14], values[9]), values[10:14], rtol=1e-6)


def test_log_returns_are_added_up_to_prices():
    values = walk()
    prepared = prepare_series(series(values, learn="log_returns"), False)
    targets = prepared.splits.train.targets
    returns = np.log(values[1:40] / values[:39])
    np.testing.assert_allclose(targets[1:], StandardScaler().fit_transform(returns), rtol=1e-4, atol=1e-5)
    windows = np.stack([targets[10:15], targets[20:25]])
    expected = np.stack([values[10:15], values[20:25]])
    np.testing.assert_allclose(prepared.to_levels(windows, values[[9, 19]]), expected, rtol=1e-5)


def test_log_returns_of_values_that_reach_zero_are_refused():
    with pytest.raises(DataError, match="above zero"):
        prepare_series(series(walk() - 1.0, learn="log_returns"), False)


def test_the_calendar_is_a_point_on_a_circle_for_each_cycle():
    times = np.array(["2024-01-01T06", "2024-07-07T18"], dtype="datetime64[ns]")  # a Monday and a Sunday
    features, names = calendar_features(times, "1h")
    assert names == (
        "hour_of_day_sine", "hour_of_day_cosine", "day_of_week_sine", "day_of_week_cosine", "month_of_year_sine",
        "month_of_year_cosine",
    )  # fmt: skip
    np.testing.assert_allclose(features[0], [1, 0, 0, 1, 0, 1], atol=1e-6)
    sunday = 2 * np.pi * 6 / 7
    np.testing.assert_allclose(features[1], [-1, 0, np.sin(sunday), np.cos(sunday), 0, -1], atol=1e-6)


@pytest.mark.parametrize(("frequency", "count"), [("15min", 6), ("1D", 4), ("1B", 4), ("1W", 2), ("1M", 2), ("1Y", 0)])
def test_the_calendar_tells_only_what_the_frequency_can(frequency, count):
    features, names = calendar_features(HOURS, frequency)
    assert features.shape == (60, count)
    assert len(names) == count

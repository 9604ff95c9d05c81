"""Baselines of forecasting agree with their equations and use past values only."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnnbench.data.kinds import SeriesSplit
from rnnbench.tasks.baseline import BaselineResult
from rnnbench.tasks.forecasting import baselines
from rnnbench.tasks.methods import naive, statistical, windows
from rnnbench.tasks.methods.ridge import RidgeSums
from rnnbench.tasks.methods.windows import Chunk, RollingWindows

NAIVE = ("last_value", "seasonal_naive", "seasonal_mean", "seasonal_naive_with_growth")


def _past(*values: float) -> np.ndarray:
    return np.array(values, dtype=float).reshape(1, -1, 1)


def test_the_last_value_is_repeated() -> None:
    assert naive.last_value(_past(1, 2, 5), horizon=3).ravel().tolist() == [5, 5, 5]


def test_the_last_season_is_repeated() -> None:
    found = naive.seasonal_naive(_past(9, 9, 1, 2, 3), horizon=5, season_length=3)
    assert found.ravel().tolist() == [1, 2, 3, 1, 2]


def test_the_mean_season_is_the_mean_at_each_point_of_the_season() -> None:
    found = naive.seasonal_mean(_past(100, 1, 2, 3, 4), horizon=3, season_length=2, seasons=2)
    assert found.ravel().tolist() == [2, 3, 2]


def test_growth_is_that_of_one_season_over_the_one_before() -> None:
    # (4 + 8) / (2 + 4) = 2, and twice that for the second season ahead
    found = naive.seasonal_naive_with_growth(_past(2, 4, 4, 8), horizon=3, season_length=2)
    assert found.ravel().tolist() == [8, 16, 16]


def test_there_is_a_window_for_every_origin_after_the_history() -> None:
    rows = RollingWindows(np.arange(20.0).reshape(10, 2), history=4, lookback=3, horizon=2)
    past, future = (np.concatenate(parts) for parts in zip(*(chunk[:2] for chunk in rows.chunks()), strict=True))
    assert rows.count == len(past) == 10 - 4 - 2 + 1
    assert past[0, :, 0].tolist() == [2, 4, 6]
    assert future[0, :, 1].tolist() == [9, 11]
    assert future[-1, -1].tolist() == [18, 19]


def test_windows_do_not_depend_on_the_size_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = RollingWindows(np.random.default_rng(0).normal(size=(50, 3)), history=5, lookback=5, horizon=4)
    whole = [np.concatenate(parts) for parts in zip(*(chunk[:2] for chunk in rows.chunks()), strict=True)]
    monkeypatch.setattr(windows, "NUMBERS_AT_ONCE", 60)
    parts = [np.concatenate(parts) for parts in zip(*(chunk[:2] for chunk in rows.chunks()), strict=True)]
    assert all((first == second).all() for first, second in zip(whole, parts, strict=True))


@pytest.mark.parametrize("is_shared", [True, False])
def test_ridge_equals_scikit_learn(is_shared: bool) -> None:
    from sklearn.linear_model import Ridge

    generator = np.random.default_rng(0)
    past, future = generator.normal(size=(80, 4, 2)), generator.normal(size=(80, 3, 2))
    sums = RidgeSums([Chunk(past[:30], future[:30]), Chunk(past[30:], future[30:])])
    found = sums.solve(0.1, is_shared=is_shared).forecast(past)
    last = past[:, -1:]
    for channels in ([0, 1],) if is_shared else ([0], [1]):
        inputs = np.concatenate([(past - last)[:, :, channel] for channel in channels])
        targets = np.concatenate([(future - last)[:, :, channel] for channel in channels])
        expected = Ridge(alpha=0.1 * len(inputs)).fit(inputs, targets).predict(inputs).reshape(len(channels), 80, 3)
        for channel, forecast in zip(channels, expected, strict=True):
            assert found[:, :, channel] - last[:, :, channel] == pytest.approx(forecast, abs=1e-6)


def _split(levels: np.ndarray, history: int = 0, observed: np.ndarray | None = None) -> SeriesSplit:
    times = np.arange(len(levels)).astype("datetime64[ns]")
    return SeriesSplit(levels, np.empty((len(levels), 0)), times, history, observed)


def _run(levels: np.ndarray, *, lookback: int, horizon: int, season_length: int, **further: object):
    """The baselines on a series of which the last two fifths are validation and test."""
    first, second = int(0.6 * len(levels)), int(0.8 * len(levels))
    found = baselines.run(
        _split(levels[:first]),
        _split(levels[first - lookback : second], lookback),
        _split(levels[second - lookback :], lookback),
        lookback=lookback,
        horizon=horizon,
        season_length=season_length,
        **further,
    )
    return {result.model: result for result in found}


def test_a_refitted_ridge_equals_one_fitted_on_both_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "PENALTIES", (0.01,))  # the other training makes the same choice
    levels, windows = _seasonal(150), {"lookback": 12, "horizon": 3, "season_length": 4}
    usual, refitted = (_run(levels, refit=refit, **windows)["ridge"] for refit in (False, True))
    for metric in ("mase", "mae"):
        assert refitted.metrics[f"validation/{metric}"] == usual.metrics[f"validation/{metric}"]
    # 90 rows of training and 30 of validation, trained on as one
    later = _split(levels[108:], 12)
    both = baselines.run(_split(levels[:120]), later, later, **windows)
    (expected,) = (result.metrics["test/mae"] for result in both if result.model == "ridge")
    # errors in the series' unit, which no split scales; the units of the inputs move the penalty a little
    assert refitted.metrics["test/mae"] == pytest.approx(expected, rel=2e-3)
    assert abs(usual.metrics["test/mae"] - expected) > 5 * abs(refitted.metrics["test/mae"] - expected)


@pytest.mark.parametrize("model", ["auto_ets", "auto_theta"])
def test_a_refitted_forecast_equals_one_fitted_on_both_splits(model: str) -> None:
    validation, test = np.arange(60, 77), np.arange(80, 97)
    again = statistical.RollingRequest(
        _seasonal(100), train_rows=60, test_rows=80, validation_origins=validation, test_origins=test,
        horizon=4, season_length=4,
    )  # fmt: skip
    on_both = replace(again, train_rows=80, validation_origins=test)
    roll = getattr(statistical, model)
    refitted, usual, both = (roll(asked).forecasts for asked in (again, replace(again, test_rows=60), on_both))
    assert (refitted[:17] == usual[:17]).all()
    assert refitted[17:] == pytest.approx(both[17:], rel=1e-12)
    assert not (refitted[17:] == usual[17:]).any()


def _seasonal(rows: int = 120, channels: int = 1, *, noise: float = 0.3, season: int = 4, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    time = np.arange(rows)[:, None]
    return 20 + 3 * np.sin(2 * np.pi * time / season) + 0.01 * time + noise * generator.normal(size=(rows, channels))


def test_every_forecasting_baseline_has_every_metric_or_a_reason() -> None:
    results: dict[str, BaselineResult] = _run(_seasonal(channels=2), lookback=12, horizon=3, season_length=4)
    assert [*results] == [*NAIVE, "ridge", "auto_ets", "auto_theta"]
    names = ("mase", "mae", "rmse", "smape", "mse_standardised", "mae_standardised")
    for result in results.values():
        assert not result.skipped
        assert result.metrics.keys() == {f"{split}/{name}" for split in ("validation", "test") for name in names}
        assert all(math.isfinite(value) for value in result.metrics.values())
        by_step = result.details["by_step"]["mase"]
        assert len(by_step) == 3
        assert np.mean(by_step) == pytest.approx(result.metrics["test/mase"], rel=1e-5)


def test_a_season_without_noise_is_forecast_without_error() -> None:
    levels = np.tile([1.0, 5.0, 2.0, 4.0], 30)[:, None] + 0.0
    levels[0] = 3.0  # the scale of MASE must not be zero
    results = _run(levels, lookback=8, horizon=6, season_length=4)
    for model in ("seasonal_naive", "seasonal_mean", "seasonal_naive_with_growth"):
        assert results[model].metrics["test/mae"] == pytest.approx(0, abs=1e-12)
    assert results["ridge"].metrics["test/mae"] < 0.02


def test_the_last_value_is_worked_out_by_hand() -> None:
    levels = np.arange(20.0)[:, None]
    last_value = _run(levels, lookback=2, horizon=2, season_length=1)["last_value"]
    # one more each step: errors 1 and 2, scale 1
    assert last_value.metrics["test/mase"] == pytest.approx(1.5)
    assert last_value.details["by_step"]["mae"] == pytest.approx((1, 2))


def test_baselines_that_do_not_apply_are_skipped_with_a_reason() -> None:
    no_season = _run(_seasonal(), lookback=6, horizon=2, season_length=1)
    assert all("no season" in no_season[model].skipped for model in NAIVE[1:])
    short = _run(_seasonal(), lookback=6, horizon=2, season_length=4)
    assert not short["seasonal_naive"].skipped
    assert "shorter than two seasons" in short["seasonal_mean"].skipped
    shorter = _run(_seasonal(), lookback=3, horizon=2, season_length=4)
    assert "shorter than the season" in shorter["seasonal_naive"].skipped
    negative = _run(_seasonal() - 30, lookback=8, horizon=2, season_length=4)
    assert "above 0" in negative["seasonal_naive_with_growth"].skipped
    long = _run(_seasonal(season=30), lookback=8, horizon=2, season_length=30)
    assert "30 samples is longer" in long["auto_ets"].skipped
    assert long["auto_ets"].metrics == {}


def test_baselines_that_cost_too_much_are_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(statistical.MOST_FORECASTS, "auto_theta", 10)
    assert (
        "more than the limit of 10" in _run(_seasonal(), lookback=8, horizon=2, season_length=4)["auto_theta"].skipped
    )


def test_baselines_with_a_state_are_skipped_for_a_gap_between_splits() -> None:
    levels = _seasonal()
    found = baselines.run(
        _split(levels[:60]),
        _split(levels[70:90], 8),
        _split(levels[82:], 8),
        lookback=8,
        horizon=2,
        season_length=4,
    )
    results = {result.model: result for result in found}
    assert "gap" in results["auto_ets"].skipped
    assert not results["ridge"].skipped


def test_prices_are_scored_in_the_unit_of_the_series() -> None:
    generator = np.random.default_rng(0)
    prices = 50 * np.exp(np.cumsum(0.01 * generator.normal(size=(200, 3)), axis=0))
    as_returns = _run(prices, lookback=10, horizon=3, season_length=1, learn="log_returns")
    as_values = _run(prices, lookback=10, horizon=3, season_length=1)
    assert as_returns["last_value"].metrics == as_values["last_value"].metrics
    for model in ("ridge", "auto_ets", "auto_theta"):
        assert as_returns[model].metrics["test/mae"] < 1.3 * as_returns["last_value"].metrics["test/mae"]


@pytest.mark.parametrize("test_rows", [60, 70])
@pytest.mark.parametrize("model", ["auto_ets", "auto_theta"])
def test_the_future_does_not_change_a_rolled_forecast(model: str, test_rows: int) -> None:
    series = _seasonal(100)
    changed = series.copy()
    changed[80:] += 50
    origins = np.arange(60, 95)
    asked = statistical.RollingRequest(
        series, train_rows=60, test_rows=test_rows, validation_origins=origins[:10], test_origins=origins[10:],
        horizon=4, season_length=4,
    )  # fmt: skip
    roll = getattr(statistical, model)
    first, second = (roll(replace(asked, series=rows)).forecasts for rows in (series, changed))
    assert (first[:21] == second[:21]).all()
    assert not (first[22:] == second[22:]).any()


@pytest.mark.parametrize("kind", ["ANN", "AAN", "ANA", "MAM", "MNM", "AAA"])
def test_rolling_ets_equals_statsforecast_run_at_every_origin(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from statsforecast import models

    original = models.AutoETS
    fixed = partial(original, 6, kind, damped=False)
    series = _seasonal(90, season=6)
    origins = np.arange(60, 84)
    monkeypatch.setattr(models, "AutoETS", lambda season_length, model: fixed())
    asked = statistical.RollingRequest(
        series, train_rows=60, test_rows=60, validation_origins=origins[:10], test_origins=origins[10:],
        horizon=7, season_length=6,
    )  # fmt: skip
    rolled = statistical.auto_ets(asked)
    fitted = fixed().fit(series[:60, 0])
    assert rolled.chosen == (f"ETS({','.join(kind)})",)
    for forecast, origin in zip(rolled.forecasts[:, :, 0], origins, strict=True):
        assert forecast == pytest.approx(fitted.forward(series[:origin, 0], h=7)["mean"])


def test_a_damped_trend_adds_the_powers_of_its_damping() -> None:
    # level 10, slope 4, phi 1/2: 4 (1/2), 4 (1/2 + 1/4), 4 (1/2 + 1/4 + 1/8); season newest first: next comes 2, then 1
    passed = {"components": "AAAD", "par": [0.1, 0.1, 0.1, 0.5], "m": 2}
    found = statistical._ets_point_forecasts(passed, np.array([[10.0, 4.0, 1.0, 2.0]]), 3)
    assert found.ravel().tolist() == [10 + 2 + 2, 10 + 3 + 1, 10 + 3.5 + 2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"validation_history": 3}, "history"),
        ({"horizon": 100}, "fewer than"),
        ({"learn": "log_returns"}, "above 0"),
    ],
)
def test_splits_that_cannot_be_forecast_raise_an_error(changes: dict, words: str) -> None:
    levels = _seasonal() - 20
    settings = {"validation_history": 8, "lookback": 8, "horizon": 2, "season_length": 4} | changes
    validation = _split(levels[52:90], settings.pop("validation_history"))
    with pytest.raises(ValueError, match=words):
        next(baselines.run(_split(levels[:60]), validation, _split(levels[82:], 8), **settings))


def test_a_gap_in_the_values_is_refused() -> None:
    levels = _seasonal()
    levels[30] = np.nan
    with pytest.raises(ValueError, match="finite"):
        _run(levels, lookback=8, horizon=2, season_length=4)

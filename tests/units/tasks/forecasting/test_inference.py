"""Forecasts of a stored run equal the trained task's, applied recursively by hand, with a band of past errors."""

import json

import numpy as np
import pandas as pd
import pytest
import small_data
import torch
from small_data import HORIZON, LOOKBACK
from small_runs import stored, use_data

from rnnbench.core.errors import DataError, RnnbenchError, SettingsError
from rnnbench.runs.load import load
from rnnbench.storage.tracker import Tracker


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


@pytest.fixture
def forecaster(tracker):
    record, trained = stored(tracker, "forecasting")
    return load(record.run_id), trained


def frame(series, rows=slice(None)):
    """The small series as pandas."""
    splits = series.splits.opened()
    parts = [splits.train, splits.validation, splits.test]
    values = np.concatenate([np.concatenate([part.values, part.covariates], axis=1)[part.history :] for part in parts])
    times = np.concatenate([part.times[part.history :] for part in parts])
    return pd.DataFrame(values, index=times, columns=[*series.targets, *series.covariate_names])[rows]


def test_a_forecast_equals_the_trained_task_on_the_same_rows(forecaster):
    model, trained = forecaster
    series = small_data.series()
    rows = trained.prepared.rows.splits.validation
    origin = rows.history + 20  # of the split's rows; row 200 + 20 of the series
    with torch.inference_mode():
        scaled = trained(torch.from_numpy(rows.inputs[None, origin - LOOKBACK : origin])).numpy()[0]
    expected = trained.prepared.rows.to_levels(scaled, rows.levels[origin - 1])
    found = model.forecast(frame(series, slice(0, 220)))
    np.testing.assert_allclose(found.values, expected, rtol=1e-5)
    assert found.times[0] == np.datetime64("2020-01-06T00", "ns") + np.timedelta64(220, "h")
    assert len(found.times) == HORIZON


def test_beyond_the_trained_horizon_forecasts_are_used_as_inputs(forecaster):
    model, _ = forecaster
    table = frame(small_data.series())
    found = model.forecast(table, 3 * HORIZON - 1)
    assert found.values.shape == (3 * HORIZON - 1, 2)
    # by hand: the first block goes to the end of the table, its covariate held at the last value
    first = model.forecast(table, HORIZON)
    np.testing.assert_allclose(found.values[:HORIZON], first.values, rtol=1e-6)
    read_back = pd.DataFrame(first.values, index=first.times, columns=table.columns[:2])
    read_back[table.columns[2]] = table.iloc[-1, 2]
    second = model.forecast(pd.concat([table, read_back]), HORIZON)
    np.testing.assert_allclose(found.values[HORIZON : 2 * HORIZON], second.values, rtol=1e-5)
    assert any("forecasts are used as inputs" in note for note in found.notes)
    assert any("keep their last value there: covariate_0" in note for note in found.notes)


def test_the_band_is_made_of_the_errors_of_the_validation_split_step_by_step(forecaster):
    model, trained = forecaster
    errors = []
    for inputs, _, last, levels, *_ in trained.prepared.evaluation_batches("validation"):
        with torch.inference_mode():
            forecast = trained.prepared.rows.to_levels(trained(inputs).numpy(), last.numpy())
        errors.append(np.abs(forecast - levels.numpy()))
    expected = np.quantile(np.concatenate(errors), 0.8, axis=0)
    found = model.forecast(horizon=4 * HORIZON)
    np.testing.assert_allclose((found.high - found.values)[:HORIZON], expected, rtol=1e-5)
    # 16 steps of 4: twice as wide as at the last trained step
    np.testing.assert_allclose((found.high - found.values)[-1], 2 * expected[-1], rtol=1e-5)
    np.testing.assert_allclose(found.values - found.low, found.high - found.values)
    with pytest.raises(RnnbenchError, match=r"the coverage must be one of 0.5, 0.8, 0.9, 0.95, not 0.7"):
        model.forecast(coverage=0.7)


def test_the_data_set_of_the_run_is_continued_and_refused_where_it_changed(forecaster, monkeypatch):
    model, _ = forecaster
    found = model.forecast()
    np.testing.assert_allclose(found.values, model.forecast(frame(small_data.series())).values)
    use_data(monkeypatch, lambda kind: small_data.series(scale=(1, 1, 2)))
    with pytest.raises(DataError, match="has changed since gru-seed0 was trained"):
        model.forecast()


def test_log_returns_are_added_up_over_all_blocks(tracker, monkeypatch):
    prices = small_data.series(learn="log_returns")
    use_data(monkeypatch, lambda kind: prices)
    stored(tracker, "forecasting")
    model = load(task="forecasting")
    found = model.forecast(horizon=2 * HORIZON)
    table = frame(prices)
    first = model.forecast(table)
    read_back = pd.DataFrame(first.values, index=first.times, columns=table.columns[:2])
    read_back[table.columns[2]] = table.iloc[-1, 2]
    second = model.forecast(pd.concat([table, read_back]))
    np.testing.assert_allclose(found.values, np.concatenate([first.values, second.values]), rtol=1e-5)


def test_a_file_is_read_by_the_columns_that_the_run_learned(forecaster, tmp_path):
    model, _ = forecaster
    table = frame(small_data.series()).rename_axis("time")
    path = tmp_path / "new.csv"
    table.to_csv(path)
    np.testing.assert_allclose(model.forecast(path).values, model.forecast(table).values, rtol=1e-6)

    table.rename(columns={"channel_0": "a", "channel_1": "b", "covariate_0": "c"}).to_csv(path)
    named = {"target": ["a", "b"], "covariates": ["c"]}
    np.testing.assert_allclose(model.forecast(path, **named).values, model.forecast(table).values, rtol=1e-6)
    with pytest.raises(DataError, match=r"new.csv has no column 'covariate_0', which the run reads"):
        model.forecast(path)
    with pytest.raises(DataError, match=r"the run reads 'channel_0', 'channel_1': type all of them, in any order"):
        model.forecast(path, target=["a"], covariates=["c"])
    with pytest.raises(SettingsError, match="must be one of: none, interpolate, forward"):
        model.forecast(path, fill="zero", **named)

    table[: LOOKBACK - 1].to_csv(path)
    with pytest.raises(DataError, match=r"new.csv has 11 rows, and gru-seed0 reads 12: use a longer series"):
        model.forecast(path)
    table[::2].to_csv(path)
    with pytest.raises(DataError, match=r"new.csv has a value every 2h, and the run was trained on one every 1h"):
        model.forecast(path)
    table.drop(table.index[100:103]).to_csv(path)
    with pytest.raises(DataError, match=r"3 of 310 rows are missing"):
        model.forecast(path)
    assert model.forecast(path, fill="interpolate").values.shape == (HORIZON, 2)


def test_a_forecast_is_drawn_with_its_band(forecaster, tmp_path):
    model, _ = forecaster
    found = model.forecast(horizon=6)
    found.plot(tmp_path / "forecast.png")
    assert (tmp_path / "forecast.png").read_bytes().startswith(b"\x89PNG")
    plain = found.to_plain()
    assert [*plain["forecast"][0]] == [
        "time", "channel_0", "channel_0/low", "channel_0/high", "channel_1", "channel_1/low", "channel_1/high",
    ]  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain
    with pytest.raises(RnnbenchError, match=r"forecast.gif: pictures end in .pdf, .png, .svg"):
        found.plot(tmp_path / "forecast.gif")

"""What a stored run continues: read as its own data were, up to the last known target, at its step."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.api import train
from rnnbench.core.errors import DataError
from rnnbench.runs.load import load

TINY = {
    "encoder.hidden_size": 4, "encoder.num_layers": 1, "training.batch_size": 16, "budget.updates": 2,
    "budget.validations": 1, "task.lookback": 14, "task.horizon": 3,
}  # fmt: skip


def table(rows=120, step="D", start="2022-01-01", seed=0):
    generator = np.random.default_rng(seed)
    wave = 10 * np.sin(2 * np.pi * np.arange(rows) / 7)
    return pd.DataFrame({
        "time": pd.date_range(start, periods=rows, freq=step),
        "load": (100 + wave + generator.normal(size=rows)).round(3),
        "temp": generator.normal(size=rows).round(3),
        "holiday": generator.integers(0, 2, rows).astype(float),
    })  # fmt: skip


@pytest.fixture
def folder(tmp_path, store):
    return tmp_path


@pytest.fixture
def model(folder):
    return run(folder, table(), target=["load"], covariates=["temp", "holiday"], fill="forward")


def run(folder, frame, **settings):
    """A run of two updates on a frame."""
    frame.to_csv(folder / "trained.csv", index=False)
    named = {f"data.{name}": value for name, value in settings.items()}
    return load(train("forecasting", "gru", data=str(folder / "trained.csv"), settings={**TINY, **named}).run_id)


@pytest.fixture
def new(folder):
    """Writes a frame as a new file and gives its path."""

    def write(frame):
        frame.to_csv(folder / "new.csv", index=False)
        return folder / "new.csv"

    return write


NEW = table(40, start="2023-01-01", seed=1)


def test_order_and_further_columns_change_nothing(model, new):
    expected = model.forecast(new(NEW)).values
    further = NEW[["holiday", "time", "temp", "load"]].assign(other=1.0, stamp=NEW.time + pd.Timedelta("1h"))
    for path, options in [(NEW, {"covariates": ["holiday", "temp"]}), (further, {}), (further, {"target": ["load"]})]:
        assert (model.forecast(new(path), **options).values == expected).all()
    frame = NEW.set_index("time")
    assert model.forecast(frame[["temp", "load", "holiday"]], covariates=["holiday", "temp"]).values == pytest.approx(
        expected
    )


@pytest.mark.parametrize("also", [(), ("temp", "holiday")])
@pytest.mark.parametrize("options", [{}, {"fill": "interpolate"}])
def test_the_forecast_begins_on_the_first_row_without_a_target(model, new, also, options):
    frame = NEW.copy()
    frame.loc[30:, ["load", *also]] = np.nan
    expected = model.forecast(new(NEW[:30]))
    for history in (new(frame), frame.set_index("time")):
        found = model.forecast(history, **options)
        assert found.times[0] == NEW.time[30].to_datetime64()
        assert found.values == pytest.approx(expected.values)
        rows = dict(found.understood)["rows"]
        assert "the last 10 rows have no value in 'load' and are taken as the future" in rows
        assert ("nor is what they hold of 'temp', 'holiday'" in rows) == (not also)


@pytest.mark.parametrize("step", ["h", "2D", "W", "MS", "B", "3D"])
def test_another_step_is_refused_whatever_the_run_fills(model, new, step):
    frame = table(60, step)
    for history in (new(frame), frame.set_index("time")):
        with pytest.raises(DataError, match="and the run was trained on one every 1D"):
            model.forecast(history)


def test_a_frequency_that_was_typed_does_not_bridge_another_step(folder, new):
    model = run(folder, table(), target=["load"], fill="forward", frequency="1D")
    with pytest.raises(DataError, match="has a value every 1W, and the run was trained on one every 1D"):
        model.forecast(new(table(60, "W")))


def test_gaps_are_filled_as_in_training_and_told(model, new):
    frame = NEW.drop(index=[30, 31])
    found = model.forecast(new(frame))
    assert "filled (forward): 6 of 42 values in the 14 rows that the run reads" in dict(found.understood)["values"]
    assert any("6 of 42 values" in warning for warning in found.warnings)
    with pytest.raises(DataError, match=r"50 % of 'load' in the last 14 rows, which the run reads, would be filled"):
        model.forecast(new(NEW.drop(index=range(29, 36))))


def test_a_target_of_another_name_is_told(model, new):
    renamed = NEW.rename(columns={"load": "kwh"})
    expected = model.forecast(new(NEW)).values
    for history in (new(renamed), renamed.set_index("time")):
        found = model.forecast(history)
        assert found.values == pytest.approx(expected)
        assert any("has no column 'load': 'kwh' is taken for it" in warning for warning in found.warnings)
    assert "'kwh' is read as 'load' of the run (--target)" in model.forecast(new(renamed), target=["kwh"]).warnings
    with pytest.raises(DataError, match="has no column 'load', which the run reads"):
        model.forecast(new(renamed.assign(other=2.0)))


def test_the_time_column_of_the_run_is_read_though_another_would_be_found_first(folder, new):
    model = run(folder, table().rename(columns={"time": "measured"}), target=["load"], time_column="measured")
    frame = NEW.rename(columns={"time": "measured"}).assign(date=pd.date_range("2001-01-01", periods=40, freq="h"))
    assert model.forecast(new(frame)).times[0] == np.datetime64("2023-02-10")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns="temp"), "no column 'temp', which the run reads"),
        (lambda frame: frame.reset_index(drop=True), "set an index of times"),
        (lambda frame: frame.iloc[::-1], "must be strictly increasing"),
        (lambda frame: frame.iloc[:0], "has no rows"),
        (lambda frame: frame.assign(load=np.inf), "infinite values"),
        (lambda frame: frame.assign(load="much"), "cells that are not numbers"),
        (lambda frame: frame.tz_localize("Asia/Seoul"), "its times have the offset"),
        (lambda frame: frame.assign(load=np.nan), "column 'load' is empty"),
    ],
)
def test_frames_that_cannot_be_continued_are_refused(model, change, words):
    with pytest.raises(DataError, match=words) as caught:
        model.forecast(change(NEW.set_index("time")))
    assert "\n" not in str(caught.value)

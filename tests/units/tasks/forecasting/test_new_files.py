"""Files that a run continues: their clock, their step and the series that is chosen."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings
from rnnbench.tasks.forecasting.forecast import Forecast
from rnnbench.tasks.forecasting.history import history_of_file
from rnnbench.tasks.forecasting.prepared import PreparedWindows
from rnnbench.tasks.forecasting.settings import ForecastingSettings

HOURS = pd.date_range("2024-01-01", periods=100, freq="h")
VALUES = np.arange(100.0)
LOOKBACK = 8


@pytest.fixture
def files(tmp_path):
    """Writes frames, and continues a run on the first of them with the second."""

    def continued(trained, new, settings=None, typed=None):
        paths = [tmp_path / "trained.csv", tmp_path / "new.csv"]
        trained.to_csv(paths[0], index=False)
        new.to_csv(paths[1], index=False)
        stored = DataSettings(path=str(paths[0]), **(settings or {}))
        prepared = PreparedWindows(load(stored, "series"), ForecastingSettings(lookback=LOOKBACK, horizon=2))
        restored = PreparedWindows.from_plain(prepared.to_plain(), prepared.settings).series
        return history_of_file(paths[1], restored, DataSettings(**(typed or {})), stored, LOOKBACK)

    return continued


def at(offset, start="2024-01-01", rows=100):
    times = pd.date_range(start, periods=rows, freq="h").strftime("%Y-%m-%dT%H:%M") + offset
    return pd.DataFrame({"time": times, "load": VALUES[:rows]})


@pytest.mark.parametrize(
    ("trained", "new", "last"),
    [
        ("+09:00", "+09:00", "2024-01-05T03:00"),
        ("+09:00", "Z", "2024-01-05T12:00"),  # nine hours later on the clock of the run
        ("-05:00", "+01:00", "2024-01-04T21:00"),
        ("Z", "+09:00", "2024-01-04T18:00"),
        ("", "", "2024-01-05T03:00"),
    ],
)
def test_a_file_is_read_on_the_clock_of_the_run(files, trained, new, last):
    assert files(at(trained), at(new)).rows.times[-1] == np.datetime64(last)


@pytest.mark.parametrize(
    ("trained", "new", "told"),
    [
        ("+09:00", "", "its times have no offset, and those of the run have +09:00"),
        ("", "+09:00", "its times have the offset +09:00, and those of the run have none"),
        ("", "Z", "and those of the run have none"),
    ],
)
def test_a_file_with_another_kind_of_clock_is_refused(files, trained, new, told):
    with pytest.raises(DataError) as caught:
        files(at(trained), at(new))
    assert told in str(caught.value)


def test_a_run_stored_without_a_zone_has_none():
    plain = {
        "scaler": {"mean": [0.0], "deviation": [1.0]}, "covariate_scaler": {"mean": [], "deviation": []},
        "name": "old.csv", "unit": "", "targets": ["load"], "covariates": [], "frequency": "1h",
        "season_length": 24, "learn": "values", "lookback": 8, "horizon": 2, "segment": 1,
    }  # fmt: skip
    assert PreparedWindows.from_plain(plain, ForecastingSettings()).series.zone == ""


@pytest.mark.parametrize("freq", ["W-FRI", "MS", "h", "5min", "D"])
def test_a_run_on_business_days_refuses_every_other_step(files, freq):
    days = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=100, freq="B"), "price": VALUES})
    other = pd.DataFrame({"date": pd.date_range("2024-02-02", periods=80, freq=freq), "price": VALUES[:80]})
    for fill in ("none", "forward"):
        with pytest.raises(DataError, match=r"has a value every 1?5?[WMDhmin]+|are not on the 1B grid"):
            files(days, other, {"fill": fill})
    assert len(files(days, days[50:]).rows) == 50


def test_a_run_on_sessions_continues_at_the_next_session(files):
    bars = [day + pd.Timedelta(hours=hour) for day in pd.date_range("2024-01-01", periods=20, freq="B")
            for hour in range(9, 14)]  # fmt: skip
    frame = pd.DataFrame({"time": bars, "price": VALUES})
    assert len(files(frame, frame[3:60]).rows) == 57
    with pytest.raises(DataError):
        files(frame, pd.DataFrame({"time": HOURS, "price": VALUES}))


def test_counted_rows_are_continued_by_counted_rows_only(files):
    counted = pd.DataFrame({"load": VALUES})
    dated = pd.DataFrame({"time": HOURS, "load": VALUES})
    assert len(files(counted, counted[:40]).rows) == 40
    assert len(files(counted, counted[:40], {"frequency": "1h"}, {"frequency": "1h"}).rows) == 40
    with pytest.raises(DataError, match=r"new.csv has a value every 1h, and the run was trained on counted rows"):
        files(counted, dated)
    with pytest.raises(DataError):
        files(dated, counted)
    assert len(files(dated, dated, {"frequency": "1step"}).rows) == 100


def long(names, rows=100):
    parts = [pd.DataFrame({"shop": name, "time": HOURS[:rows], "sales": VALUES[:rows] * factor})
             for factor, name in enumerate(names, 1)]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_the_series_of_the_run_is_chosen_in_a_new_file(files):
    run = {"series_column": "shop", "series": "b"}
    assert files(long("abc"), long("cab", 40), run).rows.values[1].tolist() == [3.0]
    assert files(long("abc"), long("cab"), run, {"series": "c"}).rows.values[1].tolist() == [1.0]
    one = long("b", 40).drop(columns="shop")
    assert len(files(long("abc"), one, run).rows) == 40
    with pytest.raises(DataError, match="no series 'b' in column 'shop'"):
        files(long("abc"), long("xy"), run)


def test_the_series_side_by_side_are_matched_by_name(files):
    run = {"series_column": "shop", "target": ("sales",)}
    assert files(long("abc"), long("cab", 40), run).rows.values[1].tolist() == [2.0, 3.0, 1.0]
    with pytest.raises(DataError, match="'c'"):
        files(long("abc"), long("abd"), run)


def test_a_series_in_a_row_is_continued(files):
    wide = pd.DataFrame([["H1", *VALUES[:60]], ["H2", *VALUES[40:]]], columns=["id", *(f"V{n}" for n in range(60))])
    history = files(wide, wide, {"series_column": "id", "series": "H1"}, {"series": "H2"})
    assert history.rows.values[:2, 0].tolist() == [40.0, 41.0]


def test_a_forecast_prints_local_times_with_their_offset():
    times = np.array(["2024-01-05T12:00", "2024-01-05T13:00"], "datetime64[ns]")
    values = np.ones((2, 1))
    made = Forecast("new.csv", ("load",), "", times, values, None, None, 0.8, times, values, "1h", "+09:00")
    assert [row["time"] for row in made.to_plain()["forecast"]] == [
        "2024-01-05T12:00:00+09:00", "2024-01-05T13:00:00+09:00",
    ]  # fmt: skip


def test_a_forecast_of_steps_is_drawn_and_numbered(tmp_path):
    steps = np.arange(98, 104).astype("datetime64[ns]")
    values = np.ones((3, 1))
    made = Forecast("new.csv", ("load",), "", steps[3:], values, values, values, 0.8, steps[:3], values, "1step")
    assert [row["time"] for row in made.to_plain()["forecast"]] == ["101", "102", "103"]
    made.plot(tmp_path / "steps.png")
    assert (tmp_path / "steps.png").stat().st_size > 1000

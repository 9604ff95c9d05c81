"""Rows without dates, and what is told about the times of rows."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.settings import DataSettings

VALUES = np.sin(np.arange(120) * np.pi / 6)  # a season of 12 rows


@pytest.fixture
def read(tmp_path):
    """Writes a frame and loads it as a series."""

    def written(frame, **settings):
        path = tmp_path / "values.csv"
        frame.to_csv(path, index=False)
        return load(DataSettings(path=str(path), **settings), "series")

    return written


def told(series):
    return [sentence for label, sentence in series.facts.understood if label == "times"]


@pytest.mark.parametrize(
    ("frame", "settings"),
    [
        (pd.DataFrame({"value": VALUES}), {}),
        (pd.DataFrame({"value": VALUES, "other": 1.5}), {"target": ("value",)}),
        (pd.DataFrame({"value": VALUES, "place": "Seoul"}), {}),
    ],
)
def test_rows_without_times_are_counted(read, frame, settings):
    series = read(frame, **settings)
    assert (series.frequency, series.season_length) == ("1step", 1)
    assert series.splits.train.times.astype(int).tolist() == [*range(96)]
    assert any("rows are counted" in sentence for sentence in told(series))


@pytest.mark.parametrize("name", ["t", "step", "Index", "번호", "x"])
def test_row_numbers_are_times_without_dates(read, name):
    series = read(pd.DataFrame({name: np.arange(5000, 5120), "value": VALUES}))
    assert (series.frequency, series.targets) == ("1step", ("value",))
    assert series.splits.train.times[:2].astype(int).tolist() == [5000, 5001]
    assert any(f"'{name}' numbers the rows" in sentence for sentence in told(series))


@pytest.mark.parametrize("name", ["step", "No", "번호"])
def test_numbers_of_rows_are_no_years(read, name):
    series = read(pd.DataFrame({name: np.arange(1950, 2070), "value": VALUES}))
    assert series.frequency == "1step"


def test_missing_row_numbers_are_gaps(read):
    frame = pd.DataFrame({"t": np.arange(120), "value": VALUES}).drop(index=[50, 51])
    with pytest.raises(DataError, match="2 of 120 rows are missing"):
        read(frame)
    assert len(read(frame, fill="interpolate").splits.train) == 96


def test_a_typed_frequency_gives_counted_rows_their_season(read):
    series = read(pd.DataFrame({"value": VALUES}), frequency="1M")
    assert (series.frequency, series.season_length) == ("1step", 12)


def test_rows_with_irregular_dates_are_counted_where_that_is_typed(read):
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.cumsum(np.arange(120) % 5 + 1), "D")
    frame = pd.DataFrame({"date": days, "value": VALUES})
    with pytest.raises(DataError, match="1step"):
        read(frame)
    assert read(frame, frequency="1step").frequency == "1step"
    with pytest.raises(DataError, match=r"line 3: the time .*is earlier than .*in the row before"):
        read(frame.iloc[[1, 0, *range(2, 120)]], frequency="1step")
    newest_first = read(frame.iloc[::-1], frequency="1step")
    assert newest_first.splits.train.values[0] == VALUES[0]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"when": [f"day no {row}" for row in range(120)], "value": VALUES}),  # times in an unknown format
        pd.DataFrame({"date": ["soon"] * 120, "value": VALUES}),
        pd.DataFrame({"from": pd.date_range("2024-01-01", periods=120), "to": pd.date_range("2024-01-02", periods=120),
                      "value": VALUES}),
    ],
)  # fmt: skip
def test_rows_are_not_counted_beside_what_may_be_their_times(read, frame):
    with pytest.raises(DataError, match=r"date|time"):
        read(frame, target=("value",))


def test_holidays_are_told(read):
    days = pd.date_range("2024-01-01", periods=123, freq="B").delete([10, 40, 41])
    series = read(pd.DataFrame({"date": days, "value": VALUES}))
    assert series.frequency == "1B"
    assert "3 business days without a row are taken for holidays (at most 2 in a row)" in told(series)


def test_sessions_are_told(read):
    bars = [day + pd.Timedelta(hours=hour) for day in pd.date_range("2024-01-01", periods=20, freq="B")
            for hour in range(9, 15)]  # fmt: skip
    series = read(pd.DataFrame({"time": bars, "value": VALUES}))
    assert series.frequency == "1h@09:00-14:00/1B"
    assert "6 rows each business day (09:00-14:00/1B): the time between sessions is no gap" in told(series)
    with pytest.raises(DataError, match="1 of 120 rows are missing"):
        read(pd.DataFrame({"time": bars, "value": VALUES}).drop(index=50))


def test_a_missing_hour_is_explained_as_a_changed_clock(read):
    clock = pd.date_range("2024-03-29", periods=120, freq="h", tz="Europe/Berlin").tz_localize(None)
    with pytest.raises(DataError, match="the hour from 2024-03-31T02:00 is left out, as where clocks go forward"):
        read(pd.DataFrame({"time": clock, "value": VALUES}))


@pytest.mark.parametrize("suffix", ["csv", "json"])
@pytest.mark.parametrize("frequency", ["D", "h"])
def test_the_index_of_times_of_a_series_of_pandas_is_the_time(tmp_path, suffix, frequency):
    values = pd.Series(VALUES, index=pd.date_range("2021-01-01", periods=120, freq=frequency))
    path = tmp_path / f"values.{suffix}"
    if suffix == "csv":
        values.to_csv(path)
    else:
        values.to_frame("value").to_json(path, date_format="iso")
    series = load(DataSettings(path=str(path)), "series")
    assert series.splits.train.times[1] == values.index[1].to_numpy()
    assert series.splits.train.values[:3, 0] == pytest.approx(VALUES[:3], abs=1e-9)

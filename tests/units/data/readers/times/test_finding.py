"""The columns of the times: by name, by parts, by look, or none."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.times.finding import find_time_column, time_candidates, unreadable_time_column
from rnnbench.data.settings import DataSettings

HOURS = pd.date_range("2021-01-01", periods=100, freq="h")
DAYS = pd.date_range("2021-01-01", periods=100, freq="D")
VALUES = np.random.default_rng(1).normal(size=100).round(3) + 7
ISO = HOURS.astype(str)
DATES = DAYS.astype(str)


def table(path, **columns):
    """A table of texts, as from a CSV file; `__` in a name is a blank."""
    frame = pd.DataFrame({name.replace("__", " "): pd.Series(cells).astype(str) for name, cells in columns.items()})
    return Table(path / "file.csv", frame)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"ts": ISO, "y": VALUES}, ("ts",)),
        ({"Date_Time": ISO, "y": VALUES}, ("Date_Time",)),
        ({"날짜": DATES, "y": VALUES}, ("날짜",)),
        ({"日時": ISO, "y": VALUES}, ("日時",)),
        ({"gemessen": ISO, "y": VALUES}, ("gemessen",)),
        ({"index": DATES, "y": VALUES}, ("index",)),
        ({"index": range(100), "day": DATES, "y": VALUES}, ("day",)),
        ({"date": ISO, "hour": HOURS.hour, "month": HOURS.month, "year": HOURS.year, "y": VALUES}, ("date",)),
        ({"Date": HOURS.strftime("%d/%m/%Y"), "Time": HOURS.strftime("%H:%M:%S"), "y": VALUES}, ("Date", "Time")),
        ({"Time": HOURS.strftime("%I:%M %p"), "Date": HOURS.strftime("%m/%d/%Y"), "y": VALUES}, ("Date", "Time")),
        ({"date": HOURS.strftime("%Y%m%d"), "time": HOURS.strftime("%H%M"), "y": VALUES}, ("date", "time")),
        ({"date": HOURS.strftime("%Y-%m-%d"), "Hour": HOURS.hour + 1, "y": VALUES}, ("date", "Hour")),
        ({"Date": HOURS.strftime("%d/%m/%Y"), "Time": HOURS.strftime("%H.%M.%S"), "y": VALUES}, ("Date", "Time")),
        (
            {"일자": HOURS.strftime("%Y-%m-%d"), "시간": [f"{hour}시" for hour in HOURS.hour], "y": VALUES},
            ("일자", "시간"),
        ),
        (
            {
                "date": HOURS.strftime("%Y-%m-%d"),
                "time": [f"{hour:02}:00 - {hour + 1:02}:00" for hour in HOURS.hour],
                "y": VALUES,
            },
            ("date", "time"),
        ),
        (
            {"#YY": HOURS.year, "MM": HOURS.month, "DD": HOURS.day, "hh": HOURS.hour, "mm": HOURS.minute, "y": VALUES},
            ("#YY", "MM", "DD", "hh", "mm"),
        ),
        ({"# date": DATES, "y": VALUES}, ("# date",)),
        ({"지역": [f"{2001 + n // 12}.{n % 12 + 1:02}" for n in range(100)], "y": VALUES, "z": VALUES}, ("지역",)),
        (
            {"시점": [f"{2001 + n // 12}.{n % 12 + 1:02}" + " p)" * (n > 90) for n in range(100)], "y": VALUES},
            ("시점",),
        ),
        ({"일자": HOURS.strftime("%Y-%m-%d"), "시": HOURS.hour, "분": [0] * 100, "y": VALUES}, ("일자", "시", "분")),
        ({"date": DATES, "hour": VALUES, "y": VALUES}, ("date",)),
        ({"date": DATES, "hour": [12] * 100, "y": VALUES}, ("date",)),
        (
            {
                "No": range(100),
                "year": HOURS.year,
                "month": HOURS.month,
                "day": HOURS.day,
                "hour": HOURS.hour,
                "y": VALUES,
            },
            ("year", "month", "day", "hour"),
        ),
        ({"YEAR": HOURS.year, "MO": HOURS.month, "DY": HOURS.day, "HR": HOURS.hour}, ("YEAR", "MO", "DY", "HR")),
        ({"년": HOURS.year, "월": HOURS.month, "일": HOURS.day, "시": HOURS.hour}, ("년", "월", "일", "시")),
        ({"Month": [f"{name}" for name in DAYS.month_name()], "Year": DAYS.year, "y": VALUES}, ("Year", "Month")),
        ({"YEAR": DAYS.year, "DOY": DAYS.day_of_year, "T": VALUES}, ("YEAR", "DOY")),
        ({"year": range(1900, 2000), "y": VALUES}, ("year",)),
        ({"time": range(100), "y": VALUES}, ("time",)),
        ({"ds": [f"{row / 4}" for row in range(100)], "y": VALUES}, ("ds",)),
        ({"date": DATES, "timestamp": DATES, "y": VALUES}, ("date",)),
        ({"date": DATES, "timestamp": ISO, "y": VALUES}, ("timestamp",)),
        ({"tm": HOURS.strftime("%Y%m%d%H%M"), "y": VALUES}, ("tm",)),
        ({"y": VALUES, "stamp": [str(hour.value // 10**9) for hour in HOURS]}, ("stamp",)),
        ({"anno": range(1900, 2000), "y": VALUES}, ("anno",)),
        ({"y": VALUES, "built": range(1900, 2000)}, ()),
        ({"first": VALUES, "second": VALUES}, ()),
        ({"text": ["a film"] * 100, "stars": range(100)}, ()),
        ({"date": ["day #1", *["day #2"] * 99], "y": VALUES}, ()),
        ({"hour": HOURS.hour, "month": HOURS.month, "y": VALUES}, ()),
    ],
)
def test_the_columns_of_the_times_are_found(tmp_path, columns, found):
    assert find_time_column(table(tmp_path, **columns), DataSettings()) == found


def test_two_columns_of_dates_are_both_candidates(tmp_path):
    later = (DAYS + pd.Timedelta(days=1)).astype(str)
    both = table(tmp_path, made=DATES, changed=later, y=VALUES)
    assert time_candidates(both, DataSettings()) == [("made",), ("changed",)]
    assert find_time_column(both, DataSettings()) == ()
    assert find_time_column(both, DataSettings(target=("changed",))) == ("made",)


@pytest.mark.parametrize(
    ("typed", "found"), [("a", ("a",)), ("a,b", ("a", "b")), ("a, b", ("a", "b")), ("c, d", ("c, d",))]
)
def test_the_typed_columns_are_taken(tmp_path, typed, found):
    columns = {"a": DATES, "b": HOURS.strftime("%H:%M"), "c, d": ISO}
    assert find_time_column(table(tmp_path, **columns), DataSettings(time_column=typed)) == found


def test_a_typed_column_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no column 'Tim' \(--time-column\). Did you mean 'Time'"):
        find_time_column(table(tmp_path, Date=DATES, Time=ISO), DataSettings(time_column="Date,Tim"))


@pytest.mark.parametrize("odd", ["31.02.2021", "", "n/a", "tomorrow"])
@pytest.mark.parametrize("name", ["date", "Messtag"])
def test_an_odd_cell_does_not_hide_the_column(tmp_path, name, odd):
    cells = DAYS.strftime("%d.%m.%Y").tolist()
    cells[15] = odd
    assert find_time_column(table(tmp_path, **{name: cells, "y": VALUES}), DataSettings()) == (name,)


@pytest.mark.parametrize(("name", "found"), [("date", "date"), ("날짜", "날짜"), ("ts", "ts"), ("city", None)])
def test_a_column_with_the_name_of_times_that_cannot_be_read_is_named(tmp_path, name, found):
    cells = [f"week no. {row} of spring" for row in range(100)]
    assert unreadable_time_column(table(tmp_path, **{name: cells, "y": VALUES}), DataSettings()) == found

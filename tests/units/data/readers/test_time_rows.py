"""The times of rows, and the refusals that name the cell."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.time_rows import read_times
from rnnbench.data.settings import DataSettings

DAYS = pd.date_range("2021-01-01", periods=100, freq="D")
GERMAN = DAYS.strftime("%d.%m.%Y").tolist()


def read(path, columns, **settings):
    frame = pd.DataFrame({name: pd.Series(cells).astype(str) for name, cells in columns.items()})
    table = Table(path / "file.csv", frame, lines=tuple(range(2, len(frame) + 2)))
    names = [name for name in columns if name not in ("y", "id", "Time")]
    return read_times(table, names, DataSettings(**settings))


def changed(row, cell, cells=GERMAN):
    return [*cells[:row], cell, *cells[row + 1 :]]


def local(start, zone, pattern="%Y-%m-%d %H:%M"):
    return pd.date_range(start, periods=200, freq="30min", tz=zone).strftime(pattern).tolist()


def test_sorted_and_distinct_times_are_read(tmp_path):
    column = read(tmp_path, {"date": GERMAN})
    assert (column.times == DAYS.to_numpy()).all()
    assert column.understood == ("'date' is read as day.month.year (the first, '01.01.2021', is 2021-01-01)",)


@pytest.mark.parametrize(
    ("columns", "settings", "words"),
    [
        (
            {"date": changed(15, "31.02.2021")},
            {},
            "line 17: '31.02.2021' in column 'date' is no date in the format day.month.year of the other 99 cells",
        ),
        ({"date": changed(15, "")}, {}, "line 17: the time in column 'date' is empty: write it, or remove the row"),
        ({"날짜": [f"no {row}" for row in range(9)]}, {}, "line 2: 'no 0' in column '날짜' is not a date or time"),
        (
            {"date": ["10:30"] * 9},
            {},
            "'10:30' in column 'date' is a time of day without a date: add a column of dates",
        ),
        (
            {"date": changed(40, "01/14/2021", DAYS.strftime("%d/%m/%Y").tolist())},
            {"date_order": "month_first"},
            "line 14: '13/01/2021' in column 'date' is no date in the format month/day/year, which --month-first "
            "asks for",
        ),
        ({"date": GERMAN}, {"time_format": "%Y"}, "'01.01.2021' in column 'date' is no date in --time-format '%Y'"),
        (
            {"date": pd.date_range("2021-03-05", periods=50, freq="5min").strftime("%d/%m/%Y %H:%M")},
            {},
            "'05/03/2021 00:00' in column 'date' may be 2021-03-05 as day/month/year or 2021-05-03 as month/day/year: "
            "type --day-first or --month-first",
        ),
        ({"ts": ["2021-01-01 00:00 CST"] * 3}, {}, "'2021-01-01 00:00 CST' in column 'ts': CST names several"),
        ({"date": [*GERMAN[:9], GERMAN[8]]}, {}, "the time 2021-01-09 occurs twice (line 10 and line 11; 1 rows"),
        (
            {"date": GERMAN[::-1]},
            {},
            "line 3: the time is earlier than in the row before (2021-04-09 after 2021-04-10): sort",
        ),
        ({"t": [1, 2, 2, 3]}, {}, "the step 2 occurs twice (line 3 and line 4"),
        (
            {"t": [1, 3, 2, 4]},
            {},
            "line 4: the step is earlier than in the row before (2 after 3): sort the file by 't'",
        ),
        ({"t": ["0", "1", "2", "3", "4.5"]}, {}, "'4.5' in column 't' is no step as the other"),
        (
            {"year": [2021] * 3, "month": [1, 2, 13]},
            {},
            "line 4: '2021-13' in columns 'year' and 'month' is no date in the format year-month of the other 2 cells",
        ),
        (
            {"date": np.repeat(GERMAN, 2)[:60], "Time": ["06:00", "18:00"] * 30},
            {},
            "the time 2021-01-01 occurs twice (line 2 and line 3; 30 rows repeat one): type --time-column date,Time",
        ),
        ({"date": [*GERMAN] * 2, "id": ["a"] * 100 + ["b"] * 100}, {}, "type --series-column id"),
        (
            {"ts": local("2021-10-30", "Europe/Berlin")},
            {},
            "the end of daylight saving: write the times in UTC or with",
        ),
        (
            {"ts": local("2021-11-06", "America/New_York", "%m/%d/%Y %H:%M")},
            {},
            "the hour from 2021-11-07T01:00 is rep",
        ),
    ],
)
def test_refusals_name_the_cell_and_what_to_type(tmp_path, columns, settings, words):
    with pytest.raises(DataError) as caught:
        read(tmp_path, columns, **settings)
    assert words in str(caught.value)
    assert str(caught.value).startswith("file.csv")
    assert "\n" not in str(caught.value)

"""One format for a column: what decides it, what cannot be decided, and what cannot be read."""

import datetime

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.times import looks_like_times, read_time, read_times_column, zone_offset
from rnnbench.data.settings import DataSettings

FIVE_MINUTES = pd.date_range("2021-03-05", periods=200, freq="5min")
DAYS = pd.date_range("2021-01-01", periods=100, freq="D")


def read(cells, name="date", **settings):
    return read_times_column(pd.Series(cells, name=name), DataSettings(**settings))


def nanoseconds(*times):
    return np.array(times, dtype="datetime64[ns]").tolist()


@pytest.mark.parametrize(
    ("cells", "order", "meant"),
    [
        (["30.01.20", "31.01.20", "01.02.20"], None, ["2020-01-30", "2020-01-31", "2020-02-01"]),
        (["01/02/2020", "01/13/2020"], None, ["2020-01-02", "2020-01-13"]),
        (["20-01-31", "20-02-01", "20-02-02"], None, ["2020-01-31", "2020-02-01", "2020-02-02"]),
        (["1/2/2020", "1/3/2020"], "day_first", ["2020-02-01", "2020-03-01"]),
        (["1/2/2020", "1/3/2020"], "month_first", ["2020-01-02", "2020-01-03"]),
        (["1-2-20", "1-3-20"], "day_first", ["2020-02-01", "2020-03-01"]),
        (["2020-01-02", "2020-01-03"], "day_first", ["2020-01-02", "2020-01-03"]),
        (["31.12.1999", "01.01.2000"], None, ["1999-12-31", "2000-01-01"]),
        (["01.02.2020", "02.02.2020"], None, ["2020-02-01", "2020-02-02"]),
    ],
)
def test_all_cells_or_an_option_decide_the_order(cells, order, meant):
    column = read(cells, date_order=order)
    assert not column.bad.any()
    assert column.ambiguous == ""
    assert column.times.tolist() == nanoseconds(*meant)


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (FIVE_MINUTES.strftime("%d/%m/%Y %H:%M"), ("2021-03-05 as day/month/year", "--day-first or --month-first")),
        (FIVE_MINUTES.strftime("%m-%d-%Y %H:%M"), ("2021-03-05 as month-day-year", "--day-first or --month-first")),
        (
            FIVE_MINUTES.strftime("%d/%m/%y %H:%M"),
            ("2005-03-21 as yy/month/day", "--month-first or --time-format 'yy/month/day'"),
        ),
        ([f"{day}/1/2021" for day in range(1, 13)], ("2021-02-01 as month/day/year", "--day-first or --month-first")),
        ([f"01/03/{year}" for year in range(1980, 2010)], ("1980-03-01", "--day-first or --month-first")),
    ],
)
def test_what_nothing_decides_is_asked(cells, options):
    column = read([*cells])
    assert all(option in column.ambiguous for option in options)


@pytest.mark.parametrize("days", [2, 5, 12])
@pytest.mark.parametrize("pattern", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"])
def test_hours_of_several_days_decide_themselves_as_only_one_order_has_regular_steps(days, pattern):
    hours = pd.date_range("2021-03-01", periods=24 * days, freq="h")
    column = read(hours.strftime(pattern))
    assert column.ambiguous == ""
    assert (column.times == hours.to_numpy()).all()


@pytest.mark.parametrize(
    ("cells", "order"),
    [(["12/31/2021", "01/01/2022"], "day_first"), (["31/12/2021", "01/01/2022"], "month_first")],
)
def test_an_option_that_contradicts_a_cell_leaves_it_bad(cells, order):
    assert read(cells, date_order=order).bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "bad"),
    [
        (["2021-01-01"] * 9 + ["2021-02-30"], 9),
        (["01.01.2021"] * 9 + ["2021-01-02"], 9),
        (["13.01.2021"] * 9 + ["01/14/2021"], 9),
        (["20210101"] * 9 + ["20210230"], 9),
        (["1609459200"] * 9 + ["0"], 9),
        (["2021-01-01 10:00"] * 9 + ["2021-01-01 24:01"], 9),
        (["2021-01-01 10:00"] * 9 + ["2021-01-01 10:60"], 9),
        (["2021-W10"] * 9 + ["2021-W53"], 9),
        (["2021-01-01"] * 9 + ["3000-01-01"], 9),
        (["2021-01-01"] * 9 + ["soon"], 9),
        ([""] + ["2021-01-01"] * 9, 0),
        (["NaT"] + ["2021-01-01"] * 9, 0),
    ],
)
def test_only_the_cell_that_does_not_fit_is_bad(cells, bad):
    column = read(cells)
    assert np.flatnonzero(column.bad).tolist() == [bad]
    assert np.isnat(column.times[bad])
    assert np.flatnonzero(column.blank).tolist() == ([bad] if cells[bad] in ("", "NaT") else [])


def test_a_user_s_own_word_for_no_value_is_blank():
    assert read(["2021-01-01", "tbd", "2021-01-03"], missing=("TBD",)).blank.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        ([str(row) for row in range(300)], range(300)),
        ([str(row) for row in range(1, 2501)], range(1, 2501)),
        ([0.0, 1.0, 2.0], range(3)),
        (["0", "3600", "7200"], [0, 3600, 7200]),
        (["0.0", "0.1", "0.2", "0.3", "0.5"], [0, 1, 2, 3, 5]),
        (["0.5", "1.5", "2.5"], [0, 1, 2]),
    ],
)
def test_numbers_that_are_no_dates_are_steps(cells, steps):
    column = read(cells, name="time")
    assert column.is_steps
    assert not column.bad.any()
    assert column.times.astype(np.int64).tolist() == [*steps]


@pytest.mark.parametrize("cells", [["0.1", "0.25", "0.7", "1.13"], ["10:30", "10:35"], ["red", "blue"], ["1.5", None]])
def test_what_is_neither_a_date_nor_a_step_is_bad(cells):
    assert read(cells).bad.any()


@pytest.mark.parametrize(("name", "is_steps"), [("date", False), ("t", True), ("No", True)])
def test_days_of_excel_are_steps_in_a_column_of_that_name(name, is_steps):
    assert read([str(44_000 + row) for row in range(100)], name=name).is_steps is is_steps


def test_days_of_excel_come_with_the_option_that_makes_steps_of_them():
    cells = ["44197", "44198", "44199"]
    assert "--time-format steps" in read(cells).warnings[0]
    assert read(cells, time_format="steps").times.astype(np.int64).tolist() == [44_197, 44_198, 44_199]


@pytest.mark.parametrize(
    ("cells", "zone", "first"),
    [
        (["2021-01-01T00:00+09:00", "2021-01-01T01:00+09:00"], "+09:00", "2021-01-01T00:00"),
        (["2021-01-01 00:00 KST", "2021-01-01 01:00 KST"], "+09:00", "2021-01-01T00:00"),
        (["2021-01-01 00:00:00 UTC+9"], "+09:00", "2021-01-01T00:00"),
        (["2021-01-01 00:00-0330"], "-03:30", "2021-01-01T00:00"),
        (["2021-01-01T00:00Z"], "UTC", "2021-01-01T00:00"),
        (["2021-01-01 00:00:00+00"], "UTC", "2021-01-01T00:00"),
        (["1609459200"], "UTC", "2021-01-01T00:00"),
        (["2021-01-01 00:00"], "", "2021-01-01T00:00"),
        (["2021-10-31T02:00+02:00", "2021-10-31T02:00+01:00"], "several offsets, read as UTC", "2021-10-31T00:00"),
        (["2021-11-07 01:00 CDT", "2021-11-07 01:00 CST"], "several offsets, read as UTC", "2021-11-07T06:00"),
        (["2021-03-28 01:00 CET", "2021-03-28 03:00 CEST"], "several offsets, read as UTC", "2021-03-28T00:00"),
    ],
)
def test_times_stay_on_their_clock_unless_offsets_differ(cells, zone, first):
    column = read(cells)
    assert not column.bad.any()
    assert column.zone == zone
    assert column.times[0] == np.datetime64(first)


@pytest.mark.parametrize(
    ("cells", "bad", "reason"),
    [
        (["2021-01-01 00:00 CST", "2021-01-01 01:00 CST"], [0, 1], "CST names several time zones"),
        (["2021-01-01 00:00 XYZ"], [0], "XYZ is not a known time zone"),
        (["2021-01-01 00:00+99:00"], [0], "not a known time zone"),
        (["2021-01-01 00:00Z", "2021-01-01 01:00", "2021-01-01 02:00Z"], [1], "it has no offset"),
        (["2021-01-01 00:00", "2021-01-01 01:00Z", "2021-01-01 02:00"], [1], "it has an offset"),
    ],
)
def test_a_clock_that_is_not_clear_is_explained(cells, bad, reason):
    column = read(cells)
    assert np.flatnonzero(column.bad).tolist() == bad
    assert reason in column.reason


@pytest.mark.parametrize(
    ("zone", "minutes"), [("KST", 540), ("+0530", 330), ("UTC-3", -180), ("Z", 0), ("CST", None), ("+15:00", None)]
)
def test_offsets_of_written_zones(zone, minutes):
    assert zone_offset(zone) == minutes


@pytest.mark.parametrize(
    ("column", "zone", "first"),
    [
        (pd.Series(pd.date_range("2020-01-01", periods=3, freq="h")), "", "2020-01-01T00:00"),
        (pd.Series(pd.date_range("2020-01-01", periods=3, freq="h", tz="Asia/Seoul")), "+09:00", "2020-01-01T00:00"),
        (pd.Series(pd.date_range("2020-01-01", periods=3, freq="h", tz="UTC")), "UTC", "2020-01-01T00:00"),
        (
            pd.Series(pd.date_range("2020-03-29", periods=9, freq="h", tz="Europe/Berlin")),
            "several offsets, read as UTC",
            "2020-03-28T23:00",
        ),
        (pd.Series(pd.period_range("2020-01", periods=3, freq="M")), "", "2020-01-01"),
        (pd.Series([datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]), "", "2020-01-01"),
        (pd.Series([20200101, 20200102]), "", "2020-01-01"),
        (pd.Series([1577836800.5, 1577836801.5]), "UTC", "2020-01-01T00:00:00.5"),
        (pd.Series(["2020-01-01", "2020-01-02"], dtype="category"), "", "2020-01-01"),
    ],
)
def test_cells_with_a_type_are_read(column, zone, first):
    read_column = read_times_column(column)
    assert not read_column.bad.any()
    assert read_column.zone == zone
    assert read_column.times[0] == np.datetime64(first)


def test_native_times_that_nanoseconds_cannot_hold_are_bad():
    column = pd.Series(np.array(["1500-01-01", "2020-01-01"], dtype="datetime64[s]"))
    assert read_times_column(column).bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("form", "cell", "meant"),
    [
        ("%H:%M %d.%m.%y", "14:30 31.01.21", "2021-01-31T14:30"),
        ("%d/%m/%Y", "05/03/2021", "2021-03-05"),
        ("month/day/year", "05/03/2021", "2021-05-03"),
        ("YYYYMMDDHH", "2021013114", "2021-01-31T14:00"),
        ("%Y-%m-%d %H:%M%z", "2021-01-31 14:30+0900", "2021-01-31T14:30"),
    ],
)
def test_a_typed_format_decides(form, cell, meant):
    assert read([cell], time_format=form).times.tolist() == nanoseconds(meant)


@pytest.mark.parametrize("form", ["DD.MM.YYYY", "%Q", "%d.%m.%d"])
def test_a_typed_format_that_is_none_is_refused(form):
    with pytest.raises(DataError, match="--time-format"):
        read(["31.01.2021"], time_format=form)


@pytest.mark.parametrize("count", [1, 3])
def test_columns_of_parts_are_joined(count):
    parts = [pd.Series([2021.0] * 2, name="Year"), pd.Series(["Jan", "Feb"], name="month")]
    parts += [pd.Series([5, 6], name="day"), pd.Series(["24", "1"], name="HR")] if count > 1 else []
    expected = ["2021-01-06T00:00", "2021-02-06T01:00"] if count > 1 else ["2021-01-01", "2021-02-01"]
    assert read_times_column(parts).times.tolist() == nanoseconds(*expected)


@pytest.mark.parametrize(
    ("clock", "first"),
    [
        (["00:00", "00:05"], "2021-01-31T00:00"),
        (["12:00 AM", "01:00 PM"], "2021-01-31T00:00"),
        (["오후 1:00", "오후 2:00"], "2021-01-31T13:00"),
        ([1, 24], "2021-01-31T01:00"),
        ([0, 2355], "2021-01-31T00:00"),
        (["0130", "0200"], "2021-01-31T01:30"),
    ],
)
@pytest.mark.parametrize("date", ["31.01.2021", "2021-01-31", "2021-01-31 00:00:00", "20210131"])
def test_a_date_and_a_time_of_day_are_joined(date, clock, first):
    column = read_times_column([pd.Series([date] * 2, name="Date"), pd.Series(clock, name="Time")])
    assert not column.bad.any()
    assert column.times[0] == np.datetime64(first)


@pytest.mark.parametrize(
    ("cells", "looks"),
    [
        (["2020-01-01", "2020-01-02"], True),
        (["Jan-21", "Feb-21"], True),
        (["2021년 1월", "2021년 2월"], True),
        (["1", "2"], False),
        (["2020", "2021"], False),
        (["20200101", "20200102"], False),
        (["1.5", "2.5"], False),
        ([1.5, 2.5], False),
        (["good film", "bad film"], False),
        (["10-20", "20-30"], False),
        (["10:30", "10:40"], False),
        ([], False),
    ],
)
def test_only_what_is_plainly_a_time_looks_like_one(cells, looks):
    assert looks_like_times(pd.Series(cells, dtype=object)) is looks


@pytest.mark.parametrize(
    ("text", "meant"),
    [("2021-01-31", "2021-01-31"), ("2021-01-31T14:30", "2021-01-31T14:30"), ("31.01.2021", "2021-01-31"),
     ("20210131", "2021-01-31"), ("2021", "2021-01-01"), ("Jan 2021", "2021-01-01"), ("2021Q2", "2021-04-01")],
)  # fmt: skip
def test_a_single_date_is_read(text, meant):
    assert read_time(text) == np.datetime64(meant)


@pytest.mark.parametrize("text", ["soon", "1/2/2021", "21-01-04", "2021-02-30", "", "17"])
def test_a_single_date_that_is_none_or_two_is_refused(text):
    with pytest.raises(DataError, match="type it as year-month-day, such as 2021-01-31"):
        read_time(text)

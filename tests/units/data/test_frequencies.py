"""Frequencies, seasons and grids; months and business days come from pandas as the second opinion."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import all_times, following, grid, infer, parse, positions, time_text


def times(frequency, count=60, start="2020-01-31"):
    return pd.date_range(start, periods=count, freq=frequency).to_numpy().astype("datetime64[ns]")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("H", "1h"), ("hourly", "1h"), ("60min", "1h"), ("1h", "1h"), ("15 min", "15min"), ("days", "1D"), ("MS", "1M"),
     ("M", "1M"), ("3M", "1Q"), ("12M", "1Y"), ("7D", "1W"), ("B", "1B"), ("90s", "90s"), ("30T", "30min"),
     ("100ms", "100ms"), ("5000 ms", "5s"), ("L", "1ms"), ("10us", "10us"), ("10 µs", "10us"), ("250ns", "250ns"),
     ("W-SUN", "1W"), ("QS-OCT", "1Q"), ("YE-DEC", "1Y"), ("BME", "1M"), ("step", "1step"), ("10 steps", "10step"),
     ("30min@09:00-15:30", "30min@09:00-15:30/1B"), ("1h@8:00-17:00/1D", "1h@08:00-17:00/1D"),
     ("5min@09:30-11:30+13:00-15:00/B", "5min@09:30-11:30+13:00-15:00/1B")],
)  # fmt: skip
def test_a_frequency_has_one_spelling(written, meant):
    assert parse(written) == meant


@pytest.mark.parametrize("written", ["", "often", "0h", "h1", "1.5h", "-1h", "1h@night", "0ms"])
def test_what_is_no_frequency_is_refused_with_examples(written):
    with pytest.raises(DataError, match=r"type one such as 15min|write the sessions of a day as in"):
        parse(written)


@pytest.mark.parametrize(
    ("written", "meanings"),
    [("5m", ("min (minutes)", "M (months)")), ("10Ms", ("ms (milliseconds)", "MS (the start of a month)"))],
)
def test_a_unit_with_two_meanings_is_refused_with_both(written, meanings):
    with pytest.raises(DataError) as caught:
        parse(written)
    assert all(meaning in str(caught.value) for meaning in meanings)


@pytest.mark.parametrize(
    ("pandas_name", "frequency"),
    [("h", "1h"), ("15min", "15min"), ("D", "1D"), ("B", "1B"), ("W", "1W"), ("MS", "1M"), ("ME", "1M"), ("QS", "1Q"),
     ("YS", "1Y"), ("2h", "2h"), ("4W", "4W"), ("100ms", "100ms"), ("10us", "10us"), ("50ns", "50ns")],
)  # fmt: skip
def test_the_frequency_of_regular_times_is_found(pandas_name, frequency):
    assert infer(times(pandas_name)) == frequency


def test_a_few_gaps_do_not_hide_the_frequency():
    assert infer(np.delete(times("h", 100), [3, 50, 51])) == "1h"
    assert infer(np.delete(times("MS", 100), [3, 50, 51])) == "1M"


def test_times_without_a_step_are_refused():
    irregular = np.datetime64("2020-01-01", "ns") + np.cumsum(np.arange(1, 40)) * np.timedelta64(60, "s")
    with pytest.raises(DataError, match="no regular step"):
        infer(irregular)


def test_a_single_time_has_no_frequency():
    with pytest.raises(DataError, match="type it, such as --frequency 1h"):
        infer(times("h", 1))


def test_a_gap_skips_places():
    assert positions(np.delete(times("h", 6), 2), "1h", "ts").tolist() == [0, 1, 3, 4, 5]
    assert positions(np.delete(times("ME", 6), 2), "1M", "ts").tolist() == [0, 1, 3, 4, 5]


def test_clocks_that_are_a_fraction_of_a_second_late_keep_their_step():
    late = np.random.default_rng(0).integers(0, 900, 60) * np.timedelta64(1_000_000, "ns")
    assert infer(times("h") + late) == "1h"
    assert positions(times("h") + late, "1h", "ts").tolist() == [*range(60)]


def test_whole_numbers_are_steps():
    steps = np.array([0, 10, 20, 40, 50], "datetime64[ns]")
    assert infer(steps, are_steps=True) == "10step"
    assert positions(steps, "10step", "t").tolist() == [0, 1, 2, 4, 5]
    assert all_times(steps, np.array([0, 1, 2, 4, 5]), "10step").astype(int).tolist() == [0, 10, 20, 30, 40, 50]
    assert following(steps[-1], 2, "10step").astype(int).tolist() == [60, 70]


@pytest.mark.parametrize(("pandas_name", "frequency"), [("D", "1D"), ("W", "1W"), ("MS", "1M")])
def test_midnights_of_a_local_clock_are_regular_in_utc(pandas_name, frequency):
    local = pd.date_range("2024-01-01", periods=60, freq=pandas_name, tz="Europe/Berlin")
    utc = local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ns]")
    assert infer(utc) == frequency
    assert positions(utc, frequency, "ts").tolist() == [*range(60)]


def test_two_rows_in_one_step_are_not_on_the_grid():
    with pytest.raises(DataError, match=r"9 times in 'ts' are not on the 1s grid"):
        positions(times("100ms", 10, "2024-01-01"), "1s", "ts")


def test_a_grid_has_the_times_of_its_missing_rows():
    whole = times("ME", 8)
    kept = np.array([0, 1, 4, 7])
    assert (all_times(whole[kept], kept, "1M") == whole).all()


def test_times_off_the_grid_are_counted_and_named():
    off = times("h", 6)
    off[3] += np.timedelta64(5, "m")
    with pytest.raises(DataError, match=r"1 times in 'ts' are not on the 1h grid \(the first: 2020-01-31T03:05:00\)"):
        positions(off, "1h", "ts")


@pytest.mark.parametrize(("pandas_name", "frequency"), [("h", "1h"), ("MS", "1M"), ("ME", "1M"), ("QS", "1Q")])
def test_the_grid_is_what_pandas_makes(pandas_name, frequency):
    expected = times(pandas_name, 40)
    assert (grid(expected[0], 40, frequency) == expected).all()


def test_a_grid_of_billions_of_rows_is_refused():
    with pytest.raises(DataError, match="with --frequency 1s the series would have 10,000,000,000 rows"):
        grid(np.datetime64("2020-01-01", "ns"), 10**10, "1s")


@pytest.mark.parametrize(
    ("last", "frequency", "expected"),
    [
        ("2024-02-28T23:00", "1h", ["2024-02-29T00:00", "2024-02-29T01:00"]),
        ("2024-01-31", "1M", ["2024-02-29", "2024-03-31"]),  # the last day of each month
        ("2024-01-01", "1Q", ["2024-04-01", "2024-07-01"]),
        ("2024-03-01", "1B", ["2024-03-04", "2024-03-05"]),  # a Friday, then Monday
        ("2024-03-01T15:00", "30min@09:00-15:30/1B", ["2024-03-01T15:30", "2024-03-04T09:00"]),
        ("2024-03-01T15:30", "30min@09:00-15:30/1D", ["2024-03-02T09:00", "2024-03-02T09:30"]),
        ("2024-03-01T00:00:00.900", "100ms", ["2024-03-01T00:00:01", "2024-03-01T00:00:01.100"]),
    ],
)
def test_times_that_follow(last, frequency, expected):
    found = following(np.datetime64(last, "ns"), 2, frequency)
    assert found.tolist() == np.array(expected, "datetime64[ns]").tolist()


@pytest.mark.parametrize(
    ("time", "frequency", "zone", "text"),
    [
        ("2024-01-31T00:00", "1D", "", "2024-01-31"),
        ("2024-01-31T00:00", "1M", "+09:00", "2024-01-31"),
        ("2024-01-31T16:00", "1B", "", "2024-01-31T16:00:00"),
        ("2024-01-31T00:00", "1h", "", "2024-01-31T00:00:00"),
        ("2024-01-31T12:00", "1h", "+09:00", "2024-01-31T12:00:00+09:00"),
        ("2024-01-31T12:00", "15min", "UTC", "2024-01-31T12:00:00+00:00"),
        ("2024-01-31T12:00", "1h", "several offsets, read as UTC", "2024-01-31T12:00:00+00:00"),
        ("2024-01-31T12:00", "1h", "-03:30", "2024-01-31T12:00:00-03:30"),
        ("2024-01-31T12:00:01", "100ms", "", "2024-01-31T12:00:01.000"),
        ("2024-01-31T12:00:01.000010", "10us", "", "2024-01-31T12:00:01.000010"),
        ("2024-01-31T12:00:01.5", "1s", "", "2024-01-31T12:00:01.500"),
        ("1970-01-01T00:00:00.000000301", "1step", "", "301"),
    ],
)
def test_a_time_is_written_as_a_date_a_step_or_with_its_offset(time, frequency, zone, text):
    assert time_text(np.datetime64(time), frequency, zone) == text

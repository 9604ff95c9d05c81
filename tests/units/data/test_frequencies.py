"""Frequencies, seasons and grids; months and business days come from pandas as the second opinion."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import following, grid, infer, parse, positions


def times(frequency, count=60, start="2020-01-31"):
    return pd.date_range(start, periods=count, freq=frequency).to_numpy().astype("datetime64[ns]")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("H", "1h"), ("hourly", "1h"), ("60min", "1h"), ("1h", "1h"), ("15 min", "15min"), ("days", "1D"), ("MS", "1M"),
     ("M", "1M"), ("3M", "1Q"), ("12M", "1Y"), ("7D", "1W"), ("B", "1B"), ("90s", "90s"), ("30T", "30min")],
)  # fmt: skip
def test_a_frequency_has_one_spelling(written, meant):
    assert parse(written) == meant


@pytest.mark.parametrize("written", ["", "often", "0h", "h1", "1.5h"])
def test_what_is_no_frequency_is_refused_with_examples(written):
    with pytest.raises(DataError, match="type one such as 15min"):
        parse(written)


@pytest.mark.parametrize(
    ("pandas_name", "frequency"),
    [("h", "1h"), ("15min", "15min"), ("D", "1D"), ("B", "1B"), ("W", "1W"), ("MS", "1M"), ("ME", "1M"), ("QS", "1Q"),
     ("YS", "1Y"), ("2h", "2h"), ("4W", "4W")],
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


def test_a_holiday_is_no_gap_among_business_days():
    assert positions(np.delete(times("B", 6), 2), "1B", "ts").tolist() == [0, 1, 2, 3, 4]


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
    ],
)
def test_times_that_follow(last, frequency, expected):
    found = following(np.datetime64(last, "ns"), 2, frequency)
    assert found.tolist() == np.array(expected, "datetime64[ns]").tolist()

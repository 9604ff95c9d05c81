"""Dates and times in the ways people write them."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.data.readers.times import as_times, looks_like_times


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["2020-01-02", "2020-01-03 04:05"], ["2020-01-02T00:00", "2020-01-03T04:05"]),
        (["1949-01", "1949-02"], ["1949-01-01T00:00", "1949-02-01T00:00"]),
        (["2020/01/02 03:00", "2020/01/02 04:00"], ["2020-01-02T03:00", "2020-01-02T04:00"]),
        (["01/02/2020", "01/13/2020"], ["2020-01-02T00:00", "2020-01-13T00:00"]),
        (["01/02/2020", "13/02/2020"], ["2020-02-01T00:00", "2020-02-13T00:00"]),
        (["2020. 1. 5.", "2020. 11. 25."], ["2020-01-05T00:00", "2020-11-25T00:00"]),
        (["2020년 1월 5일", "2020년 12월 6일"], ["2020-01-05T00:00", "2020-12-06T00:00"]),
        (["2020", "2021"], ["2020-01-01T00:00", "2021-01-01T00:00"]),
        (["20200105", "20201231"], ["2020-01-05T00:00", "2020-12-31T00:00"]),
        (["1577836800", "1577840400"], ["2020-01-01T00:00", "2020-01-01T01:00"]),
        (["1577836800000", "1577840400000"], ["2020-01-01T00:00", "2020-01-01T01:00"]),
        (["2020-03-29T01:00+01:00", "2020-03-29T03:00+02:00"], ["2020-03-29T00:00", "2020-03-29T01:00"]),
    ],
)
def test_written_times_are_read(written, meant):
    times, bad = as_times(pd.Series(written))
    assert not bad.any()
    assert times.dtype == np.dtype("datetime64[ns]")
    assert (times == np.array(meant, dtype="datetime64[ns]")).all()


def test_native_times_are_read_and_moved_to_utc():
    column = pd.Series(pd.date_range("2020-01-01", periods=3, freq="h", tz="Asia/Seoul"))
    times, bad = as_times(column)
    assert not bad.any()
    assert times[0] == np.datetime64("2019-12-31T15:00")


@pytest.mark.parametrize("cell", ["soon", "", "10:30", "2020-13-45", "12345", "3000-01-01"])
def test_a_cell_that_is_no_time_is_marked(cell):
    _, bad = as_times(pd.Series(["2020-01-01", cell, "2020-01-03"]))
    assert bad.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("cells", "plainly"),
    [(["2020-01-01", "2020-01-02"], True), (["1", "2"], False), (["good film", "bad film"], False),
     ([1.5, 2.5], False), (["2020", "2021"], False)],
)  # fmt: skip
def test_only_what_is_plainly_a_time_looks_like_one(cells, plainly):
    assert looks_like_times(pd.Series(cells)) is plainly

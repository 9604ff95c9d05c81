"""Daily sessions: rows at the same clock times each day."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import all_times, following, infer, parse, positions


def bars(step="30min", hours=("09:00-15:30",), days="B", count=20):
    """The times of sessions on `count` days from a Wednesday on."""
    dates = pd.date_range("2024-01-03", periods=count, freq=days)
    clocks = [pd.timedelta_range(*[f"{clock}:00" for clock in session.split("-")], freq=step) for session in hours]
    return np.sort(np.concatenate([(date + clock).to_numpy() for date in dates for clock in clocks])).astype("M8[ns]")


@pytest.mark.parametrize(
    ("times", "frequency"),
    [
        (bars(), "30min@09:00-15:30/1B"),
        (bars("5min", ("09:30-11:30", "13:00-15:00")), "5min@09:30-11:30+13:00-15:00/1B"),
        (bars("1h", ("06:00-20:00",), "D"), "1h@06:00-20:00/1D"),
        (bars("1h", ("00:00-23:00",)), "1h@00:00-23:00/1B"),  # day and night, but not at weekends
        (bars("10s", ("09:00-09:10",)), "10s@09:00-09:10/1B"),
        (bars()[5:-3], "30min@09:00-15:30/1B"),  # a part of the first and of the last day
    ],
)
def test_sessions_are_found_and_have_no_gaps(times, frequency):
    assert infer(times) == frequency
    assert parse(frequency) == frequency
    assert positions(times, frequency, "time").tolist() == [*range(len(times))]
    assert (following(times[-15], 14, frequency) == times[-14:]).all()


def test_a_missing_bar_is_a_gap_and_a_holiday_is_none():
    times = bars()
    without_bar = np.delete(times, 40)
    frequency = infer(without_bar)
    places = positions(without_bar, frequency, "time")
    assert places.tolist() == [*range(40), *range(41, len(times))]
    assert (all_times(without_bar, places, frequency) == times).all()
    without_day = np.delete(times, slice(28, 42))
    assert positions(without_day, infer(without_day), "time").tolist() == [*range(len(times) - 14)]


def test_on_every_day_a_missing_day_is_a_gap():
    times = bars("1h", ("06:00-20:00",), "D")
    kept = np.delete(np.arange(len(times)), slice(30, 45))
    places = positions(times[kept], infer(times[kept]), "time")
    assert places.tolist() == kept.tolist()
    assert (all_times(times[kept], places, "1h@06:00-20:00/1D") == times).all()


@pytest.mark.parametrize(
    "times",
    [
        pd.date_range("2024-01-03", periods=400, freq="30min").to_numpy(),
        np.delete(pd.date_range("2024-01-03", periods=400, freq="30min").to_numpy(), [7, 90, 91, 300]),
        # half of the rows at random, each day at other hours
        np.sort(np.random.default_rng(0).choice(pd.date_range("2024-01-03", periods=500, freq="h"), 350, False)),
    ],
)
def test_a_series_that_goes_on_at_night_has_no_sessions(times):
    assert "@" not in infer(times.astype("datetime64[ns]"))


@pytest.mark.parametrize(
    "time", ["2024-01-10T16:00", "2024-01-10T09:10", "2024-01-13T09:30"]
)  # late, between, Saturday
def test_a_row_outside_all_sessions_is_refused(time):
    times = np.sort(np.append(bars(), np.datetime64(time, "ns")))
    with pytest.raises(DataError, match=f"1 times in 'time' are not on the 30min@09:00-15:30/1B grid .*{time}"):
        positions(times, "30min@09:00-15:30/1B", "time")

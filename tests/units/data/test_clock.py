"""Offsets of clocks and changed clocks."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.clock import clock_change, fixed_offset, on_clock, zone_sentence


def local(start, end, zone, step="h"):
    """Local clock times of a zone, without offset."""
    index = pd.date_range(start, end, freq=step, tz="UTC").tz_convert(zone).tz_localize(None)
    return index.to_numpy().astype("datetime64[ns]")


@pytest.mark.parametrize(
    ("times", "hour", "how"),
    [
        (local("2021-10-20", "2021-11-05", "Europe/Berlin"), "2021-10-31T02:00", "repeated"),
        (local("2021-10-20", "2021-11-05", "Europe/Berlin", "15min"), "2021-10-31T02:00", "repeated"),
        (local("2023-10-20", "2023-11-15", "America/New_York", "30min"), "2023-11-05T01:00", "repeated"),
        (local("2021-03-20", "2021-04-05", "Europe/London"), "2021-03-28T01:00", "left out"),
        (local("2024-03-01", "2024-04-01", "America/Chicago"), "2024-03-10T02:00", "left out"),
        (local("2021-01-01", "2023-01-01", "Europe/Berlin"), "2021-10-31T02:00", "repeated"),
    ],
)
def test_a_repeated_or_missing_hour_is_daylight_saving(times, hour, how):
    sentence = clock_change(times)
    assert sentence is not None
    assert f"the hour from {hour} is {how}" in sentence
    assert "daylight saving" in sentence


HOURS = pd.date_range("2021-10-01", periods=600, freq="h").to_numpy().astype("datetime64[ns]")


@pytest.mark.parametrize(
    "times",
    [
        HOURS,
        np.delete(HOURS, 300),  # at noon
        np.delete(HOURS, [98, 99, 100]),  # three hours at night
        np.repeat(HOURS[:100], 2),  # two series, hour by hour
        np.concatenate([HOURS[:200], HOURS[:200]]),  # one series after another
        pd.date_range("2021-10-01", periods=60).to_numpy().astype("datetime64[ns]")[[*range(30), *range(29, 60)]],
        HOURS[:2],
    ],
)
def test_other_faults_are_not(times):
    assert clock_change(times) is None


def test_a_file_with_another_offset_is_put_on_the_clock_of_the_run():
    utc = HOURS[:3]
    assert (on_clock(utc, "UTC", "+09:00", "new.csv") == utc + np.timedelta64(9, "h")).all()
    assert (on_clock(utc, "+02:00", "-03:30", "new.csv") == utc - np.timedelta64(330, "m")).all()
    assert (on_clock(utc, "+09:00", "several offsets, read as UTC", "new.csv") == utc - np.timedelta64(9, "h")).all()
    assert on_clock(utc, "+09:00", "+09:00", "new.csv") is utc


@pytest.mark.parametrize(
    ("zone", "wanted", "told"),
    [
        ("", "+09:00", "its times have no offset, and those of the run have +09:00: write"),
        ("", "UTC", "and those of the run have +00:00"),
        ("+09:00", "", "its times have the offset +09:00, and those of the run have none: write"),
    ],
)
def test_a_clock_without_offset_is_refused_beside_one_with(zone, wanted, told):
    with pytest.raises(DataError, match=r"^new\.csv: ") as caught:
        on_clock(HOURS, zone, wanted, "new.csv")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dates_are_the_same_dates_with_and_without_an_offset():
    days = pd.date_range("2024-01-01", periods=5).to_numpy().astype("datetime64[ns]")
    assert on_clock(days, "", "+09:00", "new.csv") is days
    assert on_clock(days, "+09:00", "", "new.csv") is days


def test_a_named_zone_has_one_offset_or_is_read_as_utc():
    winter = local("2024-01-01", "2024-01-03", "Europe/Berlin")
    times, zone = fixed_offset(winter, "Europe/Berlin")
    assert (zone, times is winter) == ("+01:00", True)
    autumn = local("2024-10-26", "2024-10-28", "Europe/Berlin")
    times, zone = fixed_offset(autumn, "Europe/Berlin")
    assert "UTC" in zone
    assert (np.diff(times) == np.timedelta64(1, "h")).all()
    assert times[0] == np.datetime64("2024-10-26T00:00")
    with pytest.raises(DataError, match="times in the zone Europe/Nowhere"):
        fixed_offset(winter, "Europe/Nowhere")


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        ("", ""),
        ("UTC", "times are UTC"),
        ("+09:00", "times are local times with the offset +09:00"),
        ("several offsets, read as UTC", "times are UTC (several offsets, read as UTC)"),
    ],
)
def test_the_zone_in_words(zone, sentence):
    assert zone_sentence(zone) == sentence

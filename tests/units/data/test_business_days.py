"""Business days: holidays are no rows, holes are; pandas makes the expected days."""

import numpy as np
import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import all_times, infer, positions

DAYS = pd.date_range("2024-01-01", periods=60, freq="B").to_numpy().astype("datetime64[ns]")


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_up_to_five_days_without_a_row_are_holidays(missing):
    rows = np.delete(DAYS, np.arange(10, 10 + missing))
    assert infer(rows) == "1B"
    assert positions(rows, "1B", "day").tolist() == [*range(60 - missing)]


@pytest.mark.parametrize("missing", [6, 30])
def test_more_days_without_a_row_are_missing_rows(missing):
    kept = np.delete(np.arange(60), np.arange(10, 10 + missing))
    places = positions(DAYS[kept], "1B", "day")
    assert places.tolist() == kept.tolist()
    assert (all_times(DAYS[kept], places, "1B") == DAYS).all()


def test_holidays_and_a_hole_together():
    kept = np.delete(np.arange(60), [3, *range(20, 30)])
    places = positions(DAYS[kept], "1B", "day")
    assert places[-1] == 58  # one position less than all days, for the holiday
    assert (all_times(DAYS[kept], places, "1B") == np.delete(DAYS, 3)).all()


def test_the_time_of_day_of_a_close_does_not_matter():
    summer = np.arange(60) >= 30
    closes = DAYS + np.where(summer, 20, 21) * np.timedelta64(1, "h")
    assert infer(closes) == "1B"
    assert positions(closes, "1B", "close").tolist() == [*range(60)]


@pytest.mark.parametrize(
    ("frequency", "reason"),
    [
        ("D", "are not on the 1B grid"),  # weekends
        ("h", "are not on the 1B grid"),  # days repeat
        ("5min", "are not on the 1B grid"),
        ("MS", "are not on the 1B grid"),
        ("W-FRI", "more than one business day apart, such as"),
        ("BME", "more than one business day apart, such as"),
        ("2B", "more than one business day apart, such as"),
    ],
)
def test_times_of_another_step_are_refused(frequency, reason):
    times = pd.date_range("2024-01-01", periods=60, freq=frequency).to_numpy().astype("datetime64[ns]")
    with pytest.raises(DataError, match=reason):
        positions(times, "1B", "day")


def test_days_with_some_weekends_are_no_business_days():
    days = np.sort(np.append(DAYS, np.datetime64("2024-01-13", "ns")))
    assert infer(days) == "1D"

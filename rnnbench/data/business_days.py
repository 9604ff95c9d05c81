"""Business days as a grid: Monday to Friday; a few days without a row are holidays, many in a row are a gap."""

from __future__ import annotations

import numpy as np

MOST_HOLIDAYS = 5
"""Most business days in a row without a row that are taken for holidays; more are missing rows."""


def days_of(times: np.ndarray) -> np.ndarray:
    """The calendar day of each time, datetime64[D]."""
    return times.astype("datetime64[D]")


def steps(days: np.ndarray) -> np.ndarray:
    """Business days from each day to the next one in the array."""
    return np.busday_count(days[:-1], days[1:])


def off_grid(days: np.ndarray) -> np.ndarray:
    """Which days are no rows of the grid: weekends, and days that repeat the day before."""
    return ~np.is_busday(days) | np.append(False, days[1:] <= days[:-1])


def are_daily(days: np.ndarray) -> bool:
    """Whether at least half of the steps are one business day."""
    return len(days) < 2 or bool((steps(days) == 1).mean() >= 0.5)


def positions(days: np.ndarray) -> np.ndarray:
    """The position of each day on the grid: holidays have none, each day of a longer hole has one."""
    apart = steps(days)
    return np.append(0, np.cumsum(np.where(apart > MOST_HOLIDAYS + 1, apart, 1)))


def all_days(days: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The day of every position: those of the rows, and the business days of each hole between them."""
    every = np.empty(int(places[-1]) + 1, dtype="datetime64[D]")
    every[places] = days
    for row in np.flatnonzero(np.diff(places) > 1):
        missing = np.arange(1, places[row + 1] - places[row])
        every[places[row] + missing] = np.busday_offset(days[row], missing)
    return every


def holidays(days: np.ndarray) -> np.ndarray:
    """Business days without a row at each step, where they are few enough to be holidays."""
    missing = steps(days) - 1
    return missing[(missing > 0) & (missing <= MOST_HOLIDAYS)]


def following(day: np.datetime64, count: int) -> np.ndarray:
    """The `count` business days after a day. Weekends are left out, holidays are not."""
    return np.asarray(np.busday_offset(day, np.arange(1, count + 1), roll="backward"))

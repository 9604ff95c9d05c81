"""Daily sessions as a grid: rows at the same clock times each day, such as trading hours; the nights are no gaps.

A frequency with sessions is spelled `30min@09:00-15:30/1B`: every 30 minutes from 09:00 to 15:30, on business days.
Several sessions a day are joined by +: `5min@09:30-11:30+13:00-15:00/1B`. `/1D` are sessions on every day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rnnbench.data import business_days

DAY = 86_400 * 10**9
MOST_SLOTS = 86_400
"""Rows of a day: one each second."""
FEWEST_DAYS = 3
LEAST_INSIDE = 0.99
"""Least share of the rows at the usual clock times of the file, for these to be sessions."""
LEAST_PRESENT = 0.8
"""Least share of the rows of all sessions that the file has."""
SPELLING = (
    r"(?P<hours>\d\d?:\d\d(:\d\d)?-\d\d?:\d\d(:\d\d)?(\+\d\d?:\d\d(:\d\d)?-\d\d?:\d\d(:\d\d)?)*)(/1?(?P<days>[BD]))?"
)


@dataclass(frozen=True)
class Sessions:
    """Clock times at which each day has a row, in nanoseconds since midnight, and the days that have sessions."""

    step: int
    slots: tuple[int, ...]
    are_business_days: bool

    @property
    def spelled(self) -> str:
        """The hours and days as in a frequency, without the step: '09:00-15:30/1B'."""
        slots = np.array(self.slots)
        ends = np.flatnonzero(np.diff(slots) != self.step)
        starts = [slots[0], *slots[ends + 1]]
        parts = [
            f"{_clock(first)}-{_clock(last)}" for first, last in zip(starts, [*slots[ends], slots[-1]], strict=True)
        ]
        return f"{'+'.join(parts)}/{'1B' if self.are_business_days else '1D'}"

    def off_grid(self, times: np.ndarray) -> np.ndarray:
        """Which times are outside all sessions."""
        days, clock = _split(times)
        outside = ~np.isin(clock, self.slots)
        return outside | ~np.is_busday(days) if self.are_business_days else outside

    def positions(self, times: np.ndarray) -> np.ndarray:
        """The position of each time; a missing row of a session skips a position."""
        days, clock = _split(times)
        distinct, place = np.unique(days, return_inverse=True)
        numbers = business_days.positions(distinct) if self.are_business_days else (distinct - distinct[0]).astype(int)
        rows = numbers[place] * len(self.slots) + np.searchsorted(self.slots, clock)
        return np.asarray(rows - rows[0])

    def all_times(self, times: np.ndarray) -> np.ndarray:
        """The time of every position, those of missing rows included."""
        distinct = np.unique(_split(times)[0])
        if self.are_business_days:
            distinct = business_days.all_days(distinct, business_days.positions(distinct))
        else:
            distinct = np.arange(distinct[0], distinct[-1] + 1)
        every = (distinct.astype("datetime64[ns]")[:, None] + np.array(self.slots, "timedelta64[ns]")).ravel()
        return every[(every >= times[0]) & (every <= times[-1])]

    def following(self, last: np.datetime64, count: int) -> np.ndarray:
        """The `count` times after `last`."""
        day = last.astype("datetime64[D]")
        ahead = count // len(self.slots) + 2
        later = business_days.following(day, ahead) if self.are_business_days else day + np.arange(1, ahead + 1)
        days = np.append(day, later).astype("datetime64[ns]")
        every = (days[:, None] + np.array(self.slots, "timedelta64[ns]")).ravel()
        return every[every > last][:count]


def parse(text: str, step: int) -> Sessions | None:
    """The sessions of a spelling without the step, such as '09:00-15:30/1B'; None where it is none."""
    match = re.fullmatch(SPELLING, text)
    if match is None:
        return None
    slots: list[int] = []
    for hours in match["hours"].split("+"):
        first, last = (_nanoseconds(clock) for clock in hours.split("-"))
        if not (slots[-1] if slots else -1) < first <= last < DAY or (last - first) // step > MOST_SLOTS:
            return None
        slots += range(first, last + 1, step)
    return Sessions(step, tuple(slots), match["days"] != "D")


def find(times: np.ndarray, step: int) -> Sessions | None:
    """The sessions of sorted times whose commonest step is `step` nanoseconds; None where the rows go on at night.

    The clock times that at least half of the days have are the sessions. Nearly all rows must be at these, and most of
    the rows of the sessions present: gaps at other hours each day are no sessions.
    """
    if DAY % step:
        return None
    days, clock = _split(times)
    distinct = np.unique(days)
    at, counts = np.unique(clock, return_counts=True)
    slots = at[2 * counts >= len(distinct)]
    if len(distinct) < FEWEST_DAYS or not 2 <= len(slots) <= MOST_SLOTS or ((slots - slots[0]) % step).any():
        return None
    are_business_days = bool(np.is_busday(distinct).all() and (np.diff(distinct).astype(int) > 2).any())
    if len(slots) == DAY // step and not are_business_days:
        return None
    inside = int(np.isin(clock, slots).sum())
    if inside < LEAST_INSIDE * len(times) or inside < LEAST_PRESENT * len(distinct) * len(slots):
        return None
    return Sessions(step, tuple(slots.tolist()), are_business_days)


def _split(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The day of each time, and the nanoseconds since its midnight."""
    days = times.astype("datetime64[D]")
    return days, (times - days.astype("datetime64[ns]")).astype(np.int64)


def _clock(nanoseconds: int) -> str:
    minutes, seconds = divmod(int(nanoseconds) // 10**9, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _nanoseconds(clock: str) -> int:
    hours, minutes, *seconds = map(int, clock.split(":"))
    return (hours * 3600 + minutes * 60 + sum(seconds)) * 10**9

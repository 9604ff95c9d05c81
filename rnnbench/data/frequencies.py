"""Sampling frequencies of series: their spelling and time grid.

A frequency is written as a count and a unit: `100ms`, `15min`, `1h`, `1D`, `1B` (business days), `1W`, `1M`, `1Q` or
`1Y`; `1step` counts rows, where times are whole numbers or absent; `30min@09:00-15:30/1B` has daily sessions.
"""

from __future__ import annotations

import re
from typing import Literal

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data import business_days, sessions
from rnnbench.data.clock import offset_text
from rnnbench.data.frequency_names import unit_named
from rnnbench.data.sessions import Sessions

SECOND = 10**9
NANOSECONDS = {
    "step": 1, "ns": 1, "us": 10**3, "ms": 10**6, "s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND,
    "D": 86_400 * SECOND, "W": 604_800 * SECOND,
}  # fmt: skip
MONTHS = {"M": 1, "Q": 3, "Y": 12}
BUSINESS = "1B"
STEP = "1step"
"""The frequency of rows that are counted: their times are whole numbers, as nanoseconds."""
ANCHOR = r"-[A-Z]{3}$"
"""The end of a week, quarter or year in pandas' spellings, such as W-SUN."""
EXAMPLES = "15min, 1h, 1D, 1B, 1W, 1M, 1Q, 1Y, 100ms, 1step"
FRACTIONS: tuple[Literal["s", "ms", "us", "ns"], ...] = ("s", "ms", "us", "ns")
MOST_ROWS = 200_000_000
MOST_DIGITS = 18
MONTH = 30 * NANOSECONDS["D"]
LONGEST = 101 * 366 * NANOSECONDS["D"]
"""Nanoseconds; times of 64 bits cover less than six centuries."""
SHOWN = 60
"""Characters of what was typed, in a message."""


def parse(text: str) -> str:
    """The normalized spelling of a frequency: 'H', 'hourly' and '60min' are all '1h'.

    Raises: DataError when it is not a frequency.
    """
    written, has_sessions, hours = text.strip().partition("@")
    match = re.fullmatch(rf"(\d{{0,{MOST_DIGITS}}})\s*([A-Za-zµμ]+)", re.sub(ANCHOR, "", written.strip()))
    count, name = (int(match[1] or 1), unit_named(match[2])) if match else (0, None)
    if name is None or count < 1:
        raise DataError(f"--frequency {text[:SHOWN]!r} is not a frequency: type one such as {EXAMPLES}")
    if count * NANOSECONDS.get(name, MONTH * MONTHS.get(name, 0)) > LONGEST:
        raise DataError(f"--frequency {text!r} is longer than a century: type a shorter step, such as {EXAMPLES}")
    if has_sessions:
        return _with_sessions(count * NANOSECONDS.get(name, 0), hours.strip(), text)
    if name == "step":
        return f"{count}step"
    if name == "B":
        if count > 1:
            raise DataError(f"--frequency {text!r}: business days are read one by one: type 1B, or 1W for weeks")
        return BUSINESS
    return _from_months(count * MONTHS[name]) if name in MONTHS else _from_nanoseconds(count * NANOSECONDS[name])


def unit_of(frequency: str) -> str:
    """The unit of a normalized frequency: 'min' of '30min@09:00-15:30/1B'."""
    return frequency.partition("@")[0].lstrip("0123456789")


def is_steps(frequency: str) -> bool:
    """Whether the times are whole numbers instead of dates."""
    return unit_of(frequency) == "step"


def step_of(frequency: str) -> int:
    """The step in nanoseconds; 0 for business days, months, quarters and years."""
    count, unit = re.findall(r"^(\d+)([A-Za-z]+)", frequency)[0]
    return int(count) * NANOSECONDS.get(unit, 0)


def months_of(frequency: str) -> int:
    """The step in months; 0 for steps of a fixed length."""
    count, unit = re.findall(r"^(\d+)([A-Za-z]+)", frequency)[0]
    return int(count) * MONTHS.get(unit, 0)


def sessions_of(frequency: str) -> Sessions | None:
    """The daily sessions of a normalized frequency; None where it has none."""
    _, has_sessions, hours = frequency.partition("@")
    return sessions.parse(hours, step_of(frequency)) if has_sessions else None


def infer(times: np.ndarray, *, are_steps: bool = False) -> str:
    """The frequency of most steps of sorted, distinct times (datetime64[ns]).

    are_steps: the times are whole numbers, as nanoseconds.
    Raises: DataError when most steps differ.
    """
    if len(times) < 2:
        raise DataError("a single time has no step: type it, such as --frequency 1h")
    step, share = _commonest_step(times)
    if are_steps and share >= 0.5:
        return f"{step}step"
    if share < 0.5:  # a clock may be a fraction of a second late
        step, share = _commonest_step(times.astype("datetime64[s]"))
    day = NANOSECONDS["D"]
    days = times.astype("datetime64[D]")
    apart = np.diff(days).astype(int)
    if abs(step - day) <= NANOSECONDS["h"] and 3 in apart and not business_days.off_grid(days).any():
        return BUSINESS
    if step >= 28 * day:
        month_steps, month_counts = np.unique(np.diff(_month_numbers(times)), return_counts=True)
        months = int(month_steps[np.argmax(month_counts)])
        if months >= 1 and not _off_grid(times, _from_months(months)).any():
            return _from_months(months)
    if step < 1 or share < 0.5:
        raise DataError("the times have no regular step: type the step, such as --frequency 1h, or 1step to count rows")
    session_grid = sessions.find(times, step) if step < day and share < 1 else None
    return f"{_from_nanoseconds(step)}@{session_grid.spelled}" if session_grid else _from_nanoseconds(step)


def positions(times: np.ndarray, frequency: str, column: str) -> np.ndarray:
    """The position of each time on the regular grid that starts at the first time; a gap skips positions.

    Holidays among business days are no gaps: see `business_days`. The nights between sessions are none: see `sessions`.
    Raises: DataError when times are not on the grid.
    """
    off = _off_grid(times, frequency)
    if off.any():
        first = time_text(times[np.argmax(off)], "1s")
        raise DataError(
            f"{int(off.sum()):,} times in {column!r} are not on the {frequency} grid (the first: {first}): type the "
            "right --frequency, or resample the file"
        )
    days = times.astype("datetime64[D]")
    if frequency == BUSINESS and not business_days.are_daily(days):
        raise DataError(
            f"most times in {column!r} are more than one business day apart, such as {days[0]} and {days[1]}: type the "
            "right --frequency, or resample the file"
        )
    if frequency == BUSINESS:
        return business_days.positions(days)
    if (daily := sessions_of(frequency)) is not None:
        return daily.positions(times)
    if months := months_of(frequency):
        numbers = _month_numbers(times)
        return (numbers - numbers[0]) // months
    numbers = _on_clock(times, frequency)
    return (numbers - numbers[0]) // step_of(frequency)


def all_times(times: np.ndarray, places: np.ndarray, frequency: str) -> np.ndarray:
    """The time of every position of the grid, as datetime64[ns]. places: the position of each of the times."""
    count = int(places[-1]) + 1
    if count == len(times):
        return times
    if frequency == BUSINESS:
        days = times.astype("datetime64[D]")
        return business_days.all_days(days, places).astype("datetime64[ns]") + (times[0] - days[0])
    if (daily := sessions_of(frequency)) is not None:
        return daily.all_times(times)
    return grid(times[0], count, frequency)


def grid(start: np.datetime64, count: int, frequency: str) -> np.ndarray:
    """`count` regular times from `start` on, as datetime64[ns]; not for business days and sessions."""
    if count > MOST_ROWS:
        raise DataError(f"with --frequency {frequency} the series would have {count:,} rows: type a longer step")
    months = months_of(frequency)
    if not months:
        return start.astype("datetime64[ns]") + np.arange(count) * np.timedelta64(step_of(frequency), "ns")
    firsts = start.astype("datetime64[M]") + np.arange(count) * months
    ends = (firsts + 1).astype("datetime64[ns]")
    before_end = ends[0] - start
    if before_end <= np.timedelta64(1, "D"):  # the last day of a month, whose number differs between months
        return ends - before_end
    return np.minimum(firsts.astype("datetime64[ns]") + (start - firsts[0].astype("datetime64[ns]")), ends - 1)


def following(last: np.datetime64, count: int, frequency: str) -> np.ndarray:
    """The `count` times after `last`, as datetime64[ns]. Business days skip weekends, not holidays."""
    if frequency == BUSINESS:
        day = last.astype("datetime64[D]")
        return business_days.following(day, count).astype("datetime64[ns]") + (last - day.astype("datetime64[ns]"))
    if (daily := sessions_of(frequency)) is not None:
        return daily.following(last, count)
    return grid(last, count + 1, frequency)[1:]


def time_text(time: np.datetime64, frequency: str, zone: str = "") -> str:
    """A time of a series for people: a number of steps, a date, or ISO 8601 with the offset where there is one."""
    nanoseconds = int(time.astype("datetime64[ns]").astype(np.int64))
    if is_steps(frequency):
        return str(nanoseconds)
    is_date = nanoseconds % NANOSECONDS["D"] == 0
    if is_date and (months_of(frequency) or frequency == BUSINESS or step_of(frequency) >= NANOSECONDS["D"]):
        return str(np.datetime_as_string(time, unit="D"))
    parts = (nanoseconds % SECOND, step_of(frequency) % SECOND)
    finest = next(unit for unit in FRACTIONS if all(part % NANOSECONDS[unit] == 0 for part in parts))
    return str(np.datetime_as_string(time.astype("datetime64[ns]"), unit=finest)) + offset_text(zone)


def _off_grid(times: np.ndarray, frequency: str) -> np.ndarray:
    """Which times are not on the grid, or at the same position as the time before."""
    if frequency == BUSINESS:
        return business_days.off_grid(times.astype("datetime64[D]"))
    if (daily := sessions_of(frequency)) is not None:
        return daily.off_grid(times)
    if months := months_of(frequency):
        # A month's sample may be at its first or its last day: only the month counts.
        numbers, step = _month_numbers(times), months
    else:
        numbers, step = _on_clock(times, frequency), step_of(frequency)
    return ((numbers - numbers[0]) % step != 0) | np.append(False, np.diff(numbers) == 0)


def _commonest_step(times: np.ndarray) -> tuple[int, float]:
    """The commonest step in nanoseconds, and the share of the steps that it has."""
    steps, counts = np.unique(np.diff(times.astype("datetime64[ns]").astype(np.int64)), return_counts=True)
    return int(steps[np.argmax(counts)]), float(counts.max() / counts.sum())


def _on_clock(times: np.ndarray, frequency: str) -> np.ndarray:
    """The times in nanoseconds, without what a step does not resolve.

    A fraction of a second counts only where the step has one; an hour more or less, as midnights of a local clock have
    in UTC, does not count where the step is of whole days.
    """
    numbers, step = times.astype("datetime64[ns]").astype(np.int64), step_of(frequency)
    if is_steps(frequency) or step % SECOND:
        return numbers
    numbers = numbers // SECOND * SECOND
    day, hour = NANOSECONDS["D"], NANOSECONDS["h"]
    if step % day == 0:
        late = (numbers - numbers[0] + hour) % day - hour
        numbers = numbers - np.where(late <= hour, late, 0)
    return numbers


def _month_numbers(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[M]").astype(np.int64)


def _with_sessions(step: int, hours: str, text: str) -> str:
    session_grid = sessions.parse(hours, step) if step else None
    if session_grid is None:
        raise DataError(
            f"--frequency {text!r}: write the sessions of a day as in 30min@09:00-15:30/1B, or in two parts as in "
            "5min@09:30-11:30+13:00-15:00/1B"
        )
    return f"{_from_nanoseconds(step)}@{session_grid.spelled}"


def _from_nanoseconds(step: int) -> str:
    unit = next(unit for unit in ("W", "D", "h", "min", "s", "ms", "us", "ns") if step % NANOSECONDS[unit] == 0)
    return f"{step // NANOSECONDS[unit]}{unit}"


def _from_months(months: int) -> str:
    unit = next(unit for unit in ("Y", "Q", "M") if months % MONTHS[unit] == 0)
    return f"{months // MONTHS[unit]}{unit}"

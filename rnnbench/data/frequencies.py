"""Sampling frequencies of series: their spelling, season and time grid.

A frequency is written as a count and a unit: `15min`, `1h`, `1D`, `1B` (business days), `1W`, `1M`, `1Q`, `1Y`.
"""

from __future__ import annotations

import re

import numpy as np

from rnnbench.core.errors import DataError

SECONDS = {"s": 1, "min": 60, "h": 3600, "D": 86_400, "W": 604_800}
MONTHS = {"M": 1, "Q": 3, "Y": 12}
BUSINESS = "1B"
OTHER_SPELLINGS = {
    "second": "s", "sec": "s", "minute": "min", "t": "min", "hour": "h", "hourly": "h", "day": "D", "daily": "D",
    "week": "W", "weekly": "W", "month": "M", "monthly": "M", "ms": "M", "me": "M", "quarter": "Q", "qs": "Q",
    "qe": "Q", "quarterly": "Q", "year": "Y", "yearly": "Y", "ys": "Y", "ye": "Y", "a": "Y", "business": "B",
}  # fmt: skip
MOST_ROWS = 200_000_000


def parse(text: str) -> str:
    """The normalized spelling of a frequency: 'H', 'hourly' and '60min' are all '1h'.

    Raises: DataError when it is not a frequency.
    """
    match = re.fullmatch(r"\s*(\d*)\s*([A-Za-z]+)\s*", text)
    unit = match.group(2) if match else ""
    known = {**{unit.lower(): unit for unit in (*SECONDS, *MONTHS, "B")}, **OTHER_SPELLINGS}
    name = known.get(unit.lower()) or known.get(unit.lower().removesuffix("s"))
    count = int(match.group(1) or 1) if match else 0
    if name is None or count < 1:
        raise DataError(f"--frequency {text!r} is not a frequency: type one such as 15min, 1h, 1D, 1B, 1W, 1M, 1Q, 1Y")
    if name == "B":
        return BUSINESS
    return _from_months(count * MONTHS[name]) if name in MONTHS else _from_seconds(count * SECONDS[name])


def season_length(frequency: str) -> int:
    """Samples per season, 1 where there is none.

    Seconds have a season of an hour, minutes and hours of a day, days of a week, weeks, months and quarters of a year.
    """
    months = _months(frequency)
    if months:
        return 12 // months if 12 % months == 0 else 1
    if frequency == BUSINESS:
        return 1
    step = _seconds(frequency)
    season = 3600 if step < 60 else 86_400
    if step < season and season % step == 0:
        return season // step
    return {86_400: 7, 604_800: 52}.get(step, 1)


def infer(times: np.ndarray) -> str:
    """The frequency of most steps of sorted, distinct times (datetime64[ns]).

    Raises: DataError when most steps differ.
    """
    if len(times) < 2:
        raise DataError("a single time has no step: type it, such as --frequency 1h")
    steps, counts = np.unique(np.diff(times.astype("datetime64[s]").astype(np.int64)), return_counts=True)
    common = int(steps[np.argmax(counts)])
    days = times.astype("datetime64[D]")
    if common == 86_400 and np.is_busday(days).all() and 3 * 86_400 in steps:
        return BUSINESS
    if common >= 28 * 86_400:
        month_steps, month_counts = np.unique(np.diff(_month_numbers(times)), return_counts=True)
        months = int(month_steps[np.argmax(month_counts)])
        if months >= 1 and not _off_grid(times, _from_months(months)).any():
            return _from_months(months)
    if common < 1 or counts.max() * 2 < len(times) - 1:
        raise DataError("the times have no regular step: type the step, such as --frequency 1h")
    return _from_seconds(common)


def positions(times: np.ndarray, frequency: str, column: str) -> np.ndarray:
    """The position of each time on the regular grid that starts at the first time; a gap skips positions.

    Business days have no gaps: holidays are not missing rows.
    Raises: DataError when times are not on the grid.
    """
    if frequency == BUSINESS:
        return np.arange(len(times))
    off = _off_grid(times, frequency)
    if off.any():
        first = np.datetime_as_string(times[np.argmax(off)], unit="s")
        raise DataError(
            f"{int(off.sum())} times in {column!r} are not on the {frequency} grid (the first: {first}): type the "
            "right --frequency, or resample the file"
        )
    months = _months(frequency)
    if months:
        numbers = _month_numbers(times)
        return (numbers - numbers[0]) // months
    seconds = times.astype("datetime64[s]").astype(np.int64)
    return (seconds - seconds[0]) // _seconds(frequency)


def grid(start: np.datetime64, count: int, frequency: str) -> np.ndarray:
    """`count` regular times from `start` on, as datetime64[ns]."""
    if count > MOST_ROWS:
        raise DataError(f"with --frequency {frequency} the series would have {count:,} rows: type a longer step")
    months = _months(frequency)
    if not months:
        return start + np.arange(count) * np.timedelta64(_seconds(frequency), "s").astype("timedelta64[ns]")
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
        days = np.busday_offset(day, np.arange(1, count + 1), roll="backward")
        return days.astype("datetime64[ns]") + (last - day.astype("datetime64[ns]"))
    return grid(last, count + 1, frequency)[1:]


def _off_grid(times: np.ndarray, frequency: str) -> np.ndarray:
    months = _months(frequency)
    if months:
        # A month's sample may be at its first or its last day: only the month counts.
        return np.append(False, np.diff(_month_numbers(times)) % months != 0) | np.append(
            False, np.diff(_month_numbers(times)) == 0
        )
    seconds = times.astype("datetime64[s]").astype(np.int64)
    return (seconds - seconds[0]) % _seconds(frequency) != 0


def _month_numbers(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[M]").astype(np.int64)


def _seconds(frequency: str) -> int:
    count, unit = re.findall(r"(\d+)(\D+)", frequency)[0]
    return int(count) * SECONDS[unit]


def _months(frequency: str) -> int:
    count, unit = re.findall(r"(\d+)(\D+)", frequency)[0]
    return int(count) * MONTHS.get(unit, 0)


def _from_seconds(seconds: int) -> str:
    unit = next(unit for unit in ("W", "D", "h", "min", "s") if seconds % SECONDS[unit] == 0)
    return f"{seconds // SECONDS[unit]}{unit}"


def _from_months(months: int) -> str:
    unit = next(unit for unit in ("Y", "Q", "M") if months % MONTHS[unit] == 0)
    return f"{months // MONTHS[unit]}{unit}"

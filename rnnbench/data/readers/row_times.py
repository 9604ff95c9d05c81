"""The time of each row of a table: read from a column, or counted where there is none; and the grid they lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data import business_days
from rnnbench.data.clock import zone_sentence
from rnnbench.data.frequencies import (
    BUSINESS,
    STEP,
    infer,
    is_steps,
    parse,
    sessions_of,
    time_text,
)
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.counters import whole_numbers
from rnnbench.data.readers.series_columns import read_times
from rnnbench.data.readers.times import as_times
from rnnbench.data.settings import DataSettings


@dataclass(frozen=True)
class RowTimes:
    """The time of each row, sorted and distinct.

    column: the column they are from, empty where rows are counted. times: datetime64[ns], on the clock of `zone`; whole
    numbers as nanoseconds where `are_steps`.
    """

    column: str
    times: np.ndarray
    zone: str = ""
    are_steps: bool = False


def read_row_times(table: Table, column: str | None, settings: DataSettings) -> RowTimes:
    """The times of the rows. column: None counts the rows, and so does a step of 1step for a column of dates.

    Raises: DataError where times cannot be read, or are not sorted and distinct.
    """
    if column is None:
        return RowTimes("", np.arange(len(table)).astype("datetime64[ns]"), are_steps=True)
    steps = whole_numbers(table, column)
    if steps is not None:
        return RowTimes(column, steps.astype("datetime64[ns]"), are_steps=True)
    if settings.frequency and parse(settings.frequency) == STEP:
        _check_order(table, column)
        return read_row_times(table, None, settings)
    return RowTimes(column, read_times(table, column))


def frequency_of(read: RowTimes, typed: str | None) -> str:
    """The frequency of the grid: the typed one, else inferred. Rows that are counted keep their steps.

    Raises: DataError where there is no regular step, or a step of whole numbers was typed for dates.
    """
    step = parse(typed) if typed else None
    if read.are_steps:
        if step and is_steps(step):
            return step
        return infer(read.times, are_steps=True) if read.column else STEP
    if step and is_steps(step):
        raise DataError(f"--frequency {step}: {read.column!r} has dates: type a step of time, or 1step to count rows")
    return step or infer(read.times)


def times_understood(read: RowTimes, frequency: str) -> tuple[tuple[str, str], ...]:
    """How the times were read, one sentence each, as in `Facts.understood`."""
    first, last = (time_text(read.times[row], frequency, read.zone) for row in (0, -1))
    if not read.column:
        return (("times", f"rows are counted from {first} to {last}: without dates there are no calendar inputs"),)
    if read.are_steps:
        return (("times", f"{read.column!r} numbers the rows from {first} to {last}, every {frequency}: no dates"),)
    sentences = [f"{read.column!r}, every {frequency} from {first} to {last}"]
    if read.zone:
        sentences.append(zone_sentence(read.zone))
    days = business_days.days_of(read.times)
    if frequency == BUSINESS and len(missing := business_days.holidays(days)):
        most = int(missing.max())
        sentences.append(
            f"{int(missing.sum()):,} business days without a row are taken for holidays (at most {most} in a row)"
        )
    if (daily := sessions_of(frequency)) is not None:
        each = "business day" if daily.are_business_days else "day"
        sentences.append(f"{len(daily.slots)} rows each {each} ({daily.spelled}): the time between sessions is no gap")
    return tuple(("times", sentence) for sentence in sentences)


def season_frequency(frequency: str, typed: str | None) -> str:
    """The frequency that suggests the season: the typed one, also where rows are counted."""
    return parse(typed) if typed else frequency


def _check_order(table: Table, column: str) -> None:
    """Refuse counted rows whose times go back."""
    times, bad = as_times(table.frame[column])
    backward = np.flatnonzero(np.diff(times) < np.timedelta64(0))
    if not bad.any() and len(backward):
        place = table.place(int(backward[0]) + 1)
        raise DataError(
            f"{table.path.name}, {place}: the time is earlier than in the row before: sort the file by {column!r}"
        )

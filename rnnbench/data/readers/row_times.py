"""The time of each row of a table: read from a column, or counted where there is none; and the grid they lie on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data import business_days
from rnnbench.data.clock import fixed_offset, offset_name, zone_sentence
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
from rnnbench.data.readers.time_rows import check_order, read_times
from rnnbench.data.readers.times import TimesColumn, read_times_column, zone_offset
from rnnbench.data.readers.times.column import NATIVE
from rnnbench.data.settings import DataSettings


@dataclass(frozen=True)
class RowTimes:
    """The time of each row, sorted and distinct.

    column: the column or columns they are from, empty where rows are counted. times: datetime64[ns], on the clock of
    `zone`; whole numbers as nanoseconds where `are_steps`. sentences: how the cells were read. warnings: what may be
    meant otherwise. format: the name of the format of the cells, empty where they are no texts.
    """

    column: str
    times: np.ndarray
    zone: str = ""
    are_steps: bool = False
    sentences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    format: str = ""


def read_row_times(table: Table, columns: Sequence[str], settings: DataSettings) -> RowTimes:
    """The times of the rows. Without columns rows are counted, and so they are with a step of 1step for dates.

    Raises: DataError where times cannot be read, or are not sorted and distinct.
    """
    if not columns:
        return RowTimes("", np.arange(len(table)).astype("datetime64[ns]"), are_steps=True)
    if settings.frequency and parse(settings.frequency) == STEP:
        read = read_times_column([table.frame[name] for name in columns], settings)
        if not (read.is_steps or read.bad.any()):
            check_order(table, columns, read, settings)
        if not read.is_steps:
            return read_row_times(table, (), settings)
    read = read_times(table, columns, settings)
    times, zone = _with_offset(read)
    form = "" if read.format == NATIVE else read.format
    return RowTimes(" + ".join(columns), times, zone, read.is_steps, read.understood, read.warnings, form)


def _with_offset(read: TimesColumn) -> tuple[np.ndarray, str]:
    """The times, and the offset of their clock: '+09:00' of KST and of Asia/Seoul, 'UTC' where an offset changes."""
    minutes = zone_offset(read.zone) if read.zone else None
    if minutes is not None:
        return read.times, offset_name(minutes)
    return fixed_offset(read.times, read.zone) if "/" in read.zone else (read.times, read.zone)


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
        numbered = f"{read.column!r} numbers the rows from {first} to {last}, every {frequency}: no dates"
        return tuple(("times", sentence) for sentence in (*read.sentences, numbered))
    sentences = [*read.sentences, f"{read.column!r}, every {frequency} from {first} to {last}"]
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

"""The times of the rows of a table, or the refusal in one line that names the cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from rnnbench.core.errors import DataError
from rnnbench.data.clock import clock_change
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.series_names import series_column_hint
from rnnbench.data.readers.times.cells import texts_of
from rnnbench.data.readers.times.column import TimesColumn, read_times_column, time_in_words
from rnnbench.data.readers.times.finding import MOSTLY, with_clock
from rnnbench.data.readers.times.joined import joined
from rnnbench.data.readers.times.names import CLOCK
from rnnbench.data.settings import DataSettings

ONE_ROW_PER_TIME = "keep one row per time, and only one series per file"


def read_times(table: Table, columns: Sequence[str], settings: DataSettings, *, in_order: bool = True) -> TimesColumn:
    """The times of the rows. columns: those that together hold them.

    in_order: the times must be sorted and distinct.
    Raises: DataError for a cell that is no time, times that may be read in two ways, repeated or unsorted times.
    """
    cells = [table.frame[name] for name in columns]
    read = read_times_column(cells, settings)
    if read.bad.any():
        raise DataError(_bad_cell(table, columns, read, settings))
    if read.ambiguous:
        raise DataError(f"{table.path.name}: {read.ambiguous}")
    if in_order:
        check_order(table, columns, read, settings)
    return read


def check_order(table: Table, columns: Sequence[str], read: TimesColumn, settings: DataSettings) -> None:
    """Refuse times that repeat or go back.

    Raises: DataError with both rows, and what to do.
    """
    times, name = read.times, table.path.name
    order = np.argsort(times, kind="stable")
    repeated = np.flatnonzero(np.diff(times[order]) == np.timedelta64(0))
    change = None if read.is_steps else clock_change(times)
    if len(repeated):
        first, second = order[repeated[0]], order[repeated[0] + 1]
        raise DataError(
            f"{name}: the {_kind(read)} {_in_words(times[first], read)} occurs twice "
            f"({table.place(int(first))} and {table.place(int(second))}; {len(repeated):,} rows repeat one): "
            + (
                change
                or _clock_hint(table, columns, settings)
                or series_column_hint(table, columns)
                or ONE_ROW_PER_TIME
            )
        )
    backward = np.flatnonzero(np.diff(times) < np.timedelta64(0))
    if len(backward):
        row = int(backward[0]) + 1
        before, time = _in_words(times[row - 1], read), _in_words(times[row], read)
        raise DataError(
            f"{name}, {table.place(row)}: the {_kind(read)} is earlier than in the row before ({time} after {before}): "
            + (change or f"sort the file by {' and '.join(map(repr, columns))}")
        )


def _clock_hint(table: Table, columns: Sequence[str], settings: DataSettings) -> str | None:
    """What to type where times repeat because the time of day is in another column; None where it is not."""
    whole = with_clock(table, columns[0], settings)
    return f"type --time-column {','.join(whole)}" if len(columns) == 1 < len(whole) else None


def _bad_cell(table: Table, columns: Sequence[str], read: TimesColumn, settings: DataSettings) -> str:
    """The refusal of the first cell that is no time."""
    others = ", or type --time-column with another column"
    row = int(np.argmax(read.bad))
    place = f"{table.path.name}, {table.place(row)}"
    column = f"column{'s' if len(columns) > 1 else ''} {' and '.join(map(repr, columns))}"
    if read.blank[row] and not read.blank.all():
        count = int(read.blank.sum())
        more = f" (so are {count - 1:,} others)" if count > 1 else ""
        return f"{place}: the time in {column} is empty{more}: write it, or remove the row{others}"
    cell = repr(str(joined([table.frame[name].iloc[[row]] for name in columns]).iloc[0]))
    if read.reason:
        return f"{place}: {cell} in {column}: {read.reason}"
    if settings.date_order is not None and read.format:
        option = f"--{settings.date_order.replace('_', '-')}"
        return f"{place}: {cell} in {column} is no date in the format {read.format}, which {option} asks for"
    known = int((~read.bad).sum())
    if known and (~read.bad[~read.blank]).mean() >= MOSTLY:
        also = int((read.bad & ~read.blank).sum()) - 1
        more = f" (nor are {also:,} others)" if also else ""
        kind = "no step as" if read.is_steps else f"no date in the format {read.format} of"
        return f"{place}: {cell} in {column} is {kind} the other {known:,} cells{more}: correct it{others}"
    texts = texts_of(joined([table.frame[name].iloc[[row]] for name in columns]))
    if pc.match_substring_regex(texts, CLOCK)[0].as_py():
        return f"{place}: {cell} in {column} is a time of day without a date: add a column of dates{others}"
    if settings.time_format is not None:
        return f"{place}: {cell} in {column} is no date in --time-format {settings.time_format!r}: correct it{others}"
    return (
        f"{place}: {cell} in {column} is not a date or time: correct it, type its format, such as "
        f"--time-format '%d.%m.%Y %H:%M'{others}, or --frequency 1step to count the rows"
    )


def _kind(read: TimesColumn) -> str:
    return "step" if read.is_steps else "time"


def _in_words(time: np.datetime64, read: TimesColumn) -> str:
    return str(int(time.astype(np.int64))) if read.is_steps else time_in_words(time)

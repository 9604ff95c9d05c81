"""The columns of a series in a table: the times and the targets."""

from __future__ import annotations

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.counters import counts_rows, find_counter, may_count_rows
from rnnbench.data.readers.number_cells import number_cell
from rnnbench.data.readers.numbers import TRUTH
from rnnbench.data.readers.time_rows import read_times
from rnnbench.data.readers.times.finding import find_time_column, time_candidates, unreadable_time_column
from rnnbench.data.readers.times.joined import part_of
from rnnbench.data.readers.times.names import TIME_NAMES
from rnnbench.data.settings import DataSettings

MOST_SHOWN = 5
TARGET_NAMES = {"y", "value", "target", "값"}

__all__ = ["TIME_NAMES", "find_series_columns", "find_time_column", "read_times"]


def find_series_columns(table: Table, settings: DataSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of the times and the targets: from the settings, else inferred.

    There are no columns of times where rows are counted; several where the time is in a column of dates and one of the
    time of day, or in columns of year, month, day and hour.
    """
    for name in settings.target:
        table.check_column(name, "--target")
    for name in settings.covariates:
        table.check_column(name, "--covariates")
    time_columns = _time_columns(table, settings)
    targets = settings.target or _target(table, settings, time_columns)
    used = [*time_columns, *targets, *settings.covariates]
    twice = [name for name in used if used.count(name) > 1]
    if twice:
        raise DataError(
            f"{twice[0]!r} is typed twice: --time-column, --target and --covariates must be different columns"
        )
    return time_columns, targets


def _time_columns(table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The columns of the times; none where rows are counted."""
    candidates = time_candidates(table, settings)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = [",".join(columns) for columns in candidates]
        shown = [repr(name) for name in names[:MOST_SHOWN]]
        shown += ["others"] if len(names) > MOST_SHOWN else []
        raise DataError(f"{table.path.name}: {listed(shown)} may each hold the times: type --time-column {names[0]}")
    counter = find_counter(table, settings)
    if counter is not None:
        return (counter,)
    unreadable = unreadable_time_column(table, settings)
    if may_count_rows(table, settings, TIME_NAMES):
        return ()
    if unreadable is not None:
        return (unreadable,)  # refused with its first cell where it is read
    raise DataError(
        f"{table.path.name}: cannot infer the time column: type --time-column NAME, or --frequency 1step to count "
        f"the rows. Its columns: {table.listed_columns}."
    )


def _is_numeric(table: Table, name: str) -> bool:
    first = table.first_cells(name)[:1]
    # spares columns of texts and dates the slower reading
    if len(first) and first[0].lower() not in TRUTH and number_cell(first[0]) is None:
        return False
    return not as_numbers(table.frame[name].head(500))[1].any()


def _target(table: Table, settings: DataSettings, time_columns: tuple[str, ...]) -> tuple[str, ...]:
    """The only column of numbers, or the one with the name of a target, or the only one that is no part of a time."""
    others = [name for name in table.columns if name not in (*time_columns, *settings.covariates)]
    by_name = [name for name in others if name.strip().lower() in TARGET_NAMES and _is_numeric(table, name)]
    numeric: list[str] = []
    values: list[str] = []
    for name in others:
        if len(by_name) == 1 or len(values) > 1:  # decided: a table may have thousands of columns
            break
        if _is_numeric(table, name):
            numeric.append(name)
            values += [] if part_of(name) or counts_rows(table, name) else [name]
    chosen = next((names for names in (by_name, numeric, values, others) if len(names) == 1), [])
    if not chosen:
        raise DataError(
            f"{table.path.name}: cannot infer the column to forecast: type --target NAME. "
            f"Its columns: {table.listed_columns}."
        )
    return (chosen[0],)

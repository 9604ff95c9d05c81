"""The columns of a series in a table: find the time and the targets, and read the times."""

from __future__ import annotations

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times import as_times, looks_like_times
from rnnbench.data.settings import DataSettings

TIME_NAMES = {
    "time", "times", "date", "datetime", "timestamp", "ts", "ds", "month", "day", "week", "year", "hour",
    "날짜", "일시", "시간", "시각", "일자", "연월", "년월", "연도",
}  # fmt: skip


def find_time_column(table: Table, settings: DataSettings) -> str | None:
    """The time column: from the settings, else by a common name, else the only column that looks like times."""
    if settings.time_column is not None:
        return table.check_column(settings.time_column, "--time-column")
    named = [name for name in table.columns if name.strip().lower() in TIME_NAMES]
    readable = [name for name in named if not as_times(table.frame[name].head(50))[1].any()]
    if len(readable) == 1:
        return readable[0]
    taken = {*settings.target, *settings.covariates}
    candidates = [name for name in table.columns if name not in taken and looks_like_times(table.frame[name])]
    return candidates[0] if len(candidates) == 1 else None


def find_series_columns(table: Table, settings: DataSettings) -> tuple[str, tuple[str, ...]]:
    """The time column and the targets: from the settings, else inferred."""
    listed = table.listed_columns
    for name in settings.target:
        table.check_column(name, "--target")
    for name in settings.covariates:
        table.check_column(name, "--covariates")
    time_column = find_time_column(table, settings)
    if time_column is None:
        raise DataError(
            f"{table.path.name}: cannot infer the time column: type --time-column NAME. Its columns: {listed}."
        )
    targets = settings.target
    if not targets:
        others = [name for name in table.columns if name != time_column and name not in settings.covariates]
        numeric = [name for name in others if not as_numbers(table.frame[name].head(500))[1].any()]
        by_name = [name for name in numeric if name.strip().lower() in {"y", "value", "target", "값"}]
        chosen = next((names for names in (by_name, numeric, others) if len(names) == 1), [])
        if not chosen:
            raise DataError(
                f"{table.path.name}: cannot infer the column to forecast: type --target NAME. Its columns: {listed}."
            )
        targets = (chosen[0],)
    used = [time_column, *targets, *settings.covariates]
    twice = [name for name in used if used.count(name) > 1]
    if twice:
        raise DataError(
            f"{twice[0]!r} is typed twice: --time-column, --target and --covariates must be different columns"
        )
    return time_column, targets


def read_times(table: Table, column: str) -> np.ndarray:
    """The times of the rows, which must be sorted and distinct."""
    times, bad = as_times(table.frame[column])
    name = table.path.name
    if bad.any():
        row = int(np.argmax(bad))
        cell = str(table.frame[column].iloc[row])
        raise DataError(
            f"{name}, {table.place(row)}: {cell!r} in column {column!r} is not a date or time: "
            "correct it, or type --time-column with another column"
        )
    order = np.argsort(times, kind="stable")
    repeated = np.flatnonzero(np.diff(times[order]) == np.timedelta64(0))
    if len(repeated):
        first, second = order[repeated[0]], order[repeated[0] + 1]
        raise DataError(
            f"{name}: the time {np.datetime_as_string(times[first], unit='s')} occurs twice "
            f"({table.place(int(first))} and {table.place(int(second))}; {len(repeated):,} rows repeat a time): "
            "keep one row per time, and only one series per file"
        )
    backward = np.flatnonzero(np.diff(times) < np.timedelta64(0))
    if len(backward):
        row = int(backward[0]) + 1
        raise DataError(
            f"{name}, {table.place(row)}: the time is earlier than in the row before: sort the file by {column!r}"
        )
    return times

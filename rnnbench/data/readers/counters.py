"""Columns that number the rows, and files whose rows are counted because they have no times."""

from __future__ import annotations

import numpy as np

from rnnbench.data.frequencies import is_steps, parse
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times import looks_like_times, read_times_column
from rnnbench.data.settings import DataSettings

COUNTER_NAMES = {"t", "step", "steps", "index", "idx", "no", "no.", "nr", "n", "row", "period", "#", "번호", "순번"}


def whole_numbers(table: Table, column: str) -> np.ndarray | None:
    """The cells of a column as whole numbers where they increase from row to row and are no dates; else None."""
    read = read_times_column(table.frame[column])
    numbers = read.times.astype(np.int64)
    return numbers if read.is_steps and not read.bad.any() and (np.diff(numbers) > 0).all() else None


def counts_rows(table: Table, column: str) -> bool:
    """Whether a column numbers the rows one by one, by its name and its cells."""
    numbers = whole_numbers(table, column) if column.strip().lower() in COUNTER_NAMES else None
    return numbers is not None and bool((np.diff(numbers) == 1).all())


def find_counter(table: Table, settings: DataSettings) -> str | None:
    """The column of row numbers: by its name, else the first column if it goes up by 1 and is not the only one."""
    taken = {*settings.target, *settings.covariates}
    free = [name for name in table.columns if name not in taken]
    for name in free:
        if name.strip().lower() in COUNTER_NAMES and whole_numbers(table, name) is not None:
            return name
    if len(table.columns) < 2 or not free or free[0] != table.columns[0]:
        return None
    numbers = whole_numbers(table, free[0])
    return free[0] if numbers is not None and (np.diff(numbers) == 1).all() else None


def may_count_rows(table: Table, settings: DataSettings, time_names: set[str]) -> bool:
    """Whether no column can be the times: then rows are counted. `--frequency 1step` counts them anyway.

    A column with the name of a time, with dates, or with a text that differs in most rows may hold times that cannot be
    read.
    """
    if settings.frequency and is_steps(parse(settings.frequency)):
        return True
    taken = {*settings.target, *settings.covariates}
    free = [name for name in table.looked_at if name not in taken]
    named = any(name.strip().lower() in time_names for name in table.columns if name not in taken)
    return not (named or any(_may_be_times(table, name) for name in free))


def _may_be_times(table: Table, name: str) -> bool:
    if looks_like_times(table.frame[name]):
        return True
    cells = table.frame[name]
    return bool(as_numbers(cells.head(500))[1].all()) and cells.astype(str).nunique() > len(cells) // 2

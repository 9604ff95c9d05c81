"""Files with the newest row first, as banks and stock exchanges export them: read from the last row to the first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.series_columns import find_series_columns
from rnnbench.data.readers.times import read_times_column
from rnnbench.data.settings import DataSettings

SAMPLE_ROWS = 200
NEWEST_FIRST = "the newest row is the first of the file: the rows are read from the last to the first"


def oldest_first(table: Table, settings: DataSettings) -> Table:
    """The table of one series with its rows reversed where each is later than the one below it; else as it is.

    Where the rows of the splits come from several files, each of these may be in that order. Places in the file remain
    right.
    Raises: DataError where the columns of the series cannot be inferred.
    """
    columns, _ = find_series_columns(table, settings)
    cells = [table.frame[name] for name in columns]
    if not cells:
        return table
    if table.split_of is None:  # a few rows are enough for most files
        rows = np.unique(np.linspace(0, len(table) - 1, min(len(table), SAMPLE_ROWS)).astype(int))
        if not _goes_back(read_times_column([column.iloc[rows] for column in cells], settings).times):
            return table
    order = _from_oldest(read_times_column(cells, settings).times, _splits(table))
    if order is None:
        return table
    places = np.array(table.kept) if table.kept else np.arange(len(table))
    return replace(
        table,
        frame=table.frame.iloc[order].reset_index(drop=True),
        kept=tuple(places[order].tolist()),
        understood=(*table.understood, ("rows", NEWEST_FIRST)),
    )


def _from_oldest(times: np.ndarray, split_of: np.ndarray) -> np.ndarray | None:
    """The numbers of the rows from the oldest to the newest; None where they are not in the opposite order."""
    rows = np.arange(len(times))
    if _goes_back(times):
        return rows[::-1]
    blocks = np.split(rows, np.flatnonzero(np.diff(split_of)) + 1)
    if len(blocks) > 1 and all(_goes_back(times[block]) for block in blocks):
        return np.concatenate([block[::-1] for block in blocks])
    return None


def _splits(table: Table) -> np.ndarray:
    """The split of each row, 0 where none is named."""
    if table.split_of is None:
        return np.zeros(len(table), dtype=np.int64)
    return table.split_of[[*table.kept]] if table.kept else table.split_of


def _goes_back(times: np.ndarray) -> bool:
    return len(times) > 1 and bool((np.diff(times) < np.timedelta64(0)).all())

"""The files of --validation-data and --test-data beside the main file, as one table or one text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.own_splits import TEST, TRAIN, VALIDATION
from rnnbench.data.settings import DataSettings


def files_of_splits(path: Path, settings: DataSettings) -> list[tuple[Path, int]]:
    """The files of a data set in the order of their splits, each with its split; the main file alone if no other."""
    named = ((settings.validation_data, VALIDATION), (settings.test_data, TEST))
    return [(path, TRAIN), *((Path(name).expanduser(), split) for name, split in named if name is not None)]


def joined(table: Table, settings: DataSettings, read: Callable[[Path], Table]) -> Table:
    """The rows of the main file, of validation and of test in one table, with the split of each row.

    Raises: DataError where a file lacks a column of the main file.
    """
    import pandas as pd

    files = files_of_splits(table.path, settings)
    if len(files) == 1:
        return table
    tables = [table, *(_with_columns(read(path), table) for path, _ in files[1:])]
    sizes = [len(part) for part in tables]
    frame = pd.concat([part.frame[table.frame.columns] for part in tables], ignore_index=True)
    ends = np.cumsum(sizes)

    def place(row: int) -> str:
        number = int(np.searchsorted(ends, row, side="right"))
        return f"{tables[number].path.name}, {tables[number].place(row - int(ends[number]) + sizes[number])}"

    return replace(
        table,
        frame=frame,
        lines=(),
        locate=place,
        split_of=np.repeat([split for _, split in files], sizes),
        understood=tuple(entry for part in tables for entry in part.understood),
        warnings=tuple(dict.fromkeys(warning for part in tables for warning in part.warnings)),
    )


def _with_columns(part: Table, main: Table) -> Table:
    missing = [repr(name) for name in main.columns if name not in part.columns]
    if missing:
        raise DataError(
            f"{part.path.name} has no column {listed(missing)} of {main.path.name}: the files of the splits need the "
            f"same columns. Its columns: {part.listed_columns}."
        )
    return part

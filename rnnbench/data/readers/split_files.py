"""The files of --validation-data and --test-data beside the main file, as one table or one text."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.paths import expanded
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.names import column_named
from rnnbench.data.readers.own_splits import TEST, TRAIN, VALIDATION
from rnnbench.data.settings import DataSettings


def files_of_splits(path: Path, settings: DataSettings) -> list[tuple[Path, int]]:
    """The files of a data set in the order of their splits, each with its split; the main file alone if no other."""
    named = ((settings.validation_data, VALIDATION), (settings.test_data, TEST))
    files = [(path, TRAIN), *((expanded(name), split) for name, split in named if name is not None)]
    places = [file.resolve() for file, _ in files]
    if len({*places}) < len(places):
        twice = next(file for file in places if places.count(file) > 1)
        raise DataError(f"{twice.name} is named for two splits: each split needs a file of its own")
    return files


def joined(
    table: Table, settings: DataSettings, read: Callable[[Path], Table], needed: Callable[[], Collection[str]]
) -> Table:
    """The rows of the main file, of validation and of test in one table, with the split of each row.

    needed: the columns that the files of validation and test must have; others may be missing there.
    Raises: DataError where a file lacks one of these.
    """
    import pandas as pd

    files = files_of_splits(table.path, settings)
    if len(files) == 1:
        return table
    tables = [table, *(_with_columns(read(path), table, needed) for path, _ in files[1:])]
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


def _with_columns(part: Table, main: Table, needed: Callable[[], Collection[str]]) -> Table:
    """The table of a further split under the names of the main file's columns, whatever their case and order."""
    own = {name: column_named(part, name, any_case=True) for name in main.columns}
    missing = [name for name, column in own.items() if column is None]
    lacking = [repr(name) for name in missing if name in needed()]
    if lacking:
        no_header = f"write the header of {main.path.name} as its first line, or " if _is_headless(part, main) else ""
        raise DataError(
            f"{part.path.name} has no column {listed(lacking)} of {main.path.name}: the files of the splits need the "
            f"same columns: {no_header}rename its columns, which are: {part.listed_columns}"
        )
    other = {column: name for name, column in own.items() if column is not None and column != name}
    sentences = [f"{part.path.name}: column {column!r} is read as {name!r}" for column, name in other.items()]
    if missing:
        sentences.append(f"{part.path.name} has no column {listed(map(repr, missing))}, which is not used")
    frame = part.frame.rename(columns=other).reindex(columns=main.frame.columns)
    return replace(part, frame=frame, understood=(*part.understood, *(("columns", text) for text in sentences)))


def _is_headless(part: Table, main: Table) -> bool:
    """Whether a file has no header though the main file has one."""
    numbered = [f"column_{place + 1}" for place in range(len(part.columns))]
    return part.columns == numbered and main.columns[: len(numbered)] != numbered

"""A table: its columns as texts or numbers, and the line of each row."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.core.text import listed, listed_names, nfc
from rnnbench.data.readers.headers import clean_name
from rnnbench.data.readers.numbers import MISSING, NumbersColumn, as_numbers, read_numbers
from rnnbench.data.settings import DataSettings, Decimal

if TYPE_CHECKING:
    import pandas as pd

FIRST_COLUMNS, LAST_COLUMNS = 150, 50
"""Of a wider table, the columns whose cells are looked at where no option and no common name says what they are."""
SAMPLE_ROWS = 2000
"""Rows from which a column shows its decimal mark to other columns."""
GUESS_ROWS = 500
"""Rows from which a column shows what it holds."""

__all__ = ["MISSING", "Table", "as_numbers"]


@dataclass(frozen=True)
class Table:
    """Rows and named columns. Cells of delimited files are text; those of JSONL and Parquet keep their type.

    lines: the line of each row in a JSONL file. locate: the place of a row in a delimited file.
    left_out: (name, why) of each column that is left out.
    kept: the rows of the file that these are, where the others belong to other series; empty for all.
    split_of: the split of each row of the file as a number (0 training, 1 validation, 2 test), where the user decides
    it. groups: the group of each row, where the user names a column of groups.
    understood, warnings: how the file was read (encoding, separator, header), as in `Facts`.
    """

    path: Path
    frame: pd.DataFrame
    separator: str = ""
    lines: tuple[int, ...] = ()
    locate: Callable[[int], str] | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()
    split_of: np.ndarray | None = None
    groups: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def columns(self) -> list[str]:
        return [*map(str, self.frame.columns)]

    @cached_property
    def looked_at(self) -> list[str]:
        """The columns whose cells may say what they are: all of them, or the first and the last of a wide table."""
        if len(self.columns) <= FIRST_COLUMNS + LAST_COLUMNS:
            return self.columns
        return [*self.columns[:FIRST_COLUMNS], *self.columns[-LAST_COLUMNS:]]

    @property
    def listed_columns(self) -> str:
        """The names of the first columns for messages; those with a comma in quotes."""
        return listed_names(self.columns)

    def check_column(self, name: str, option: str) -> str:
        """The name, if it is a column.

        Raises: DataError with the nearest name and all column names.
        """
        wanted = clean_name(name)
        if wanted not in self.columns:
            why = dict(self.left_out).get(wanted)
            raise DataError(
                f"{self.path.name}: column {name!r} ({option}) {why} and is left out: type another column"
                if why
                else f"{self.path.name} has no column {name!r} ({option}).{did_you_mean(wanted, self.columns)} "
                f"Its columns: {self.listed_columns}."
            )
        return wanted

    def place(self, row: int) -> str:
        """The place of a row in the file: 'line 17', or 'row 16' in a Parquet file."""
        row = self.kept[row] if self.kept else row
        if self.lines:
            return f"line {self.lines[row]}"
        return self.locate(row) if self.locate else f"row {row + 1}"

    def texts(self, name: str) -> list[str]:
        """A column as stripped texts in Unicode form NFC; a missing cell is an empty text, a list its joined words."""
        column = self.frame[name]
        missing = column.isna().to_numpy()
        return [
            "" if is_missing else nfc(_plain(cell)).strip()
            for cell, is_missing in zip(column.tolist(), missing, strict=True)
        ]

    def first_cells(self, name: str) -> np.ndarray:
        """The texts of the first rows that have one, stripped: for guesses of what a column holds."""
        if name not in self._first_cells:
            cells = [cell.strip() for cell in self.frame[name].head(GUESS_ROWS).dropna().astype(str)]
            self._first_cells[name] = np.array([cell for cell in cells if cell.lower() not in MISSING], dtype=object)
        return self._first_cells[name]

    @cached_property
    def _first_cells(self) -> dict[str, np.ndarray]:
        """What `first_cells` has read, since each guess asks for a column several times."""
        return {}

    def numbers(self, name: str, option: str, settings: DataSettings | None = None) -> NumbersColumn:
        """A column as numbers, and how it was read.

        Raises: DataError with the line of the first cell that is not a number, or where two readings are possible.
        """
        read = read_numbers(self.frame[name], separator=self.separator, settings=settings)
        if read.is_open and (elsewhere := self.decimal_of_others(name)):
            read = read_numbers(self.frame[name], separator=self.separator, settings=settings, elsewhere=elsewhere)
        if read.problem:
            raise DataError(f"{self.path.name}, column {name!r} ({option}): {read.problem}")
        if read.bad.any():
            row = int(np.argmax(read.bad))
            cell = str(self.frame[name].iloc[row])[:60]
            typed = f" with --decimal {settings.decimal}" if settings and settings.decimal else ""
            problem = "is too large" if np.isfinite(read.values[row]) else "is not a number"
            is_rare = 2 * int(read.bad.sum()) < len(self) and cell.isprintable()
            remedies = [
                "correct the file",
                *([f"type --missing {shlex.quote(cell)} if it means no value"] if is_rare else []),
                f"type {option} with another column",
            ]
            raise DataError(
                f"{self.path.name}, {self.place(row)}: {cell!r} in column {name!r} ({option}) "
                f"{problem}{typed}{_and_others(int(read.bad.sum()))}: {listed(remedies, last='or')}"
            )
        return read

    def decimal_of_others(self, name: str) -> Decimal | None:
        """The decimal mark that the other columns show; None where they show none, or both."""
        shown = {decimal for other, decimal in self._decimals.items() if other != name}
        return shown.pop() if len(shown) == 1 else None

    @cached_property
    def _decimals(self) -> dict[str, Decimal]:
        """The decimal mark of each column whose first rows show one."""
        first = self.frame.head(SAMPLE_ROWS)
        read = {name: read_numbers(first[name], separator=self.separator) for name in self.looked_at}
        return {name: column.decimal for name, column in read.items() if column.decimal and not column.bad.any()}


def _and_others(count: int) -> str:
    return f" (nor are {count - 1} others)" if count > 1 else ""


def _plain(cell: object) -> str:
    return " ".join(map(str, cell)) if isinstance(cell, list | tuple | np.ndarray) else str(cell)

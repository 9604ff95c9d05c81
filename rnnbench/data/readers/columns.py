"""A table: its columns as texts or numbers, and the line of each row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnbench.core.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL: quotation marks may enclose a field; csv.QUOTE_NONE: they are text
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}
TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


@dataclass(frozen=True)
class Table:
    """Rows and named columns. Cells of delimited files are text; those of JSONL and Parquet keep their type.

    lines: the line of each row in a JSONL file. text: the content of a delimited file, from which lines are computed.
    understood, warnings: how the file was read (encoding, separator, header), as in `Facts`.
    """

    path: Path
    frame: pd.DataFrame
    separator: str = ""
    quoting: Quoting = 0
    lines: tuple[int, ...] = ()
    text: str = ""
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        return [*map(str, self.frame.columns)]

    @property
    def listed_columns(self) -> str:
        """The names of the columns for messages; those with a comma in quotes."""
        return ", ".join(repr(name) if "," in name or name != name.strip() else name for name in self.columns)

    def check_column(self, name: str, option: str) -> str:
        """The name, if it is a column.

        Raises: DataError with the nearest name and all column names.
        """
        if name not in self.columns:
            raise DataError(
                f"{self.path.name} has no column {name!r} ({option}).{did_you_mean(name, self.columns)} "
                f"Its columns: {self.listed_columns}."
            )
        return name

    def place(self, row: int) -> str:
        """The place of a row in the file: 'line 17', or 'row 16' in a Parquet file."""
        if self.lines:
            return f"line {self.lines[row]}"
        if not self.text:
            return f"row {row + 1}"
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, quoting=self.quoting)
        number = -2  # so that the header is -1
        previous = 0
        for record in reader:
            number += bool(record)
            if number == row:
                break
            previous = reader.line_num
        return f"line {previous + 1}"

    def texts(self, name: str) -> list[str]:
        """A column as stripped texts; a missing cell is an empty text."""
        column = self.frame[name]
        missing = column.isna().to_numpy()
        return [
            "" if is_missing else str(cell).strip() for cell, is_missing in zip(column.tolist(), missing, strict=True)
        ]

    def numbers(self, name: str, option: str) -> np.ndarray:
        """A column as float64; a missing cell is NaN.

        Raises: DataError with the line of the first cell that is not a number.
        """
        values, bad = as_numbers(self.frame[name], decimal_comma=self.separator == ";")
        if bad.any():
            row = int(np.argmax(bad))
            cell = str(self.frame[name].iloc[row])
            raise DataError(
                f"{self.path.name}, {self.place(row)}: {cell!r} in column {name!r} ({option}) "
                f"is not a number{_and_others(int(bad.sum()))}: correct the file, or type {option} with another column"
            )
        return values


def as_numbers(column: pd.Series, *, decimal_comma: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A column as float64 with NaN for missing cells, and a mask of the cells that are not numbers."""
    import pandas as pd
    from pandas.api import types

    if types.is_bool_dtype(column) or types.is_numeric_dtype(column):
        values = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        return values, np.isinf(values)
    missing = column.isna().to_numpy()
    cells = column.astype(str).str.strip().str.lower()
    missing = missing | cells.isin(MISSING).to_numpy()
    cells = cells.replace({word: str(value) for word, value in TRUTH.items()})
    if decimal_comma:
        cells = cells.str.replace(",", ".", regex=False)
    values = np.array(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
    bad = ~np.isfinite(values) & ~missing
    values[missing] = np.nan
    return values, bad


def _and_others(count: int) -> str:
    return f" (nor are {count - 1} others)" if count > 1 else ""

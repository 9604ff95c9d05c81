"""A table: its columns as texts or numbers, and the line of each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.core.text import nfc
from rnnbench.data.readers.headers import clean_name

if TYPE_CHECKING:
    import pandas as pd

MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}
TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


@dataclass(frozen=True)
class Table:
    """Rows and named columns. Cells of delimited files are text; those of JSONL and Parquet keep their type.

    lines: the line of each row in a JSONL file. locate: the place of a row in a delimited file.
    left_out: (name, why) of each column that is left out.
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

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        return [*map(str, self.frame.columns)]

    @property
    def listed_columns(self) -> str:
        """The names of the columns for messages; those with a comma in quotes."""
        return ", ".join(repr(name) if "," in name else name for name in self.columns)

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
        if self.lines:
            return f"line {self.lines[row]}"
        return self.locate(row) if self.locate else f"row {row + 1}"

    def texts(self, name: str) -> list[str]:
        """A column as stripped texts in Unicode form NFC, lists joined by blanks; a missing cell is an empty text."""
        column = self.frame[name]
        missing = column.isna().to_numpy()
        return [
            "" if is_missing else nfc(_text_of(cell)).strip()
            for cell, is_missing in zip(column.tolist(), missing, strict=True)
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


def _text_of(cell: object) -> str:
    """A cell as text; the elements of a list joined by blanks."""
    return " ".join(map(str, cell)) if isinstance(cell, list | tuple | np.ndarray) else str(cell)


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

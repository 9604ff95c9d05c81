"""Cells that are lists: of Parquet and JSON, and as Python and pandas write them to CSV: "['a', 'b']"."""

from __future__ import annotations

import ast
import json
import re

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import nfc
from rnnbench.data.readers.columns import Table

WITHOUT_COMMAS = re.compile(r"""(['"])\s+\1""")
"""Between two strings of a NumPy array that is written as text."""


def lists_of(table: Table, column: str) -> list[list[str]] | None:
    """The lists in a column, empty for missing cells; None where a cell is no list.

    Raises: DataError for arrays as NumPy writes them, whose elements cannot be told apart safely.
    """
    cells = table.frame[column].tolist()
    is_missing = table.frame[column].isna().to_numpy()
    lists: list[list[str]] = []
    for row, cell in enumerate(cells):
        if is_missing[row] or (isinstance(cell, str) and not cell.strip()):
            lists.append([])
            continue
        elements = _elements(cell)
        if elements is None:
            return None
        if isinstance(cell, str) and WITHOUT_COMMAS.search(cell):
            raise DataError(
                f"{table.path.name}, {table.place(row)}: column {column!r} holds arrays without commas between their "
                f"elements, as NumPy prints them: write lists, as {column}.apply(list) does, or texts"
            )
        lists.append(elements)
    return lists if any(lists) else None


def _elements(cell: object) -> list[str] | None:
    """The elements of a list, or of a text that spells one; None for anything else."""
    if isinstance(cell, list | tuple | np.ndarray):
        return [nfc(str(element)).strip() for element in cell]
    if not isinstance(cell, str) or not (cell.strip().startswith("[") and cell.strip().endswith("]")):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(cell.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        return [nfc(str(element)).strip() for element in value] if isinstance(value, list) else None
    return None

"""Columns without a name: row numbers are left out, an index of times or texts is kept as 'index'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

UNNAMED = re.compile(r"(?:unnamed: ?\d+(?:[._]\w+)*)?", re.IGNORECASE)  # what pandas calls a column without a name
INDEX = "index"
MOST_FILLED = 0.1
"""Share of the cells of a column without a name, behind the named ones, that may be filled where it is left out."""


@dataclass(frozen=True)
class Named:
    """A table whose columns all have a name. left_out: (name or place, why) of each column that is left out."""

    frame: pd.DataFrame
    understood: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def named(frame: pd.DataFrame, names: list[str], file: str) -> Named:
    """The columns under their names, without row numbers and without empty columns that have no name.

    Raises: DataError for a column with cells that has no name, except at the start.
    """
    import pandas as pd

    keep: list[int] = []
    final: list[str] = []
    sentences: list[str] = []
    left_out: list[tuple[str, str]] = []
    first = next((place for place, name in enumerate(names) if not UNNAMED.fullmatch(name)), len(names))
    for place, name in enumerate(names):
        if UNNAMED.fullmatch(name):
            why = _why_left_out(frame[place], place, first)
            if why and not (place < first and len(names) == 1):
                left_out.append((name, why))
                sentences.append(f"column {place + 1} has no name and {why}: it is left out")
                continue
            if place >= first and not name:
                raise DataError(f"{file}: column {place + 1} of {len(names)} has no name: name it in the header")
            if place < first:
                name = _index_name(place, first, names)
                sentences.append(f"column {place + 1} has no name: it is called {name!r}")
        keep.append(place)
        final.append(name)
    if not keep:
        raise DataError(f"{file} has no columns with a name: name each in the header")
    frame = frame if len(keep) == len(names) else frame[keep]
    frame.columns = pd.Index(final)
    return Named(frame, tuple(sentences), tuple(left_out))


def without_row_numbers(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A frame without the row numbers that pandas called 'Unnamed: 0' when they were read before, and a sentence."""
    left_out = [
        place
        for place, name in enumerate(frame.columns)
        if name and UNNAMED.fullmatch(name) and are_row_numbers(frame.iloc[:, place].astype(str))
    ]
    if not left_out or len(left_out) == frame.shape[1]:
        return frame, ()
    kept = frame.iloc[:, [place for place in range(frame.shape[1]) if place not in left_out]]
    return kept, tuple(f"column {frame.columns[place]!r} holds row numbers: it is left out" for place in left_out)


def size_text(frame: pd.DataFrame) -> str:
    """'400 rows, 1 column'."""
    rows, columns = frame.shape
    return f"{rows:,} row{'' if rows == 1 else 's'}, {columns:,} column{'' if columns == 1 else 's'}"


def _why_left_out(column: pd.Series, place: int, first: int) -> str:
    cells = column.astype(str).str.strip()
    filled = int((cells != "").sum())
    if not filled:
        return "is empty"
    if place > first and filled <= MOST_FILLED * len(cells):
        return f"is empty but for {filled:,} of {len(cells):,} cells"
    return "holds row numbers" if place < max(first, 1) and are_row_numbers(cells) else ""


def are_row_numbers(cells: pd.Series) -> bool:
    """Whether texts are whole numbers that say nothing: 0, 1, 2 ..., or in any order; neither times nor few classes."""
    if not cells.str.fullmatch(r"\d{1,18}").all():
        return False
    numbers = cells.to_numpy(dtype=object).astype(np.int64)
    steps = np.diff(numbers)
    if numbers[0] in {0, 1} and (steps == 1).all():
        return True
    rising = bool(len(steps)) and bool((steps > 0).all())
    years = bool(((numbers >= 1500) & (numbers <= 2200)).all())
    are_times = rising and (years or int(numbers.min()) >= 100_000) and int(numbers.min()) >= 1500
    few = len(np.unique(numbers)) <= max(2, len(numbers) // 10)
    return not are_times and not few


def _index_name(place: int, first: int, names: list[str]) -> str:
    name = INDEX if first <= 1 else f"level_{place}"
    while name in names:
        name += "_"
    return name

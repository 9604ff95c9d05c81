"""Quotation marks that are not closed: fields that hold whole rows of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.data.readers.headers import cell_kind, column_kind

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 1000
MOST_VALUES = 20
MOST_MULTILINE = 20_000
LEAST_SHARE = 0.9  # of the lines of a field that look like rows
MOST_DOUBTFUL = 0.02  # of the rows
FEWEST_LINES = 3  # between the marks, where both stand at an end of a field

Fits = Callable[[str], bool]


@dataclass(frozen=True)
class Swallowed:
    """A field that holds rows. row: its row in the frame; lines: its line breaks.

    is_sure: False where it may as well be a text of several lines.
    """

    row: int
    lines: int
    is_sure: bool = True


def swallowed(frame: pd.DataFrame, separator: str, is_strict: Callable[[], bool]) -> Swallowed | None:
    """The first field that holds rows of the table, or None.

    A review of several lines is no such field: its lines have other numbers of separators than the rows, or other cells
    beside them. is_strict: whether every closing mark of the file is followed by a separator or a line end; then more
    lines must look like rows.
    """
    suspects: list[tuple[int, int, int]] = []
    checks: list[Fits | None] | None = None
    for place in range(frame.shape[1]):
        cells = frame.iloc[:, place]
        multiline = cells[cells.str.contains("\n", regex=False)]
        if len(multiline) and checks is None:
            checks = _checks(frame)
        for row, cell in zip(multiline.index[:MOST_MULTILINE], multiline.tolist(), strict=False):
            typed = _holds_rows(cell, place, separator, checks or [])
            if typed is not None:
                suspects.append((int(row), cell.count("\n"), typed))
    if not suspects:
        return None
    sure = suspects
    if is_strict():
        sure = [suspect for suspect in suspects if suspect[1] > FEWEST_LINES or suspect[2] >= 2 * suspect[1]]
    if sure:
        row, lines, _ = min(sure)
        return Swallowed(row, lines)
    doubtful = [suspect for suspect in suspects if suspect[2]]
    if not 0 < len(doubtful) <= max(1, MOST_DOUBTFUL * len(frame)):  # where many are so, that is how texts are written
        return None
    row, lines, _ = min(doubtful)
    return Swallowed(row, lines, is_sure=False)


def _checks(frame: pd.DataFrame) -> list[Fits | None]:
    """For each column, whether a cell is of its kind; None for a column of texts."""
    sample = frame.head(SAMPLE_ROWS)
    single = ~sample.apply(lambda column: column.str.contains("\n", regex=False)).any(axis=1)
    return [_check(sample.iloc[:, place][single].tolist()) for place in range(frame.shape[1])]


def _check(cells: list[str]) -> Fits | None:
    kind = column_kind(cells)
    if kind in {"number", "time"}:
        return lambda cell: cell_kind(cell) in {kind, "empty"}
    values = {cell.strip() for cell in cells}
    if len(values) <= MOST_VALUES and len(values) <= len(cells) // 3:
        return lambda cell: cell.strip() in values
    return None


def _holds_rows(cell: str, place: int, separator: str, checks: list[Fits | None]) -> int | None:
    """The number of cells beside the text that are of their column's kind, where the lines of a field are the end of a
    row, whole rows, and the start of a row; else None."""
    first, *between, last = cell.split("\n")
    between = [line for line in between if line.strip()]
    width = len(checks)
    fits = [_fits(first, checks[place + 1 :], separator, skip=0)]
    fits += [_fits(line, checks, separator, skip=place, whole=True) for line in between]
    fits.append(_fits(last, checks[:place], separator, skip=-1))
    if width == 1 or None in fits[:1] or None in fits[-1:]:
        return None
    typed = sum(value or 0 for value in fits)
    like_rows = [value for value in fits if value is not None]
    if typed == 0:
        return 0 if len(between) >= FEWEST_LINES and len(like_rows) == len(fits) else None
    return typed if len(like_rows) >= LEAST_SHARE * len(fits) else None


def _fits(line: str, checks: list[Fits | None], separator: str, *, skip: int, whole: bool = False) -> int | None:
    """The number of cells of a line that a column's kind confirms, or None where the line cannot be that part of a row.

    skip: the field that belongs to the text itself: the first, the last (-1), or that of a whole row.
    """
    fields = line.split(separator)
    if len(fields) != (len(checks) if whole else len(checks) + 1):
        return None
    others = [field for number, field in enumerate(fields) if number != (skip if skip >= 0 else len(fields) - 1)]
    used = [check for number, check in enumerate(checks) if not whole or number != skip]
    known = [(check, field) for check, field in zip(used, others, strict=True) if check is not None]
    return len(known) if all(check(field) for check, field in known) else None

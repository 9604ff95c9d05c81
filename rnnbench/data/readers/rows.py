"""The rows of a delimited file, read by pandas and checked: none too short, none inside a quotation mark not closed."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.readers.dialects import lines_of_record
from rnnbench.data.readers.layouts import Layout
from rnnbench.data.readers.nameless import UNNAMED
from rnnbench.data.readers.unclosed_marks import swallowed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rows:
    """The rows below the header. start: the character at which they begin; kept: the numbers of the rows of the frame
    among all rows, or None where all are kept; understood: what was decided or left out; warnings: what is doubtful."""

    frame: pd.DataFrame
    layout: Layout
    start: int
    kept: np.ndarray | None = None
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """'line 17' of the file."""
        wanted = row if self.kept is None else int(self.kept[row])
        return f"line {self.line(wanted)}"

    def line(self, number: int) -> int:
        """The line at which row `number` of all rows begins."""
        text = self.layout.text
        before = text.count("\n", 0, self.start)
        records = lines_of_record(self.layout.dialect.reader(text, self.start))
        return before + next((line for count, (line, _) in enumerate(records) if count == number), 1)


def read_rows_below(layout: Layout, start: int, names: list[str], file: str) -> Rows:
    """The rows under column numbers, read without quotation marks where one that is not closed would hold rows.

    start: the character at which the rows begin.
    Raises: DataError for a row with another number of fields than the header, with its line.
    """
    needed = max((place + 1 for place, name in enumerate(names) if not UNNAMED.fullmatch(name)), default=1)
    width = len(names)
    dialect = layout.dialect
    rows, remedy = None, "correct or remove the line"
    try:
        rows = Rows(_frame(layout, start, width), layout, start)
        problem = _short(rows, width, needed)
    except _Irregular as error:
        problem = _ragged(layout, start, width) or str(error)
    if rows is not None and dialect.quote and not problem:
        problem, doubt = _not_closed(rows)
        rows = replace(rows, warnings=(f"{file}: {doubt}",) if doubt else ())
        remedy = "remove the mark, or write it twice" if problem else ""
    if rows is not None and not problem:
        return rows
    bare = _bare(layout, start, width) if dialect.quote and layout.text.find(dialect.quote, start) >= 0 else None
    if bare is None:
        raise DataError(f"{file} is not a regular table: {problem}: {remedy}")
    return replace(bare, understood=(f"quotation marks are read as text, because {problem}",))


def _not_closed(rows: Rows) -> tuple[str, str]:
    """The first quotation mark that holds rows, and the first that may hold some; empty texts where there are none."""
    dialect, text = rows.layout.dialect, rows.layout.text
    lines = text.count("\n", rows.start) + (not text.endswith("\n"))
    if lines == len(rows.frame) or text.find(dialect.quote, rows.start) < 0:  # no field holds a line end
        return "", ""
    field = swallowed(rows.frame, dialect.separator, lambda: dialect.is_strict(text[rows.start :]))
    if field is None:
        return "", ""
    first = rows.line(field.row)
    last = first + field.lines
    if field.is_sure:
        return f"the quotation mark in line {first} is closed only in line {last}, and rows lie between", ""
    return "", (
        f"the quotation marks in lines {first} and {last} enclose a text of several lines: if they are rows of their "
        "own, remove the marks"
    )


class _Irregular(Exception):
    """pandas cannot read the rows."""


def _frame(layout: Layout, start: int, width: int) -> pd.DataFrame:
    import pandas as pd

    stream = io.StringIO(layout.text, newline="")
    stream.seek(start)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(
                stream, sep=layout.dialect.separator, dtype=str, keep_default_na=False, na_filter=False,
                index_col=False, header=None, names=[*range(width)], **layout.dialect.options(),
            )  # fmt: skip
        except pd.errors.EmptyDataError:
            return pd.DataFrame({place: pd.Series(dtype=str) for place in range(width)})
        except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error, ValueError) as error:
            raise _Irregular(str(error).splitlines()[0]) from error


def _bare(layout: Layout, start: int, width: int) -> Rows | None:
    """The rows with quotation marks as text, if each line is a row; fields that marks enclose lose them."""
    bare = replace(layout, dialect=replace(layout.dialect, quote="", escape=""))
    try:
        frame = _frame(bare, start, width)
    except _Irregular:
        return None
    if layout.text.count(layout.dialect.separator, start) != (width - 1) * len(frame):
        return None
    mark = layout.dialect.quote
    for place in frame.columns:
        cells = frame[place]
        enclosed = cells.str.startswith(mark) & cells.str.endswith(mark) & (cells.str.len() > 1)
        if enclosed.any():
            inner = cells[enclosed].str.slice(1, -1).str.replace(mark * 2, mark, regex=False)
            frame[place] = cells.where(~enclosed, inner.reindex(cells.index, fill_value=""))
    return Rows(frame, bare, start)


def _ragged(layout: Layout, start: int, width: int) -> str:
    """The first record with more fields than the header, or with a quotation mark that is not closed."""
    before = layout.text.count("\n", 0, start)
    reader = layout.dialect.reader(layout.text, start)
    last = 0
    try:
        for line, record in lines_of_record(reader):
            if len(record) > width:
                opened = (
                    f", and a quotation mark in line {before + line} is not closed" if reader.line_num > line else ""
                )
                return f"line {before + reader.line_num} has {_fields(len(record))}, the header has {width}{opened}"
            last = line
    except csv.Error as error:
        return f"line {before + reader.line_num}: {error}"
    return f"a quotation mark in line {before + last} is not closed"


def _short(rows: Rows, width: int, needed: int) -> str:
    """The first row with too few fields; pandas fills them with empty texts."""
    if width == 1 or not len(rows.frame) or not (rows.frame.iloc[:, -1] == "").any():
        return ""
    before = rows.layout.text.count("\n", 0, rows.start)
    for line, record in lines_of_record(rows.layout.dialect.reader(rows.layout.text, rows.start)):
        if len(record) < needed and any(cell.strip() for cell in record):
            return f"line {before + line} has {_fields(len(record))}, the header has {width}"
    return ""


def _fields(count: int) -> str:
    return f"{count} field{'' if count == 1 else 's'}"

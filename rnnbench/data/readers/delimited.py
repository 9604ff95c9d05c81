"""A CSV, TSV or TXT file as a table of texts, and how it was read."""

from __future__ import annotations

import csv
import io
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.dialects import (
    Layout,
    after_lines,
    find_layout,
    lines_of_record,
)
from rnnbench.data.readers.headers import clean_name, column_kind, names_columns
from rnnbench.data.readers.nameless import UNNAMED, named, size_text
from rnnbench.data.readers.quotes import swallowed

if TYPE_CHECKING:
    import pandas as pd

TOTALS = {
    "total", "totals", "sum", "subtotal", "grand total", "mean", "average", "gesamt", "summe",
    "합계", "총계", "소계", "평균", "계", "合計", "平均", "合计",
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """The rows below the header. start: the character at which they begin; kept: the numbers of the rows of the frame
    among all rows, or None where all are kept; understood: what was decided or left out."""

    frame: pd.DataFrame
    layout: Layout
    start: int
    kept: np.ndarray | None = None
    understood: tuple[str, ...] = ()

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


def read_delimited(path: Path, text: str, suffix: str, encoding: str) -> Table:
    """The table in a text.

    Raises: DataError when rows have another number of fields than the header, or a column has no name.
    """
    layout = find_layout(text, suffix)
    del text
    names, start, about_header = _names(layout, path.name)
    rows = _parsed(layout, start, names, path.name)
    rows, about_rows = _without_empty(rows, names)
    table = named(rows.frame, names, path.name)
    counts = size_text(table.frame)
    above = [f"{listed(layout.left_out)} left out"] if layout.left_out else []
    line = layout.text.count("\n", 0, layout.start) + 1
    header = f"header in line {line}" if not about_header else "no header"
    summary = f"{path.name}: {', '.join([encoding, layout.dialect.name, *above, header, counts])}"
    return Table(
        path,
        table.frame,
        separator=layout.dialect.separator,
        locate=rows.place,
        left_out=table.left_out,
        understood=tuple(
            ("file", sentence)
            for sentence in (summary, *about_header, *rows.understood, *about_rows, *table.understood)
        ),
        warnings=_totals(table.frame, rows, path.name),
    )


def _names(layout: Layout, file: str) -> tuple[list[str], int, tuple[str, ...]]:
    """The name of each column (empty where it has none), the character at which the rows begin, and a sentence where
    there is no header."""
    header, *below = layout.sample
    if not names_columns(header, below):
        names = [f"column_{place + 1}" for place in range(len(header))]
        called = listed(names) if len(names) < 4 else f"{names[0]} to {names[-1]}"
        line = layout.text.count("\n", 0, layout.start) + 1
        sentence = (
            f"line {line} holds data like the lines below, so there is no header: the columns are called {called}"
        )
        return names, layout.start, (sentence,)
    names = [clean_name(name) for name in header]
    if len(below) > 1 and all(len(row) == len(header) + 1 for row in below):
        names = _with_one_more(names, below, layout, file)
    reader = layout.dialect.reader(layout.text, layout.start)
    next(lines_of_record(reader))
    return names, after_lines(layout.text, layout.start, reader.line_num), ()


def _with_one_more(names: list[str], below: list[list[str]], layout: Layout, file: str) -> list[str]:
    """The names, where rows have one field more: an empty one last, or row names first, as R writes them."""
    if all(not row[-1].strip() for row in below):
        return [*names, ""]
    line = layout.text[layout.start :].lstrip("\n").partition("\n")[2].lstrip()
    is_quoted = line.startswith('"')
    numbers = [row[0].strip() for row in below]
    is_numbered = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    maybe_decimals = layout.dialect.separator == "," and any(
        all(row[place].strip().isdigit() and row[place + 1].strip().isdigit() for row in below)
        for place in range(1, len(names))
    )
    if is_quoted or (is_numbered and not maybe_decimals):
        return ["", *names]
    raise DataError(
        f"{file} is not a regular table: the rows have {len(below[0])} fields, the header has {len(names)}: name every "
        "column; a number or a time that holds the separator needs quotation marks"
    )


def _parsed(layout: Layout, start: int, names: list[str], file: str) -> Rows:
    """The rows under column numbers, read without quotation marks where one that is not closed would hold rows."""
    needed = max((place + 1 for place, name in enumerate(names) if not UNNAMED.fullmatch(name)), default=1)
    width = len(names)
    rows: Rows | None = None
    try:
        rows = Rows(_frame(layout, start, width), layout, start)
        problem = _short(rows, width, needed)
    except _Irregular as error:
        problem = _ragged(layout, start, width) or str(error)
    dialect = layout.dialect
    field = None
    if rows is not None and dialect.quote and not problem:
        field = swallowed(rows.frame, dialect.separator, lambda: dialect.is_strict(layout.text[start:]))
        if field is None:
            return rows
        first = rows.line(field.row)
        problem = (
            f"the quotation mark in line {first} is closed only in line {first + field.lines}, and the lines between "
            "look like rows: remove it, or write two"
        )
    if not problem and rows is not None:
        return rows
    bare = _bare(layout, start, width) if dialect.quote and dialect.quote in layout.text[start:] else None
    if bare is None:
        raise DataError(f"{file} is not a regular table: {problem}")
    why = f", which would hold {field.rows:,} lines of other rows" if field else ""
    return replace(bare, understood=(f"quotation marks are read as text: one is not closed{why}",))


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


def _without_empty(rows: Rows, names: list[str]) -> tuple[Rows, tuple[str, ...]]:
    """The rows without those that are empty or repeat the header, and a sentence on each kind."""
    frame = rows.frame
    empty = np.flatnonzero((frame.iloc[:, 0].str.strip() == "").to_numpy()) if frame.shape[1] > 1 else np.array([], int)
    for place in range(1, frame.shape[1]):
        empty = empty[(frame.iloc[empty, place].str.strip() == "").to_numpy()] if len(empty) else empty
    repeats = np.flatnonzero((frame.iloc[:, 0].str.strip() == names[0]).to_numpy()) if names[0] else np.array([], int)
    for place in range(1, frame.shape[1]):
        repeats = (
            repeats[(frame.iloc[repeats, place].str.strip() == names[place]).to_numpy()] if len(repeats) else repeats
        )
    repeats = repeats if frame.shape[1] > 1 else repeats[:0]
    if not len(empty) and not len(repeats):
        return rows, ()
    kept = np.setdiff1d(np.arange(len(frame)), np.concatenate([empty, repeats]))
    sentences = []
    if len(empty):
        sentences.append(
            f"{len(empty):,} rows without any cell are left out (the first in {rows.place(int(empty[0]))})"
        )
    if len(repeats):
        lines = f"{len(repeats):,} rows repeat the header and are left out"
        sentences.append(f"{lines} (the first in {rows.place(int(repeats[0]))})")
    return replace(rows, frame=frame.iloc[kept].reset_index(drop=True), kept=kept), tuple(sentences)


def _totals(frame: pd.DataFrame, rows: Rows, file: str) -> tuple[str, ...]:
    """A warning where the last row is a sum of the others."""
    if len(frame) < 3:
        return ()
    cell = str(frame.iloc[-1, 0]).strip()
    if cell.lower().rstrip(":") not in TOTALS or column_kind([str(item) for item in frame.iloc[:50, 0]]) == "empty":
        return ()
    if (frame.iloc[:-1, 0].str.strip() == cell).any():
        return ()
    return (f"{file}, {rows.place(len(frame) - 1)} begins with {cell!r}: remove the line if it sums up the others",)

"""A CSV, TSV or TXT file as a table of texts, and how it was read."""

from __future__ import annotations

import re
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.dialects import after_lines, lines_of_record
from rnnbench.data.readers.headers import cell_kind, clean_name, further_headers, names_columns
from rnnbench.data.readers.layouts import Layout, find_layout
from rnnbench.data.readers.left_out_rows import warn_of_sum, without_empty
from rnnbench.data.readers.nameless import named, size_text
from rnnbench.data.readers.rows import read_rows_below

MOST_COLUMNS = 20_000
SEPARATORS = ",;\t|"
_LONG_LINE = re.compile(rf"[^\n]{{{MOST_COLUMNS},}}")


def read_delimited(path: Path, text: str, suffix: str, encoding: str, header: bool | None = None) -> Table:
    """The table in a text. header: whether its first line names the columns; None decides by what it holds.

    Raises: DataError when rows have another number of fields than the header, or a column has no name.
    """
    _check_width(path, text)
    layout = find_layout(text, suffix)
    if not layout.sample:
        raise DataError(f"{path.name} is empty")
    names, start, has_header, about_header = _names(layout, path.name, header)
    rows = read_rows_below(layout, start, names, path.name)
    rows, about_rows = without_empty(rows, names)
    table = named(rows.frame, names, path.name)
    counts = size_text(table.frame)
    above = [f"{listed(layout.left_out)} left out"] if layout.left_out else []
    line = layout.text.count("\n", 0, layout.start) + 1
    of_header = f"header in line {line}" if has_header else "no header"
    summary = f"{path.name}: {', '.join([encoding, layout.dialect.name, *above, of_header, counts])}"
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
        warnings=(*rows.warnings, *warn_of_sum(table.frame, rows, path.name)),
    )


def _check_width(path: Path, text: str) -> None:
    """Refuse a line of too many fields before each of them is looked at; a comma in quotes separates none."""
    for line in _LONG_LINE.finditer(text):
        is_in_quotes = text.count('"', 0, line.start()) % 2
        outside = line[0].split('"')[is_in_quotes::2]
        fields = 1 + max(sum(part.count(separator) for part in outside) for separator in SEPARATORS)
        if fields > MOST_COLUMNS:
            number = 1 + text.count("\n", 0, line.start())
            raise DataError(
                f"{path.name}: line {number} has {fields:,} fields, and at most {MOST_COLUMNS:,} columns can be read"
            )


def _names(layout: Layout, file: str, typed: bool | None) -> tuple[list[str], int, bool, tuple[str, ...]]:
    """The name of each column (empty where it has none), the character at which the rows begin, whether there is a
    header, and a sentence where that is not plain. typed: whether there is a header, by the user."""
    header, *below = layout.sample
    if typed is False or (typed is None and not names_columns(header, below)):
        names = [f"column_{place + 1}" for place in range(len(header))]
        called = f"columns are called {listed(names) if len(names) < 4 else f'{names[0]} to {names[-1]}'}"
        called = called if len(names) > 1 else f"column is called {names[0]}"
        line = layout.text.count("\n", 0, layout.start) + 1
        reason = f"line {line} holds data like the lines below, so there is no header (--header reads it as one)"
        sentence = f"{reason if typed is None else 'there is no header (--no-header)'}: the {called}"
        return names, layout.start, False, (sentence,)
    names = [clean_name(name) for name in header]
    if len(below) > 1 and all(len(row) == len(header) + 1 for row in below):
        names = _with_one_more(names, below, layout, file)
    more = further_headers(below) if below and len(below[0]) == len(header) else 0
    if more and {*map(cell_kind, header)} != {"name"} == {*map(cell_kind, below[more - 1])}:
        line = layout.text.count("\n", 0, layout.start) + 1
        raise DataError(f"{file}: more than one line may be the header, the first is line {line}: keep one of them")
    reader = layout.dialect.reader(layout.text, layout.start)
    for _ in zip(range(1 + more), lines_of_record(reader), strict=False):
        pass
    start = after_lines(layout.text, layout.start, reader.line_num)
    if not more:
        is_sure = typed or not below or names_columns(header, below, surely=True)
        return names, start, True, () if is_sure else ("the header is a line of words (--no-header reads it as data)",)
    row = ", ".join(cell.strip() for cell in below[0] if cell.strip())
    kind = "1 further line" if more == 1 else f"{more} further lines"
    return names, start, True, (f"{kind} of the header ({row[:60]}) left out",)


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

"""Whether the first line of a table is its header, and the names of its columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Literal

from rnnbench.core.text import nfc

CellKind = Literal["empty", "number", "time", "sentence", "name", "mixed"]
VALUES = {"number", "time"}
NAME_ABOVE = {("name", "number"), ("name", "time"), ("time", "number"), ("sentence", "number"), ("sentence", "time")}
BLANK = {"", "na", "n/a", "nan", "null", "none", "-", "?", ".", "nat", "#n/a"}
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
NUMBER = re.compile(
    r"[-+−(]{0,2}\s?[$€£¥₩]?\s?[-+]?(?:\d[\d.,'’_\u00a0\u202f ]*|[.,]\d+)(?:e[-+]?\d+)?\s?[%$€£¥₩원円]?\)?",
    re.IGNORECASE,
)
TIME = re.compile(
    r"""\d{1,4}([-/.])\s?\d{1,2}\1\s?\d{1,4}\.?(?:[T\s,(].*)?   # 2021-01-31 00:00, 31.01.2021
    |\d{4}[-/]\d{1,2}(?:[T\s].*)?                              # 2021-01
    |\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[ap]\.?m\.?)?   # 13:00
    |\d{4}[-/.\s]?[QMWH]\d{1,2}|[QMWH]\d{1,2}[-/.\s]?\d{4}     # 2021Q1, Q1 2021, 2000M01
    |\d{4}\s?[년年].*                                          # 2021년 1월
    |\d{1,2}[-/.\s]"""
    + MONTHS
    + r"""[-/.,\s]*\d{2,4}.*       # 01-Jan-21
    |(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s)?"""
    + MONTHS
    + r"""[-/.,\s]*\d{1,4}(?:[\s,].*)?  # Jan-21, Jan 1, 2021
    """,
    re.IGNORECASE | re.VERBOSE,
)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
FEWEST_WORDS = 5
FEWEST_LETTERS = 15  # of a sentence in a script without blanks
MOST_VALUES = 20
DATED = re.compile(r"(?:1[6-9]|20)\d\d(?:[.]?(?:0[1-9]|1[0-2]))?")
FEWEST_DATES = 12


def clean_name(name: str) -> str:
    """A column name in Unicode form NFC without outer blanks, marks of encodings and invisible characters."""
    plain = nfc(name).translate(INVISIBLE)
    return " ".join(plain.split()) if "\n" in plain else plain.replace("\u00a0", " ").strip()


def cell_kind(cell: str) -> CellKind:
    """What a cell holds: a number, a time, a sentence, a name, or nothing."""
    text = cell.translate(INVISIBLE).strip()
    if text.lower() in BLANK:
        return "empty"
    if len(text) <= 60:
        if TIME.fullmatch(text):
            return "time"
        if NUMBER.fullmatch(text):
            return "number"
    is_question = text.endswith(("?", ":", "？"))
    without_blanks = sum(unicodedata.category(letter) == "Lo" and letter > "\u0e00" for letter in text[:200])
    is_long = len(text.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS or without_blanks >= FEWEST_LETTERS
    return "sentence" if is_long and not is_question else "name"


def column_kind(cells: list[str]) -> CellKind:
    """The kind of most cells of a column (80 %), sentences from a half on; 'mixed' where there is none."""
    kinds = Counter(kind for kind in map(cell_kind, cells[:50]) if kind != "empty")
    if not kinds:
        return "empty"
    kind, count = kinds.most_common(1)[0]
    return kind if count >= (0.5 if kind == "sentence" else 0.8) * kinds.total() else "mixed"


def names_columns(header: list[str], rows: list[list[str]], *, surely: bool = False) -> bool:
    """Whether a record names the columns of the rows below it.

    A time above times is a row. A word above numbers or times is a name, and so are numbers that count (2001, 2002,
    2003) and those of stations. Else a number above numbers is a row, and a label among the few of its column; then a
    word above sentences is a name, and a sentence above sentences is a row.
    surely: whether there must be a sign of names; else a record without any sign is a header.
    """
    if _is_of_pandas(header):
        return True
    if rows and len(rows[0]) == len(header) + 1:
        rows = [row[1:] for row in rows]
    rows = [row for row in rows[: _enough(len(header))] if len(row) == len(header) and row != header]
    if not rows:
        return not surely
    columns = [[row[place] for row in rows] for place in range(len(header))]
    kinds = [(cell_kind(cell), column_kind(cells)) for cell, cells in zip(header, columns, strict=True)]
    if ("time", "time") in kinds:
        return False
    if _are_dates_above_values(header, rows[0]):
        return True
    counting = _counts(header, kinds) and not all(_counts(row, kinds) for row in rows)
    if counting or _is_of_whole_numbers(header, columns) or any(pair in NAME_ABOVE for pair in kinds):
        return True
    if ("number", "number") in kinds or any(map(_repeats, header, columns)):
        return False
    if ("name", "sentence") in kinds or any(map(_is_outside, header, columns)):
        return True
    return not surely and ("sentence", "sentence") not in kinds and not _is_one_of(header, columns)


def _is_of_pandas(header: list[str]) -> bool:
    """Whether a record is blank, 0, 1, 2, ...: a frame with an index, whose columns pandas numbered."""
    cells = [cell.strip() for cell in header]
    return len(cells) > 1 and cells == ["", *map(str, range(len(cells) - 1))]


def _are_dates_above_values(header: list[str], row: list[str]) -> bool:
    """Whether a record is a name and then years or months in order, as 2015.01, 2015.02, ..., above other numbers."""
    cells = [cell.strip() for cell in header[1:]]
    are_dated = len(cells) >= FEWEST_DATES and all(map(DATED.fullmatch, cells)) and sorted({*cells}) == cells
    return are_dated and cell_kind(header[0]) == "name" and not all(DATED.fullmatch(cell.strip()) for cell in row[1:])


def _enough(columns: int) -> int:
    """The number of rows by which columns are judged."""
    return 50 if columns <= 500 else 10


def further_headers(rows: list[list[str]]) -> int:
    """The number of first rows (at most 3) that hold units or further names: words above numbers and times only."""
    width = min(map(len, rows), default=0)
    rows = rows[: _enough(width)]
    kinds = [column_kind([row[place] for row in rows]) for place in range(width)]
    values = [place for place, kind in enumerate(kinds) if kind in VALUES]
    count = 0
    for row in rows[:3]:
        above = {cell_kind(row[place]) for place in values}
        if not above <= {"name", "empty"} or "name" not in above:
            break
        count += 1
    return count if len(rows) >= 8 else 0


def _counts(record: list[str], kinds: list[tuple[CellKind, CellKind]]) -> bool:
    """Whether the numbers of a record count up by one: at least three, or two that are years or begin at 0."""
    cells = [cell.strip() for cell, (above, _) in zip(record, kinds, strict=True) if above == "number"]
    if len(cells) < 2 or not all(re.fullmatch(r"\d{1,9}", cell) for cell in cells):
        return False
    numbers = [*map(int, cells)]
    steps = {after - before for before, after in pairwise(numbers)}
    return steps == {1} and (len(numbers) > 2 or numbers[0] == 0 or 1800 <= numbers[0] <= 2200)


def _is_one_of(header: list[str], columns: list[list[str]]) -> bool:
    """Whether the first text of a single column is a text like those below: three words, and about as long."""
    if len(header) != 1 or len(header[0].split()) < 3:
        return False
    return 2 * len(header[0]) >= sorted(map(len, columns[0]))[len(columns[0]) // 2]


def _is_of_whole_numbers(header: list[str], columns: list[list[str]]) -> bool:
    """Whether different whole numbers, such as those of stations, stand above decimals only."""
    cells = [cell.strip() for cell in header]
    below = [cell.strip() for column in columns for cell in column if cell.strip()]
    are_names = len(cells) > 1 and len({*cells}) == len(cells) and all(re.fullmatch(r"\d{1,9}", cell) for cell in cells)
    return are_names and len(below) >= 3 * len(cells) and all(re.fullmatch(r"-?\d+[.,]\d+", cell) for cell in below)


def _is_outside(cell: str, cells: list[str]) -> bool:
    """Whether a cell is none of the few values that its column repeats, such as 'felt' above pos and neg."""
    values = {value.strip() for value in cells}
    return bool(cell.strip()) and len(cells) >= 10 and 1 < len(values) <= len(cells) // 5 and cell.strip() not in values


def _repeats(cell: str, cells: list[str]) -> bool:
    """Whether a cell is one of the few values of its column, such as pos among pos and neg."""
    values = Counter(value.strip() for value in cells)
    few = len(values) <= min(MOST_VALUES, max(2, len(cells) // 2))
    return bool(cell.strip()) and few and len(cells) > 2 and values[cell.strip()] > 0

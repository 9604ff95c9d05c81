"""How a delimited file is laid out: what stands above the header, and the dialect."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace

from rnnbench.data.readers.dialects import (
    BLANKS,
    NO_SEPARATORS,
    SAMPLE_RECORDS,
    SEPARATORS,
    Dialect,
    after_lines,
    is_blank,
    is_regular,
    sample_of,
)
from rnnbench.data.readers.headers import VALUES, cell_kind, column_kind, names_columns
from rnnbench.data.readers.marks import find_marks

MOST_TITLES = 10
ENCLOSED = re.compile(r'\s*"(?:[^"]|"")*"\s*')


@dataclass(frozen=True)
class Layout:
    """A dialect, the text that it reads, the character at which the header begins, and what was left out above it."""

    dialect: Dialect
    text: str
    start: int
    left_out: tuple[str, ...] = ()

    @property
    def sample(self) -> list[list[str]]:
        return self.dialect.records(sample_of(self.text, self.start))


def find_layout(text: str, suffix: str) -> Layout:
    """How a delimited text is written. The text comes back with its line ends, each run of blanks as one where they
    separate."""
    start, separator, left_out = _above_header(text)
    sample = sample_of(text, start)
    titles = 0
    if not separator:
        wanted = ["\t"] if suffix == ".tsv" and "\t" in sample.partition("\n")[0] else [*SEPARATORS]
        separator, titles = _separator(sample, wanted)
    if not separator:
        if _as_blanks(collapsed(sample)):
            return Layout(Dialect(BLANKS), collapsed(text), _line_start(text, start), left_out)
        if _as_blanks(with_times(collapsed(sample))):
            whole = with_times(collapsed(text))
            return Layout(Dialect(BLANKS), whole, _line_start(text, start), left_out)
        unwrapped = _enclosed_lines(text, start)
        if unwrapped:
            inner = find_layout(unwrapped, suffix)
            return replace(inner, left_out=(*left_out, *inner.left_out, "the quotation marks around each whole line"))
        separator = next((letter for letter in NO_SEPARATORS if letter not in text), NO_SEPARATORS[0])
    if titles:
        lines = _lines_of(Dialect(separator), sample, titles)
        kinds = "line" if lines == 1 else "lines"
        left_out = (*left_out, f"{lines} {kinds} above the header")
        start = after_lines(text, start, lines)
    return Layout(find_marks(separator, text, start), text, start, left_out)


def _enclosed_lines(text: str, start: int) -> str:
    """The text without the marks around every whole line, if all lines have them and fields inside; else empty."""
    sample = [line for line in sample_of(text, start).split("\n") if line.strip()][:SAMPLE_RECORDS]
    if len(sample) < 3 or not all(map(ENCLOSED.fullmatch, sample)):
        return ""
    first = "\n".join(map(_without_marks, sample))
    separator, _ = _separator(first, [*SEPARATORS])
    records = Dialect(separator).records(first) if separator else []
    if not records or not is_regular(records) or not names_columns(records[0], records[1:], surely=True):
        return ""
    lines = text[start:].split("\n")
    if not all(ENCLOSED.fullmatch(line) for line in lines if line.strip()):
        return ""
    return text[:start] + "\n".join(map(_without_marks, lines))


def _without_marks(line: str) -> str:
    return line.strip()[1:-1].replace('""', '"')


def collapsed(text: str) -> str:
    """Every run of blanks and tabs as one blank, none at the ends of a line; the lines stay the same."""
    return re.sub(r"(?m)^ | $", "", re.sub(r"[ \t]+", " ", text))


def with_times(text: str) -> str:
    """The text with a date and its time of day, which a blank separates, in quotation marks."""
    return re.sub(r"(?<!\S)(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} \d{1,2}:\d{2}[\d:.]*)(?!\S)", r'"\1"', text)


def _line_start(text: str, start: int) -> int:
    """Where the line that begins at `start` begins once blanks are collapsed."""
    return after_lines(collapsed(text[:start]) if start else "", 0, text.count("\n", 0, start)) if start else 0


def _above_header(text: str) -> tuple[int, str, tuple[str, ...]]:
    """Where the header begins, the separator by a line sep= of Excel, and what was left out above."""
    start, separator, comments = 0, "", 0
    first_comment = last_comment = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip(" \ufeff")
        typed_separator = re.fullmatch(r'"?sep=([,;|\t:~^])"?,*', line, flags=re.IGNORECASE)
        if typed_separator and not separator and not comments:
            separator = typed_separator[1]
        elif line.startswith("#"):
            first_comment = first_comment if comments else start
            comments, last_comment = comments + 1, start
        elif line.strip():
            break
        start = end + 1 if end >= 0 else len(text)
    if start == len(text):
        return 0, "", ()
    left_out: tuple[str, ...] = ("the line sep= of Excel",) if separator else ()
    if comments:
        header, kept = _commented_header(text, first_comment, last_comment, start, separator)
        start, comments = (header, comments - kept) if kept else (start, comments)
        lines = "comment line that begins" if comments == 1 else "comment lines that begin"
        left_out += (f"{comments} {lines} with #",) if comments else ()
    return start, separator, left_out


def _commented_header(text: str, first: int, last: int, start: int, given: str) -> tuple[int, int]:
    """Where the header or the rows begin in lines with #, and the number of such lines that are no comments.

    NumPy and some instruments write the header as the last comment. A row may begin with #, such as a tweet. first,
    last: where the first and the last of the lines begin; start: where the line below them begins.
    """
    line = text[last:start].strip()
    below = sample_of(text, start).splitlines()[:50]
    names = line.lstrip("# ")
    marked = text[first:start].splitlines()
    for separator in [given] if given else SEPARATORS:
        header, *rows = (next(csv.reader([row], delimiter=separator), []) for row in (names, *below) if row.strip())
        is_regular = len(header) > 1 and rows and all(len(row) == len(header) for row in rows)
        if is_regular and not names_columns(rows[0], rows[1:]):
            if names_columns(header, rows, surely=True):
                return last + text[last:start].index(names), 1
            return first, sum(bool(row.strip()) for row in marked)
    if not any(separator in "".join(below) for separator in SEPARATORS) and below[0].count(" "):
        return first, sum(bool(row.strip()) for row in marked)  # one column of texts, of which the first begin with #
    return start, 0


def _separator(sample: str, separators: list[str]) -> tuple[str, int]:
    """The separator that gives most lines the header's number of fields, and the number of title records above it."""
    best, best_rank, titles = "", (0, 0.0, 0.0), 0
    for separator in separators:
        records = Dialect(separator).records(sample)
        widths = [len(record) for record in records]
        commonest_width, count = Counter(widths[1:] or widths).most_common(1)[0] if widths else (1, 0)
        above = _titles(records)
        if above:
            rank = (1, 1.0)
        elif widths and widths[0] > 1 and len(widths) > 1:
            same = sum(width == widths[0] for width in widths) / len(widths)
            shorter = commonest_width == widths[0] + 1 and count > 1
            rank = (1, count / len(widths)) if shorter and same < 0.5 else (2, same)
        elif widths and widths[0] > 1:
            rank = (2, 1.0)
        elif commonest_width > 1 and count >= 0.9 * (len(widths) - 1) and _has_row_names(records):
            rank = (1, 0.9)
        else:
            continue
        full_rank = (*rank, _share_of_values(records))
        if full_rank > best_rank:
            best, best_rank, titles = separator, full_rank, above
    return best, titles


def _share_of_values(records: list[list[str]]) -> float:
    """The share of numbers and times among the first cells: where two separators are in every line, it decides."""
    kinds = [cell_kind(cell) in VALUES for record in records[1:21] for cell in record[:50] if cell.strip()]
    return sum(kinds) / max(1, len(kinds))


def _has_row_names(records: list[list[str]]) -> bool:
    """Whether the rows have one field more than a header of one name, as R writes them: 1, 2, 3 ... first."""
    numbers = [record[0].strip() for record in records[1:]]
    is_numbered = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    maybe_decimals = all(record[-1].strip().isdigit() for record in records[1:])
    has_two = len(records[0]) == 1 and all(len(record) == 2 for record in records[1:])
    return has_two and is_numbered and not maybe_decimals


def _titles(records: list[list[str]]) -> int:
    """The number of title records above a header that names what is below; 0 where there is none."""
    if len(records) < 4:
        return 0
    commonest_width = Counter(len(record) for record in records[1:]).most_common(1)[0][0]
    for above, record in enumerate(records[: MOST_TITLES + 1]):
        filled = sum(bool(cell.strip()) for cell in record)
        below = records[above + 1 :]
        if len(record) == commonest_width and filled > 1 and all(len(row) == commonest_width for row in below):
            return above if len(below) > 1 and names_columns(record, below, surely=True) else 0
    return 0


def _lines_of(dialect: Dialect, sample: str, count: int) -> int:
    """The number of lines before record number `count`, blank ones included."""
    reader = dialect.reader(sample)
    records = 0
    before = 0
    for record in reader:
        if not is_blank(record):
            if records == count:
                return before
            records += 1
        before = reader.line_num
    return before


def _as_blanks(sample: str) -> bool:
    """Whether runs of blanks separate: every line has as many fields as the header, and numbers or times below it."""
    records = Dialect(BLANKS).records(sample)
    if len(records) < 3:
        return False
    header, *rows = records
    width = len(rows[0])
    if width < 2 or any(len(row) != width for row in rows) or len(header) not in {width, width - 1}:
        return False
    kinds = [column_kind([row[place] for row in rows]) for place in range(width)]
    if len(header) == width - 1 and rows[0][0] != "1":
        return False
    return any(kind in VALUES for kind in kinds)

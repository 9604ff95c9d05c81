"""The dialect of a delimited file: its separator and its quotation marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
BLANKS = " "
NO_SEPARATORS = "\x1f\x1e\x1d\x1c\x02\x03"  # for one column, a character that the file does not have
SAMPLE_CHARACTERS = 1 << 18
SAMPLE_RECORDS = 200
csv.field_size_limit(2**31 - 1)  # by default a field of more than 131,072 characters is an error


@dataclass(frozen=True)
class Dialect:
    """separator: one character. quote: the mark that encloses fields, or empty where marks are text.

    escape: a backslash where it stands before a mark inside a field. skips_blanks: blanks after a separator are no part
    of the field.
    """

    separator: str
    quote: str = '"'
    escape: str = ""
    skips_blanks: bool = False

    @property
    def name(self) -> str:
        """'separator comma', with the marks where they are not the usual ones."""
        if self.separator in NO_SEPARATORS:
            return "one column"
        separator = "separator " + ("blanks" if self.separator == BLANKS else SEPARATORS.get(self.separator, ""))
        if separator == "separator ":
            separator += repr(self.separator)
        return separator + (", fields in single quotation marks" if self.quote == "'" else "")

    def options(self) -> dict[str, Any]:
        """The arguments that `csv.reader` and `pandas.read_csv` share."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        return {
            "quoting": quoting,
            "quotechar": self.quote or '"',
            "escapechar": self.escape or None,
            "skipinitialspace": self.skips_blanks,
        }

    def reader(self, text: str, start: int = 0, *, strict: bool = False) -> Any:
        """A `csv.reader` of the text from a character on."""
        stream = io.StringIO(text, newline="")
        stream.seek(start)
        return csv.reader(stream, delimiter=self.separator, strict=strict, **self.options())

    def records(self, sample: str) -> list[list[str]]:
        """The first records that are not blank."""
        records = (record for record in self.reader(sample) if not is_blank(record))
        return [record for record, _ in zip(records, range(SAMPLE_RECORDS), strict=False)]

    def is_strict(self, text: str) -> bool:
        """Whether every closing mark is followed by a separator or a line end, and all records have one width."""
        widths = set()
        try:
            for record in self.reader(text, strict=True):
                if not is_blank(record):
                    widths.add(len(record))
        except csv.Error:
            return False
        return len(widths) == 1


def is_blank(record: list[str]) -> bool:
    """Whether a record is a line without anything but blanks."""
    return not record or (len(record) == 1 and not record[0].strip())


def after_lines(text: str, start: int, count: int) -> int:
    """The character after `count` lines, from a character on."""
    for _ in range(count):
        end = text.find("\n", start)
        if end < 0:
            return len(text)
        start = end + 1
    return start


def sample_of(text: str, start: int) -> str:
    """Whole lines from the start of a text: enough characters, and at least 20 lines where fields are long."""
    end = start + SAMPLE_CHARACTERS
    if end < len(text):
        end = max(end, min(after_lines(text, start, 20), start + 64 * SAMPLE_CHARACTERS))
        last = text.rfind("\n", start, end)
        end = last + 1 if last > start else end
    return text[start:end]


def lines_of_record(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """(first line, record) of every record that is not blank."""
    before = 0
    for record in reader:
        if not is_blank(record):
            yield before + 1, record
        before = reader.line_num


def is_regular(records: list[list[str]]) -> bool:
    """Whether all records have the same number of fields."""
    return all(len(record) == len(records[0]) for record in records)

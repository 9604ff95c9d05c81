"""Whether a plain text file is a table, or lines of fastText."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

from rnnbench.data.readers.fasttext import is_fasttext
from rnnbench.data.readers.file_text import head_of


def plain_layout(path: Path, encoding: str | None = None) -> Literal["", "table", "fasttext"]:
    """Whether the first lines of a plain text file all have the same number of fields, or begin with a label.

    encoding: as typed by the user, else found.
    """
    head = head_of(path, encoding)
    if is_fasttext(head):
        return "fasttext"
    lines = [line for line in head.splitlines() if line.strip()][:-1]  # the last may be cut
    if len(lines) < 2:
        return ""
    for separator in "\t;|,":
        records = [*csv.reader(lines[:300], delimiter=separator)]
        widths = {len(record) for record in records}
        if len(widths) == 1 and widths != {1}:
            # a comma or a bar may be in every line of a poem: a header is short words, labels are few words
            short = all(len(field.split()) <= 2 and field.strip() for field in records[0])
            if separator == "\t" or short or _has_labels(records):
                return "table"
        if separator == "\t" and {len(record) for record in records[1:]} == {len(records[0]) + 1}:
            return "table"  # with row names, as R writes it
    return ""


def _has_labels(records: list[list[str]]) -> bool:
    """Whether the first or the last field of the lines has few different values, each a single word."""
    for place in (0, -1):
        values = {record[place].strip() for record in records}
        if 2 <= len(values) <= len(records) // 10 and all(len(value.split()) == 1 for value in values):
            return True
    return False

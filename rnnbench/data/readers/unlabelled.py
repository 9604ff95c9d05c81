"""The texts of a file without labels, to be classified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.file_text import pieces
from rnnbench.data.readers.label_columns import TEXT_NAMES, best_text, by_name, find_text_column, text_cells
from rnnbench.data.readers.names import column_named, with_names_of
from rnnbench.data.readers.plain_layouts import plain_layout
from rnnbench.data.readers.tables import TABLES, check_file, read_table
from rnnbench.data.readers.text import PLAIN
from rnnbench.data.settings import DataSettings

NUMBERED = re.compile(r"column_\d+")
"""The name of a column in a file without header."""


@dataclass(frozen=True)
class FileTexts:
    """The texts of a file without labels. origin: "column 'title'" or 'its lines'.

    understood, warnings: how the file was read, as in `Facts`.
    """

    texts: list[str]
    origin: str
    understood: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]

    @property
    def is_column(self) -> bool:
        """Whether the texts are those of a column."""
        return self.origin.startswith("column")


def read_texts(path: Path, settings: DataSettings, trained_on: str = "", *, keep_empty: bool = False) -> FileTexts:
    """The texts of a file, in Unicode form NFC, and how it was read.

    trained_on: the text column of the run, read where the file has it, unless the settings name another. A plain text
    is read line by line, unless it is a table with that column, or with one that is called a text.
    keep_empty: empty texts are part of the result, also the blank lines at the end of a plain text.
    Raises: DataError when the file cannot be read, or a text is empty that may not be.
    """
    table, column = _table_of_texts(path, settings, trained_on)
    if table is not None and column:
        texts, _ = text_cells(table, column)
        places = [table.place(row) if not text else "" for row, text in enumerate(texts)]
        read = FileTexts(texts, f"column {column!r}", table.understood, table.warnings)
    else:
        read = _lines(path, settings, table, keep_empty)
        places = [f"line {number}" for number in range(1, len(read.texts) + 1)]
    for text, place in zip(read.texts, places, strict=True):
        if not text and not keep_empty:
            raise DataError(f"{path.name}, {place}: the text is empty: remove the line, or write a text")
    return read


def _lines(path: Path, settings: DataSettings, table: Table | None, keep_empty: bool) -> FileTexts:
    """The lines of a plain text, without the blank ones at its end unless they are kept.

    table: what the lines look like, if they do.
    """
    parts, encoding = pieces(path, settings.encoding)
    content = "".join(parts)
    content = content.removesuffix("\n") if keep_empty else content.rstrip()
    texts = [line.strip() for line in content.split("\n")]
    warnings = [encoding.warning] if encoding.warning else []
    if table is not None:
        columns = listed(table.columns, last="or")
        warnings.append(
            f"every line of {path.name} has {len(table.columns)} fields and is read whole: type --text-column to read "
            f"one of {columns}"
        )
    return FileTexts(texts, "its lines", (("file", f"{path.name}: {encoding.label}"),), tuple(warnings))


def _table_of_texts(path: Path, settings: DataSettings, trained_on: str) -> tuple[Table | None, str]:
    """The table in a file of texts, and the column to read: an empty name for a plain text, to be read by lines.

    Raises: DataError where the run learned from a column by its place, and that holds no texts in this file.
    """
    suffix = check_file(path, TABLES | PLAIN)
    is_plain = suffix in PLAIN and settings.text_column is None and settings.header is None
    layout = plain_layout(path, settings.encoding) if is_plain and suffix in TABLES else ""
    if is_plain and not layout:
        return None, ""
    try:
        table = read_table(path, settings.encoding, settings.header)
    except DataError:
        if is_plain and layout == "table":  # the first lines only look like one
            return None, ""
        raise
    if layout == "fasttext":
        return table, "text"
    own = column_named(table, trained_on, any_case=True) if trained_on and not settings.text_column else None
    if own is None and is_plain:
        return table, by_name(table, TEXT_NAMES, set()) or ""
    likely = best_text(table, set())
    if own is not None and NUMBERED.fullmatch(own) and likely not in (None, own):
        raise DataError(
            f"{path.name} has no header, and its texts seem to be in {likely!r}, though the run was trained on "
            f"{own!r}: type --text-column {likely} or --text-column {own}"
        )
    return table, own or find_text_column(table, with_names_of(table, settings))

"""The user's own file as the kind of data that a task needs."""

from __future__ import annotations

from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of, text_of
from rnnbench.data.kinds import AnyData, Kind
from rnnbench.data.readers.labelled import find_columns, find_text_column, read_labelled
from rnnbench.data.readers.series import read_series
from rnnbench.data.readers.series_columns import find_time_column
from rnnbench.data.readers.tables import TABLES, check_file, read_table
from rnnbench.data.readers.text import PLAIN, corpus_of, decoded, read_text_file
from rnnbench.data.settings import DataSettings


def read_file(path: Path, settings: DataSettings, kind: Kind) -> AnyData:
    """The file as a long text, as labelled texts or as a series.

    Raises: DataError when the file cannot be read or used.
    """
    suffix = check_file(path, TABLES | PLAIN)
    if kind == "text":
        if suffix in PLAIN and settings.text_column is None:
            return read_text_file(path, settings)
        table = read_table(path, settings.encoding)
        column = find_text_column(table, settings)
        points = points_of("\n".join(table.texts(column)) + "\n")
        return corpus_of(points, path, settings, f"column {column!r} of {len(table):,} rows, one line each")
    table = read_table(path, settings.encoding)
    if kind == "labelled_text":
        return read_labelled(table, settings)
    return read_series(table, settings)


def read_texts(path: Path, settings: DataSettings) -> list[str]:
    """The texts of a file without labels: the lines of a plain text, or the text column of a table.

    Raises: DataError when the file cannot be read, or a text is empty.
    """
    suffix = check_file(path, TABLES | PLAIN)
    if suffix in PLAIN and settings.text_column is None:
        content = "".join(text_of(points) for points in decoded(path, settings.encoding))
        texts = [line.strip() for line in content.removesuffix("\n").split("\n")]
        places = [f"line {number}" for number in range(1, len(texts) + 1)]
    else:
        table = read_table(path, settings.encoding)
        texts = table.texts(find_text_column(table, settings))
        places = [table.place(row) if not text else "" for row, text in enumerate(texts)]
    for text, place in zip(texts, places, strict=True):
        if not text:
            raise DataError(f"{path.name}, {place}: the text is empty: remove the line, or write a text")
    return texts


def guess_kind(path: Path, settings: DataSettings) -> Kind:
    """The kind of data in a file, from the settings, else from its extension and columns."""
    suffix = check_file(path, TABLES | PLAIN)
    if settings.target or settings.time_column or settings.covariates or settings.frequency:
        return "series"
    if settings.label_column:
        return "labelled_text"
    if suffix in PLAIN:
        return "text"
    table = read_table(path, settings.encoding)
    if find_time_column(table, settings) is not None and not settings.text_column:
        return "series"
    try:
        find_columns(table, settings)
    except DataError:
        return "text"
    return "labelled_text"

"""Read a CSV, TSV, TXT, JSONL or Parquet file as a table; errors name the file, the line and the remedy."""

from __future__ import annotations

import codecs
import csv
import io
import json
import warnings
from collections.abc import Iterable
from pathlib import Path

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.data.readers.columns import Quoting, Table
from rnnbench.data.readers.names import composed

DELIMITED = {".csv", ".tsv", ".txt"}
JSON_LINES = {".jsonl", ".ndjson"}
PARQUET = {".parquet", ".pq"}
TABLES = DELIMITED | JSON_LINES | PARQUET
SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
SAMPLE_CHARACTERS = 1 << 16
ENCLOSED: Quoting = 0
BARE: Quoting = 3


def read_table(path: Path) -> Table:
    """The table in a file.

    Raises: DataError when the file is missing, empty, damaged, of an unknown format, or has no rows.
    """
    suffix = check_file(path, TABLES)
    table = _parquet(path) if suffix in PARQUET else _json_lines(path) if suffix in JSON_LINES else _delimited(path)
    if not len(table):
        raise DataError(f"{path.name} has a header but no rows: add rows")
    table = composed(table)
    repeated = [name for name in dict.fromkeys(table.columns) if table.columns.count(name) > 1]
    if repeated:
        raise DataError(f"{path.name} has more than one column named {repeated[0]!r}: give each another name")
    return table


def check_file(path: Path, suffixes: Iterable[str]) -> str:
    """The extension of a file, once checked.

    Raises: DataError when it does not exist (with the nearest name), is a folder, is empty, or has another extension.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder: type a file in it")
    if not path.is_file():
        names = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {path}.{did_you_mean(path.name, names)}")
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        hint = " Unpack it first." if suffix in {".gz", ".zip", ".bz2", ".xz"} else ""
        hint = " Write one JSON object per line and name it .jsonl." if suffix == ".json" else hint
        hint = " Save the sheet as CSV." if suffix in {".xlsx", ".xls", ".ods"} else hint
        raise DataError(
            f"{path.name}: files ending in {suffix or 'nothing'!r} cannot be read, "
            f"only {', '.join(sorted(suffixes))}.{hint}"
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty")
    return suffix


def encoding_of(head: bytes) -> str:
    """The encoding by a file's first bytes: UTF-16 with a byte order mark, else UTF-8."""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def broken_encoding(path: Path, offset: int) -> DataError:
    """The error for bytes that are not UTF-8, with the offset of the first."""
    return DataError(
        f"{path.name} is not UTF-8: the byte at offset {offset} is invalid. Save it as UTF-8, for instance "
        f"with  iconv -f cp949 -t utf-8  (Korean) or  iconv -f cp1252 -t utf-8  (Western)"
    )


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        text = content.decode(encoding_of(content[:4]))
    except UnicodeDecodeError as error:
        shift = 3 if content.startswith(codecs.BOM_UTF8) else 0
        raise broken_encoding(path, error.start + shift) from error
    if not text.strip():
        raise DataError(f"{path.name} is empty")
    if "\0" in text:
        raise DataError(
            f"{path.name} contains zero bytes (the first at character {text.index(chr(0))}): it is not a text file"
        )
    return text


def _delimited(path: Path) -> Table:
    import pandas as pd

    text = _decoded(path)
    separator, quoting = _sniff(text, path.suffix.lower())
    header = next(record for record in _records(text, separator, quoting) if record)
    header = [name.strip() for name in header]
    if all(_is_number(name) for name in header) or "" in header:
        raise DataError(
            f"{path.name}: the first line must be a header with the name of every column, not "
            f"{', '.join(map(repr, header[:6]))}"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            frame = pd.read_csv(
                io.StringIO(text, newline=""), sep=separator, quoting=quoting, dtype=str, keep_default_na=False,
                index_col=False,
            )  # fmt: skip
        except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
            raise DataError(
                f"{path.name} is not a regular table: {_ragged(text, separator, quoting, error)}"
            ) from error
    frame.columns = pd.Index(header)
    return Table(path, frame, separator, quoting, text=text)


def _ragged(text: str, separator: str, quoting: Quoting, error: Exception) -> str:
    """The first line with more fields than the header, or the message of the reader."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)
    width = 0
    for record in reader:
        width = width or len(record)
        if len(record) > width:
            return f"line {reader.line_num} has {len(record)} fields, the header has {width}"
    return str(error).splitlines()[0]


def _records(text: str, separator: str, quoting: Quoting, most: int = 200) -> list[list[str]]:
    """The first records of a text, without a last one that the sample may cut."""
    sample = text[:SAMPLE_CHARACTERS]
    if len(text) > SAMPLE_CHARACTERS and "\n" in sample:
        sample = sample[: sample.rindex("\n")]
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, quoting=quoting)
    return [record for record, _ in zip(reader, range(most), strict=False) if record]


def _sniff(text: str, suffix: str) -> tuple[str, Quoting]:
    """The separator that gives the most lines the same number of fields, and whether quotation marks enclose fields."""
    best, best_share = ",", 0.0
    for separator in ["\t"] if suffix == ".tsv" else SEPARATORS:
        widths = [len(record) for record in _records(text, separator, ENCLOSED)]
        share = sum(width == widths[0] for width in widths) / len(widths) if widths[0] > 1 else 0.0
        if share > best_share:
            best, best_share = separator, share
    best = "\t" if suffix == ".tsv" else best
    if best != "\t":
        return best, ENCLOSED
    # Between tabs, a quotation mark at the start of a field is text, unless every such field also ends with one, or
    # the lines have the same number of fields only if quotation marks may enclose a tab.
    bare = _records(text, "\t", BARE)
    quoted = [field for record in bare for field in record if field.startswith('"')]
    all_end = bool(quoted) and all(len(field) > 1 and field.endswith('"') for field in quoted)
    is_regular = all(len(record) == len(bare[0]) for record in bare)
    return best, ENCLOSED if all_end or (best_share == 1.0 and not is_regular) else BARE


def _json_lines(path: Path) -> Table:
    import pandas as pd

    rows: list[dict[str, object]] = []
    lines: list[int] = []
    for number, line in enumerate(_decoded(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{path.name}, line {number} is not JSON: {error.msg} (column {error.colno})") from error
        if not isinstance(row, dict):
            raise DataError(f'{path.name}, line {number} must be a JSON object such as {{"text": ..., "label": ...}}')
        rows.append(row)
        lines.append(number)
    return Table(path, pd.DataFrame(rows), lines=tuple(lines))


def _parquet(path: Path) -> Table:
    import pandas as pd
    import pyarrow

    try:
        frame = pd.read_parquet(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path.name} is not a readable Parquet file: {str(error).splitlines()[0]}") from error
    if frame.index.name:
        frame = frame.reset_index()
    return Table(path, frame)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

"""Read a CSV, TSV, TXT, JSONL, JSON or Parquet file as a table; errors name the file, the line and the remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.delimited import read_delimited
from rnnbench.data.readers.fasttext import is_fasttext, read_fasttext
from rnnbench.data.readers.file_text import PACKED, read_text
from rnnbench.data.readers.json_tables import read_json
from rnnbench.data.readers.parquet import read_parquet

DELIMITED = {".csv", ".tsv", ".txt"}
JSON = {".jsonl", ".ndjson", ".json"}
PARQUET = {".parquet", ".pq"}
BILINGUAL = {".tmx", ".xlf", ".xliff", ".sdlxliff", ".mqxliff"}
BILINGUAL_HINT = (
    " Write its two languages as a TSV of two columns: docs/your-data.md has the lines of Python for it, and "
    "translation programs such as OmegaT and Okapi Rainbow export one."
)
TABLES = DELIMITED | JSON | PARQUET


def read_table(path: Path, encoding: str | None = None, header: bool | None = None) -> Table:
    """The table in a file. encoding, header: as typed by the user, else found.

    Raises: DataError when the file is missing, empty, damaged, of an unknown format, or has no rows.
    """
    suffix = check_file(path, TABLES)
    table = read_parquet(path) if suffix in PARQUET else _text_table(path, suffix, encoding, header)
    if not len(table):
        raise DataError(f"{path.name} has a header but no rows: add rows")
    repeated = [name for name, count in Counter(table.columns).items() if count > 1]
    if repeated:
        raise DataError(f"{path.name} has more than one column named {repeated[0]!r}: give each another name")
    return table


def check_file(path: Path, suffixes: Iterable[str]) -> str:
    """The extension of a file, once checked; of a packed file that of its content, such as .csv for a.csv.gz.

    Raises: DataError when it does not exist (with the nearest name), is a folder, is empty, or has another extension.
    """
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:  # a name too long, or with a zero character
        raise DataError(f"{str(path)[:80]!r} cannot be the name of a file") from error
    if is_folder:
        raise DataError(f"{path} is a folder: type a file in it")
    if not is_file:
        names = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {path}.{did_you_mean(path.name, names)}")
    suffix = path.suffix.lower()
    if suffix in PACKED:
        inner = Path(path.stem).suffix.lower()
        suffix = inner if inner in suffixes and inner not in PARQUET else suffix
    if suffix not in suffixes:
        hint = " Unpack it first." if suffix in {*PACKED, ".zip"} else ""
        hint = " Save the sheet as CSV." if suffix in {".xlsx", ".xls", ".ods"} else hint
        hint = BILINGUAL_HINT if suffix in BILINGUAL else hint
        raise DataError(
            f"{path.name}: files ending in {suffix or 'nothing'!r} cannot be read, "
            f"only {', '.join(sorted(suffixes))}.{hint}"
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty")
    return suffix


def _text_table(path: Path, suffix: str, named: str | None, header: bool | None) -> Table:
    text, encoding = read_text(path, named)
    if suffix in DELIMITED and text.lstrip()[:14].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise DataError(f"{path.name} is a web page or XML, not a table: save the table as CSV")
    if suffix in JSON:
        table = read_json(path, text, encoding.label)
    elif is_fasttext(text):
        table = read_fasttext(path, text, encoding.label)
    else:
        table = read_delimited(path, text, suffix, encoding.label, header)
    return replace(table, warnings=(encoding.warning, *table.warnings)) if encoding.warning else table

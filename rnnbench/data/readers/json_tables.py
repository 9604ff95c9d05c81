"""A JSONL or JSON file as a table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.headers import VALUES, column_kind
from rnnbench.data.readers.nameless import INDEX, are_row_numbers, size_text, without_row_numbers
from rnnbench.data.readers.nested import flattened

if TYPE_CHECKING:
    import pandas as pd

HALF = re.compile(
    r"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\)(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""One half of a character such as an emoji without the other, as programs leave it that cut texts."""
MOST_LEVELS, MOST_INNER = 3, 50
"""Of objects inside objects, and of the names in one that become columns."""
EXAMPLE = '{"text": ..., "label": ...}'


def read_json(path: Path, text: str, encoding: str) -> Table:
    """One object per line, or one list of objects, or one object of columns.

    Raises: DataError for what is not JSON, with the line, or another structure.
    """
    text, halves = whole_characters(text)
    rows, lines = rows_of_json(path, text)
    kind = "one JSON object per line" if lines else "a JSON list of rows"
    if not rows:
        raise DataError(f"{path.name} has no rows: add objects such as {EXAMPLE}")
    frame, sentences, left_out = flattened(_frame(_opened(rows)))
    frame, about_numbers = without_row_numbers(frame)
    if not frame.shape[1]:
        raise DataError(f"{path.name} has no columns of texts or numbers: write objects such as {EXAMPLE}")
    summary = f"{path.name}: {encoding}, {kind}, {size_text(frame)}"
    if halves:
        sentences = (*sentences, f"{halves:,} halves of characters, as of emojis that were cut, are read as \ufffd")
    understood = tuple(("file", sentence) for sentence in (summary, *sentences, *about_numbers))
    return Table(path, frame, lines=lines, left_out=left_out, understood=understood)


def whole_characters(text: str) -> tuple[str, int]:
    """The text with each half of a character as the replacement character, and their number."""
    return HALF.subn(r"\\ufffd", text)


def rows_of_json(path: Path, text: str) -> tuple[list[dict[str, object]], tuple[int, ...]]:
    """The rows, and the line of each where there is one object per line."""
    start = text.lstrip()
    first, _, rest = start.partition("\n")
    whole = None if rest.strip() and _whole(first.rstrip(" ,")) is not None else _whole(text)
    if start.startswith("[") and (whole is not None or not rest.strip()):
        return _listed(path, whole if whole is not None else _loaded(path, text, 0)), ()
    if start.startswith("{") and rest.strip() and whole is not None:
        return _listed(path, whole), ()
    if start.startswith("[") and _whole(first.rstrip(" ,")) is None:
        _loaded(path, text, 0)
    rows: list[dict[str, object]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = _loaded(path, line.strip().removesuffix(","), number)
        if not isinstance(row, dict):
            raise DataError(f"{path.name}, line {number} must be a JSON object such as {EXAMPLE}")
        rows.append(row)
        lines.append(number)
    if len(rows) == 1 and any(isinstance(cell, dict | list) for cell in rows[0].values()):
        return _listed(path, rows[0]), ()
    return rows, tuple(lines)


def _listed(path: Path, whole: object) -> list[dict[str, object]]:
    """The rows of a list of objects, or of one object as pandas and other programs write them.

    Raises: DataError for another structure; with the names of the lists where there are several, such as of splits.
    """
    if isinstance(whole, list) and all(isinstance(row, dict) for row in whole):
        return whole
    if isinstance(whole, dict) and whole:
        rows = _of_names_and_values(whole) or _of_rows_by_key(whole) or _of_columns(whole)
        if rows:
            return rows
        tables = {name: cells for name, cells in whole.items() if isinstance(cells, list) and _is_table(cells)}
        if len(tables) == 1:
            return _listed(path, next(iter(tables.values())))
        if tables:
            raise DataError(
                f"{path.name} holds several tables ({', '.join(map(repr, tables))}): write each to a file of its own, "
                "and name those of the splits by --validation-data and --test-data"
            )
    raise DataError(f"{path.name} must be a list of JSON objects, or have one per line, such as {EXAMPLE}")


def _of_names_and_values(whole: dict[str, object]) -> list[dict[str, object]]:
    """The rows of an object with the names of the columns and lists of cells, as of pandas with orient="split"."""
    names, values = whole.get("columns"), whole.get("data")
    if not (isinstance(names, list) and isinstance(values, list) and all(isinstance(name, str) for name in names)):
        return []
    if not all(isinstance(row, list) and len(row) == len(names) for row in values):
        return []
    rows = [dict(zip(names, row, strict=True)) for row in values]
    index = whole.get("index")
    return _with_index(rows, index) if isinstance(index, list) and len(index) == len(rows) else rows


def _of_rows_by_key(whole: dict[str, object]) -> list[dict[str, object]]:
    """The rows of an object of objects under numbers, times or ids, as of pandas with orient="index"."""
    rows = [row for row in whole.values() if isinstance(row, dict) and row]
    if not rows or len(rows) < len(whole):
        return []
    of_rows, of_cells = (column_kind([*keys][:50]) in VALUES for keys in (whole, rows[0]))
    are_many = len(whole) > MOST_INNER >= len(rows[0])
    are_rows = of_rows and not of_cells if of_rows != of_cells else are_many and not of_rows
    return _with_index(rows, [*whole]) if are_rows else []


def _with_index(rows: list[dict[str, object]], index: list[object]) -> list[dict[str, object]]:
    """The rows with their keys as a column, unless these are row numbers or no names."""
    import pandas as pd

    is_plain = all(isinstance(key, str | int | float) for key in index)
    if not is_plain or any(INDEX in row for row in rows) or are_row_numbers(pd.Series([*map(str, index)], dtype=str)):
        return rows
    return [{INDEX: key, **row} for key, row in zip(index, rows, strict=True)]


def _of_columns(whole: dict[str, object]) -> list[dict[str, object]]:
    """The rows of an object of columns, each a list of cells or an object of them."""
    if len({*map(type, whole.values())}) != 1:  # such as a schema beside the data
        return []
    whole = {**_index_of(whole), **whole}
    lists: list[list[object]] = []
    for cells in whole.values():
        if isinstance(cells, dict | list):
            lists.append([*cells.values()] if isinstance(cells, dict) else cells)
    if len(lists) < len(whole) or len({len(cells) for cells in lists}) != 1 or all(_is_table(cells) for cells in lists):
        return []
    return [dict(zip(whole, cells, strict=True)) for cells in zip(*lists, strict=True)]


def _is_table(cells: list[object]) -> bool:
    """Whether a list is one of objects, the rows of a table."""
    return bool(cells) and isinstance(cells[0], dict)


def _opened(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows with the cells of objects as columns of their own: {"review": {"text": ...}} has review.text.

    Objects with many different names, which are no columns, stay as they are.
    """
    for _ in range(MOST_LEVELS):
        inner: dict[str, set[str]] = {}
        for row in rows:
            for name, cell in row.items():
                if isinstance(cell, dict):
                    inner.setdefault(name, set()).update(cell)
        wanted = {name for name, names in inner.items() if names and len(names) <= MOST_INNER}
        if not wanted:
            break
        rows = [_with_inner(row, wanted) for row in rows]
    return rows


def _with_inner(row: dict[str, object], wanted: set[str]) -> dict[str, object]:
    opened: dict[str, object] = {}
    for name, cell in row.items():
        if name in wanted and isinstance(cell, dict):
            opened.update({f"{name}.{inner}": value for inner, value in cell.items()})
        elif name not in wanted or cell is not None:
            opened[name] = cell
    return opened


def _index_of(columns: dict[str, object]) -> dict[str, object]:
    """The index of a frame as a column, where pandas wrote it as the keys of each column; none for row numbers."""
    import pandas as pd

    first = next(iter(columns.values()))
    if not isinstance(first, dict) or not first or INDEX in columns:
        return {}
    are_same = all(isinstance(cells, dict) and [*cells] == [*first] for cells in columns.values())
    return {INDEX: [*first]} if are_same and not are_row_numbers(pd.Series([*first], dtype=str)) else {}


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Columns keep their type; whole numbers beside missing ones stay whole."""
    import pandas as pd

    names = [*dict.fromkeys(name for row in rows for name in row)]
    columns = {}
    for name in names:
        cells = [row.get(name) for row in rows]
        whole = all(cell is None or (type(cell) is int and abs(cell) < 2**63) for cell in cells)
        gaps = whole and any(cell is None for cell in cells) and any(cell is not None for cell in cells)
        columns[name] = pd.Series(cells, dtype="Int64") if gaps else pd.Series(_plain(cells))
    return pd.DataFrame(columns)


def _plain(cells: list[object]) -> object:
    """Cells of several types, such as 5 and "five", as they are."""
    import pandas as pd

    kinds = {type(cell) for cell in cells if cell is not None}
    is_mixed = len(kinds) > 1 and not kinds <= {int, float}
    return pd.Series(cells, dtype=object) if is_mixed or (kinds == {bool} and None in cells) else cells


def _loaded(path: Path, text: str, line: int) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f", line {line}" if line else f", line {error.lineno}"
        raise DataError(f"{path.name}{place} is not JSON: {error.msg} (column {error.colno})") from error
    except (RecursionError, ValueError) as error:  # a number of more digits than Python converts
        place = f", line {line}" if line else ""
        raise DataError(f"{path.name}{place} is not JSON that can be read: {str(error).splitlines()[0]}") from error


def _whole(text: str) -> object:
    """What a JSON text holds, or None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

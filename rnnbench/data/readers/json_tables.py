"""A JSONL or JSON file as a table."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.nameless import INDEX, are_row_numbers, size_text, without_row_numbers
from rnnbench.data.readers.nested import flattened

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE = '{"text": ..., "label": ...}'


def read_json(path: Path, text: str, encoding: str) -> Table:
    """One object per line, or one list of objects, or one object of columns.

    Raises: DataError for what is not JSON, with the line, or another structure.
    """
    rows, lines = _rows(path, text)
    kind = "one JSON object per line" if lines else "a JSON list of rows"
    if not rows:
        raise DataError(f"{path.name} has no rows: add objects such as {EXAMPLE}")
    frame, sentences, left_out = flattened(_frame(rows))
    frame, about_numbers = without_row_numbers(frame)
    if not frame.shape[1]:
        raise DataError(f"{path.name} has no columns of texts or numbers: write objects such as {EXAMPLE}")
    summary = f"{path.name}: {encoding}, {kind}, {size_text(frame)}"
    understood = tuple(("file", sentence) for sentence in (summary, *sentences, *about_numbers))
    return Table(path, frame, lines=lines, left_out=left_out, understood=understood)


def _rows(path: Path, text: str) -> tuple[list[dict[str, object]], tuple[int, ...]]:
    """The rows, and the line of each where there is one object per line."""
    start = text.lstrip()
    if start.startswith("["):
        return _listed(path, _loaded(path, text, 0)), ()
    if start.startswith("{") and _whole(start.partition("\n")[0]) is None:
        whole = _whole(text)
        if whole is not None:
            return _listed(path, whole), ()
    rows: list[dict[str, object]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = _loaded(path, line, number)
        if not isinstance(row, dict):
            raise DataError(f"{path.name}, line {number} must be a JSON object such as {EXAMPLE}")
        rows.append(row)
        lines.append(number)
    if len(rows) == 1 and any(isinstance(cell, dict | list) for cell in rows[0].values()):
        with suppress(DataError):
            return _listed(path, rows[0]), ()
    return rows, tuple(lines)


def _listed(path: Path, whole: object) -> list[dict[str, object]]:
    """The rows of a list of objects, or of an object of columns, as pandas writes them."""
    if isinstance(whole, list) and all(isinstance(row, dict) for row in whole):
        return whole
    if isinstance(whole, dict) and whole:
        whole = {**_index_of(whole), **whole}
        columns = [[*cells.values()] if isinstance(cells, dict) else cells for cells in whole.values()]
        if all(isinstance(cells, list) for cells in columns) and len({*map(len, columns)}) == 1:
            return [dict(zip(whole, cells, strict=True)) for cells in zip(*columns, strict=True)]
        tables = [cells for cells in whole.values() if isinstance(cells, list) and cells and isinstance(cells[0], dict)]
        if len(tables) == 1:
            return _listed(path, tables[0])
    raise DataError(f"{path.name} must be a list of JSON objects, or have one per line, such as {EXAMPLE}")


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

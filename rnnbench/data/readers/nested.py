"""Columns of JSONL and Parquet files whose cells are lists or objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.text import listed
from rnnbench.data.readers.headers import clean_name

if TYPE_CHECKING:
    import pandas as pd


def flattened(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The frame without nested columns and with bytes as texts, a sentence on what is left out and (name, why).

    Lists of words or numbers stay: they may be tokens of a text, or labels.
    """
    import pandas as pd

    frame = _decoded(frame)
    nested = [place for place in range(frame.shape[1]) if _is_nested(frame.iloc[:, place])]
    left_out = tuple((clean_name(str(frame.columns[place])), "holds nested values") for place in nested)
    names = listed(repr(name) for name, _ in left_out)
    sentences = (f"nested values are left out: column{'s' if len(nested) > 1 else ''} {names}",) if nested else ()
    if nested:
        frame = frame.iloc[:, [place for place in range(frame.shape[1]) if place not in nested]]
    frame.columns = pd.Index([clean_name(str(name)) for name in frame.columns])
    return frame, sentences, left_out


def _decoded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with columns of bytes as texts, where all of their cells are UTF-8."""
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype != object or not any(isinstance(cell, bytes) for cell in column):
            continue
        try:
            texts = [cell.decode() if isinstance(cell, bytes) else cell for cell in column]
        except UnicodeDecodeError:
            continue
        frame = frame.copy()
        frame.isetitem(place, texts)
    return frame


def _is_nested(column: pd.Series) -> bool:
    if column.dtype != object:
        return False
    return any(isinstance(cell, dict | set | bytes) or (_is_list(cell) and not _is_flat(cell)) for cell in column)


def _is_list(cell: object) -> bool:
    return isinstance(cell, list | tuple | np.ndarray)


def _is_flat(cells: list[object]) -> bool:
    return not any(_is_list(cell) or isinstance(cell, dict | set | bytes) for cell in cells)

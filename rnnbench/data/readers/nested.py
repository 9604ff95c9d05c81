"""Columns of JSONL and Parquet files whose cells are lists or objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnbench.core.text import listed
from rnnbench.data.readers.headers import clean_name

if TYPE_CHECKING:
    import pandas as pd


def flattened(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The frame without nested columns other than lists of words, sentences, and what was left out."""
    import pandas as pd

    left_out: list[tuple[str, str]] = []
    drop: list[int] = []
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if column.dtype != object:
            continue
        cells = [cell for cell in column if isinstance(cell, list | tuple | dict | set | np.ndarray | bytes)]
        if not cells:
            continue
        others = [cell for cell in column if isinstance(cell, str)]
        if others or not all(_is_list_of_words(cell) for cell in cells):
            drop.append(place)
            left_out.append((str(name), "holds nested values"))
    sentences = []
    if drop:
        names = listed(repr(name) for name, _ in left_out)
        sentences.append(f"nested values are left out: column {names}")
        frame = frame.iloc[:, [place for place in range(frame.shape[1]) if place not in drop]]
    frame.columns = pd.Index([clean_name(str(name)) for name in frame.columns])
    return frame, tuple(sentences), tuple(left_out)


def _is_list_of_words(cell: object) -> bool:
    return isinstance(cell, list | tuple | np.ndarray) and all(isinstance(item, str) for item in cell)

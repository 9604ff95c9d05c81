"""Rows that are no data: empty ones, the header again, and a sum at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.data.readers.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

TOTALS = {
    "total", "totals", "sum", "subtotal", "grand total", "mean", "average", "gesamt", "summe",
    "합계", "총계", "소계", "평균", "계", "合計", "平均", "合计",
}  # fmt: skip


def without_empty(rows: Rows, names: list[str]) -> tuple[Rows, tuple[str, ...]]:
    """The rows without those that are empty or repeat the header, and a sentence on each kind."""
    frame = rows.frame
    width = frame.shape[1]
    empty = _rows_of(frame, [""] * width) if width > 1 else np.array([], int)
    repeats = _rows_of(frame, names) if width > 1 and any(names) else np.array([], int)
    if not len(empty) and not len(repeats):
        return rows, ()
    kept = np.setdiff1d(np.arange(len(frame)), np.concatenate([empty, repeats]))
    sentences = []
    for left_out, why in ((empty, "without any cell"), (repeats, "equal to the header")):
        if len(left_out):
            count = f"{len(left_out):,} row{'' if len(left_out) == 1 else 's'}"
            first = "" if len(left_out) == 1 else "the first is "
            sentences.append(f"{count} {why} left out ({first}{rows.place(int(left_out[0]))})")
    return replace(rows, frame=frame.iloc[kept].reset_index(drop=True), kept=kept), tuple(sentences)


def _rows_of(frame: pd.DataFrame, cells: list[str]) -> np.ndarray:
    """The numbers of the rows that hold exactly these cells."""
    rows = np.arange(len(frame))
    for place, cell in enumerate(cells):
        if len(rows):
            column = frame.iloc[:, place] if not place else frame.iloc[rows, place]
            rows = rows[(column.str.strip() == cell).to_numpy()]
    return rows


def warn_of_sum(frame: pd.DataFrame, rows: Rows, file: str) -> tuple[str, ...]:
    """A warning where the last row is a sum of the others."""
    if len(frame) < 3:
        return ()
    cell = str(frame.iloc[-1, 0]).strip()
    if cell.lower().rstrip(":") not in TOTALS or (frame.iloc[:-1, 0].astype(str).str.strip() == cell).any():
        return ()
    return (f"{file}, {rows.place(len(frame) - 1)} begins with {cell!r}: remove the line if it sums up the others",)

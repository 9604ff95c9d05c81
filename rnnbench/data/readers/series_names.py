"""The names of the series in a table of several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times import looks_like_times

SHOWN_NAMES = 6


def distinct(names: np.ndarray) -> list[str]:
    """The names in order: numbers by size, then texts."""
    return sorted(set(names.tolist()), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name))


def listed(names: np.ndarray) -> str:
    """The first names for a message: 'such as H1, H2, ... (414 in all)'."""
    known = distinct(names)
    more = f", ... ({len(known):,} in all)" if len(known) > SHOWN_NAMES else ""
    return f"such as {', '.join(known[:SHOWN_NAMES])}{more}"


def series_column_hint(table: Table, time_columns: Sequence[str]) -> str | None:
    """What to type where times repeat because a column names the series of each row; None where none does."""
    times = table.frame[[*time_columns]].astype(str).agg("\0".join, axis=1)
    for column in table.columns:
        cells = table.frame[column].astype(str)
        if column in time_columns or looks_like_times(table.frame[column]) or 2 * cells.nunique() > len(cells):
            continue
        numbers, bad = as_numbers(table.frame[column])
        are_names = bad.any() or bool((np.isfinite(numbers) & (numbers == np.round(numbers))).all())
        if are_names and not (times + "\0" + cells).duplicated().any():
            names = np.array(table.texts(column), dtype=object)
            return (
                f"column {column!r} names {cells.nunique():,} series: type --series-column {column}, and --series NAME "
                f"for one of them, {listed(names)}"
            )
    return None

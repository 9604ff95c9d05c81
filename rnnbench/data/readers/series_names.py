"""The names of the series in a table of several."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times import looks_like_times

if TYPE_CHECKING:
    import pandas as pd

SHOWN_NAMES = 6
MOST_COLUMNS = 8


def distinct(names: np.ndarray) -> list[str]:
    """The names in order: numbers by size, then texts."""
    return sorted(set(names.tolist()), key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name))


def listed(names: np.ndarray) -> str:
    """The first names for a message: 'such as H1, H2, ... (414 in all)'."""
    known = distinct(names)
    more = f", ... ({len(known):,} in all)" if len(known) > SHOWN_NAMES else ""
    return f"such as {', '.join(known[:SHOWN_NAMES])}{more}"


def series_column_hint(table: Table, time_columns: Sequence[str]) -> str | None:
    """What to type where times repeat because columns name the series of each row; None where none do."""
    columns = [name for name in table.looked_at if name not in time_columns and _may_be_names(table.frame[name])]
    for column in columns:
        if not table.frame[[*time_columns, column]].astype(str).duplicated().any():
            names = np.array(table.texts(column), dtype=object)
            return (
                f"column {column!r} names {len(distinct(names)):,} series: type --series-column {shlex.quote(column)}, "
                f"and --series NAME for one of them, {listed(names)}"
            )
    for pair in combinations(columns[:MOST_COLUMNS], 2):
        if not table.frame[[*time_columns, *pair]].astype(str).duplicated().any():
            return (
                f"columns {pair[0]!r} and {pair[1]!r} together name the series of a row: join them into one column, "
                "and type it with --series-column"
            )
    return None


def _may_be_names(cells: pd.Series) -> bool:
    """Whether cells are texts or whole numbers, each of them in two rows or more on average."""
    if looks_like_times(cells) or 2 * cells.astype(str).nunique() > len(cells):
        return False
    numbers, bad = as_numbers(cells)
    return bool(bad.any() or (np.isfinite(numbers) & (numbers == np.round(numbers))).all())

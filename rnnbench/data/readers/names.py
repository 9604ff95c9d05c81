"""The names of columns that the user typed, as the table spells them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from rnnbench.core.text import nfc
from rnnbench.data.readers.columns import Table
from rnnbench.data.settings import DataSettings

SINGLE = ("text_column", "label_column", "time_column", "series_column", "split_column", "group_column")
LISTS = ("target", "covariates")


def with_names_of(table: Table, settings: DataSettings) -> DataSettings:
    """The settings with the columns' names as in the table, where they differ by blanks, or a name has commas in it.

    Names that the table lacks stay as they are: the reader of the column refuses them.
    """
    spelled_names: dict[str, Any] = {}
    for setting in SINGLE:
        name = getattr(settings, setting)
        if name is not None:
            spelled_names[setting] = column_named(table, name) or name
    for setting in LISTS:
        spelled_names[setting] = columns_named(table, getattr(settings, setting))
    return settings.model_copy(update=spelled_names)


def column_named(table: Table, name: str, *, any_case: bool = False) -> str | None:
    """The column of this name; else the only one that differs from it by blanks or invisible characters alone.

    any_case: or by case.
    """
    if name in table.columns:
        return name
    spell = (lambda text: _visible(text).casefold()) if any_case else _visible
    alike = [column for column in table.columns if spell(column) == spell(name)]
    return alike[0] if len(alike) == 1 else None


def columns_named(table: Table, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of these names. Neighbours that are one column when joined by a comma are that column.

    An option with several names is split at commas before the table is known, and a name may have commas in it.
    """
    columns: list[str] = []
    start = 0
    while start < len(names):
        for end in range(len(names), start, -1):
            column = column_named(table, ",".join(names[start:end]))
            if column is not None:
                columns.append(column)
                start = end
                break
        else:
            columns.append(names[start].strip() or names[start])
            start += 1
    return tuple(columns)


def _visible(name: str) -> str:
    """A name without what cannot be seen: blanks at its ends, repeated blanks, and format characters."""
    return " ".join("".join(letter for letter in nfc(name) if unicodedata.category(letter) != "Cf").split())

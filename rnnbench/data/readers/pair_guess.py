"""Whether a table holds pairs of texts, and the reason in words."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.label_columns import LABEL_NAMES, columns_of_sentences, is_named, repeating
from rnnbench.data.readers.own_splits import NAMES_OF_SPLITS
from rnnbench.data.readers.pair_columns import columns_by_name, holds_texts, is_attribution

MOSTLY = 0.5


def reason_by_names(table: Table, times: Collection[str]) -> str:
    """'columns 'en' and 'de' ...': two columns of texts called like a source and its target, and none of labels."""
    columns = columns_by_name(table)
    if columns is None:
        return ""
    pair = {columns.source, columns.target}
    others = [name for name in table.columns if name not in pair]
    if any(is_named(name, LABEL_NAMES) for name in others) or not all(holds_texts(table, name) for name in pair):
        return ""
    few = [name for name in repeating(table, pair) if name not in times and not _names_splits(table, name)]
    if few:
        return ""
    return f"columns {columns.source!r} and {columns.target!r} are a text and its target by their names"


def reason_by_content(table: Table, *, short: bool = False) -> str:
    """'columns 'a' and 'b' hold sentences': exactly two do, and none is called like labels.

    short: the texts need not be sentences, but are in all columns, of several words, and mostly differ; so it is in
    files of Tatoeba, whose third column says who wrote the sentences.
    """
    if any(is_named(name, LABEL_NAMES) for name in table.columns):
        return ""
    columns = [name for name in table.columns if not is_attribution(table, name)]
    if not short and len(columns) == len(table.columns):
        sentences = [name for name in columns_of_sentences(table, set()) if name in columns]
        if len(sentences) == 2:
            return f"columns {sentences[0]!r} and {sentences[1]!r} hold sentences, and none holds labels"
        return ""
    if len(columns) == 2 and all(holds_texts(table, name) and _are_short_texts(table, name) for name in columns):
        return f"columns {columns[0]!r} and {columns[1]!r} hold texts that differ, and none holds labels"
    return ""


def _are_short_texts(table: Table, name: str) -> bool:
    cells = table.first_cells(name)
    return len({*cells}) >= MOSTLY * len(cells) and bool(np.mean([" " in cell for cell in cells]) >= MOSTLY)


def _names_splits(table: Table, name: str) -> bool:
    return {cell.casefold() for cell in table.first_cells(name)} <= {*NAMES_OF_SPLITS}

"""Turns in order as pairs: each turn is the reply to those before it in its conversation."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.data.readers.columns import Table

MOST_TURNS = 3
"""Turns before a reply in its source."""
SAME_SPEAKER = 0.05
"""The share of replies by the speaker of the turn before from which on a warning says so."""


@dataclass(frozen=True)
class Turns:
    """Pairs of turns: the source and the reply of each, and the row of the reply in the table (order).

    first, last: the places of the first turn of the source and of the reply, among all turns in the order of their
    conversations. before: the row of the turn before the reply. empty, alone: the number of turns without a text, and
    without one before them.
    """

    sources: list[str]
    replies: list[str]
    order: np.ndarray
    first: np.ndarray
    last: np.ndarray
    before: np.ndarray
    empty: int
    alone: int


def ordered_turns(texts: Sequence[str], conversations: Sequence[Hashable]) -> Turns:
    """Each turn with those before it in its conversation, whose turns need not follow each other in the file.

    An empty turn is left out, and those behind it do not answer those before it.
    """
    numbers: dict[Hashable, int] = {}
    member = np.array([numbers.setdefault(name, len(numbers)) for name in conversations], dtype=np.int64)
    sources: list[str] = []
    replies: list[str] = []
    places: list[tuple[int, int, int, int]] = []
    held: list[tuple[int, int]] = []  # places and rows of the turns since the conversation began
    empty = alone = 0
    previous = -1
    for place, row in enumerate(np.argsort(member, kind="stable").tolist()):
        if member[row] != previous or not texts[row]:
            held, previous = [], int(member[row])
        if not texts[row]:
            empty += 1
            continue
        if held:
            said = held[-MOST_TURNS:]
            sources.append("\n".join(texts[earlier] for _, earlier in said))
            replies.append(texts[row])
            places.append((row, said[0][0], place, said[-1][1]))
        else:
            alone += 1
        held.append((place, row))
    order, first, last, before = np.array(places, dtype=np.int64).reshape(-1, 4).T
    return Turns(sources, replies, order, first, last, before, empty, alone)


def one_line(text: str) -> str:
    """The text with its line breaks as blanks."""
    return " ".join(part.strip() for part in text.splitlines() if part.strip())


def same_speaker(table: Table, column: str, rows: np.ndarray, before: np.ndarray) -> str:
    """A warning where many turns are by the speaker of the turn before, so that they are no replies."""
    names = np.array(table.texts(column), dtype=object)
    count = int((names[rows] == names[before]).sum())
    if count <= SAME_SPEAKER * len(rows):
        return ""
    return (
        f"{count:,} of {len(rows):,} replies are by the speaker of the turn before (column {column!r}): join the turns "
        "that one speaker says in a row, if a reply must be another's"
    )

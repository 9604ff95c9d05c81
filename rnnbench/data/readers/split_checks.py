"""Checks of the splits of labelled texts: none is empty, and training has every class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.own_splits import TEST, VALIDATION, LabelledSplit

NAMES = ("training", "validation", "test")
MOST_LISTED = 5


def check_given(table: Table, used: Sequence[int]) -> None:
    """Raises: DataError where no row is left of a split that the user gave."""
    if table.split_of is None:
        return
    kept = {*table.split_of[[*used]].tolist()}
    for split in sorted({*table.split_of.tolist()} - kept, reverse=True):
        count = int((table.split_of == split).sum())
        name = table.path.name
        if split == TEST:
            raise DataError(
                f"{name}: none of the {count:,} rows of the test split has both a text and a label: add the labels; "
                "texts without labels are classified by  rnnbench predict --file FILE"
            )
        later = "test" if split == VALIDATION else "validation or test"
        raise DataError(
            f"{name}: none of the {count:,} rows of the {NAMES[split]} split can be used: their texts are in {later} "
            "too, or they lack a text or a label: give each split rows of its own"
        )


def check_classes(table: Table, split: LabelledSplit, labels: np.ndarray, classes: Sequence[str]) -> tuple[str, ...]:
    """A warning on classes that the validation or the test split lacks.

    Raises: DataError where training lacks a class of another split, which no model could learn.
    """
    counts = [np.bincount(labels[rows], minlength=len(classes)) for rows in split.rows]
    for number in (VALIDATION, TEST):
        unknown = np.flatnonzero((counts[number] > 0) & (counts[0] == 0)).tolist()
        if unknown:
            shown = _listed([classes[place] for place in unknown])
            known = _listed([classes[place] for place in np.flatnonzero(counts[0]).tolist()])
            raise DataError(
                f"{table.path.name}: {int(counts[number][unknown].sum()):,} rows of the {NAMES[number]} split have the "
                f"label {shown}, which no row of training has (its labels: {known}): write labels alike in all splits, "
                "choose other splits, or remove these rows"
            )
    lacking = [
        f"the {NAMES[number]} split has no text of class {_listed([classes[place] for place in absent])}"
        for number in (VALIDATION, TEST)
        if len(absent := np.flatnonzero(counts[number] == 0).tolist())
    ]
    return tuple(lacking)


def _listed(names: Sequence[str]) -> str:
    shown = [*map(repr, names[:MOST_LISTED])]
    more = [f"{len(names) - MOST_LISTED:,} more"] if len(names) > MOST_LISTED else []
    return listed([*shown, *more])

"""What of validation and test stands in training too: there a score also rewards learning by heart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnbench.data.code_points import text_of
from rnnbench.data.kinds import AnyData, LabelledTexts, TextCorpus
from rnnbench.data.splits import SplitName

PIECES, PIECE_CHARACTERS = 100, 64
"""A long text is searched for so many pieces of the other splits, evenly spaced: a copied part shows at once."""

SEARCHED_CHARACTERS = 16 << 20
"""Of the training text; more is not read, and the unit says so."""

RUN_ROWS = 24
"""Consecutive rows of a series that make a copy: single values come back in any series."""


@dataclass(frozen=True)
class Overlap:
    """How many items of a split were found in training, of how many that were looked for.

    unit: what an item is, in the plural.
    """

    unit: str
    validation: int
    validation_items: int
    test: int
    test_items: int

    @property
    def test_in_words(self) -> str:
        """'2 of 1,821 texts'."""
        return f"{self.test:,} of {self.test_items:,} {self.unit}"

    @property
    def in_words(self) -> str:
        """Both splits, for a person."""
        if not self.test and not self.validation:
            return f"none of {self.test_items:,} test and {self.validation_items:,} validation {self.unit}"
        return (
            f"{self.test:,} of {self.test_items:,} test and {self.validation:,} of {self.validation_items:,} "
            f"validation {self.unit}"
        )


def overlap_of(data: AnyData, *, refit: bool = False) -> Overlap:
    """What validation and test have in common with training.

    refit: what is scored on the test split is trained on validation too, so the test split is held against both.

    labelled texts   texts that are the same but for case and blanks
    a long text      of 100 pieces of 64 characters, evenly spaced over the split, those that stand in training
    a series         of all runs of 24 rows in a split, those with the same values somewhere in training; runs in
                     which little happens do not count
    """
    unit, count = _counter(data, [data.splits.train])
    counts = {"validation": count, "test": count}
    if refit:
        unit, counts["test"] = _counter(data, [data.splits.train, data.splits.validation])
    found: dict[SplitName, tuple[int, int]] = {}

    def note(name: SplitName, split: Any) -> None:
        if name != "train":
            found[name] = counts[name](split)

    data.splits.map(note)
    return Overlap(unit, *found["validation"], *found["test"])


def _counter(data: AnyData, trained_on: Sequence[Any]) -> tuple[str, Callable[[Any], tuple[int, int]]]:
    """What is counted, and how many of it a split has in common with those that are trained on, of how many."""
    if isinstance(data, LabelledTexts):
        known = {_plain(text) for split in trained_on for text in split.texts}
        return "texts", lambda split: (sum(_plain(text) in known for text in split.texts), len(split))
    if isinstance(data, TextCorpus):
        points = np.concatenate(trained_on)
        text = text_of(points[:SEARCHED_CHARACTERS])
        is_part = len(points) > SEARCHED_CHARACTERS
        unit = f"pieces of {PIECE_CHARACTERS} characters" + (
            " (the first part of training searched)" if is_part else ""
        )
        return unit, lambda split: (sum(piece in text for piece in _pieces(split)), len(_pieces(split)))
    train = np.concatenate([split.values[split.history :] for split in trained_on])
    run = max(2, min(RUN_ROWS, len(train) // 10))
    return f"runs of {run} rows", lambda split: _copied_runs(train, split.values[split.history :], run)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _pieces(points: np.ndarray) -> list[str]:
    starts = np.linspace(0, max(0, len(points) - PIECE_CHARACTERS), PIECES).astype(int)
    return [text_of(points[start : start + PIECE_CHARACTERS]) for start in np.unique(starts)]


def _copied_runs(train: np.ndarray, other: np.ndarray, run: int) -> tuple[int, int]:
    """Runs of `other` with values that stand in `train` one after the other, and all runs that something happens in.

    Rows are numbered by their values, and a run is the sum of its rows' numbers times a drawn factor for each place,
    modulo 2^64: two runs that differ have the same sum about as often as two draws of 64 bits are equal.
    """
    if min(len(train), len(other)) < run:
        return 0, 0
    _, numbers = np.unique(np.concatenate([train, other]), axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.uint64)
    factors = np.random.default_rng(0).integers(1, 1 << 63, size=run, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    sums = sliding_window_view(numbers, run) @ factors
    own = numbers[len(train) :]
    changes = sliding_window_view(own[1:] != own[:-1], run - 1).sum(axis=1)
    is_eventful = 2 * changes >= run - 1
    is_copied = np.isin(sums[len(train) :], sums[: len(train) - run + 1])
    return int((is_copied & is_eventful).sum()), int(is_eventful.sum())

"""Duplicates: what of validation and test also occurs in training (leakage), where scores may reflect memorization."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnnbench.data.code_points import text_of
from rnnbench.data.kinds import AnyData, LabelledTexts, Pairs, SeriesSplit, TextCorpus, TextPairs
from rnnbench.data.splits import SplitName, Splits

PIECES, PIECE_CHARACTERS = 100, 64
"""The number and the length of the pieces of a long text that are searched for in training, evenly spaced."""

SEARCHED_CHARACTERS = 16 << 20
"""Of a training text, only so many are searched; `unit` then mentions it."""

RUN_ROWS = 24
"""Consecutive equal rows of a series that count as a copy: single values repeat in any series."""

Count = Callable[[Any], tuple[int, int]]
"""Counts the items of a split: those that also occur in training, and all."""


@dataclass(frozen=True)
class Overlap:
    """The number of items of a split that also occur in training, and the number searched.

    unit: the kind of item, in the plural.
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
        """'2 of 1,821 test and 0 of 872 validation texts'."""
        if not self.test and not self.validation:
            return f"none of {self.test_items:,} test and {self.validation_items:,} validation {self.unit}"
        return (
            f"{self.test:,} of {self.test_items:,} test and {self.validation:,} of {self.validation_items:,} "
            f"validation {self.unit}"
        )


def overlap_of(data: AnyData, *, refit: bool = False) -> Overlap:
    """The items of validation and test that also occur in training.

    refit: confirmed runs train on validation too, so the test split is compared with both.

    labelled texts   texts that are equal up to case and blanks
    pairs of texts   pairs whose source and target both are equal to those of a pair of training, up to case and blanks
    a long text      of 100 pieces of 64 characters, evenly spaced over the split, those that occur in training
    a series         of all runs of 24 rows in a split, those with the same values somewhere in training; nearly
                     constant runs do not count
    """
    unit, count = _counter(data, [data.splits.train])
    count_test = _counter(data, [data.splits.train, data.splits.validation])[1] if refit else count
    return _overlap(data.splits, unit, count, count_test)


def overlap_of_sides(pairs: TextPairs) -> tuple[Overlap, Overlap]:
    """The sources and the targets, each alone, that also occur in training, up to case and blanks."""
    train = pairs.splits.train
    sources, targets = {*map(_plain, train.sources)}, {*map(_plain, train.targets)}

    def count_sources(split: Pairs) -> tuple[int, int]:
        return sum(_plain(text) in sources for text in split.sources), len(split)

    def count_targets(split: Pairs) -> tuple[int, int]:
        return sum(_plain(text) in targets for text in split.targets), len(split)

    return (
        _overlap(pairs.splits, "sources alone", count_sources, count_sources),
        _overlap(pairs.splits, "targets alone", count_targets, count_targets),
    )


def _overlap(splits: Splits[Any], unit: str, count: Count, count_test: Count) -> Overlap:
    counts = {"validation": count, "test": count_test}
    overlaps: dict[SplitName, tuple[int, int]] = {}

    def note(name: SplitName, split: Any) -> None:
        if name != "train":
            overlaps[name] = counts[name](split)

    splits.map(note)
    return Overlap(unit, *overlaps["validation"], *overlaps["test"])


def _counter(data: AnyData, trained_on: Sequence[Any]) -> tuple[str, Count]:
    """The unit of the items, and a function that counts the items of a split: those in `trained_on`, and all."""
    if isinstance(data, LabelledTexts):
        trained = {_plain(text) for split in trained_on for text in split.texts}
        return "texts", lambda split: (sum(_plain(text) in trained for text in split.texts), len(split))
    if isinstance(data, TextPairs):
        pairs = {pair for split in trained_on for pair in _plain_pairs(split)}
        return "pairs", lambda split: (sum(pair in pairs for pair in _plain_pairs(split)), len(split))
    if isinstance(data, TextCorpus):
        points = np.concatenate(trained_on)
        text = text_of(points[:SEARCHED_CHARACTERS])
        is_part = len(points) > SEARCHED_CHARACTERS
        unit = f"pieces of {PIECE_CHARACTERS} characters" + (
            " (the first part of training searched)" if is_part else ""
        )
        return unit, lambda split: (sum(piece in text for piece in _pieces(split)), len(_pieces(split)))
    train = np.concatenate([_own_values(split) for split in trained_on])
    run = max(2, min(RUN_ROWS, len(train) // 10))
    return f"runs of {run} rows", lambda split: _copied_runs(train, _own_values(split), run)


def _own_values(split: SeriesSplit) -> np.ndarray:
    """The values of a split's own rows, NaN where a value was filled."""
    values = split.values if split.observed is None else np.where(split.observed, split.values, np.nan)
    return values[split.history :]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _plain_pairs(split: Pairs) -> Iterator[tuple[str, str]]:
    return zip(map(_plain, split.sources), map(_plain, split.targets), strict=True)


def _pieces(points: np.ndarray) -> list[str]:
    starts = np.linspace(0, max(0, len(points) - PIECE_CHARACTERS), PIECES).astype(int)
    return [text_of(points[start : start + PIECE_CHARACTERS]) for start in np.unique(starts)]


def _copied_runs(train: np.ndarray, other: np.ndarray, run: int) -> tuple[int, int]:
    """The number of runs of `other` that also occur in `train`, and of all its runs.

    Nearly constant runs and those with a filled value (NaN) do not count.

    Runs are compared by a hash: rows are numbered by their values, and the numbers of a run are summed with a random
    factor for each position, modulo 2^64. Different runs collide about as often as two random numbers of 64 bits.
    """
    if min(len(train), len(other)) < run:
        return 0, 0
    _, numbers = np.unique(np.concatenate([train, other]), axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.uint64)
    factors = np.random.default_rng(0).integers(1, 1 << 63, size=run, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    sums = sliding_window_view(numbers, run) @ factors
    others = numbers[len(train) :]
    changes = sliding_window_view(others[1:] != others[:-1], run - 1).sum(axis=1)
    is_known = sliding_window_view(~np.isnan(other).any(axis=1), run).all(axis=1)
    is_varied = is_known & (2 * changes >= run - 1)
    is_copied = np.isin(sums[len(train) :], sums[: len(train) - run + 1])
    return int((is_copied & is_varied).sum()), int(is_varied.sum())

"""How much of each split of a series is filled: told, warned of where it is much, refused where it is most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.frequencies import time_text
from rnnbench.data.readers.series_rows import Rows
from rnnbench.data.settings import Fill
from rnnbench.data.splits import SplitName

MUCH, MOST = 0.05, 0.30
"""Above these shares of filled values in a split: a warning, and a refusal (of a target; a covariate is an input)."""

WORDS: dict[SplitName, str] = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Filling:
    """The filled values of one column in one split."""

    column: str
    split: SplitName
    filled: int
    rows: int
    is_target: bool

    @property
    def share(self) -> float:
        return self.filled / self.rows

    @property
    def in_words(self) -> str:
        """'12 % of 'load' in the test split (24 of 200 values)'."""
        return (
            f"{100 * self.share:.0f} % of {self.column!r} in the {WORDS[self.split]} split ({self.filled:,} of "
            f"{self.rows:,} values)"
        )


def fillings_of(rows: Rows, starts: tuple[int, int]) -> list[Filling]:
    """The filled values of every column and split. starts: the first row of validation and of test."""
    parts = np.split(~rows.known, starts)
    targets = len(rows.read.targets)
    return [
        Filling(name, split, int(part[:, column].sum()), len(part), column < targets)
        for column, name in enumerate(rows.read.columns)
        for split, part in zip(WORDS, parts, strict=True)
    ]


def check_filling(rows: Rows, starts: tuple[int, int]) -> tuple[str, ...]:
    """Warnings of splits with many filled values.

    Raises: DataError where most of a target's values in a split would be filled.
    """
    fillings = fillings_of(rows, starts)
    worst = max((filling for filling in fillings if filling.is_target), key=lambda filling: filling.share)
    if worst.share > MOST:
        bounds = dict(zip(WORDS, zip((0, *starts), (*starts, rows.count), strict=True), strict=True))
        first, end = bounds[worst.split]
        text = partial(time_text, frequency=rows.read.frequency, zone=rows.read.at.zone)
        raise DataError(
            f"{rows.read.name}: {worst.in_words}, from {text(rows.grid_times[first])} to "
            f"{text(rows.grid_times[end - 1])}, would be filled, and at most {100 * MOST:.0f} % may be: use a part of "
            "the file with fewer gaps, or resample it to a longer step"
        )
    return tuple(
        _warning(name, [filling for filling in fillings if filling.column == name], rows.fill)
        for name in dict.fromkeys(filling.column for filling in fillings if filling.share > MUCH)
    )


def _warning(column: str, fillings: list[Filling], fill: Fill) -> str:
    """A warning of the filled values of one column."""
    shares = ", ".join(f"{100 * filling.share:.0f} % of {WORDS[filling.split]}" for filling in fillings)
    scored = "scores are of the other values alone" if fillings[0].is_target else "they are inputs only"
    return f"much of {column!r} is filled ({fill}): {shares}; {scored}"


def filled_in_words(rows: Rows, starts: tuple[int, int]) -> str:
    """'filled (interpolate): training 3 of 2,400, validation 0 of 300, test 0 of 300; filled values are ...'."""
    fillings = fillings_of(rows, starts)
    if not any(filling.filled for filling in fillings):
        return "none is missing"
    counts = []
    for split, word in WORDS.items():
        of_split = [filling for filling in fillings if filling.split == split and filling.is_target]
        counts.append(f"{word} {_sum(of_split, 'filled')} of {_sum(of_split, 'rows')}")
    covariates = [filling for filling in fillings if not filling.is_target and filling.filled]
    sentence = f"filled ({rows.fill}): {', '.join(counts)}; filled values are inputs, never scored"
    if not covariates:
        return sentence
    columns = ", ".join(
        f"{name!r} {_sum([filling for filling in covariates if filling.column == name], 'filled')}"
        for name in dict.fromkeys(filling.column for filling in covariates)
    )
    return f"{sentence}; filled covariates: {columns}"


def _sum(fillings: list[Filling], count: str) -> str:
    return f"{sum(getattr(filling, count) for filling in fillings):,}"

"""Which of several readings of a column is the right one: the one whose times are in order and at regular steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.data.readers.times.counts import CountFormat
from rnnbench.data.readers.times.formats import TimeFormat
from rnnbench.data.readers.times.written import Reading

AnyFormat = TimeFormat | CountFormat
MUCH_MORE = 1.5
MONTH_NANOSECONDS = 28 * 86_400 * 10**9


@dataclass(frozen=True)
class Candidate:
    """A format that reads every cell, and what it reads."""

    format: AnyFormat
    reading: Reading


@dataclass(frozen=True)
class _Regularity:
    """backward: steps against the order of most. coverage: times per step of their grid, 1 without any gap."""

    backward: int
    coverage: float

    def beats(self, other: _Regularity) -> bool:
        if self.backward * 2 < other.backward:
            return True
        if other.backward * 2 < self.backward:
            return False
        return self.coverage >= MUCH_MORE * other.coverage


def best_of(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The right candidate; several where nothing decides between them."""
    different: list[Candidate] = []
    for candidate in candidates:
        if not any(_same(candidate.reading, other.reading) for other in different):
            different.append(candidate)
    if len(different) < 2:
        return tuple(different)
    measures = [_regularity(candidate.reading.times[~candidate.reading.bad]) for candidate in different]
    unbeaten = [
        candidate
        for candidate, own in zip(different, measures, strict=True)
        if not any(other.beats(own) for other in measures)
    ] or different
    lowest = min(candidate.format.rank for candidate in unbeaten)
    return tuple(candidate for candidate in unbeaten if candidate.format.rank == lowest)


def _same(first: Reading, second: Reading) -> bool:
    return np.array_equal(first.times, second.times, equal_nan=True)


def _regularity(times: np.ndarray) -> _Regularity:
    """Of times in the order of the file."""
    steps = np.diff(times.astype(np.int64))
    backward = int(min((steps < 0).sum(), (steps > 0).sum()))
    distinct = _distinct(times.astype(np.int64))
    if len(distinct) < 2:
        return _Regularity(backward, 1.0)
    coverage = _coverage(distinct)
    if np.median(np.diff(distinct)) >= MONTH_NANOSECONDS:
        months = _distinct(times.astype("datetime64[M]").astype(np.int64))
        if len(months) == len(distinct):
            coverage = max(coverage, _coverage(months))
    return _Regularity(backward, coverage)


def _distinct(values: np.ndarray) -> np.ndarray:
    """The values in order, each once; `np.unique` takes ten times as long for a million integers."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    return ordered[np.append(True, np.diff(ordered) > 0)]


def _coverage(distinct: np.ndarray) -> float:
    """The share of the grid that has a time; distinct: sorted."""
    steps, counts = np.unique(np.diff(distinct), return_counts=True)
    step = int(steps[np.argmax(counts)])
    return float(min(1.0, len(distinct) / ((int(distinct[-1]) - int(distinct[0])) / step + 1)))

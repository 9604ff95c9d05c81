"""The rows of a series on a regular grid: blank ends are cut, gaps are filled where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.clock import clock_change
from rnnbench.data.frequencies import all_times
from rnnbench.data.kinds import SeriesSplit
from rnnbench.data.readers.row_times import RowTimes
from rnnbench.data.settings import Decimal, Fill

FEWEST_EQUAL = 5
"""Fewest equal values at the end of a series that are warned of."""
MOST_UNCHECKED = 1_000_000
"""Rows of a grid that are filled without asking whether nearly all of them are missing."""
MOST_MISSING = 0.9
FILL_HINT = (
    "type --fill interpolate or --fill forward, or correct the file; if the step is wrong, type --frequency, or "
    "--frequency 1step to count the rows"
)


@dataclass(frozen=True)
class Cells:
    """The cells of a series as they were read, in the order of time.

    name: of the file, for messages. place: where a row is in it, such as 'line 17'.
    at: the times of the rows. places: the position of each row on the grid of the frequency.
    values: (rows, targets and covariates), NaN where empty.
    understood, warnings: how the numbers were read, as in `Facts`. fill_hint: what to do about gaps, for messages.
    decimal: the decimal mark of the numbers, None where they have none.
    """

    name: str
    place: Callable[[int], str]
    at: RowTimes
    frequency: str
    places: np.ndarray
    targets: tuple[str, ...]
    covariates: tuple[str, ...]
    values: np.ndarray
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    fill_hint: str = FILL_HINT
    decimal: Decimal | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of `values`."""
        return *self.targets, *self.covariates

    def known_range(self) -> tuple[int, int]:
        """The first row in which any target is known, and the row after the last one.

        Raises: DataError where a target is empty.
        """
        known = ~np.isnan(self.values[:, : len(self.targets)])
        if not known.any(axis=0).all():
            raise self.empty_column(self.targets[int(np.argmin(known.any(axis=0)))])
        rows = np.flatnonzero(known.any(axis=1))
        return int(rows[0]), int(rows[-1]) + 1

    def empty_column(self, column: str) -> DataError:
        return DataError(f"{self.name}: column {column!r} is empty: fill it, or type another column")


@dataclass(frozen=True)
class Rows:
    """The rows from the first to the last with a known target, on a regular grid.

    read: all rows, with blank ones before `first` and from `end` on: those after the last known target are the future.
    """

    read: Cells
    first: int
    end: int
    fill: Fill

    @property
    def times(self) -> np.ndarray:
        return self.read.at.times[self.first : self.end]

    @property
    def cells(self) -> np.ndarray:
        return self.read.values[self.first : self.end]

    @property
    def places(self) -> np.ndarray:
        """The position on the grid of each row, from 0 on."""
        return self.read.places[self.first : self.end] - self.read.places[self.first]

    @property
    def count(self) -> int:
        """The number of rows of the grid, missing rows included."""
        return int(self.places[-1]) + 1

    @property
    def grid_times(self) -> np.ndarray:
        """The time of every row of the grid."""
        return all_times(self.times, self.places, self.read.frequency)

    @property
    def missing_rows(self) -> int:
        return self.count - len(self.times)

    @property
    def future_rows(self) -> int:
        """The number of rows after the last known target."""
        return len(self.read.at.times) - self.end

    @property
    def future_covariates(self) -> tuple[str, ...]:
        """The covariates that are known in rows after the last known target."""
        known = ~np.isnan(self.read.values[self.end :, len(self.read.targets) :])
        return tuple(name for name, is_known in zip(self.read.covariates, known.any(axis=0), strict=True) if is_known)

    @property
    def known(self) -> np.ndarray:
        """(grid rows, targets and covariates) bool: False where a value is missing."""
        known = np.zeros((self.count, self.cells.shape[1]), dtype=bool)
        known[self.places] = ~np.isnan(self.cells)
        return known

    def filled(self, starts: Sequence[int] = ()) -> SeriesSplit:
        """Every row of the grid without gaps. starts: the first row of validation and of test, where there are splits.

        Raises: DataError for a column that is empty in training.
        """
        cells, known = self.cells, self.known
        if not known.all():
            cells = np.full(known.shape, np.nan)
            cells[self.places] = self.cells
            for name, channel in zip(self.read.columns, cells.T, strict=True):
                if np.isnan(channel[: starts[0] if starts else None]).all():
                    raise DataError(
                        f"{self.read.name}: column {name!r} is empty in training and cannot be filled: correct the "
                        "file, or type another column"
                    )
                _fill(channel, self.fill, starts)
        targets, covariates = np.split(cells, [len(self.read.targets)], axis=1)
        observed = known[:, : len(self.read.targets)]
        return SeriesSplit(
            np.ascontiguousarray(targets),
            np.ascontiguousarray(covariates),
            self.grid_times,
            history=0,
            observed=None if observed.all() else observed,
        )


def known_rows(read: Cells, fill: Fill) -> Rows:
    """The rows without their blank ends.

    Raises: DataError for an empty column, and for gaps where `fill` is 'none'.
    """
    rows = Rows(read, *read.known_range(), fill)
    _check_gaps(rows)
    return rows


def _check_gaps(rows: Rows) -> None:
    """Refuse empty covariates, and missing rows and empty cells where `fill` is 'none'."""
    read, unknown = rows.read, np.isnan(rows.cells)
    if unknown.all(axis=0).any():
        raise read.empty_column(read.columns[int(np.argmax(unknown.all(axis=0)))])
    is_sparse = rows.count > MOST_UNCHECKED and rows.missing_rows > MOST_MISSING * rows.count
    if not is_sparse and (rows.fill != "none" or not (rows.missing_rows or unknown.any())):
        return
    gaps = []
    if rows.missing_rows:
        after = rows.first + int(np.argmax(np.diff(rows.places) > 1))
        gaps.append(f"{rows.missing_rows:,} of {rows.count:,} rows are missing (the first after {read.place(after)})")
    if unknown.any():
        row, column = np.argwhere(unknown)[0]
        place = read.place(rows.first + int(row))
        are = "1 cell is" if unknown.sum() == 1 else f"{int(unknown.sum()):,} cells are"
        gaps.append(f"{are} empty (the first in {read.columns[column]!r}, {place})")
    if is_sparse:  # a time far away from the others would fill the memory with made-up rows
        raise DataError(f"{read.name}: {gaps[0]}, too many to fill: correct the times, or type the right --frequency")
    change = clock_change(rows.times) if rows.missing_rows else None
    raise DataError(f"{read.name}: {' and '.join(gaps)}: {read.fill_hint}{f'; {change}' if change else ''}")


def _fill(channel: np.ndarray, fill: Fill, starts: Sequence[int]) -> None:
    """Fill a channel in place.

    forward repeats the last known value. interpolate is linear within each split, so that training does not use later
    splits. Before the first known value of a split, the last value of the split before is repeated.
    """
    steps, known = np.arange(len(channel)), ~np.isnan(channel)
    last_known = np.maximum.accumulate(np.where(known, steps, -1))
    forward = channel[np.where(last_known >= 0, last_known, np.argmax(known))]
    if fill == "interpolate":
        for first, last in zip((0, *starts), (*starts, len(channel)), strict=True):
            inside = known[first:last]
            if inside.any():
                begin = first + int(np.argmax(inside))
                part = slice(begin, last)
                channel[part] = np.interp(steps[part], steps[part][known[part]], channel[part][known[part]])
    np.copyto(channel, forward, where=np.isnan(channel))


def constant_ends(rows: Rows) -> tuple[str, ...]:
    """Warnings of targets whose last values are all equal, for longer than anywhere before: they may be made up."""
    warnings = []
    for name, channel in zip(rows.read.targets, rows.cells.T, strict=False):
        known = channel[~np.isnan(channel)]
        changes = np.flatnonzero(np.diff(known)) + 1
        runs = np.diff([0, *changes, len(known)])
        if len(runs) > 1 and runs[-1] >= FEWEST_EQUAL and runs[-1] > 2 * runs[:-1].max():
            warnings.append(
                f"the last {runs[-1]:,} values of {name!r} are all {known[-1]:g}: if they are not measured, delete "
                f"them, or type --missing {known[-1]:g} where that means no value"
            )
    return tuple(warnings)

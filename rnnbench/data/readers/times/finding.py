"""The columns of a table that hold its times: one, or several that together hold them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.times.candidates import STEP_NAMES
from rnnbench.data.readers.times.cells import are_digits, share_of, texts_of
from rnnbench.data.readers.times.column import TimesColumn, read_times_column
from rnnbench.data.readers.times.joined import clock_texts, part_of, parts_of
from rnnbench.data.readers.times.names import CLOCK, CLOCK_NAMES, TIME_NAMES
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 200
LONGEST_CELL = 80
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
EARLIEST_DIGITS = 1e7
"""Every count of time since 1970 and every date of eight digits, read as a number, is larger."""
MOSTLY, NEARLY_ALL = 0.5, 0.9


def find_time_column(table: Table, settings: DataSettings) -> tuple[str, ...]:
    """The columns of the times; empty where none is found, or several could be.

    They are those of the settings, else by a common name, else the only column that looks like times.
    """
    candidates = time_candidates(table, settings)
    return candidates[0] if len(candidates) == 1 else ()


def time_candidates(table: Table, settings: DataSettings) -> list[tuple[str, ...]]:
    """Every column, or group of columns, that may hold the times of the rows; the typed one alone if there is one."""
    if settings.time_column is not None:
        return [_typed(table, settings.time_column)]
    search = _Search(table, settings)
    levels = (
        search.by_name,
        search.by_order,
        search.by_parts,
        search.by_name_of_a_part,
        search.by_look,
        search.by_digits,
        search.by_steps,
    )
    for level in levels:
        if columns := level():
            return columns
    return []


def unreadable_time_column(table: Table, settings: DataSettings) -> str | None:
    """The first column with the name of times whose cells cannot be read as times; None where there is none."""
    search = _Search(table, settings)
    # a column of the year or month may hold plain numbers
    parts = [name for name in search.free if part_of(name) and as_numbers(search.sample(name))[1].all()]
    return next((name for name in (*search.named, *parts) if search.share(name) < MOSTLY), None)


def with_clock(table: Table, column: str, settings: DataSettings) -> tuple[str, ...]:
    """A column of dates, with the column of the time of day where there is one."""
    return _Search(table, settings).with_clock(column)


def looks_like_times(column: pd.Series) -> bool:
    """Whether a column holds dates or times by their look: not plain numbers, and nearly all of 200 cells are read."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(column):
        return True
    if types.is_numeric_dtype(column) or types.is_bool_dtype(column):
        return False
    cells = _sample(column)
    if all(isinstance(cell, str) and PLAIN_NUMBER.fullmatch(cell) for cell in cells):
        return False  # spares most columns of a wide table the slower decision
    texts = texts_of(cells)
    may_be = pc.and_(
        pc.match_substring_regex(texts, r"\d\s*[^\d.,\s]|[^\d.,\s]\s*\d|\.\s*\d+\s*\.|\d\s+\d"),
        pc.less(pc.utf8_length(texts), LONGEST_CELL),
    )
    if share_of(may_be) < NEARLY_ALL:
        return False
    read = read_times_column(cells)
    return bool(not read.is_weak and 1 - read.bad.mean() >= NEARLY_ALL)


class _Search:
    """The columns of a table that no option names, and what a sample of their cells is."""

    def __init__(self, table: Table, settings: DataSettings) -> None:
        self.table = table
        self.settings = settings
        taken = {*settings.target, *settings.covariates, settings.series_column}
        self.free = [name for name in table.columns if name not in taken]
        self.looked_at = [name for name in table.looked_at if name not in taken]
        self.named = [name for name in self.free if _plain(name) in TIME_NAMES and not part_of(name)]
        self.read = lru_cache(maxsize=None)(self._read)  # one object lives as long as one search
        self.looks = lru_cache(maxsize=None)(self._looks)

    def sample(self, name: str) -> pd.Series:
        """Some cells of a column, in order."""
        return _sample(self.table.frame[name])

    def _read(self, name: str) -> TimesColumn:
        return read_times_column(self.sample(name), self.settings)

    def _looks(self, name: str) -> bool:
        return looks_like_times(self.table.frame[name])

    def share(self, name: str) -> float:
        """The share of the sample that is read as dates."""
        read = self.read(name)
        known = ~read.blank
        return 0.0 if read.is_steps or not known.any() else float((~read.bad[known]).mean())

    def by_name(self) -> list[tuple[str, ...]]:
        """Columns with the name of times, and the column of the time of day where they hold only dates."""
        readable = [name for name in self.named if self.share(name) >= MOSTLY]
        if len(readable) > 1:
            readable = self._of_several(readable)
        return [self.with_clock(name) for name in readable]

    def by_parts(self) -> list[tuple[str, ...]]:
        """Columns of the year and of smaller parts."""
        parts: dict[str, str] = {}
        for name, part in parts_of(self.free).items():
            parts.setdefault(part, name)
        for finer in (("yearday",), ("month", "day"), ("month",), ("week",), ("quarter",)):
            names = [parts.get(part, "") for part in ("year", *finer)]
            if not all(names):
                continue
            if finer[-1] in ("day", "yearday"):
                names += [parts[part] for part in _leading(("hour", "minute", "second"), parts)]
            while len(names) >= 2:
                read = read_times_column([self.sample(name) for name in names], self.settings)
                if (~read.bad).mean() >= MOSTLY:
                    return [tuple(names)]
                names = names[:-1] if len(names) > 1 + len(finer) else []
        return []

    def by_name_of_a_part(self) -> list[tuple[str, ...]]:
        """A column called year, month or day that holds whole dates in order; a counter or index that holds dates."""
        names = [name for name in self.free if part_of(name) or _plain(name) in STEP_NAMES]
        dated = [name for name in names if self.share(name) >= NEARLY_ALL]
        return [
            self.with_clock(name)
            for name in dated
            if not self.read(name).is_weak or self.settings.series_column or _is_in_order(self.read(name))
        ]

    def by_order(self) -> list[tuple[str, ...]]:
        """The only column that looks like dates, where they are in order and none repeats."""
        columns = self.by_look()
        in_order = len(columns) == 1 and _is_in_order(self.read(columns[0][0]))
        return columns if in_order and not self.table.frame[columns[0][0]].duplicated().any() else []

    def by_look(self) -> list[tuple[str, ...]]:
        """Other columns whose cells look like dates."""
        looking = [name for name in self.looked_at if self.looks(name)]
        if len(looking) > 1:
            looking = self._of_several(looking)
        return [self.with_clock(name) for name in looking]

    def by_digits(self) -> list[tuple[str, ...]]:
        """Columns of numbers that are dates in order, of eight digits or more; in the first column of four or more."""
        names = []
        for name in self.looked_at:
            if name != self.table.columns[0] and self._begins_small(name):
                continue
            read = self.read(name)
            long = read.format.startswith("YYYYMMDD") or "since 1970" in read.format
            first = name == self.table.columns[0] and read.format in ("YYYY", "YYYYMM", "year.month", "decimal year")
            if (long or first) and not read.bad.any() and _is_in_order(read):
                names.append(name)
        return [(name,) for name in names]

    def _begins_small(self, name: str) -> bool:
        """Whether the first cell is a number too small to be a date of eight digits or a count since 1970."""
        try:
            return abs(float(self.table.frame[name].iloc[0])) < EARLIEST_DIGITS
        except (TypeError, ValueError, IndexError, OverflowError):
            return False

    def by_steps(self) -> list[tuple[str, ...]]:
        """A column with the name of times that counts steps."""
        steps = [name for name in self.named if self.read(name).is_steps and not self.read(name).bad.all()]
        return [(name,) for name in steps[:1]]

    def _of_several(self, names: list[str]) -> list[str]:
        """Of several columns of dates those that are right: the one with times of day, else the one in order.

        Of columns with the same times it is the first.
        """
        first = self.read(names[0]).times
        if all(np.array_equal(self.read(name).times, first) for name in names[1:]):
            return names[:1]
        timed = [name for name in names if _has_clock(self.read(name))]
        in_order = [name for name in names if _is_in_order(self.read(name))]
        return timed if len(timed) == 1 else in_order if len(in_order) == 1 else names

    def with_clock(self, date: str) -> tuple[str, ...]:
        """A column of dates with the column of the time of day, where there is one."""
        read = self.read(date)
        if _has_clock(read) or read.is_steps:
            return (date,)
        for name in self.free:
            if name != date and (_plain(name) in CLOCK_NAMES or part_of(name) == "hour") and self._is_clock(name, date):
                minutes = [other for other in self.free if part_of(other) == "minute" and part_of(name) == "hour"]
                return (date, name, *[other for other in minutes if self._is_clock(other, date)][:1])
        return (date,)

    def _is_clock(self, name: str, date: str) -> bool:
        """Whether a column holds times of day; plain hours only where the dates repeat, else they are another value."""
        texts = texts_of(self.sample(name))
        if share_of(pc.match_substring_regex(clock_texts(texts), CLOCK)) >= NEARLY_ALL and not are_digits(texts):
            return True
        if not self.table.frame[date].duplicated().any():
            return False
        if part_of(name) == "minute":
            return bool(pc.all(pc.match_substring_regex(texts, r"^[0-5]?\d(?:\.0)?$")).as_py())
        return bool(pc.all(pc.match_substring_regex(clock_texts(texts), r"^(?:[01]?\d|2[0-4]):[0-5]\d$")).as_py())


def _typed(table: Table, names: str) -> tuple[str, ...]:
    """The columns of `--time-column`: one, or several separated by commas."""
    if names in table.columns or "," not in names:
        return (table.check_column(names, "--time-column"),)
    return tuple(table.check_column(name.strip(), "--time-column") for name in names.split(","))


def _sample(column: pd.Series) -> pd.Series:
    return column if len(column) <= SAMPLE_ROWS else column.iloc[_sample_rows(len(column))]


@lru_cache(maxsize=16)
def _sample_rows(rows: int) -> np.ndarray:
    return np.unique(np.linspace(0, rows - 1, SAMPLE_ROWS).astype(int))


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).lower().replace("_", " ").lstrip("# ").split())


def _has_clock(read: TimesColumn) -> bool:
    known = read.times[~read.bad]
    return bool((known != known.astype("datetime64[D]")).any())


def _is_in_order(read: TimesColumn) -> bool:
    """Whether each time is later than the one before, or each earlier."""
    steps = np.diff(read.times[~read.bad])
    return bool((steps > np.timedelta64(0)).all() or (steps < np.timedelta64(0)).all())


def _leading(names: tuple[str, ...], present: dict[str, str]) -> list[str]:
    """The first names up to one that is absent."""
    leading = []
    for name in names:
        if name not in present:
            break
        leading.append(name)
    return leading

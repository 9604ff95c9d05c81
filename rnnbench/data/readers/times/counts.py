"""Numbers as times: counts of seconds or days since a date, years with a fraction, and steps that are no dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.data.readers.times.written import DAY_NANOSECONDS, Reading

NUMBER = r"^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$"
STEPS = "steps"
MOST_WHOLE = 2.0**62


@dataclass(frozen=True)
class Numbers:
    """Cells as numbers. values: float64, NaN where a cell is none. whole: int64, exact where the cell is whole.

    is_whole: which cells are whole. digits: the most digits after the decimal mark.
    """

    values: np.ndarray
    whole: np.ndarray
    is_whole: np.ndarray
    digits: int


@dataclass(frozen=True)
class CountFormat:
    """A way to write times as numbers.

    read: the numbers as nanoseconds (int64), and which are bad. rank: as of `TimeFormat`. zone: of every such time.
    """

    name: str
    example: str
    meaning: str
    read: Callable[[Numbers], tuple[np.ndarray, np.ndarray]]
    rank: int = 1
    zone: str = ""


def numbers_of(texts: pa.Array) -> Numbers:
    """The cells as numbers; a comma is a decimal mark."""
    is_number = pc.match_substring_regex(texts, NUMBER)
    plain = pc.replace_substring(pc.if_else(is_number, texts, "nan"), ",", ".")
    values = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    values = np.where(np.abs(values) < MOST_WHOLE, values, np.nan)
    is_whole = np.isfinite(values) & (values == np.round(values))
    whole = np.where(is_whole, values, 0).astype(np.int64)
    integers = pc.match_substring_regex(plain, r"^[+-]?\d{1,18}$").to_numpy(zero_copy_only=False)
    if integers.any():  # beyond 2**53 a float is not exact
        exact = pc.cast(pc.if_else(pa.array(integers), pc.replace_substring_regex(plain, r"^\+", ""), "0"), pa.int64())
        whole = np.where(integers, exact.to_numpy(zero_copy_only=False), whole)
    decimals = pc.max(pc.utf8_length(pc.replace_substring_regex(plain, r"^[^.]*\.?|[eE].*$", ""))).as_py()
    return Numbers(values, whole, is_whole, int(decimals or 0))


def whole_texts(texts: pa.Array) -> pa.Array:
    """The cells with whole numbers written as digits only: '2021.0' and '2.021e3' as '2021'."""
    pattern = r"^\d+\.0*$|^\d+(?:\.\d*)?[eE]\+?\d+$"
    is_float = pc.match_substring_regex(texts, pattern)
    if not pc.any(is_float).as_py():
        return texts
    numbers = numbers_of(texts)
    digits = pc.cast(pa.array(numbers.whole), texts.type)
    return pc.if_else(pc.and_(is_float, pa.array(numbers.is_whole)), digits, texts)


def read_count(numbers: Numbers, form: CountFormat) -> Reading:
    """The numbers in a format."""
    values, bad = form.read(numbers)
    bad = bad | ~np.isfinite(numbers.values)
    times = np.where(bad, np.iinfo(np.int64).min, values).astype("datetime64[ns]")
    return Reading(times, bad, bad, form.zone)


def _since_1970(unit: int) -> Callable[[Numbers], tuple[np.ndarray, np.ndarray]]:
    """Counts of a unit, in nanoseconds, from 1973 (fewer are steps) to 2100."""
    first, last = 10**17 // unit, 41 * 10**17 // unit

    def read(numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
        bad = ~((numbers.values >= first) & (numbers.values <= last))
        fractions = np.where(bad | numbers.is_whole, 0, numbers.values)
        # a float of seconds since 1970 is exact to less than a microsecond
        rounded = np.round(fractions * (unit / 1000)).astype(np.int64) * 1000
        return np.where(numbers.is_whole, np.where(bad, 0, numbers.whole) * unit, rounded), bad

    return read


def _excel(numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Days since 30 December 1899, from 1970 to 2100, rounded to the coarsest unit that the digits allow."""
    bad = ~((numbers.values >= 25_569) & (numbers.values < 73_416))
    error = 86_400 * 0.5 * 10.0**-numbers.digits
    unit = next((unit for unit in (0.001, 1, 60, 3600) if unit >= 2 * error), 3600) if numbers.digits else 1
    seconds = np.round(np.where(bad, 0, numbers.values - 25_569) * 86_400 / unit) * unit
    return np.round(seconds * 1000).astype(np.int64) * 10**6, bad


def _decimal_years(numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Years whose fraction is a number of months, as R writes them: 1949.083 is February 1949."""
    months = np.clip(np.nan_to_num(numbers.values), 0, 9999) * 12
    nearest = np.round(months).astype(np.int64)
    bad = ~((numbers.values >= 1678) & (numbers.values < 2101)) | (np.abs(months - nearest) > 0.07)
    known = nearest[~bad]
    if numbers.is_whole.all() or len(np.unique(known)) < len(known):
        bad = np.ones(len(bad), dtype=bad.dtype)
    days = np.where(bad, 0, nearest - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    return days.astype(np.int64) * DAY_NANOSECONDS, bad


def _steps(numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers as they are; fractions as counts of their common step, where they have one."""
    finite = np.isfinite(numbers.values)
    if (numbers.is_whole | ~finite).all():
        return numbers.whole, ~finite
    counts = (numbers.values - np.nanmin(numbers.values)) / step_of(numbers)
    bad = ~finite | (np.abs(counts - np.round(counts)) > 0.05)
    return np.where(bad, 0, np.round(np.nan_to_num(counts))).astype(np.int64), bad


def step_of(numbers: Numbers) -> float:
    """What numbers with fractions are apart; 1 for whole numbers."""
    known = numbers.values[np.isfinite(numbers.values)]
    if (known == np.round(known)).all():
        return 1.0
    differences = np.diff(np.unique(known))
    return float(np.median(differences)) if len(differences) else 1.0


COUNTS = (
    CountFormat("seconds since 1970", "1609459200", "2021-01-01", _since_1970(10**9), zone="UTC"),
    CountFormat("milliseconds since 1970", "1609459200000", "2021-01-01", _since_1970(10**6), zone="UTC"),
    CountFormat("microseconds since 1970", "1609459200000000", "2021-01-01", _since_1970(10**3), zone="UTC"),
    CountFormat("nanoseconds since 1970", "1609459200000000000", "2021-01-01", _since_1970(1), zone="UTC"),
    CountFormat("days of Excel", "44197.5", "2021-01-01 12:00", _excel),
    CountFormat("decimal year", "2021.25", "2021-04-01", _decimal_years, rank=0),
    CountFormat(STEPS, "17", "17, not a date", _steps, rank=2),
)

"""Cells in one written format as times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.data.readers.times.formats import TimeFormat
from rnnbench.data.readers.times.patterns import MONTH_NUMBERS, MORNING
from rnnbench.data.readers.times.zones import SEVERAL_MEANINGS, SEVERAL_OFFSETS, offset_name, offsets_of

DAY_NANOSECONDS = 86_400 * 10**9
FIRST_YEAR, LAST_YEAR = 1678, 2261  # datetime64[ns] overflows silently outside
FEW = 1000
PIVOT = 69  # as in strptime


@dataclass(frozen=True)
class Reading:
    """Cells read in one format.

    times: datetime64[ns], NaT where bad. misfit: which cells are not written in the format. bad: which cannot be used.
    zone: of all cells. reason: why cells that are written in the format are bad. notes: sentences about the reading.
    """

    times: np.ndarray
    misfit: np.ndarray
    bad: np.ndarray
    zone: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()


def read_written(texts: pa.Array, form: TimeFormat) -> Reading:
    """The cells in a format; years of two digits are 1969 to 2068, unless another century leaves the times sorted."""
    fields = _fields(texts, form)
    days, day_bad = _days(fields)
    clock, clock_bad = _nanoseconds(fields)
    misfit = ~fields.matched | day_bad | clock_bad
    values = days * DAY_NANOSECONDS + clock
    times = np.where(misfit, np.iinfo(np.int64).min, values).astype("datetime64[ns]")
    return _in_zone(times, misfit, fields)


def _fields(texts: pa.Array, form: TimeFormat) -> _Fields:
    if form.plain_pattern and len(texts) > FEW:
        groups = pc.extract_regex(texts, form.plain_pattern)
        if not groups.null_count:
            return _Fields(groups)
    return _Fields(pc.extract_regex(texts, form.pattern))


class _Fields:
    """The groups of a regular expression as arrays."""

    def __init__(self, groups: pa.StructArray) -> None:
        self.matched = pc.is_valid(groups).to_numpy(zero_copy_only=False)
        self._groups: dict[str, Any] = {
            item.name: pc.fill_null(pc.struct_field(groups, item.name), "") for item in groups.type
        }

    def __contains__(self, name: str) -> bool:
        return name in self._groups

    def texts(self, name: str) -> Any:
        """A group as text, empty where it is absent."""
        return self._groups.get(name, pa.array([""] * len(self.matched)))

    def numbers(self, name: str, otherwise: int) -> np.ndarray:
        """A group as numbers."""
        if name not in self._groups:
            return np.full(len(self.matched), otherwise, dtype=np.int64)
        texts = self._groups[name]
        present = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
        return pc.fill_null(pc.cast(present, pa.int64()), otherwise).to_numpy(zero_copy_only=False)


def _days(fields: _Fields) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970, and which are no date."""
    month = fields.numbers("month", 1)
    if "name" in fields:
        encoded = pc.utf8_lower(fields.texts("name")).dictionary_encode()
        numbers = [MONTH_NUMBERS.get(name, 0) for name in encoded.dictionary.to_pylist()]
        month = np.array(numbers, dtype=np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
    if "quarter" in fields:
        month = fields.numbers("quarter", 1) * 3 - 2
    if "half" in fields:
        month = fields.numbers("half", 1) * 6 - 5
    day = fields.numbers("day", 1)
    year = fields.numbers("year", 0)
    if "short" in fields:
        year = _century(fields.numbers("short", 0), month, day, fields.matched)
    bad = (year < FIRST_YEAR) | (year > LAST_YEAR) | (month < 1) | (month > 12)
    months = np.where(bad, 0, (year - 1970) * 12 + month - 1).astype("datetime64[M]")
    firsts = months.astype("datetime64[D]").astype(np.int64)
    lengths = (months + 1).astype("datetime64[D]").astype(np.int64) - firsts
    if "week" in fields:
        return _week_days(fields, firsts, bad)
    if "yearday" in fields:
        day = fields.numbers("yearday", 1)
        lengths = (months + 12).astype("datetime64[D]").astype(np.int64) - firsts
    return firsts + day - 1, bad | (day < 1) | (day > lengths)


def _week_days(fields: _Fields, firsts: np.ndarray, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days of ISO weeks; firsts: 1 January of each year."""
    week, weekday = fields.numbers("week", 0), fields.numbers("weekday", 1)
    fourth = firsts + 3  # 4 January is in week 1
    monday = fourth - (fourth + 3) % 7  # day 0 is a Thursday
    days = monday + (week - 1) * 7 + weekday - 1
    next_fourth = (firsts.astype("datetime64[D]").astype("datetime64[Y]") + 1).astype("datetime64[D]").astype(int) + 3
    next_monday = next_fourth - (next_fourth + 3) % 7
    return days, bad | (week < 1) | (monday + (week - 1) * 7 >= next_monday)


def _century(short: np.ndarray, month: np.ndarray, day: np.ndarray, matched: np.ndarray) -> np.ndarray:
    """Years of two digits as years: from the pivot of strptime, unless another pivot leaves fewer steps backwards."""

    def years(pivot: int) -> np.ndarray:
        return np.where(short >= pivot, 1900, 2000) + short

    def backward(pivot: int) -> int:
        steps = np.diff(((years(pivot) * 13 + month) * 32 + day)[matched])
        return int(min((steps < 0).sum(), (steps > 0).sum()))

    known = short[matched]
    if not len(known) or not backward(PIVOT):
        return years(PIVOT)
    pivots = [PIVOT, 0, 100, int(known[0]), int(known[-1])]
    return years(min(pivots, key=backward))


def _nanoseconds(fields: _Fields) -> tuple[np.ndarray, np.ndarray]:
    """Nanoseconds since midnight, and which are no time of day. 24:00 is the midnight that follows."""
    count = len(fields.matched)
    if "hour" not in fields:
        return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    hour, minute = fields.numbers("hour", 0), fields.numbers("minute", 0)
    second = np.maximum(fields.numbers("second", 0), fields.numbers("dotted_second", 0))
    fraction = np.zeros(count, dtype=np.int64)
    for name in ("fraction", "dotted_fraction"):
        if name in fields:
            digits = pc.utf8_rpad(fields.texts(name), 9, "0")
            fraction += pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)
    for name in ("before", "after"):
        if name in fields:
            words = pc.utf8_lower(fields.texts(name))
            present = pc.not_equal(words, "").to_numpy(zero_copy_only=False)
            morning = pc.is_in(words, pa.array(sorted(MORNING), type=words.type)).to_numpy(zero_copy_only=False)
            hour = np.where(present & morning & (hour == 12), 0, hour)
            hour = np.where(present & ~morning & (hour < 12), hour + 12, hour)
    bad = (hour > 24) | (minute > 59) | (second > 59)
    bad |= (hour == 24) & ((minute > 0) | (second > 0) | (fraction > 0))
    return ((hour * 60 + minute) * 60 + second) * 10**9 + fraction, bad


def _in_zone(times: np.ndarray, misfit: np.ndarray, fields: _Fields) -> Reading:
    """Local times where all cells have the same zone, else UTC."""
    if "zone" not in fields or misfit.all():
        return Reading(times, misfit, misfit)
    encoded = pc.utf8_lower(pc.utf8_trim_whitespace(fields.texts("zone"))).dictionary_encode()
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    counts = np.bincount(indices[~misfit], minlength=len(encoded.dictionary))
    written = encoded.dictionary.to_pylist()
    zones = [zone if count else "" for zone, count in zip(written, counts, strict=True)]
    known = offsets_of({zone for zone in zones if zone})
    wrong, reason = _wrong_zones(zones, known, counts)
    if wrong:
        bad = misfit | np.isin(indices, wrong)
        return Reading(np.where(bad, np.datetime64("NaT"), times), misfit, bad, "", reason)
    names = {zone: offset_name(minutes or 0) for zone, minutes in known.items()}
    different = sorted({*names.values()})
    if len(different) < 2:
        notes = [
            f"{zone.upper()} is read as {name}" for zone, name in names.items() if zone.isalpha() and name != "UTC"
        ]
        return Reading(times, misfit, misfit, "".join(different), notes=tuple(notes))
    offsets = np.array([known.get(zone) or 0 for zone in zones], dtype="timedelta64[m]")
    note = f"the offsets differ ({', '.join(different)}), as with daylight saving: the times are read as UTC"
    return Reading(times - offsets[indices], misfit, misfit, SEVERAL_OFFSETS, "", (note,))


def _wrong_zones(zones: list[str], known: dict[str, int | None], counts: np.ndarray) -> tuple[list[int], str]:
    """The indices of zones that cannot be used, and why. zones: as written, '' for none. known: their offsets."""
    for index, zone in enumerate(zones):
        if zone and known[zone] is None:
            meaning = "names several time zones" if zone in SEVERAL_MEANINGS else "is not a known time zone"
            return [index], f"{zone.upper()} {meaning}: write the offset instead, such as +09:00"
    without = sum(count for zone, count in zip(zones, counts, strict=True) if not zone)
    if not known or not without:
        return [], ""
    if without * 2 < counts.sum():
        return [index for index, zone in enumerate(zones) if not zone], "it has no offset, which the other cells have"
    return [index for index, zone in enumerate(zones) if zone], "it has an offset, which the other cells do not have"

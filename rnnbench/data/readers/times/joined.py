"""Several columns that together hold the time: a date and a time of day, or year, month, day and hour."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from rnnbench.data.readers.times.cells import texts_of
from rnnbench.data.readers.times.counts import whole_texts
from rnnbench.data.readers.times.patterns import MONTH_NUMBERS

if TYPE_CHECKING:
    import pandas as pd

PARTS = {
    "year": "year yr yyyy yy 년 연도 년도 年 年份 jahr año annee année",
    "quarter": "quarter qtr q 분기 四半期 季度 quartal",
    "month": "month mo mon mm mnth 월 月 月份 monat mes mois",
    "week": "week wk isoweek 주 주차 週 周 kw woche",
    "yearday": "doy dayofyear day_of_year yday",
    "day": "day dy dd dom mday 일 日 tag dia día jour",
    "hour": "hour hours hr hh 시 시간 時 时 stunde hora heure he hour_ending",
    "minute": "minute minutes min mi 분 分",
    "second": "second seconds sec ss 초 秒",
}
"""The names of columns that hold a part of a time."""

_HOURS = r"\d{1,2}:\d{2}(?::\d{2})?"
PART_OF = {name: part for part, names in PARTS.items() for name in names.split()}


def part_of(name: str) -> str:
    """The part of a time that a column of this name holds, or ''."""
    return PART_OF.get(unicodedata.normalize("NFC", name).strip("# ").lower().replace(" ", "_"), "")


def parts_of(names: Sequence[str]) -> dict[str, str]:
    """The part that each column holds, or ''. Beside a column MM of months, mm are minutes."""
    parts = {name: part_of(name) for name in names}
    return parts | {"mm": "minute"} if {"MM", "mm"} <= parts.keys() else parts


def joined(columns: Sequence[pd.Series]) -> pd.Series:
    """The texts of the whole times; its name lists the columns."""
    import pandas as pd

    if len(columns) == 1:
        return columns[0]
    names = parts_of([str(column.name) for column in columns])
    parts = {names[str(column.name)]: column for column in columns}
    name = " + ".join(str(column.name) for column in columns)
    if "year" in parts and len(parts) == len(columns) and "" not in parts:
        texts = _from_parts({part: whole_texts(texts_of(column)) for part, column in parts.items()})
    else:
        clocks = [clock_texts(texts_of(column)) for column in columns[1:]]
        if [*parts][1:] == ["hour", "minute"]:
            numbers = [whole_texts(texts_of(parts[part])) for part in ("hour", "minute")]
            clocks = [_join(":", *numbers)]
        texts = _join(" ", texts_of(_without_midnight(columns[0])), *clocks)
    return pd.Series(texts.to_pylist(), name=name, dtype=object)


def clock_texts(texts: pa.Array) -> pa.Array:
    """Times of day as texts: hours and HHMM in digits with a colon, the begin of a range, others as they are."""
    texts = pc.replace_substring_regex(texts, rf"^({_HOURS})\s*(?:-|~)\s*{_HOURS}$", r"\1")
    digits = whole_texts(_without_word(texts))
    if not pc.all(pc.match_substring_regex(digits, r"^\d{1,4}$")).as_py():
        return pc.replace_substring_regex(texts, r"^(?:0 days|1899-12-3[01]|1900-01-0[01])[ T]", "")
    highest = pc.max(pc.cast(digits, pa.int64())).as_py()
    longest = pc.max(pc.utf8_length(texts)).as_py()
    if highest <= 24 and longest <= 4:
        return _join(":", digits, pa.scalar("00", digits.type))
    padded = pc.utf8_lpad(digits, 4, "0")
    return pc.replace_substring_regex(padded, r"^(\d\d)(\d\d)$", r"\1:\2")


def _without_word(hours: pa.Array) -> pa.Array:
    """'9시' and '9h' as '9'."""
    return pc.replace_substring_regex(hours, r"(?i)^(\d{1,2})\s*(?:시|時|时|点|h|uhr)$", r"\1")


def _join(mark: str, *texts: pa.Array | pa.Scalar) -> pa.Array:
    """The texts of each row with a mark between them."""
    return pc.binary_join_element_wise(*texts, pa.scalar(mark, pa.large_string()))


def _without_midnight(dates: pd.Series) -> pd.Series:
    """Dates as Excel and pandas write them, without a time of day that is midnight in every cell."""
    import pandas as pd

    texts = texts_of(dates)
    midnight = r"[ T]0?0:00(?::00(?:\.0+)?)?$"
    if pc.all(pc.match_substring_regex(texts, midnight)).as_py():
        texts = pc.replace_substring_regex(texts, midnight, "")
    return pd.Series(texts.to_pylist(), name=dates.name, dtype=object)


def _from_parts(parts: dict[str, pa.Array]) -> pa.Array:
    """ISO dates with times of day from columns of numbers; a month may be a name."""
    year = parts["year"]
    if "yearday" in parts:
        date = _join("-", year, pc.utf8_lpad(parts["yearday"], 3, "0"))
    elif "week" in parts and "month" not in parts:
        return _join("-W", year, pc.replace_substring_regex(parts["week"], r"^\D+|\D+$", ""))
    elif "quarter" in parts and "month" not in parts:
        digits = pc.replace_substring_regex(pc.utf8_upper(parts["quarter"]), r"^Q|분기$", "")
        return _join("-Q", year, digits)
    else:
        date = _join("-", year, _month_numbers(parts["month"]))
        if "day" not in parts:
            return date
        date = _join("-", date, parts["day"])
    if "hour" not in parts:
        return date
    clock = [parts[part] for part in ("minute", "second") if part in parts] or [pa.scalar("00", date.type)]
    return _join(" ", date, _join(":", _without_word(parts["hour"]), *clock))


def _month_numbers(months: pa.Array) -> pa.Array:
    """Months as digits: 'Jan', 'January' and '1월' are '1'."""
    words = pc.utf8_lower(pc.replace_substring_regex(months, r"(?:\.|월|月)$", ""))
    return pa.array([str(MONTH_NUMBERS.get(word, word)) for word in words.to_pylist()], type=months.type)

"""Every format of a written time that is read: its name, an example, and how it is recognized."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rnnbench.data.readers.times.patterns import (
    AFTER_DATE,
    AFTER_WORDS,
    CLOCK,
    COMPACT_CLOCK,
    DAY,
    DAY_2,
    HALF,
    MONTH,
    MONTH_2,
    NAME,
    ORDINAL,
    PLAIN_AFTER_DATE,
    QUARTER,
    SHORT_YEAR,
    WEEK,
    WEEKDAY_AFTER,
    WEEKDAY_BEFORE,
    YEAR,
    ZONE,
)

Order = Literal["day_first", "month_first", "year_first"]


@dataclass(frozen=True)
class TimeFormat:
    """A way to write times.

    example, meaning: one cell, and the time that it is.
    date: the regular expression of the date.
    order: of the numbers of the date, where another order is written alike.
    rank: of two formats that read a column equally regularly, the lower rank is taken; equal ranks are ambiguous.
    rest: the regular expression of what may follow the date.
    is_weak: so short that a column is read in it only where its name, or the user, says that it is the time.
    """

    name: str
    example: str
    meaning: str
    date: str
    order: Order | None = None
    rank: int = 0
    rest: str = ""
    is_weak: bool = False

    @cached_property
    def pattern(self) -> str:
        """The regular expression of a whole cell in lower case."""
        weekday = (WEEKDAY_BEFORE, WEEKDAY_AFTER) if self.rest in (AFTER_DATE, AFTER_WORDS) else ("", "")
        return f"(?i)^{weekday[0]}{self.date}{weekday[1]}{self.rest}$"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def may_read(self, cells: Iterable[str]) -> bool:
        """Whether any of some cells in lower case has this form; faster for few cells than to read them."""
        return any(self._compiled.match(cell) is not None for cell in cells)

    @cached_property
    def plain_pattern(self) -> str:
        """The regular expression of most cells of this format, which is faster; or ''."""
        return f"^{self.date}{PLAIN_AFTER_DATE}$" if self.rest == AFTER_DATE else ""


def _dates() -> list[TimeFormat]:
    """Dates in numbers between separators, with or without a time of day."""
    formats = []
    for mark, separator in (("-", "-"), ("/", "/"), (".", r"\.\s*")):
        end = r"\.?" if mark == "." else ""
        short = 1 if mark == "." else 0  # dots are written month first by nearly nobody
        for names, parts, example, order, rank in (
            (("year", "month", "day"), (YEAR, MONTH, DAY), ("2021", "01", "31"), None, 0),
            (("day", "month", "year"), (DAY, MONTH, YEAR), ("31", "01", "2021"), "day_first", 0),
            (("month", "day", "year"), (MONTH, DAY, YEAR), ("01", "31", "2021"), "month_first", short),
            (("day", "month", "yy"), (DAY, MONTH, SHORT_YEAR), ("31", "01", "21"), "day_first", 0),
            (("month", "day", "yy"), (MONTH, DAY, SHORT_YEAR), ("01", "31", "21"), "month_first", short),
            (("yy", "month", "day"), (SHORT_YEAR, MONTH, DAY), ("21", "01", "31"), "year_first", 0),
        ):
            formats.append(
                TimeFormat(
                    mark.join(names), f"{mark.join(example)} 14:30", "2021-01-31 14:30", separator.join(parts) + end,
                    order, rank, AFTER_DATE,  # type: ignore[arg-type]
                )
            )  # fmt: skip
    return formats


_CJK_DATE = rf"{MONTH}\s*(?:월|月)\s*{DAY}\s*(?:일|日|号)"
_CJK_YEAR = r"\s*(?:년|年)\s*"
_Q = "(?:quarter|qtr|q|t|k)"
_OF = r"(?:\s*de\s+|[-\s/.]*)"

FORMATS = (
    *_dates(),
    TimeFormat("year month day", "2021 01 31", "2021-01-31", rf"{YEAR}\s+{MONTH}\s+{DAY}", rest=AFTER_DATE),
    TimeFormat("start/end", "2021-01-25/2021-01-31", "2021-01-25", rf"{YEAR}-{MONTH}-{DAY}/\d{{4}}-\d\d-\d\d"),
    TimeFormat("year-day of the year", "2021-031", "2021-01-31", rf"{YEAR}-(?P<yearday>\d{{3}})", rest=AFTER_DATE),
    # Korean, Japanese, Chinese
    TimeFormat("year년 month월 day일", "2021년 1월 31일 오후 2시 30분", "2021-01-31 14:30",
               YEAR + _CJK_YEAR + _CJK_DATE, rest=AFTER_WORDS),
    TimeFormat("yy년 month월 day일", "21년 1월 31일 14:30", "2021-01-31 14:30",
               SHORT_YEAR + _CJK_YEAR + _CJK_DATE, rest=AFTER_WORDS),
    TimeFormat("year년 month월", "2021년 1월", "2021-01-01", rf"{YEAR}{_CJK_YEAR}{MONTH}\s*(?:월|月)"),
    TimeFormat("yy년 month월", "21년 1월", "2021-01-01", rf"{SHORT_YEAR}{_CJK_YEAR}{MONTH}\s*(?:월|月)"),
    TimeFormat("year년", "2021년", "2021-01-01", rf"{YEAR}\s*(?:년도|年度|년|年)"),
    TimeFormat("year년 q분기", "2021년 1분기", "2021-01-01",
               rf"{YEAR}\s*(?:년)?\s*{QUARTER}(?:/4)?\s*(?:분기|四半期|季度)"),
    # names of months
    TimeFormat("day Month year", "31-Jan-2021 14:30", "2021-01-31 14:30",
               rf"{DAY}{ORDINAL}{_OF}{NAME}{_OF.replace('.', '.,')}{YEAR}", rest=AFTER_DATE),
    TimeFormat("day Month yy", "31-Jan-21", "2021-01-31", rf"{DAY}{ORDINAL}[-\s/]*{NAME}[-\s/,]+{SHORT_YEAR}",
               rest=AFTER_DATE),
    TimeFormat("Month day year", "January 31, 2021 2:30 PM", "2021-01-31 14:30",
               rf"{NAME}[-\s/]*{DAY}{ORDINAL}(?:,\s*|[-\s/]+){YEAR}", rest=AFTER_DATE),
    TimeFormat("Month day time year", "Sun Jan 31 14:30:00 2021", "2021-01-31 14:30",
               rf"{WEEKDAY_BEFORE}{NAME}\s+{DAY}\s+{CLOCK}{ZONE}\s+{YEAR}"),
    TimeFormat("year Month day", "2021-Jan-31", "2021-01-31", rf"{YEAR}[-\s/]*{NAME}[-\s/]*{DAY}", rest=AFTER_DATE),
    TimeFormat("Month year", "January 2021", "2021-01-01", rf"{NAME}(?:[-\s/,'_]*|\s+de\s+){YEAR}"),
    TimeFormat("Month yy", "Jan-21", "2021-01-01", rf"{NAME}[-\s/_]*{SHORT_YEAR}"),
    TimeFormat("year Month", "2021 Jan", "2021-01-01", rf"{YEAR}[-\s/_]*{NAME}"),
    # months, quarters, halves and weeks
    TimeFormat("year-month", "2021-01", "2021-01-01", f"{YEAR}-{MONTH}"),
    TimeFormat("year/month", "2021/01", "2021-01-01", f"{YEAR}/{MONTH}"),
    TimeFormat("year.month", "2021.01", "2021-01-01", rf"{YEAR}\.\s*{MONTH}\.?", is_weak=True),
    TimeFormat("year.month월", "2021.01월", "2021-01-01", rf"{YEAR}[-./]\s*{MONTH}\s*(?:월|月)"),
    TimeFormat("month/year", "01/2021", "2021-01-01", f"{MONTH}/{YEAR}"),
    TimeFormat("month-year", "01-2021", "2021-01-01", f"{MONTH}-{YEAR}"),
    TimeFormat("month.year", "01.2021", "2021-01-01", rf"{MONTH}\.{YEAR}", is_weak=True),
    TimeFormat("month/yy", "01/21", "2021-01-01", f"{MONTH}/{SHORT_YEAR}", is_weak=True),
    TimeFormat("yy/month", "21/01", "2021-01-01", f"{SHORT_YEAR}/{MONTH}", is_weak=True),
    TimeFormat("yearMmonth", "2021M01", "2021-01-01", rf"{YEAR}[-\s]?M\s?{MONTH}"),
    TimeFormat("yearQq", "2021-Q1", "2021-01-01", rf"{YEAR}[-\s/.:]*{_Q}\s?{QUARTER}"),
    TimeFormat("Qq year", "Q1 2021", "2021-01-01", rf"{_Q}\s?{QUARTER}[-\s/_'.,]*{YEAR}"),
    TimeFormat("qQ year", "1Q 2021", "2021-01-01",
               rf"{QUARTER}(?:Q|(?:\.|st|nd|rd|th|e|er)?\s*(?:quartal|quarter|trimestre|trim))[-\s/_'.]*{YEAR}"),
    TimeFormat("year qQ", "2021 1Q", "2021-01-01", rf"{YEAR}[-\s/_.]*{QUARTER}Q"),
    TimeFormat("year q/4", "2021 1/4", "2021-01-01", rf"{YEAR}[-\s./]+{QUARTER}/4"),
    TimeFormat("year.quarter", "2021.2", "2021-04-01", rf"{YEAR}[-\s/.:]{QUARTER}", rank=1, is_weak=True),
    TimeFormat("Qq yy", "Q1-21", "2021-01-01", rf"Q{QUARTER}[-\s/_']*{SHORT_YEAR}"),
    TimeFormat("qQyy", "1Q21", "2021-01-01", rf"{QUARTER}Q[-\s/_']*{SHORT_YEAR}"),
    TimeFormat("yyQq", "21Q1", "2021-01-01", rf"{SHORT_YEAR}[-\s/_]*Q{QUARTER}"),
    TimeFormat("yearHh", "2021-H1", "2021-01-01", rf"{YEAR}[-\s]?[HS]{HALF}"),
    TimeFormat("Hh year", "H1 2021", "2021-01-01", rf"[HS]{HALF}[-\s/]*{YEAR}"),
    TimeFormat("year-Wweek", "2021-W05", "2021-02-01",
               rf"{YEAR}[-\s/_]*(?:week|kw|cw|w)[-\s]?{WEEK}(?:-(?P<weekday>[1-7]))?"),
    TimeFormat("Wweek year", "KW 5 2021", "2021-02-01", rf"(?:week|kw|cw|w)[-\s]?{WEEK}[-\s/_,.]+{YEAR}"),
    TimeFormat("year년 week주", "2021년 5주", "2021-02-01",
               rf"{YEAR}\s*(?:년|年)\s*(?:제|第)?\s*{WEEK}\s*(?:주차|주|週|周)"),
    # digits without separators
    TimeFormat("YYYYMMDD", "20210131", "2021-01-31", YEAR + MONTH_2 + DAY_2, rest=AFTER_DATE, is_weak=True),
    TimeFormat("YYYYMMDDHH", "2021013114", "2021-01-31 14:00", rf"{YEAR}{MONTH_2}{DAY_2}(?P<hour>\d\d)", is_weak=True),
    TimeFormat("YYYYMMDDHHMM", "202101311430", "2021-01-31 14:30",
               rf"{YEAR}{MONTH_2}{DAY_2}(?P<hour>\d\d)(?P<minute>\d\d)", is_weak=True),
    TimeFormat("YYYYMMDDHHMMSS", "20210131143000", "2021-01-31 14:30",
               rf"{YEAR}{MONTH_2}{DAY_2}(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)[.,]?(?P<fraction>\d{{1,9}})?{ZONE}",
               is_weak=True),
    TimeFormat("YYYYMMDD HHMM", "20210131 1430", "2021-01-31 14:30",
               rf"{YEAR}{MONTH_2}{DAY_2}[t\s_-]+{COMPACT_CLOCK}{ZONE}"),
    TimeFormat("YYYY", "2021", "2021-01-01", r"(?P<year>1[6-9]\d\d|20\d\d|2100)", is_weak=True),
    TimeFormat("YYYYMM", "202101", "2021-01-01", YEAR + MONTH_2, is_weak=True),
    TimeFormat("YYYYQ", "20211", "2021-01-01", YEAR + QUARTER, rank=1, is_weak=True),
    TimeFormat("YYYYWW", "202105", "2021-02-01", YEAR + r"(?P<week>[0-5]\d)", rank=1, is_weak=True),
    TimeFormat("YYMM", "2101", "2021-01-01", SHORT_YEAR + MONTH_2, rank=1, is_weak=True),
    TimeFormat("YYMMDD", "210131", "2021-01-31", SHORT_YEAR + MONTH_2 + DAY_2, "year_first", rank=1, is_weak=True),
    TimeFormat("DDMMYYYY", "31012021", "2021-01-31", DAY_2 + MONTH_2 + YEAR, "day_first", rank=1, is_weak=True),
    TimeFormat("MMDDYYYY", "01312021", "2021-01-31", MONTH_2 + DAY_2 + YEAR, "month_first", rank=1, is_weak=True),
    TimeFormat("YYYYDDD", "2021031", "2021-01-31", YEAR + r"(?P<yearday>\d{3})", rank=1, is_weak=True),
)  # fmt: skip

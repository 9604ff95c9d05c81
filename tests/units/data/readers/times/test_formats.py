"""Every format: its example, a whole column of it, and its row in the documentation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnbench.data.readers.times import read_times_column
from rnnbench.data.readers.times.candidates import ALL_FORMATS
from rnnbench.data.readers.times.counts import STEPS
from rnnbench.data.settings import DataSettings

DOCUMENT = Path(__file__).parents[5] / "docs" / "your-data.md"
HOURS = pd.date_range("2021-02-20", periods=300, freq="h")
MINUTES = pd.date_range("2021-03-05 00:00", periods=600, freq="5min")
DAYS = pd.date_range("2020-12-20", periods=120, freq="D")
WEEKS = pd.date_range("2018-01-01", periods=200, freq="W-MON")
MONTHS = pd.date_range("1999-01-01", periods=48, freq="MS")
QUARTERS = pd.date_range("1995-01-01", periods=40, freq="QS")
YEARS = pd.date_range("1950-01-01", periods=60, freq="YS")
GERMAN = [
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
]  # fmt: skip
ITALIAN = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"]
PORTUGUESE = ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]
WEEKDAYS = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def halves(time, before, after):
    """The word for the half of the day, and the hour of it."""
    return (before if time.hour < 12 else after), time.hour % 12 or 12


def days_of_excel(time):
    return (time - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)


def hour_24(time, pattern):
    return (
        (time - pd.Timedelta(hours=1)).strftime(pattern.replace("%H", "24"))
        if time.hour == 0
        else time.strftime(pattern)
    )


WRITTEN = {
    "ISO with T": (MINUTES, lambda t: t.isoformat()),
    "ISO with milliseconds": (MINUTES, lambda t: t.isoformat(timespec="milliseconds")),
    "ISO without the time at midnight": (HOURS, lambda t: str(t) if t.hour else str(t.date())),
    "ISO hour alone": (HOURS, lambda t: t.strftime("%Y-%m-%dT%H")),
    "hour 24": (HOURS, lambda t: hour_24(t, "%Y-%m-%d %H:%M")),
    "hour 24 in digits": (HOURS, lambda t: hour_24(t, "%Y%m%d%H")),
    "US": (DAYS, lambda t: f"{t.month}/{t.day}/{t.year}"),
    "US with PM": (HOURS, lambda t: t.strftime("%m/%d/%Y %I:%M:%S %p")),
    "US with p.m.": (HOURS, lambda t: f"{t.month}/{t.day}/{t.year} {{1}}:00 {{0}}".format(*halves(t, "a.m.", "p.m."))),
    "a browser's, with narrow blank": (HOURS, lambda t: t.strftime("%m/%d/%Y, %I:%M:%S\u202f%p")),
    "British": (HOURS, lambda t: t.strftime("%d/%m/%Y %H:%M")),
    "British with two digits": (HOURS, lambda t: t.strftime("%d/%m/%y %H:%M")),
    "British of ten days": (HOURS[-240:], lambda t: t.strftime("%d/%m/%Y %H:%M")),
    "US of ten days": (HOURS[-240:], lambda t: t.strftime("%m/%d/%Y %H:%M")),
    "first days of months, day first": (MONTHS, lambda t: t.strftime("%d/%m/%Y")),
    "first days of months, month first": (MONTHS, lambda t: t.strftime("%m/%d/%Y")),
    "first days of quarters, day first": (QUARTERS, lambda t: t.strftime("%d-%m-%Y")),
    "German": (HOURS, lambda t: f"{t.day}.{t.month}.{t.year}, {t.hour}:00 Uhr"),
    "German with two digits": (DAYS, lambda t: t.strftime("%d.%m.%y")),
    "German with a weekday": (DAYS, lambda t: f"{WEEKDAYS[t.weekday()]}, {t:%d.%m.%Y}"),
    "German with a name": (DAYS, lambda t: f"{t.day}. {GERMAN[t.month - 1]} {t.year}"),
    "Korean spreadsheet": (HOURS, lambda t: f"{t:%Y. %m. %d.} " + "{} {}:00:00".format(*halves(t, "오전", "오후"))),
    "Korean words": (HOURS, lambda t: f"{t.year}년 {t.month}월 {t.day}일 {t.hour}시 00분"),
    "Korean with a weekday": (DAYS, lambda t: f"{t.year}. {t.month}. {t.day}.({'월화수목금토일'[t.weekday()]})"),
    "Korean with two digits": (DAYS, lambda t: t.strftime("%y.%m.%d")),
    "Korean months": (MONTHS, lambda t: f"{t.year}년 {t.month}월"),
    "Korean quarters": (QUARTERS, lambda t: f"{t.year}년 {t.quarter}/4분기"),
    "Japanese": (HOURS, lambda t: "{}年{}月{}日 {}{}時".format(t.year, t.month, t.day, *halves(t, "午前", "午後"))),
    "Japanese with a weekday": (DAYS, lambda t: f"{t.year}年{t.month}月{t.day}日({'月火水木金土日'[t.weekday()]})"),
    "full-width digits": (DAYS, lambda t: t.strftime("%Y/%m/%d").translate(WIDE)),
    "Chinese": (HOURS, lambda t: "{}-{}-{} {}{}:00".format(t.year, t.month, t.day, *halves(t, "上午", "下午"))),
    "Oracle": (HOURS, lambda t: t.strftime("%d-%b-%y %I.%M.%S.000000 %p").upper()),
    "time of day first": (HOURS, lambda t: t.strftime("%H:%M %d.%m.%Y")),
    "time of day first, two digits": (MINUTES, lambda t: t.strftime("%H:%M:%S %y-%m-%d")),
    "PM first": (HOURS, lambda t: t.strftime("%I:%M %p, %m/%d/%Y")),
    "Korean PM first": (HOURS, lambda t: "{} {}:00 {:%Y-%m-%d}".format(*halves(t, "오전", "오후"), t)),
    "time of day first, with offset": (HOURS, lambda t: t.strftime("%H:%M+00:00 %Y-%m-%d")),
    "weeks from and to": (WEEKS, lambda t: f"{t:%Y-%m-%d} ~ {t + pd.Timedelta(days=6):%Y-%m-%d}"),
    "hours from and to": (HOURS, lambda t: f"{t:%d.%m.%Y %H:%M} - {t + pd.Timedelta(hours=1):%d.%m.%Y %H:%M}"),
    "months of a spreadsheet": (MONTHS, lambda t: t.strftime("%Y.%m").removesuffix("0")),
    "preliminary months": (MONTHS, lambda t: t.strftime("%Y.%m") + (" p)" if t.year == 2002 else "")),
    "German quarters": (QUARTERS, lambda t: f"{t.quarter}. Quartal {t.year}"),
    "Italian months": (MONTHS, lambda t: f"{ITALIAN[t.month - 1]}-{t:%y}"),
    "Portuguese months": (MONTHS, lambda t: f"{PORTUGUESE[t.month - 1]}/{t.year}"),
    "SAS": (DAYS, lambda t: t.strftime("%d%b%Y").upper()),
    "SAS with time": (HOURS, lambda t: t.strftime("%d%b%Y:%H:%M:%S").upper()),
    "English words": (DAYS, lambda t: t.strftime("%A, %B %d, %Y")),
    "ordinals": (DAYS, lambda t: f"{t.day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(t.day, 'th') } {t:%B %Y}"),
    "C's ctime": (HOURS, lambda t: t.strftime("%a %b %e %H:%M:%S %Y")),
    "months of Excel": (MONTHS, lambda t: t.strftime("%b-%y")),
    "months before 1969": (pd.date_range("1955-01-01", periods=240, freq="MS"), lambda t: t.strftime("%b-%y")),
    "days before 1969": (pd.date_range("1955-01-01", periods=24_000, freq="D"), lambda t: t.strftime("%d.%m.%y")),
    "months with a name": (MONTHS, lambda t: t.strftime("%B %Y")),
    "months of R": (MONTHS, lambda t: t.strftime("%Y %b")),
    "months of Eurostat": (MONTHS, lambda t: t.strftime("%YM%m")),
    "months of Stata": (MONTHS, lambda t: f"{t.year}m{t.month}"),
    "months in digits": (MONTHS, lambda t: t.strftime("%Y%m")),
    "months in four digits": (MONTHS, lambda t: t.strftime("%y%m")),
    "months with a point": (MONTHS, lambda t: t.strftime("%Y.%m")),
    "months as years": (MONTHS, lambda t: f"{t.year + (t.month - 1) / 12:.3f}"),
    "quarters as years": (QUARTERS, lambda t: f"{t.year + (t.month - 1) / 12:.2f}"),
    "quarters": (QUARTERS, lambda t: f"Q{t.quarter} {t.year}"),
    "quarters of pandas": (QUARTERS, lambda t: f"{t.year}Q{t.quarter}"),
    "quarters of two digits": (QUARTERS, lambda t: f"{t.quarter}Q{t:%y}"),
    "quarters of Norway": (QUARTERS, lambda t: f"{t.year}K{t.quarter}"),
    "quarters with a point": (QUARTERS, lambda t: f"{t.year}.{t.quarter}"),
    "quarters in digits": (QUARTERS, lambda t: f"{t.year}{t.quarter}"),
    "months without zeros": (MONTHS, lambda t: f"{t.year}-{t.month}"),
    "weeks in digits": (WEEKS, lambda t: f"{t.isocalendar().year}{t.isocalendar().week:02}"),
    "weeks": (WEEKS, lambda t: f"{t.isocalendar().year}-W{t.isocalendar().week:02}"),
    "German weeks": (WEEKS, lambda t: f"KW {t.isocalendar().week}/{t.isocalendar().year}"),
    "weeks of pandas": (WEEKS, lambda t: f"{t.date()}/{(t + pd.Timedelta(days=6)).date()}"),
    "years": (YEARS, lambda t: f"{t.year}"),
    "years as floats": (YEARS, lambda t: f"{t.year}.0"),
    "days in digits": (DAYS, lambda t: t.strftime("%Y%m%d")),
    "days as floats": (DAYS, lambda t: t.strftime("%Y%m%d.0")),
    "days in six digits": (DAYS, lambda t: t.strftime("%y%m%d")),
    "days of the year": (DAYS, lambda t: t.strftime("%Y%j")),
    "hours in digits": (HOURS, lambda t: t.strftime("%Y%m%d%H")),
    "hours of one day in digits": (HOURS[:24], lambda t: t.strftime("%Y%m%d%H")),
    "minutes in digits": (MINUTES, lambda t: t.strftime("%Y%m%d%H%M")),
    "seconds in digits": (MINUTES, lambda t: t.strftime("%Y%m%d%H%M%S")),
    "digits with T": (HOURS, lambda t: t.strftime("%Y%m%dT%H%M%S")),
    "digits and time": (HOURS, lambda t: t.strftime("%Y%m%d %H%M")),
    "seconds": (HOURS, lambda t: str(t.value // 10**9)),
    "seconds as floats": (HOURS, lambda t: str(t.value / 10**9)),
    "seconds with an exponent": (HOURS, lambda t: f"{t.value / 10**9:.9e}"),
    "milliseconds": (HOURS, lambda t: str(t.value // 10**6)),
    "microseconds": (HOURS, lambda t: str(t.value // 1000)),
    "nanoseconds": (HOURS, lambda t: str(t.value)),
    "days of Excel": (DAYS, lambda t: str(int(days_of_excel(t)))),
    "hours of Excel": (HOURS, lambda t: str(days_of_excel(t))),
    "hours of Excel, rounded": (HOURS, lambda t: f"{days_of_excel(t):.5f}"),
    "minutes of Excel, rounded": (MINUTES, lambda t: f"{days_of_excel(t):.4f}".replace(".", ",")),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_column_is_read_back(name):
    times, write = WRITTEN[name]
    read = read_times_column(pd.Series([write(time) for time in times], name="date"))
    assert not read.bad.any()
    assert (read.ambiguous, read.is_steps) == ("", False)
    assert read.times.dtype == np.dtype("datetime64[ns]")
    np.testing.assert_array_equal(read.times, times.to_numpy().astype("datetime64[ns]"))


@pytest.mark.parametrize("form", ALL_FORMATS, ids=lambda form: form.name)
def test_an_example_is_read_as_the_table_says(form):
    read = read_times_column(pd.Series([form.example]), DataSettings(time_format=form.name))
    assert not read.bad.any()
    if form.name == STEPS:
        assert (read.is_steps, read.times.astype(int).tolist()) == (True, [17])
    else:
        assert read.times[0] == np.datetime64(form.meaning.replace(" ", "T"))


def test_names_are_distinct():
    assert len({form.name for form in ALL_FORMATS}) == len(ALL_FORMATS)


def test_the_document_lists_every_format():
    rows = [f"| {form.name} | `{form.example}` | {form.meaning} |" for form in ALL_FORMATS]
    table = DOCUMENT.read_text(encoding="utf-8").split("| format | example | read as |\n|---|---|---|\n")[1]
    assert table.split("\n\n")[0].splitlines() == rows

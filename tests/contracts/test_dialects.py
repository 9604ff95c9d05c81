"""One table in any dialect: however a clean file is written, it is the same data set."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sin
from pathlib import Path

import pytest
from fuzz_files import fuzz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnbench import data
from rnnbench.data.settings import DataSettings

BEGIN = datetime(2021, 1, 1)
HOURS = [BEGIN + timedelta(hours=hour) for hour in range(500)]  # until the 21st: the day cannot be taken for a month
LOADS = [round(1234.5 + 300 * sin(2 * 3.14159 * hour / 24) + (hour * 7919 % 101) / 10, 2) for hour in range(500)]
TEMPERATURES = [round(20 * sin(hour / 50) + (hour * 31 % 17) / 10, 1) for hour in range(500)]
ADJECTIVES = ("warm", "dull", "naïve", "größer", "funny, really", 'called "good"', "cold", "brave", "odd", "plain")
REVIEWS = [
    f"{ADJECTIVES[number % 10]} film number {number}, {ADJECTIVES[number * 7 // 10 % 10]} story"
    for number in range(120)
]
LABELS = [("neg", "pos")[number * 13 % 7 % 2] for number in range(120)]

DATES = {
    "%Y-%m-%d %H:%M": (), "%Y-%m-%dT%H:%M:%S": (), "%Y/%m/%d %H:%M": (), "%d.%m.%Y %H:%M": (), "%m/%d/%Y %H:%M": (),
    "%d/%m/%y %H:%M": (), "%Y%m%d%H": (), "%Y%m%d%H%M": (), "%d-%b-%y %H:%M": (), "%b %d, %Y %I:%M %p": (),
    "%Y년 %m월 %d일 %H시": ("utf-8", "utf-8-sig", "utf-16", "cp949"), "%s": (),
}  # fmt: skip
"""Formats of times; the encodings that have their characters, where not all do."""

NUMBERS = {(".", ""), (".", ","), (",", "."), (",", ""), (".", " "), (",", "\u00a0"), (".", "'")}
"""Marks of decimals and of thousands."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp949")


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    separator: str = ","
    marks: tuple[str, str] = (".", "")
    encoding: str = "utf-8"
    date: str = "%Y-%m-%d %H:%M"
    has_header: bool = True
    order: tuple[int, ...] = (0, 1, 2)
    newline: str = "\n"

    def number(self, value: float, digits: int) -> str:
        """A number with the marks of the dialect."""
        decimal, thousands = self.marks
        return f"{value:,.{digits}f}".translate(str.maketrans({",": thousands, ".": decimal}))

    def time(self, moment: datetime) -> str:
        """A time in the format of the dialect; %s is seconds since 1970."""
        seconds = int((moment - datetime(1970, 1, 1)).total_seconds())
        return str(seconds) if self.date == "%s" else moment.strftime(self.date)

    def cell(self, text: str) -> str:
        """A cell, in quotation marks where it needs them."""
        needs = any(mark in text for mark in (self.separator, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if needs else text

    def write(self, path: Path, header: list[str], rows: list[list[str]]) -> Path:
        """Writes the columns in the order of the dialect."""
        lines = ([header] if self.has_header else []) + rows
        stream = io.StringIO()
        for line in lines:
            stream.write(self.separator.join(self.cell(line[place]) for place in self.order) + self.newline)
        path.write_bytes(stream.getvalue().encode(self.encoding))
        return path

    def name(self, place: int, name: str) -> str:
        """The name by which a column is typed: in a file without header, its number."""
        return name if self.has_header else f"column_{self.order.index(place) + 1}"


dialects = st.builds(
    Dialect,
    separator=st.sampled_from([",", ";", "\t", "|"]),
    marks=st.sampled_from(sorted(NUMBERS)),
    encoding=st.sampled_from(ENCODINGS),
    date=st.sampled_from(sorted(DATES)),
    has_header=st.booleans(),
    order=st.permutations([0, 1, 2]).map(tuple),
    newline=st.sampled_from(["\n", "\r\n"]),
).filter(lambda dialect: not DATES[dialect.date] or dialect.encoding in DATES[dialect.date])
PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def series(dialect: Dialect, folder: Path) -> str:
    """The fingerprint of the series, written in a dialect and read back."""
    rows = [
        [dialect.time(moment), dialect.number(load, 2), dialect.number(temperature, 1)]
        for moment, load, temperature in zip(HOURS, LOADS, TEMPERATURES, strict=True)
    ]
    path = dialect.write(folder / "demand.csv", ["time", "load", "temperature"], rows)
    typed = DataSettings(
        path=str(path), target=(dialect.name(1, "load"),), covariates=(dialect.name(2, "temperature"),)
    )
    return data.load(typed, "series").fingerprint


def reviews(dialect: Dialect, folder: Path) -> str:
    """The fingerprint of the reviews, written in a dialect and read back."""
    rows = [[review, label, str(number)] for number, (review, label) in enumerate(zip(REVIEWS, LABELS, strict=True))]
    path = dialect.write(folder / "reviews.csv", ["review", "feeling", "number"], rows)
    typed = DataSettings(path=str(path), text_column=dialect.name(0, "review"), label_column=dialect.name(1, "feeling"))
    return data.load(typed, "labelled_text").fingerprint


@given(dialect=dialects)
@PROPERTY
def test_a_series_is_the_same_in_any_dialect(dialect: Dialect, tmp_path: Path) -> None:
    assert series(dialect, tmp_path) == series(Dialect(), tmp_path)


@given(dialect=dialects.filter(lambda dialect: dialect.encoding != "cp949"))
@PROPERTY
def test_reviews_are_the_same_in_any_dialect(dialect: Dialect, tmp_path: Path) -> None:
    assert reviews(dialect, tmp_path) == reviews(Dialect(), tmp_path)


@pytest.mark.slow
def test_random_files_are_read_or_refused_in_one_line() -> None:
    outcomes = fuzz(range(150))
    assert outcomes.failures == []
    assert outcomes.read > 20
    assert sum(outcomes.refused.values()) > 20

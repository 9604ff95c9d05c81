"""One table in any dialect: however a clean file is written, it is the same data set."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import sin
from pathlib import Path

import pandas as pd
import pytest
from fuzz_files import fuzz
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rnnbench import data
from rnnbench.data.settings import DataSettings

BEGIN = datetime(2021, 1, 1)
HOURS = [BEGIN + timedelta(hours=hour) for hour in range(500)]  # until the 21st: the day cannot be taken for a month
LOADS = [round(123_456.7 + 30_000 * sin(2 * 3.14159 * hour / 24) + (hour * 7919 % 101) / 10, 2) for hour in range(500)]
TEMPERATURES = [round(20 * sin(hour / 50) + (hour * 31 % 17) / 10, 1) for hour in range(500)]
WORDS = {
    "western": ("warm", "dull", "naïve", "größer", "funny, really", 'called "good"', "cold; odd", "#tag", "a|b", "été"),
    "korean": ("좋은", "영화", "지루한, 최악", '"멋진"', "이야기; 감동", "배우", "음악", "두\n줄", "정말", "느린"),
    "japanese": ("良い", "映画", "退屈、最悪", "「面白い」", "話; 感動", "俳優", "音楽", "二\n行", "本当", "遅い"),
}  # fmt: skip
LABELS = [("neg", "pos")[number * 13 % 7 % 2] for number in range(120)]

DATES = (
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.000", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M", "%d/%m/%y %H:%M", "%m-%d-%Y %H:%M", "%Y.%m.%d %H:%M", "%y/%m/%d %H:%M", "%Y%m%d%H", "%Y%m%d%H%M",
    "%Y%m%d%H%M%S", "%Y%m%d %H%M", "%d-%b-%y %H:%M", "%d %B %Y %H:%M", "%b %d, %Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p",
    "%a %b %d %H:%M:%S %Y", "%A, %d.%m.%Y %H:%M", "%Y년 %m월 %d일 %H시", "%y년 %m월 %d일 %H:%M",
    "%Y年%m月%d日 %H時%M分", "%s", "%s000", "excel",
)  # fmt: skip
"""Formats of strptime; %s is seconds since 1970, excel days since 1899-12-30."""

NUMBERS = (
    (".", ""), (".", ","), (",", "."), (",", ""), (".", " "), (",", "\u00a0"), (",", "\u202f"), (".", "'"),
    (".", "\u2019"), (".", "lakh"),
)  # fmt: skip
"""Marks of decimals and of thousands; lakh are the groups of India."""

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252", "cp949",
    "shift_jis",
)  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    quoting: which cells stand in quotation marks. has_index: a first column without name, of row numbers.
    """

    separator: str = ","
    marks: tuple[str, str] = (".", "")
    affixes: tuple[str, str] = ("", "")
    encoding: str = "utf-8"
    date: str = "%Y-%m-%d %H:%M"
    has_header: bool = True
    order: tuple[int, ...] = (0, 1, 2)
    newline: str = "\n"
    quoting: str = "where needed"
    above: str = ""
    has_index: bool = False
    ends_in_separator: bool = False

    def number(self, value: float, digits: int) -> str:
        """A number with the marks of the dialect."""
        decimal, thousands = self.marks
        text = f"{value:,.{digits}f}"
        if thousands == "lakh":
            whole, part = f"{abs(value):.{digits}f}".split(".")
            start = f"{int(whole[:-3]):,}".replace(",", "") if len(whole) > 3 else ""
            groups = [start[max(0, end - 2) : end] for end in range(len(start), 0, -2)][::-1]
            return "-" * (value < 0) + ",".join([*groups, whole[-3:]]) + f".{part}"
        return text.translate(str.maketrans({",": thousands, ".": decimal}))

    def time(self, moment: datetime) -> str:
        """A time in the format of the dialect."""
        if self.date == "excel":
            return f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.8f}"
        seconds = int((moment - datetime(1970, 1, 1)).total_seconds())
        return moment.strftime(self.date.replace("%s", str(seconds)))

    def cell(self, text: str) -> str:
        """A cell, in quotation marks where it needs them."""
        needs = any(mark in text for mark in (self.separator, '"', "\n")) or self.quoting == "all"
        is_text = not text.replace(".", "").isdigit()
        return '"' + text.replace('"', '""') + '"' if needs or (self.quoting == "texts" and is_text) else text

    def write(self, path: Path, header: list[str], rows: list[list[str]]) -> Path:
        """Writes the columns in the order of the dialect."""
        stream = io.StringIO()
        stream.write(self.above and self.above + self.newline)
        for number, line in enumerate(([header] if self.has_header else []) + rows):
            index = [self.cell(str(number - 1) if number else "")] if self.has_index else []
            cells = [*index, *(self.cell(line[place]) for place in self.order)]
            stream.write(self.separator.join(cells) + self.separator * self.ends_in_separator + self.newline)
        path.write_bytes(stream.getvalue().encode(self.encoding))
        return path

    def name(self, place: int, name: str) -> str:
        """The name by which a column is typed: in a file without header, its number."""
        return name if self.has_header else f"column_{self.order.index(place) + 1}"

    def is_clear(self) -> bool:
        """Whether a reader can know the dialect."""
        if self.has_index and not self.has_header:
            return False  # row numbers are then a column like the others
        if "年" in self.date and self.encoding == "cp949":
            return False  # Han alone, without a Korean letter, are no sign of a Korean encoding
        sample = self.date + "".join(self.marks) + "".join(self.affixes)
        return is_written(sample, self.encoding)


def is_written(text: str, encoding: str) -> bool:
    """Whether the encoding has the characters of a text."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeEncodeError:
        return False


dialects = st.builds(
    Dialect,
    separator=st.sampled_from([",", ";", "\t", "|"]),
    marks=st.sampled_from(NUMBERS),
    affixes=st.sampled_from([("", ""), ("", ""), ("$", ""), ("", "%"), ("", " kWh"), ("₩", "")]),
    encoding=st.sampled_from(ENCODINGS),
    date=st.sampled_from(DATES),
    has_header=st.booleans(),
    order=st.permutations([0, 1, 2]).map(tuple),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from(["where needed", "all", "texts"]),
    above=st.sampled_from(["", "", "# exported 2021-01-31"]),
    has_index=st.booleans(),
    ends_in_separator=st.booleans(),
).filter(Dialect.is_clear)
PROPERTY = settings(
    max_examples=50,
    deadline=None,
    phases=[Phase.generate],  # a dialect says by itself what is odd in it: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def series(dialect: Dialect, folder: Path) -> str:
    """The fingerprint of the series, written in a dialect and read back."""
    before, after = dialect.affixes
    rows = [
        [dialect.time(moment), before + dialect.number(load, 2) + after, dialect.number(temperature, 1)]
        for moment, load, temperature in zip(HOURS, LOADS, TEMPERATURES, strict=True)
    ]
    path = dialect.write(folder / "demand.csv", ["time", "load", "temperature"], rows)
    # without a header nothing tells that numbers such as 44197.5 are times
    time = {} if dialect.has_header else {"time_column": dialect.name(0, "time")}
    return series_of(path, dialect.name(1, "load"), dialect.name(2, "temperature"), **time)


def series_of(path: Path, load: str = "load", temperature: str = "temperature", **typed: str) -> str:
    """The fingerprint of a file with the series."""
    read = DataSettings(path=str(path), target=(load,), covariates=(temperature,), **typed)
    return data.load(read, "series").fingerprint


def reviews(script: str) -> list[str]:
    """Texts in the words of a script."""
    words = WORDS[script]
    return [f"{words[number % 10]} film {number}, {words[number * 7 // 10 % 10]} story" for number in range(120)]


def labelled(dialect: Dialect, script: str, folder: Path) -> str:
    """The fingerprint of the reviews, written in a dialect and read back."""
    texts = reviews(script)
    rows = [[review, label, str(number)] for number, (review, label) in enumerate(zip(texts, LABELS, strict=True))]
    path = dialect.write(folder / "reviews.csv", ["review", "feeling", "number"], rows)
    return labelled_of(path, dialect.name(0, "review"), dialect.name(1, "feeling"))


def labelled_of(path: Path, review: str = "review", feeling: str = "feeling") -> str:
    """The fingerprint of a file with the reviews."""
    typed = DataSettings(path=str(path), text_column=review, label_column=feeling)
    return data.load(typed, "labelled_text").fingerprint


def pairs(dialect: Dialect, script: str, folder: Path) -> str:
    """The fingerprint of reviews with another as the target of each, written in a dialect and read back."""
    texts = reviews(script)
    rows = [[text, target, str(number)] for number, (text, target) in enumerate(zip(texts, texts[::-1], strict=True))]
    path = dialect.write(folder / "pairs.csv", ["review", "reply", "number"], rows)
    source, target = dialect.name(0, "review"), dialect.name(1, "reply")
    return data.load(DataSettings(path=str(path), text_column=source, target=(target,)), "text_pairs").fingerprint


@cache
def clean_pairs(script: str, folder: Path) -> str:
    return pairs(Dialect(), script, folder)


@cache
def clean_series(folder: Path) -> str:
    return series(Dialect(), folder)


@cache
def clean_reviews(script: str, folder: Path) -> str:
    return labelled(Dialect(), script, folder)


@given(dialect=dialects)
@PROPERTY
def test_a_series_is_the_same_in_any_dialect(dialect: Dialect, tmp_path: Path) -> None:
    assert series(dialect, tmp_path) == clean_series(tmp_path)


@given(dialect=dialects, script=st.sampled_from([*WORDS]))
@PROPERTY
def test_reviews_are_the_same_in_any_dialect(dialect: Dialect, script: str, tmp_path: Path) -> None:
    if not is_written("".join(WORDS[script]), dialect.encoding):
        return
    assert labelled(dialect, script, tmp_path) == clean_reviews(script, tmp_path)


@given(dialect=dialects, script=st.sampled_from([*WORDS]))
@PROPERTY
def test_pairs_are_the_same_in_any_dialect(dialect: Dialect, script: str, tmp_path: Path) -> None:
    if not is_written("".join(WORDS[script]), dialect.encoding):
        return
    assert pairs(dialect, script, tmp_path) == clean_pairs(script, tmp_path)


FRAME = pd.DataFrame({"time": HOURS, "load": LOADS, "temperature": TEMPERATURES})
WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "demand.parquet": lambda frame, path: frame.to_parquet(path),
    "index.parquet": lambda frame, path: frame.set_index("time").to_parquet(path),
    "demand.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True, date_format="iso"),
    "epoch.jsonl": lambda frame, path: (
        frame.astype({"time": "datetime64[ms]"}).astype({"time": "int64"}).to_json(path, orient="records", lines=True)
    ),
    "records.json": lambda frame, path: frame.to_json(path, orient="records", date_format="iso"),
    "columns.json": lambda frame, path: frame.to_json(path, date_format="iso"),
    "packed.csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "numbered.csv": lambda frame, path: frame.to_csv(path),
    "dated.csv": lambda frame, path: frame.set_index("time").rename_axis(None).to_csv(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_series_is_the_same_however_pandas_writes_it(name: str, tmp_path: Path) -> None:
    WRITERS[name](FRAME, tmp_path / name)
    assert series_of(tmp_path / name) == clean_series(tmp_path)


@pytest.mark.parametrize("name", ["demand.parquet", "demand.jsonl", "records.json", "columns.json", "packed.csv.gz"])
@pytest.mark.parametrize("script", WORDS)
def test_reviews_are_the_same_however_pandas_writes_them(name: str, script: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"review": reviews(script), "feeling": LABELS, "number": range(120)})
    WRITERS[name](frame, tmp_path / name)
    assert labelled_of(tmp_path / name) == clean_reviews(script, tmp_path)


@pytest.mark.slow
def test_random_files_are_read_or_refused_in_one_line() -> None:
    outcomes = fuzz(range(150))
    assert outcomes.failures == []
    assert outcomes.read > 20
    assert sum(outcomes.refused.values()) > 20

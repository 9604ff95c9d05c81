"""A clean table reads back the same in whatever dialect and encoding pandas writes it."""

import csv

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnbench.data.readers.tables import read_table

WORDS = {
    "ascii": ["good", "film", "plot", "warm, mostly", 'so "great"', "slow; sad", "a|b", "it's", "two\nlines", "#tag"],
    "korean": ["좋은", "영화", "지루한, 최악", '"멋진"', "이야기; 감동", "배우", "음악", "두\n줄", "정말", "느린"],
    "german": [
        "schön",
        "Straße",
        "über, sehr",
        "größer",
        '"heiß"',
        "Köln; Bonn",
        "für",
        "zwei\nZeilen",
        "Mädchen",
        "öde",
    ],
}
CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
OF_WORDS = {"ascii": CODECS, "korean": [*CODECS, "cp949"], "german": [*CODECS, "cp1252", "latin-1"]}
MARKS = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
slow = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def dialects(draw, names, newlines=("\n", "\r\n")):
    return {
        "sep": draw(st.sampled_from([",", ";", "\t", "|"])),
        "encoding": draw(st.sampled_from(OF_WORDS[names])),
        "lineterminator": draw(st.sampled_from(newlines)),
        "quoting": draw(MARKS),
        "header": draw(st.booleans()),
        "index": draw(st.booleans()),
    }


@slow
@given(data=st.data(), script=st.sampled_from([*WORDS]))
def test_labelled_texts(tmp_path, data, script):
    words = st.lists(st.sampled_from(WORDS[script]), min_size=5, max_size=9)
    texts = [" ".join(text) for text in data.draw(st.lists(words, min_size=8, max_size=20))]
    frame = pd.DataFrame({"review": texts, "label": [row % 2 for row in range(len(texts))]})
    check(frame, tmp_path, data.draw(dialects(script)))


@slow
@given(data=st.data())
def test_series(tmp_path, data):
    count = data.draw(st.integers(8, 40))
    values = data.draw(st.lists(st.integers(-99_999, 99_999), min_size=count, max_size=count))
    days = pd.date_range("2021-01-01", periods=count).strftime(data.draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y"])))
    frame = pd.DataFrame({"date": days, "value": [value / 100 + 0.001 for value in values]})
    check(frame, tmp_path, data.draw(dialects("ascii", ("\n", "\r\n", "\r"))))


def check(frame, folder, options):
    frame.to_csv(folder / "a.csv", **options)
    table = read_table(folder / "a.csv")
    keeps_numbers = options["index"] and not options["header"]  # without a header, row numbers are a column as others
    assert len(table.columns) == frame.shape[1] + keeps_numbers
    if options["header"]:
        assert table.columns == [*frame.columns]
    for read, written in zip(table.columns[keeps_numbers:], frame.columns, strict=True):
        assert table.texts(read) == [str(cell) for cell in frame[written]]

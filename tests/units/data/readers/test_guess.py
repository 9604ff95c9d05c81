"""What a file is taken for, and why; and what is said where it cannot be used as that."""

import random

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import describe, load
from rnnbench.data.readers.guess import guess_by_content
from rnnbench.data.readers.plain_layouts import plain_layout
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings

COUNT = 60
TEXTS = [f"the film number {number} was seen" for number in range(COUNT)]
DAYS = [*pd.date_range("2021-01-01", periods=COUNT).astype(str)]
RANDOM = random.Random(0)
NUMBERS = [round(RANDOM.random() * 100, 2) for _ in range(COUNT)]


def cycled(*values):
    return [values[number % len(values)] for number in range(COUNT)]


def frames():
    """Name, columns, and the kind that the file is."""
    return [
        ("dated reviews", {"date": cycled(*DAYS[:40]), "review": TEXTS, "stars": cycled(1, 5)}, "labelled_text"),
        ("reviews by day", {"date": DAYS, "review": TEXTS, "stars": cycled(1, 2, 3, 4, 5)}, "labelled_text"),
        ("Korean reviews", {"날짜": DAYS, "리뷰": TEXTS, "별점": cycled(1, 2)}, "labelled_text"),
        ("two labels", {"text": TEXTS, "label": cycled(0, 1), "sentiment": cycled("n", "p")}, "labelled_text"),
        ("columns of 0 and 1", {"text": TEXTS, "pos": cycled(0, 1), "neg": cycled(1, 0)}, "labelled_text"),
        ("ids first", {"id": range(COUNT), "label": cycled("n", "p"), "sentence": TEXTS}, "labelled_text"),
        ("short names", {"name": [f"n{n}" for n in range(COUNT)], "gender": cycled("f", "m")}, "labelled_text"),
        ("no texts", {"text": [""] * COUNT, "label": cycled(0, 1)}, "labelled_text"),
        ("daily", {"date": DAYS, "load": NUMBERS}, "series"),
        (
            "dates of a browser",
            {
                "date": [f"Mon Mar 01 2021 {n // 60:02}:{n % 60:02}:00 GMT+0900 (KST)" for n in range(COUNT)],
                "load": NUMBERS,
            },
            "series",
        ),
        (
            "quarters in words",
            {"Quartal": [f"{n % 4 + 1}. Quartal {1950 + n // 4}" for n in range(COUNT)], "Wert": NUMBERS},
            "series",
        ),
        (
            "time of day first",
            {"at": [f"{n // 60:02}:{n % 60:02} 31.01.2021" for n in range(COUNT)], "load": NUMBERS},
            "series",
        ),
        ("an odd date", {"date": [*DAYS[:9], "n/x", *DAYS[10:]], "load": NUMBERS}, "series"),
        ("an odd date, nameless", {"when": [*DAYS[:9], "n/x", *DAYS[10:]], "load": NUMBERS}, "series"),
        ("a state", {"date": DAYS, "load": NUMBERS, "state": cycled("ok", "off")}, "series"),
        ("remarks", {"date": DAYS, "load": NUMBERS, "remark": cycled("", "", "", "was switched off")}, "series"),
        ("headlines", {"date": DAYS, "headline": TEXTS, "close": NUMBERS}, "series"),
        ("no time", {"a": NUMBERS, "b": NUMBERS[::-1]}, "series"),
        ("texts of numbers", {"text": range(1000, 1000 + COUNT), "label": cycled("n", "p")}, "labelled_text"),
        ("codes and numbers", {"content": range(COUNT), "target": NUMBERS}, "series"),
        ("one column", {"line": TEXTS}, "text"),
        ("questions", {"id": range(COUNT), "question": TEXTS}, "text"),
    ]


@pytest.mark.parametrize(("columns", "kind"), [pytest.param(*rest, id=name) for name, *rest in frames()])
def test_a_table_is_taken_for_what_its_columns_hold(tmp_path, columns, kind):
    pd.DataFrame(columns).to_csv(tmp_path / "a.csv", index=False)
    guess = guess_by_content(read_table(tmp_path / "a.csv"), DataSettings())
    assert guess.kind == kind
    assert "--task " in guess.in_words


def test_what_a_file_is_read_as_is_told_with_the_reason(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"date": DAYS, "review": TEXTS, "stars": cycled(1, 5)}).to_csv(path, index=False)
    facts = describe(DataSettings(path=str(path))).facts
    assert facts.understood[0] == (
        "read as",
        "labelled texts, because column 'review' holds sentences and 'stars' 2 different values; "
        "--task forecasting reads it as a series",
    )
    assert load(DataSettings(path=str(path)), "labelled_text").facts.understood[0] == (
        "read as",
        "labelled texts, which the task needs",
    )


def test_texts_that_are_no_sentences_are_not_called_sentences(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"text": range(1000, 1000 + COUNT), "label": cycled("n", "p")}).to_csv(path, index=False)
    assert "column 'text' holds texts by its name and 'label' 2" in describe(
        DataSettings(path=str(path))
    ).facts.understood[0][1]  # fmt: skip


def test_the_only_column_of_sentences_is_the_text_though_others_are_long(tmp_path):
    path = tmp_path / "a.csv"
    pages = [f"https://example.org/pages/{number:09}" for number in range(COUNT)]
    columns = {"page": pages, "is": cycled(0, 1), "at": DAYS, "said": TEXTS}
    pd.DataFrame(columns).to_csv(path, index=False)
    assert load(DataSettings(path=str(path)), "labelled_text").text_column == "said"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"target": ("stars",)}, "series"),
        ({"frequency": "1D", "target": ("stars",)}, "series"),
        ({"label_column": "stars"}, "labelled_text"),
    ],
)
def test_typed_options_decide_the_kind(tmp_path, settings, kind):
    path = tmp_path / "a.csv"
    pd.DataFrame({"date": DAYS, "review": TEXTS, "stars": cycled(1, 5)}).to_csv(path, index=False)
    assert describe(DataSettings(path=str(path), **settings)).facts.kind == kind


def test_options_of_two_kinds_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"text": TEXTS, "label": cycled(0, 1)}).to_csv(path, index=False)
    with pytest.raises(DataError, match="--target is for a series and --label-column for texts"):
        describe(DataSettings(path=str(path), target=("label",), label_column="label"))


def refused(path, kind=None):
    with pytest.raises(DataError) as caught:
        describe(DataSettings(path=str(path)), kind)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_refusal_says_what_the_file_was_taken_for_and_names_the_option(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"date": [*DAYS[:55], "n/x", *DAYS[56:]], "load": NUMBERS}).to_csv(path, index=False)
    message = refused(path)
    assert "'n/x'" in message
    assert "The file is read as a series, because column 'date' holds times; --task sentiment reads it as" in message
    pd.DataFrame({"text": TEXTS, "label": cycled(0, 1), "sentiment": cycled("n", "p")}).to_csv(path, index=False)
    assert "type --label-column NAME" in refused(path)
    assert "The file is read as labelled texts" in refused(path)
    (tmp_path / "a.txt").write_text("a short text\n")
    message = refused(tmp_path / "a.txt")
    assert "has 13 characters" in message
    assert "The file is read as a long text, because its lines are no table; --task sentiment" in message


def test_a_file_of_another_kind_than_the_task_needs_is_told_with_the_task_for_it(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame({"date": DAYS, "load": NUMBERS}).to_csv(path, index=False)
    assert "the file looks like a series, because column 'date' holds times: the task forecasting" in refused(
        path, "labelled_text"
    )
    pd.DataFrame({"date": cycled(*DAYS[:9]), "review": TEXTS, "stars": cycled(1, 5)}).to_csv(path, index=False)
    assert "the file looks like labelled texts" in refused(path, "series")


@pytest.mark.parametrize(
    ("lines", "is_table"),
    [
        (["text\tlabel", *(f"{text}\t{number % 2}" for number, text in enumerate(TEXTS))], True),
        (["date;load", *(f"{day};{number}" for day, number in zip(DAYS, NUMBERS, strict=True))], True),
        (["date,load", *(f"{day},{number}" for day, number in zip(DAYS, NUMBERS, strict=True))], True),
        ([f"{text};{('no', 'yes')[number % 2]}" for number, text in enumerate(TEXTS)], True),
        ([f"{number % 5},{text}" for number, text in enumerate(TEXTS)], True),
        (["text\tlabel", *(f"{number + 1}\t{text}\t{number % 2}" for number, text in enumerate(TEXTS))], True),
        (TEXTS, False),
        ([f"{text}, and so was the other" for text in TEXTS], False),
        ([f"{text},{',' * (number % 3)} end" for number, text in enumerate(TEXTS)], False),
    ],
    ids=["tabs", "semicolons", "commas", "labels", "labels first", "row names", "prose", "a comma per line", "commas"],
)
def test_a_text_file_with_regular_fields_is_a_table(tmp_path, lines, is_table):
    path = tmp_path / "a.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert (plain_layout(path) == "table") == is_table
    (tmp_path / "wide.txt").write_text("\n".join(lines), encoding="utf-16")
    assert plain_layout(tmp_path / "wide.txt") == plain_layout(path)
    assert (describe(DataSettings(path=str(path))).facts.kind != "text") == is_table


@pytest.mark.parametrize("kind", [None, "labelled_text", "text"])
@pytest.mark.parametrize("settings", [{"text_column": "Txet"}, {"label_column": "lable"}, {"time_column": "dat"}])
def test_a_column_that_the_file_lacks_is_named_whatever_the_kind(tmp_path, kind, settings):
    path = tmp_path / "a.csv"
    pd.DataFrame({"Text": TEXTS, "date": DAYS, "label": cycled(0, 1)}).to_csv(path, index=False)
    if kind == "text" and "text_column" not in settings:
        return
    with pytest.raises(DataError, match=r"(?i)no column '(txet|lable|dat)'.* Did you mean '(text|label|date)'"):
        describe(DataSettings(path=str(path), **settings), kind)

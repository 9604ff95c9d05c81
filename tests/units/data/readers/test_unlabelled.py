"""The texts of files without labels, for `predict`."""

import unicodedata

import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.unlabelled import read_texts
from rnnbench.data.settings import DataSettings


def texts_and_origin(file, settings, trained_on):
    read = read_texts(file, settings, trained_on)
    return read.texts, read.origin


@pytest.fixture
def path(tmp_path):
    """Writes a file and gives its path."""

    def write(name, *lines):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("settings", "trained_on", "texts", "origin"),
    [
        ({}, "title", ["warm", "dull"], "column 'title'"),
        ({}, "Title ", ["warm", "dull"], "column 'title'"),
        ({}, "", ["the long story", "the other story"], "column 'text'"),
        ({}, "headline", ["the long story", "the other story"], "column 'text'"),
        ({"text_column": "text"}, "title", ["the long story", "the other story"], "column 'text'"),
    ],
)
def test_the_column_of_training_is_read_where_the_file_has_it(path, settings, trained_on, texts, origin):
    file = path("new.csv", "title,text", "warm,the long story", "dull,the other story")
    read = read_texts(file, DataSettings(**settings), trained_on)
    assert (read.texts, read.origin) == (texts, origin)


def test_a_plain_text_is_read_by_lines_unless_it_is_a_table_with_the_column(path):
    lines = ("title\ttext", "warm\tstory", "dull\tstory")
    assert texts_and_origin(path("new.txt", *lines), DataSettings(), "title") == (["warm", "dull"], "column 'title'")
    assert texts_and_origin(path("new.txt", *lines), DataSettings(), "headline")[1] == "column 'text'"
    other = ("a warm\tstory", "a dull\tstory", "a long\tstory")
    assert texts_and_origin(path("new.txt", *other), DataSettings(), "headline") == ([*other], "its lines")
    warnings = read_texts(path("new.txt", *other), DataSettings(), "headline").warnings
    assert "has 2 fields and is read whole: type --text-column" in warnings[0]
    ragged = (*lines, *["dull\tstory"] * 400, "one\ttoo\tmany")
    assert texts_and_origin(path("new.txt", *ragged), DataSettings(), "title") == ([*ragged], "its lines")
    assert texts_and_origin(path("new.txt", "title", "dull"), DataSettings(), "title") == (
        ["title", "dull"],
        "its lines",
    )


@pytest.mark.parametrize("name", ["new.txt", "new.csv"])
def test_texts_in_parts_are_composed(path, name):
    lines = ("리뷰", "따뜻한 영화", "지루한 영화")
    in_parts = path(name, *(unicodedata.normalize("NFD", line) for line in lines))
    assert read_texts(in_parts, DataSettings(), "리뷰").texts[-2:] == [*lines[1:]]


def test_labels_in_the_format_of_fasttext_are_no_part_of_the_texts(path):
    texts = read_texts(path("new.txt", "__label__x warm film", "__label__y dull film"), DataSettings()).texts
    assert texts == ["warm film", "dull film"]


def test_a_typed_column_that_the_file_lacks_is_refused(path):
    with pytest.raises(DataError, match=r"no column 'titel' \(--text-column\)\. Did you mean 'title'"):
        read_texts(path("new.csv", "title,text", "a,b"), DataSettings(text_column="titel"), "title")


def test_blank_lines_at_the_end_are_no_texts_and_others_are_refused(path):
    assert read_texts(path("new.txt", "warm", "dull", "", " "), DataSettings()).texts == ["warm", "dull"]
    with pytest.raises(DataError, match="line 2: the text is empty"):
        read_texts(path("new.txt", "warm", "", "dull"), DataSettings())


def test_a_column_by_its_place_is_read_only_where_it_may_hold_the_texts(path):
    rows = [f"{number},a film number {number} of its kind" for number in range(9)]
    texts = [row.partition(",")[2] for row in rows]
    assert read_texts(path("new.csv", *rows), DataSettings(), "column_2").texts == texts
    with pytest.raises(DataError, match="seem to be in 'column_2', though the run was trained on 'column_1'"):
        read_texts(path("new.csv", *rows), DataSettings(), "column_1")
    assert read_texts(path("new.csv", *rows), DataSettings(text_column="column_1"), "column_1").texts[0] == "0"


@pytest.mark.parametrize(("header", "texts"), [(True, ["dull", "long"]), (False, ["warm", "dull", "long"])])
def test_the_user_decides_whether_there_is_a_header(path, header, texts):
    file = path("new.csv", "warm", "dull", "long")
    assert read_texts(file, DataSettings(header=header), "text").texts == texts


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("new.txt", "\nwarm\n \ndull\n\n", ["", "warm", "", "dull", ""]),
        ("new.txt", "warm\r\n\r\n", ["warm", ""]),
        ("new.txt", "warm", ["warm"]),
        ("new.csv", "id,text\n1,warm\n2,\n3,dull\n", ["warm", "", "dull"]),
        ("new.jsonl", '{"text": "warm"}\n{"text": null}\n{"text": ""}\n{"text": "dull"}\n', ["warm", "", "", "dull"]),
    ],
)
def test_empty_texts_are_kept_in_their_places_where_they_may_be(tmp_path, name, content, texts):
    (tmp_path / name).write_bytes(content.encode("utf-8"))
    assert read_texts(tmp_path / name, DataSettings(), keep_empty=True).texts == texts

"""Tables out of separated, JSONL and Parquet files, and every refusal in words."""

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.tables import read_table


@pytest.fixture
def write(tmp_path):
    def make(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found(write, separator):
    lines = "\n".join(separator.join(row) for row in [["text", "label"], ["good, really", "1"], ["나쁘다", "0"]])
    table = read_table(write("a.csv", lines.replace("good, really", '"good, really"')))
    assert table.columns == ["text", "label"]
    assert table.texts("text") == ["good, really", "나쁘다"]


def test_commas_inside_fields_do_not_beat_the_tabs_between_them(write):
    table = read_table(write("a.tsv", "id\ttext\n1\tone, two, three\n2\tfour, five\n"))
    assert table.columns == ["id", "text"]


def test_a_quotation_mark_at_the_start_of_a_tab_separated_review_is_text(write):
    table = read_table(write("a.tsv", 'text\tlabel\n"Great" film\t1\n"bad\t0\nfine\t1\n'))
    assert table.texts("text") == ['"Great" film', '"bad', "fine"]


def test_quoted_fields_of_a_tab_separated_file_are_unquoted(write):
    table = read_table(write("a.tsv", 'text\tlabel\n"a\tb"\t1\n"c ""d"""\t0\n'))
    assert table.texts("text") == ["a\tb", 'c "d"']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_read(write, encoding):
    assert read_table(write("a.csv", "글,값\n좋다,1\n", encoding)).texts("글") == ["좋다"]


def test_windows_line_ends_and_blank_lines_are_read(write):
    table = read_table(write("a.csv", "text,label\r\ngood,1\r\n\r\nbad,0\r\n"))
    assert table.texts("text") == ["good", "bad"]
    assert table.place(1) == "line 4"


def test_json_lines_keep_their_types_and_line_numbers(write):
    table = read_table(write("a.jsonl", '{"y": 1.5, "t": "a"}\n\n{"y": null, "t": "b"}\n'))
    assert table.texts("t") == ["a", "b"]
    assert table.place(1) == "line 3"
    assert str(table.numbers("y", "--target").values.tolist()) == "[1.5, nan]"


def test_parquet_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": ["좋다", None], "label": [1, 0]}).to_parquet(path)
    table = read_table(path)
    assert table.texts("text") == ["좋다", ""]
    assert table.texts("label") == ["1", "0"]
    assert table.place(1) == "row 2"


def test_a_cell_that_is_no_number_is_named_with_its_line(write):
    table = read_table(write("a.csv", 'note,y\n"two\nlines",1\nb,2\nc,high\nd,low\n'))
    with pytest.raises(
        DataError, match=r"a.csv, line 5: 'high' in column 'y' \(--target\) is not a number \(nor are 1"
    ):
        table.numbers("y", "--target")


def test_missing_cells_truths_and_decimal_commas_are_numbers(write):
    table = read_table(write("a.csv", "n;y;z\na;1,5;yes\nb;NA;no\nc;;True\n"))
    assert str(table.numbers("y", "--target").values.tolist()) == "[1.5, nan, nan]"
    assert table.numbers("z", "--covariates").values.tolist() == [1.0, 0.0, 1.0]


def test_an_infinite_value_is_not_a_number(write):
    with pytest.raises(DataError, match="line 3: 'inf'"):
        read_table(write("a.csv", "x,y\n1,2\n2,inf\n")).numbers("y", "--target")


def test_a_missing_column_is_named_with_the_nearest(write):
    table = read_table(write("a.csv", "review,stars\na,1\n"))
    with pytest.raises(
        DataError, match=r"no column 'reveiw' \(--text-column\). Did you mean 'review'\? Its columns: rev"
    ):
        table.check_column("reveiw", "--text-column")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"  \n\n", "a.csv is empty"),
        ("a.csv", b"text,label\n", "has a header but no rows"),
        ("a.csv", b"text,label\nna\xefve,1\n", "not UTF-8: the byte at offset 13"),
        ("a.csv", b"\xef\xbb\xbftext,label\nna\xefve,1\n", "the byte at offset 16"),
        ("a.csv", "글,값\n좋다,1\n".encode("cp949"), "iconv -f cp949"),
        ("a.csv", b"text,label\na\0b,1\n", "zero bytes"),
        ("a.csv", b"text,text\na,1\n", "more than one column named 'text'"),
        ("a.csv", b"text,label\na,1\nb,1,2\n", "line 3 has 3 fields, the header has 2"),
        ("a.csv", b"text,label\na,1,2\nb,1,2\n", "line 2 has 3 fields"),
        (
            "a.csv",
            b"112,118\n113,119\n",
            "the first line must be a header with the name of every column, not '112', '118'",
        ),
        ("a.jsonl", b'{"text": "a"}\n{"text"\n', "line 2 is not JSON"),
        ("a.jsonl", b'{"text": "a"}\n[1]\n', "line 2 must be a JSON object"),
        ("a.parquet", b"PAR0 no", "not a readable Parquet file"),
        ("a.xlsx", b"x", "'.xlsx' cannot be read, only .csv"),
        ("a.csv.gz", b"x", "Unpack it first"),
        ("a", b"x", "'nothing' cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(write, name, content, message):
    with pytest.raises(DataError) as caught:
        read_table(write(name, content))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told_with_the_near_one(write, tmp_path):
    write("reviews.csv", "a,b\n1,2\n")
    with pytest.raises(DataError, match=r"there is no file .*review.csv. Did you mean 'reviews.csv'\?"):
        read_table(tmp_path / "review.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)

"""Tables out of separated, JSONL and Parquet files, and every refusal in words."""

import json
import unicodedata

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
        ("a.csv", b"\xef\xbb\xbftext,label\nna\xefve,1\n", "the byte at offset 16"),
        ("a.csv", b"text,label\na\0b,1\n", "zero bytes"),
        ("a.csv", b"text,text\na,1\n", "more than one column named 'text'"),
        ("a.csv", b"text,label\na,1\nb,1,2\n", "line 3 has 3 fields, the header has 2"),
        ("a.csv", b"text,label\na,1,2\nb,1,2\n", "the rows have 3 fields, the header has 2"),
        ("a.csv", b"text,label\na,1\nb\nc,0\n", "line 3 has 1 field, the header has 2"),
        ("a.csv", b"text,,label\na,x,1\n", "column 2 of 3 has no name"),
        ("a.csv", b"PK\x03\x04rest", "a ZIP archive or an Excel workbook"),
        ("a.csv", b"<!DOCTYPE html>\n<html></html>\n", "is a web page or XML"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("a.json", b'{"a": 1, "b": [1, 2]', "line 1 is not JSON"),
        ("a.json", b"[1, 2]", "must be a list of JSON objects"),
        ("a.json", b"[" * 100_000, "is not JSON that can be read"),
        ("a.jsonl", b'{"meta": [{"a": 1}]}\n{"meta": [{"a": 2}]}\n', "no columns of texts or numbers"),
        ("a.jsonl", b'{"text": "a"}\n{"text"\n', "line 2 is not JSON"),
        ("a.jsonl", b'{"text": "a"}\n[1]\n', "line 2 must be a JSON object"),
        ("a.parquet", b"PAR0 no", "not a readable Parquet file"),
        ("a.xlsx", b"x", "'.xlsx' cannot be read, only .csv"),
        ("a.csv.gz", b"x", "not a complete .gz archive"),
        ("a.zip", b"x", "Unpack it first"),
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


def test_packed_files_are_read(tmp_path):
    frame = pd.DataFrame({"text": ["좋다", "나쁘다"], "label": [1, 0]})
    for name in ("a.csv.gz", "b.csv.bz2", "c.tsv.xz"):
        frame.to_csv(tmp_path / name, index=False, sep="\t" if "tsv" in name else ",")
        assert read_table(tmp_path / name).texts("text") == ["좋다", "나쁘다"]
    frame.to_json(tmp_path / "d.jsonl.gz", orient="records", lines=True)
    assert read_table(tmp_path / "d.jsonl.gz").texts("text") == ["좋다", "나쁘다"]


@pytest.mark.parametrize("orient", ["records", "columns", "list", "lines", "pretty", "index", "split", "table"])
def test_json_files_are_read_as_pandas_writes_them(tmp_path, orient):
    frame = pd.DataFrame({"text": ["좋다", "나쁘다", "그저"], "label": [1, 0, 1]})
    path = tmp_path / "a.json"
    if orient == "lines":
        frame.to_json(path, orient="records", lines=True)
    elif orient == "pretty":
        frame.to_json(path, orient="records", indent=2)
    elif orient == "list":
        path.write_text(json.dumps(frame.to_dict("list")))
    else:
        frame.to_json(path, orient=orient)
    table = read_table(path)
    assert [name for name in table.columns if name != "index"] == ["text", "label"]
    assert table.texts("text") == ["좋다", "나쁘다", "그저"]
    assert table.texts("label") == ["1", "0", "1"]


def test_lists_of_words_are_texts_and_other_nested_columns_are_left_out_by_name(write, tmp_path):
    rows = [{"tokens": ["good", "film"], "meta": [{"a": 1}], "y": 1}, {"tokens": ["bad"], "meta": [{"a": 2}], "y": 0}]
    table = read_table(write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows)))
    assert table.texts("tokens") == ["good film", "bad"]
    assert table.columns == ["tokens", "y"]
    assert "nested values are left out: column 'meta'" in [sentence for _, sentence in table.understood]
    with pytest.raises(DataError, match=r"'meta' .* holds nested values and is left out"):
        table.check_column("meta", "--text-column")
    pd.DataFrame(rows).drop(columns="meta").to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").texts("tokens") == ["good film", "bad"]


def test_objects_inside_objects_are_columns_of_their_own(write):
    rows = [{"review": {"text": f"film {number}", "of": {"user": number}}, "label": number % 2} for number in range(4)]
    rows.append({"review": None, "label": 1})
    table = read_table(write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows)))
    assert table.columns == ["review.text", "review.of.user", "label"]
    assert table.texts("review.text") == ["film 0", "film 1", "film 2", "film 3", ""]
    assert table.texts("review.of.user") == ["0", "1", "2", "3", ""]
    named = [{"text": "a film", "votes": {f"user {number}": 1}} for number in range(100)]
    assert read_table(write("b.jsonl", "".join(json.dumps(row) + "\n" for row in named))).columns == ["text"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"train": [{"text": "a"}], "test": [{"text": "b"}]}', r"several tables \('train', 'test'\): write each"),
        ('["a", "b"]\n["c", "d"]\n', "line 1 must be a JSON object"),
    ],
)
def test_json_of_other_structures_is_refused_with_the_reason(write, text, message):
    with pytest.raises(DataError, match=message):
        read_table(write("a.json", text))


def test_json_lines_may_end_with_commas_and_one_object_may_hold_the_list(write):
    assert read_table(write("a.jsonl", '{"y": 1},\n{"y": 2},\n{"y": 3}\n')).texts("y") == ["1", "2", "3"]
    assert read_table(write("b.json", '{"data": [{"y": 1}, {"y": 2}], "n": 2}')).texts("y") == ["1", "2"]


def test_half_characters_are_replaced_and_told(write):
    table = read_table(write("a.jsonl", '{"y": "x \\ud83d"}\n{"y": "\\ude00 z"}\n{"y": "\\ud83d\\ude00"}\n'))
    assert table.texts("y") == ["x \ufffd", "\ufffd z", "\U0001f600"]
    assert any("2 halves of characters" in sentence for _, sentence in table.understood)


def test_bytes_in_parquet_are_texts_where_they_are_utf8(tmp_path):
    frame = pd.DataFrame({"text": ["좋다".encode(), None], "image": [b"\xff\xfe\x00", b"\x89"], "y": [1, 2]})
    frame.to_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert table.columns == ["text", "y"]
    assert table.texts("text") == ["좋다", ""]


def test_whole_numbers_beside_missing_ones_stay_whole(write):
    table = read_table(write("a.jsonl", '{"y": 5, "ok": true}\n{"y": null, "ok": null}\n{"y": 3, "ok": false}\n'))
    assert table.texts("y") == ["5", "", "3"]
    assert str(table.numbers("ok", "--target").values.tolist()) == "[1.0, nan, 0.0]"


def _indexed(kind):
    values = {"y": [1.5, 2.5, 3.5, 4.5]}
    times = pd.date_range("2021-01-01", periods=4)
    indexes = {
        "times": pd.DatetimeIndex(times.to_numpy()),
        "named times": pd.DatetimeIndex(times.to_numpy(), name="ds"),
        "row numbers": pd.RangeIndex(4),
        "numbers of chosen rows": pd.Index([7, 2, 9, 4]),
        "texts": pd.Index(["a", "b", "c", "d"]),
        "levels": pd.MultiIndex.from_arrays([["A", "A", "B", "B"], times[[0, 1, 0, 1]]]),
        "named levels": pd.MultiIndex.from_arrays([["A", "A", "B", "B"], times[[0, 1, 0, 1]]], names=["id", "ds"]),
    }
    return pd.DataFrame(values, index=indexes[kind])


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("times", ["index", "y"]),
        ("named times", ["ds", "y"]),
        ("row numbers", ["y"]),
        ("numbers of chosen rows", ["y"]),
        ("texts", ["index", "y"]),
        ("levels", ["level_0", "level_1", "y"]),
        ("named levels", ["id", "ds", "y"]),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_index_of_pandas_is_kept_where_it_says_something(tmp_path, kind, columns, suffix):
    path = tmp_path / f"a{suffix}"
    frame = _indexed(kind)
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_csv(path)
    table = read_table(path)
    assert table.columns == columns
    assert table.numbers("y", "--target").values.tolist() == [1.5, 2.5, 3.5, 4.5]


def test_names_and_texts_are_in_form_nfc(write):
    apart = unicodedata.normalize("NFD", "리뷰,감정\n좋은 영화,긍정\n나쁜 영화,부정\n")
    table = read_table(write("a.csv", apart))
    assert table.columns == ["리뷰", "감정"]
    assert table.texts("리뷰") == ["좋은 영화", "나쁜 영화"]
    assert table.check_column(unicodedata.normalize("NFD", "리뷰"), "--text-column") == "리뷰"
    rows = [{unicodedata.normalize("NFD", "리뷰"): unicodedata.normalize("NFD", "좋은")}] * 2
    table = read_table(write("a.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)))
    assert table.texts("리뷰") == ["좋은", "좋은"]


@pytest.mark.parametrize("orient", ["index", "split", "columns", "table"])
@pytest.mark.parametrize("keys", ["times", "ids", "numbers"])
def test_the_keys_of_rows_in_json_are_a_column_unless_they_are_numbers(tmp_path, orient, keys):
    days = [*pd.date_range("2021-01-01", periods=60).strftime("%Y-%m-%d")]
    names = {"times": days, "ids": [f"id{number}" for number in range(60)], "numbers": [*range(60)]}[keys]
    frame = pd.DataFrame({"load": [number * 1.5 for number in range(60)], "note": "x"}, index=names)
    frame.to_json(tmp_path / "a.json", orient=orient)
    table = read_table(tmp_path / "a.json")
    if keys == "numbers" and orient == "table":  # pandas names them there
        assert table.texts("index") == [*map(str, range(60))]
    else:
        assert table.columns == (["load", "note"] if keys == "numbers" else ["index", "load", "note"])
    if keys != "numbers":
        assert table.texts("index") == names
    assert [float(cell) for cell in table.texts("load")] == [number * 1.5 for number in range(60)]


def test_a_parquet_file_with_an_index_alone_is_no_traceback(tmp_path):
    empty = pd.DataFrame(index=pd.DatetimeIndex([], name="when"))
    empty.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no rows"):
        read_table(tmp_path / "a.parquet")
    filled = pd.DataFrame(index=pd.date_range("2021-01-01", periods=3, name="when"))
    filled.to_parquet(tmp_path / "b.parquet")
    assert len(read_table(tmp_path / "b.parquet")) == 3

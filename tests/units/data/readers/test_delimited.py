"""Delimited files in every dialect, with and without a header; unclosed quotation marks; what is left out, and said."""

import random

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.readers.tables import read_table

DAYS = [f"2021-02-{day:02}" for day in range(1, 29)]
VALUES = [f"{100 + 7 * day % 13}.{day:02}" for day in range(28)]
ROWS = "".join(f"{day},{value}\n" for day, value in zip(DAYS, VALUES, strict=True))
WORDS = ["warm", "dull", "film", "plot", "story", "scene", "music", "actor", "city", "hero"]


def reviews(count=60):
    """(text, label) pairs; the texts have 5 to 8 words."""
    drawn = random.Random(3)
    return [(" ".join(drawn.choices(WORDS, k=drawn.randint(5, 8))) + f" {row}", str(row % 2)) for row in range(count)]


@pytest.fixture
def read(tmp_path):
    def make(content, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path)

    return make


def sentences(table):
    return "\n".join(sentence for _, sentence in table.understood)


def is_series(table, names=("date", "value")):
    return table.columns == [*names] and table.texts(names[0]) == DAYS and table.texts(names[1]) == VALUES


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\r\r\n", "\n\n", "\n\r\n"])
def test_every_line_end_is_read(read, newline):
    assert is_series(read(("date,value\n" + ROWS).replace("\n", newline).encode()))


@pytest.mark.parametrize(
    ("above", "line", "words"),
    [
        ("\n  \n", 3, ""),
        ("# station 5\n# unit MW\n", 3, "2 comment lines that begin with #"),
        ("Demand of the year\n\n", 3, "2 lines above the header"),
        ("Demand of the year\nsource: grid, unit: MW\nby hand\n", 4, "3 lines above the header"),
        ("Demand,\n,\n", 3, "2 lines above the header"),
    ],
)
def test_what_stands_above_the_header_is_left_out_and_said(read, above, line, words):
    table = read(f"{above}date,value\n{ROWS}")
    assert is_series(table)
    assert f"header in line {line}" in sentences(table)
    assert words in sentences(table)
    assert table.place(0) == f"line {line + 1}"


def test_the_separator_line_of_excel_is_obeyed(read):
    table = read("sep=;\n" + ("date;value\n" + ROWS.replace(",", ";")))
    assert is_series(table)
    assert table.separator == ";"
    assert read("sep=:\na:b\n1:2\n").columns == ["a", "b"]


@pytest.mark.parametrize("mark", ["#", "# "])
def test_a_header_written_as_a_comment_names_the_columns(read, mark):
    assert is_series(read(f"# by the logger\n{mark}date,value\n{ROWS}"))


def test_units_below_the_header_are_left_out_and_said(read):
    table = read("date,value\n,MW\n" + ROWS)
    assert is_series(table)
    assert "1 further line of the header (MW) left out" in sentences(table)
    assert table.place(0) == "line 3"
    with pytest.raises(DataError, match="more than one line may be the header"):
        read("Report, 2021\ndate,value\n" + ROWS)


@pytest.mark.parametrize(
    "content",
    [
        "date value\n" + ROWS.replace(",", " "),
        "      date   value\n" + "".join(f"{day}  {value:>8}\n" for day, value in zip(DAYS, VALUES, strict=True)),
        '"date" "value"\n'
        + "".join(f'"{n}" "{d}" {v}\n' for n, (d, v) in enumerate(zip(DAYS, VALUES, strict=True), 1)),
        "date,value\n" + "".join(f"{n},{d},{v}\n" for n, (d, v) in enumerate(zip(DAYS, VALUES, strict=True), 1)),
    ],
)
def test_tables_of_r_and_of_fixed_width_are_read(read, content):
    assert is_series(read(content, "a.txt"))


def test_a_date_and_a_time_between_blanks_are_one_field(read):
    table = read("time value\n" + "".join(f"{day} 00:00:00  5.5\n" for day in DAYS), "a.txt")
    assert table.columns == ["time", "value"]
    assert table.texts("time")[0] == "2021-02-01 00:00:00"


def test_lines_in_marks_as_a_whole_are_unpacked(read):
    table = read("".join(f'"{line}"\n' for line in ("date,value\n" + ROWS).splitlines()))
    assert is_series(table)
    assert "the quotation marks around each whole line left out" in sentences(table)


@pytest.mark.parametrize("separator", [",", "\t"])
def test_texts_that_begin_with_a_number_sign_are_rows(read, separator):
    lines = ["#one of the things that matter" + separator + "1", "#two of them matter even more" + separator + "0"]
    table = read("".join(f"{line}\n" for line in lines) + "".join(f"{a}{separator}{b}\n" for a, b in reviews()))
    assert len(table) == 62
    assert table.texts("column_1")[0] == "#one of the things that matter"


def test_marks_far_below_between_tabs_enclose_fields(tmp_path):
    texts = [text for text, _ in reviews()] * 20
    texts[900], texts[1000] = "two\nlines", 'he said "so"'
    frame = pd.DataFrame({"text": texts, "label": [row % 2 for row in range(len(texts))]})
    frame.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    assert read_table(tmp_path / "a.tsv").texts("text") == texts


def test_joined_files_with_marks_of_encodings_are_one_table(read):
    part = ("date,value\n" + ROWS).encode("utf-8-sig")
    table = read(part + part)
    assert table.texts("date") == DAYS * 2


def test_texts_of_equal_length_are_no_columns(read):
    table = read("text\nthe film was good, truly\nthe plot was dull, sadly\nthe cast was fine, really\n")
    assert table.texts("text")[1] == "the plot was dull, sadly"


def test_a_decimal_comma_between_commas_is_refused_and_not_taken_for_a_column(read):
    with pytest.raises(DataError, match="rows have 3 fields, the header has 2"):
        read("date,value\n" + ROWS.replace(".", ","))
    with pytest.raises(DataError, match="rows have 3 fields, the header has 2"):
        read("number,value\n1,1,5\n2,2,5\n3,4,5\n")
    assert read("value\n1,5\n2,5\n3,7\n").texts("value") == ["1,5", "2,5", "3,7"]


@pytest.mark.parametrize(
    "make",
    [
        lambda text, label: f"'{text}, indeed','{label}'",
        lambda text, label: f'"{text}, indeed", "{label}"',
        lambda text, label: f'"{text}, indeed"  ,{label}'.replace("  ,", ","),
    ],
)
def test_quotation_marks_of_every_kind_enclose_fields(read, make):
    header = make("text", "label").replace(", indeed", "")
    table = read(header + "\n" + "".join(make(*review) + "\n" for review in reviews()))
    assert table.texts("text") == [f"{text}, indeed" for text, _ in reviews()]
    assert table.texts("label") == [label for _, label in reviews()]


def test_marks_after_a_backslash_belong_to_the_text(read):
    table = read("text,label\n" + "".join(f'"so \\"{text}\\", he said",{label}\n' for text, label in reviews()))
    assert table.texts("text")[0] == f'so "{reviews()[0][0]}", he said'


def test_a_backslash_before_a_closing_mark_belongs_to_a_folder(read):
    table = read("folder,value\n" + "".join(f'"C:\\data\\{row}\\",{row}\n' for row in range(9)))
    assert table.texts("folder")[3] == "C:\\data\\3\\"


def test_fields_of_any_length_are_read(read):
    table = read("text,label\n" + "".join(f'"{"word, " * 40_000}{row}",{row % 2}\n' for row in range(4)))
    assert [len(text) for text in table.texts("text")] == [240_001] * 4


# --- header


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        "".join(f"{text},{label}\n" for text, label in reviews()),
        "".join(f"{label}\t{text}\n" for text, label in reviews()),
        "".join(f"{text},{'good' if label == '1' else 'bad'}\n" for text, label in reviews()),
        "".join(f"{short},{label}\n" for short, label in [("fine", "good"), ("so", "bad"), ("nice", "good")] * 4),
        "nice film,1\n" + "".join(f"{text},{label}\n" for text, label in reviews()),
        "nice film,good\nso so,bad\n"
        + "".join(f"{text},{'good' if label == '1' else 'bad'}\n" for text, label in reviews()),
        ROWS.replace(VALUES[0], "missing", 1),
        ROWS.replace(VALUES[0], "", 1),
        ROWS.replace(",", ";").replace(".", ","),
        "".join(f"A,{day},{value}\n" for day, value in zip(DAYS, VALUES, strict=True)),
        "".join(f"{value}\n" for value in VALUES),
        "".join(f"{text}\n" for text, _ in reviews()),
        "112,118\n113,119\n115,117\n",
        "1,5;2,5\n1,7;2,4\n1,2;2,9\n",
        "Jan-21;5\nFeb-21;6\nMar-21;7\n",
        "이 영화는 정말 재미있고 감동적이다,1\n저 영화는 너무 길고 지루하기만 했다,0\n연기가 참 좋았던 영화다,1\n",
        "这部电影真的非常好看我很喜欢它,1\n那部电影实在太差了我很不喜欢它,0\n",
    ],
)
def test_a_first_line_like_the_others_is_a_row(read, content):
    table = read(content)
    assert len(table) == content.count("\n")
    assert table.columns == [f"column_{place + 1}" for place in range(len(table.columns))]
    assert "no header" in sentences(table)
    assert table.place(0) == "line 1"


@pytest.mark.parametrize(
    "content",
    [
        "id,2001,2002,2003\n" + "".join(f"A{row},{row}.5,{row}.7,{row}.9\n" for row in range(9)),
        "2019,2020\n" + "".join(f"{row}.5,{row}.7\n" for row in range(9)),
        "0,1,2\n" + "".join(f"{row}.5,{row}.7,{row}\n" for row in range(9)),
        "108,112,119\n" + "".join(f"{row}.5,{row}.7,{row}.9\n" for row in range(9)),
        "Everything the customer wrote to us,How the customer felt about that\n"
        + "".join(f"{text},{'good' if label == '1' else 'bad'}\n" for text, label in reviews()),
        "name,comment\nAnna,fine\nBert,so so\n",
        "unit,2021-01-01,2021-01-02\n" + "".join(f"{row},{row}.5,{row}.7\n" for row in range(9)),
        "What did you like about it?,What did you not like about it?\n"
        "I liked all of it very much,there was nothing bad in it at all\n",
        "text,label\n" + "".join(f"{text},{'good' if label == '1' else 'bad'}\n" for text, label in reviews()),
        "date,value\n" + ROWS.replace(VALUES[0], "NA"),
    ],
)
def test_names_above_other_cells_are_a_header(read, content):
    table = read(content)
    assert table.columns == content.partition("\n")[0].split(",")
    assert len(table) == content.count("\n") - 1


def test_names_lose_blanks_marks_and_invisible_characters(read):
    table = read("\ufeffdate\u00a0 , \u200bvalue\n" + ROWS)
    assert is_series(table)


# --- columns without a name


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
@pytest.mark.parametrize(
    "numbers", [range(28), range(1, 29), random.Random(1).sample(range(500), 28)], ids=["from 0", "from 1", "drawn"]
)
def test_row_numbers_without_a_name_are_left_out_and_said(read, first, numbers):
    rows = zip(numbers, DAYS, VALUES, strict=True)
    table = read(f"{first},date,value\n" + "".join(f"{number},{day},{value}\n" for number, day, value in rows))
    assert is_series(table)
    assert "column 1 has no name and holds row numbers: it is left out" in sentences(table)


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
@pytest.mark.parametrize(
    "cells", [DAYS, [str(year) for year in range(1960, 1988)], [str(1_600_000_000 + 60 * row) for row in range(28)]]
)
def test_times_without_a_name_are_kept_as_index(read, first, cells):
    table = read(f"{first},value\n" + "".join(f"{cell},{value}\n" for cell, value in zip(cells, VALUES, strict=True)))
    assert table.columns == ["index", "value"]
    assert table.texts("index") == cells


@pytest.mark.parametrize("header", ["date,value,", "date,value,,,", "date,value"])
def test_trailing_separators_are_left_out_and_said(read, header):
    tail = "," * max(1, header.count(",") - 1)
    table = read(f"{header}\n" + ROWS.replace("\n", f"{tail}\n"))
    assert is_series(table)
    assert "has no name and is empty: it is left out" in sentences(table)


# --- rows


def test_rows_of_separators_and_repeated_headers_are_left_out_and_said(read):
    table = read(f"date,value\n{ROWS[:180]}date,value\n{ROWS[180:]},\n,\n , \n")
    assert is_series(table)
    assert "3 rows without any cell left out (the first is line 31)" in sentences(table)
    assert "1 row equal to the header left out (line 12)" in sentences(table)
    assert (table.place(9), table.place(10), table.place(27)) == ("line 11", "line 13", "line 30")


@pytest.mark.parametrize("word", ["Total", "합계", "Summe:"])
def test_a_sum_in_the_last_line_is_told(read, word):
    table = read(f"date,value\n{ROWS}{word},3000\n")
    assert [warning for warning in table.warnings if "line 30 begins with" in warning]


@pytest.mark.parametrize("line", ["2021-03-01", "Source: the grid", "2021-03-01,1,2"])
def test_a_line_with_another_number_of_fields_is_refused_by_its_number(read, line):
    with pytest.raises(DataError, match=r"line 30 has \d field"):
        read(f"date,value\n{ROWS}{line}\n")


@pytest.mark.parametrize(("header", "names"), [(True, ["1", "a film"]), (False, ["column_1", "column_2"])])
def test_the_user_decides_whether_there_is_a_header(tmp_path, header, names):
    path = tmp_path / "a.csv"
    path.write_text("1,a film\n" + "".join(f"{number % 2},a film {number}\n" for number in range(20)))
    table = read_table(path, header=header)
    assert table.columns == names
    assert len(table) == 20 + (not header)
    assert ("(--no-header)" in sentences(table)) == (not header)


def test_a_header_without_a_sure_sign_and_none_are_told_with_the_option_that_decides(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("city,nick\n" + "".join(f"town{number},who{number}\n" for number in range(20)))
    assert "(--no-header reads it as data)" in sentences(read_table(path))
    path.write_text("a,1\n" + "".join(f"town{number},{number}\n" for number in range(20)))
    assert "(--header reads it as one)" in sentences(read_table(path))
    path.write_text("city,count\n" + "".join(f"town{number},{number}\n" for number in range(20)))
    assert "--no-header" not in sentences(read_table(path))


def test_columns_without_a_name_at_the_end_are_left_out_where_few_of_their_cells_are_filled(read):
    rows = [f"{label},{text},{'and more' if row == 7 else ''}," for row, (text, label) in enumerate(reviews())]
    table = read("v1,v2,,\n" + "\n".join(rows) + "\n")
    assert table.columns == ["v1", "v2"]
    assert "column 3 has no name and is empty but for 1 of 60 cells: it is left out" in sentences(table)
    with pytest.raises(DataError, match="column 3 of 3 has no name"):
        read("v1,v2,\n" + "".join(f"{label},{text},more\n" for text, label in reviews()))


# --- quotation marks that are not closed


def with_marks(lines, rows):
    return [f'"{line}' if row in rows else line for row, line in enumerate(lines)]


@pytest.mark.parametrize("separator", [";", "|"])
def test_marks_in_the_middle_column_hold_no_rows(read, separator):
    texts = with_marks([text for text, _ in reviews()], {7, 31, 32})
    rows = zip(range(60), texts, [label for _, label in reviews()], strict=True)
    table = read(f"id{separator}text{separator}label\n" + "".join(separator.join(map(str, row)) + "\n" for row in rows))
    assert table.texts("text") == texts


@pytest.mark.parametrize("rows", [{10}, {10, 11}, {10, 30}, {5, 15, 25}, {*range(0, 60, 6)}, {59}])
@pytest.mark.parametrize("text_first", [True, False])
def test_marks_at_the_start_of_texts_hold_no_rows(read, rows, text_first):
    texts = with_marks([text for text, _ in reviews()], rows)
    pairs = [(text, label) if text_first else (label, text) for text, (_, label) in zip(texts, reviews(), strict=True)]
    table = read(("text,label\n" if text_first else "label,text\n") + "".join(f"{a},{b}\n" for a, b in pairs))
    assert table.texts("text") == texts
    assert table.texts("label") == [label for _, label in reviews()]
    assert "quotation marks are read as text, because" in sentences(table)


def test_an_opening_and_a_later_closing_mark_hold_no_rows(read):
    texts = [text for text, _ in reviews()]
    texts[10], texts[20] = f'"{texts[10]}', f'{texts[20]}"'
    table = read("text,label\n" + "".join(f"{text},{row % 2}\n" for row, text in enumerate(texts)))
    assert table.texts("text") == texts


def test_two_rows_in_one_pair_of_marks_may_be_a_text_of_two_lines_and_are_warned_of(read):
    texts = [text for text, _ in reviews()]
    rows = [f"{text},{label}" for text, (_, label) in zip(texts, reviews(), strict=True)]
    rows[10], rows[11] = f'"{rows[10]}', f'{texts[11]}",1'
    table = read("text,label\n" + "\n".join(rows) + "\n")
    assert any("the quotation marks in lines 12 and 13 enclose" in warning for warning in table.warnings)
    whole = [f'"{text}\nand a second line",{label}' for text, label in reviews()]
    assert not read("text,label\n" + "\n".join(whole) + "\n").warnings


def test_marks_around_the_end_of_one_row_and_the_start_of_the_next_hold_no_row(read):
    rows = [f"{row},{text},{label}" for row, (text, label) in enumerate(reviews())]
    rows[5] = rows[5].replace(",", ',"', 1)
    rows[6] = rows[6][:-2] + '"' + rows[6][-2:]
    table = read("id,text,label\n" + "\n".join(rows) + "\n")
    assert table.texts("id") == [str(row) for row in range(60)]
    assert table.texts("text")[5:7] == [f'"{reviews()[5][0]}', f'{reviews()[6][0]}"']


def test_one_mark_too_few_in_a_file_of_enclosed_fields_is_repaired(read):
    lines = [f'"{text}","{label}"' for text, label in reviews()]
    lines[10] = lines[10].replace('","', ',"')
    table = read('"text","label"\n' + "\n".join(lines) + "\n")
    assert len(table) == 60
    assert table.texts("text")[11] == reviews()[11][0]
    assert table.texts("label") == [label for _, label in reviews()]


@pytest.mark.parametrize("enclosed", [15, 40])
def test_unclosed_marks_beside_enclosed_separators_are_refused_with_both_lines(read, enclosed):
    lines = [f"{text},{label}" for text, label in reviews()]
    lines = with_marks(lines, {10, 30})
    lines[enclosed] = '"warm, but dull",1'
    with pytest.raises(DataError, match=r"line 12 is (closed only in line 32|not closed)"):
        read("text,label\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    "review",
    [
        "{text}\nsecond line",
        "{text}\n\nsecond line, with a comma\nthird",
        "I rate it, 1\n{text}",
        "{text}\nplot, 1\nmusic, 0\ncast, 1\nall in all fine",
        "{text},\nbut also,\nand so on",
        'he said ""{text}""\nand, then left',
        "Dear all,\n{text}, yes, no, well,\n\nyours",
    ],
)
@pytest.mark.parametrize("text_first", [True, False])
def test_reviews_of_several_lines_stay_whole(read, review, text_first):
    texts = [review.format(text=text) for text, _ in reviews()]
    pairs = [(f'"{text}"', label) for text, (_, label) in zip(texts, reviews(), strict=True)]
    pairs = pairs if text_first else [(label, text) for text, label in pairs]
    table = read(("text,label\n" if text_first else "label,text\n") + "".join(f"{a},{b}\n" for a, b in pairs))
    assert table.texts("text") == [text.replace('""', '"') for text in texts]
    assert table.texts("label") == [label for _, label in reviews()]


def test_reviews_of_several_lines_without_other_kinds_of_columns_stay_whole(read):
    texts = [f"{text}\nand more, {text}" for text, _ in reviews()]
    table = read("source,target\n" + "".join(f'"{text}","{text[::-1]}"\n' for text in texts))
    assert table.texts("source") == texts


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_what_pandas_writes_is_read_back(tmp_path, separator, encoding):
    texts = ["plain", 'with "marks"', f"with {separator} one", "two\nlines", "끝, and; all\t|", " '"]
    frame = pd.DataFrame({"text": texts * 5, "label": ["a", "b", "c"] * 10})
    frame.to_csv(tmp_path / "a.csv", sep=separator, encoding=encoding, index=False)
    table = read_table(tmp_path / "a.csv")
    assert table.texts("text") == [text.strip() for text in frame["text"]]
    assert table.texts("label") == frame["label"].tolist()

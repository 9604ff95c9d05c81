"""Columns of numbers in every dialect read back to the same numbers, or are refused with what to type."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.numbers import as_numbers, read_numbers, typed_as_missing
from rnnbench.data.settings import DataSettings

GROUPS_OF_POINT = ["", ",", "'", "\u2019", " ", "\u00a0", "\u202f"]
GROUPS_OF_COMMA = ["", ".", "'", "\u2019", " ", "\u00a0", "\u202f"]


def column(*cells: object) -> pd.Series:
    return pd.Series([*cells], name="y", dtype=object)


def values(*cells: object, separator: str = ",", **settings: object) -> list[float]:
    read = read_numbers(column(*cells), separator=separator, settings=DataSettings(**settings))
    assert not read.problem
    assert not read.bad.any()
    return read.values.tolist()


def table_of(tmp_path, separator: str = ",", **columns: list[str]) -> Table:
    return Table(tmp_path / "a.csv", pd.DataFrame(columns), separator)


def written(cents: int, group: str, mark: str) -> str:
    """A number of hundredths in a dialect, written digit by digit."""
    digits = str(abs(cents) // 100)
    groups = [digits[max(0, end - 3) : end] for end in range(len(digits), 0, -3)][::-1]
    return ("-" if cents < 0 else "") + group.join(groups) + f"{mark}{abs(cents) % 100:02d}"


@given(
    cents=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30),
    dialect=st.sampled_from([(group, ".") for group in GROUPS_OF_POINT] + [(group, ",") for group in GROUPS_OF_COMMA]),
    separator=st.sampled_from([",", ";", "\t", "|", ""]),
)
def test_numbers_written_in_any_dialect_are_read_back(cents, dialect, separator):
    cells = [written(number, *dialect) for number in cents]
    assert values(*cells, separator=separator) == pytest.approx([number / 100 for number in cents], rel=1e-15)


@given(
    numbers=st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=30),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_numbers_as_python_writes_them_are_read_without_loss(numbers, separator):
    assert values(*map(repr, numbers), separator=separator, decimal="point") == numbers


@given(st.lists(st.integers(1, 999_999), min_size=6, max_size=40, unique=True), st.sampled_from([".", ","]))
def test_whole_numbers_with_thousands_are_read_or_asked_about_but_never_misread(numbers, group):
    """In a file separated by semicolons, either mark may stand between thousands."""
    cells = [f"{number:,}".replace(",", group) for number in numbers]
    read = read_numbers(column(*cells), separator=";")
    sizes = [number for number in numbers if number < 1000]
    if not read.problem and sizes and max(numbers) >= 1000 and min(n for n in numbers if n >= 1000) <= 10 * max(sizes):
        assert read.values.tolist() == numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.094", "865", "1.186", "902"], [1094, 865, 1186, 902]),
        (["1.094,50", "865"], [1094.5, 865]),
        (["1,094.50", "865"], [1094.5, 865]),
        (["1.234.567", "1.312"], [1_234_567, 1312]),
        (["1,234,567", "1,312"], [1_234_567, 1312]),
        (["12,34,567", "1,312"], [1_234_567, 1312]),
        (["1 234,5", "1 234 567,25"], [1234.5, 1_234_567.25]),
        (["1'234.50", "12"], [1234.5, 12]),
        (["1,5E+03", "2,25"], [1500, 2.25]),
        (["1e5", "2E-3", "1.312"], [1e5, 2e-3, 1.312]),
        (["0.123", "1.312"], [0.123, 1.312]),
        (["0,123", "1,312"], [0.123, 1.312]),
        (["1234.312", "1.385"], [1234.312, 1.385]),
        (["1.312", "1.38"], [1.312, 1.38]),
        ([".5", "-1.312"], [0.5, -1.312]),
        (["5.", "1.312"], [5, 1.312]),
    ],
)
def test_all_cells_of_a_column_decide_its_marks(cells, expected):
    assert values(*cells, separator=";") == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["(1,234.5)", "12.5"], [-1234.5, 12.5]),
        (["($5.25)", "$12"], [-5.25, 12]),
        (["$(5.25)", "$12"], [-5.25, 12]),
        (["-$5", "$-5", "5$"], [-5, -5, 5]),
        (["123-", "12"], [-123, 12]),
        (["\u22125", "+5", "- 5"], [-5, 5, -5]),
        (["'123", "'-5"], [123, -5]),
        (["\uff11\uff12\uff0e\uff15", "3"], [12.5, 3]),
        (["\u0661\u0662", "3"], [12, 3]),
        (["₩1,234,567", "₩ 865"], [1_234_567, 865]),
        (["1,234,567원", "865 원"], [1_234_567, 865]),
        (["KRW 1,234,567", "865 krw"], [1_234_567, 865]),
        (["1.234.567,50 €", "0 €"], [1_234_567.5, 0]),
        (["$1,234.50", "99.5"], [1234.5, 99.5]),
        (["12.5%", "3 %", "0"], [12.5, 3, 0]),
        (["12.3 kWh", "1 kWh"], [12.3, 1]),
        (["21.5°C", "-3 °C"], [21.5, -3]),
        (["3 m3", "2.5 m3"], [3, 2.5]),
        (["3 kg/m³", "2.5 kg/m³"], [3, 2.5]),
        (["yes", "no", "True"], [1, 0, 1]),
    ],
)
def test_signs_currencies_percent_signs_and_units_are_read(cells, expected):
    assert values(*cells) == expected


@pytest.mark.parametrize(
    "cell",
    ["0x1F", "0x2", "inf", "-Infinity", "1e999", "12:30", "2021-01-05", "1.2.2021", "10.0.0.1", "3/4", "10²", "½",
     "--5", "1,23,4", "1 23", "1,2,3", "Q1", "1980Q2", "a", "5 to 6", "(5", "1_000"],
)  # fmt: skip
def test_what_is_no_number_is_refused(cell):
    assert read_numbers(column("1", cell, "2.5")).bad.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["12 kWh", "3 MWh"], "different units"),
        (["$5", "€5"], "different units"),
        (["12.5%", "0.5"], "has a unit and '0.5' has none"),
        (["1.5", "2,5"], "'1.5' and '2,5' have different decimal marks"),
        (["1.094,5", "1,094.5"], "have different decimal marks"),
        (["1.094", "1,094"], "'1.094' and '1,094' have different decimal marks"),
    ],
)
def test_cells_that_cannot_be_of_one_column_are_refused(cells, reason):
    assert reason in read_numbers(column(*cells)).problem


@pytest.mark.parametrize(("mark", "point", "comma"), [(".", "1.312", "1312"), (",", "1312", "1.312")])
def test_three_digits_after_each_mark_are_asked_about_where_the_file_does_not_decide(tmp_path, mark, point, comma):
    cells = [f"1{mark}312", f"1{mark}385"]
    table = table_of(tmp_path, ";", y=cells)
    message = rf"may be .*type --decimal point for {point}, or --decimal comma for {comma}"
    with pytest.raises(DataError, match=rf"a.csv, column 'y' \(--target\): '1\{mark}312' {message}"):
        table.numbers("y", "--target")
    for decimal, expected in [("point", point), ("comma", comma)]:
        assert table.numbers("y", "--target", DataSettings(decimal=decimal)).values[0] == float(expected)


@pytest.mark.parametrize(("other", "expected"), [("0,5", 1312), ("1.234,5", 1312), ("0.5", 1.312), ("-2.25", 1.312)])
def test_other_columns_of_the_file_decide(tmp_path, other, expected):
    table = table_of(tmp_path, ";", t=["a", "b"], x=[other, "7"], y=["1.312", "1.385"])
    assert table.numbers("y", "--target").values[0] == expected


def test_other_columns_that_contradict_each_other_decide_nothing(tmp_path):
    table = table_of(tmp_path, ";", x=["0,5", "7"], z=["0.5", "7"], y=["1.312", "1.385"])
    with pytest.raises(DataError, match="--decimal"):
        table.numbers("y", "--target")


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_a_point_before_three_digits_is_decimal_in_files_of_the_english_kind_with_a_warning(separator):
    read = read_numbers(column("99.300", "12.345"), separator=separator)
    assert read.values.tolist() == [99.3, 12.345]
    assert "type --decimal comma" in read.warnings[0]


def test_a_quoted_comma_before_three_digits_is_thousands_in_a_comma_separated_file_with_a_warning():
    read = read_numbers(column("58,766", "11,020"))
    assert read.values.tolist() == [58766, 11020]
    assert "--decimal comma" in read.warnings[0]


@pytest.mark.parametrize("cells", [["0.300", "12.345"], ["12.3", "12.345"], ["1234.567", "1.250"], ["12.345", "5e-3"]])
@pytest.mark.parametrize("separator", [",", ";"])
def test_decimals_beyond_doubt_need_no_words(cells, separator):
    read = read_numbers(column(*cells), separator=separator)
    assert read.values.tolist() == [float(cell) for cell in cells]
    assert (read.understood, read.warnings) == ((), ())


def test_few_decimals_beside_small_whole_numbers_are_no_thousands():
    assert values("1", "2", "3", "2.125") == [1, 2, 3, 2.125]


def test_a_code_for_no_value_is_no_whole_number_beside_decimals():
    assert values("-999", "-999", "2.345", "3.456", "4.567")[2:] == [2.345, 3.456, 4.567]


def test_a_typed_mark_that_cells_contradict_is_an_error(tmp_path):
    table = table_of(tmp_path, ",", y=["1.5", "2.25"])
    with pytest.raises(DataError, match=r"row 1: '1.5' in column 'y' .* is not a number with --decimal comma"):
        table.numbers("y", "--target", DataSettings(decimal="comma"))


def test_the_reading_of_a_column_is_told_with_an_example():
    assert read_numbers(column("1.094,50 €", "2,00 €")).understood == (
        "'y': '1.094,50 €' is 1094.5, '2,00 €' is 2; unit '€'",
    )
    assert "'1.094' is 1094" in read_numbers(column("1.094", "865", "902"), separator=";").understood[0]


def test_numbers_of_a_mixed_column_keep_their_value():
    assert values(1.312, 2, "1.500,5", True, None, separator="")[:4] == [1.312, 2, 1500.5, 1]


@pytest.mark.parametrize("kind", ["float64", "Int64", "bool", "Float64"])
def test_columns_with_a_type_are_taken_as_they_are(kind):
    assert read_numbers(pd.Series([1, 0, 1], dtype=kind)).values.tolist() == [1, 0, 1]


@pytest.mark.parametrize("cell", ["-9999", "-9999.0", "\u22129999", "-9999,00", -9999, -9999.0])
def test_a_typed_code_is_a_missing_value_however_it_is_written(cell):
    assert typed_as_missing(column("1.5", cell, "x"), ("-9999",)).tolist() == [False, True, False]


def test_typed_codes_may_be_words_and_are_counted():
    read = read_numbers(column("1.5", "closed", "-9999", "2"), settings=DataSettings(missing=("Closed", "-9999")))
    assert np.isnan(read.values).tolist() == [False, True, True, False]
    assert read.understood == ("'y': 2 cells are read as no value (--missing)",)
    assert typed_as_missing(pd.Series([1.0, -9999.0]), ("-9999",)).tolist() == [False, True]


@pytest.mark.parametrize(
    "cell", ["", "NA", "n/a", "NaN", "null", "None", "-", "?", "#N/A", "\u2212", "<NA>", ".", "--", None]
)
def test_cells_without_a_value_are_missing(cell):
    assert math.isnan(values("1.5", cell)[1])


@pytest.mark.parametrize(
    ("cells", "are_bad"), [(["1.5", "2"], False), (["1.094", "865"], False), (["a", "2"], True), (["3a", "4b"], True)]
)
def test_a_guess_takes_any_dialect_for_numbers(cells, are_bad):
    assert as_numbers(column(*cells))[1].any() == are_bad


@pytest.mark.parametrize("cell", ["1.7976931348623157E+308", "-1e200", "1e999"])
def test_a_number_that_no_program_computes_with_is_refused(tmp_path, cell):
    table = table_of(tmp_path, y=["1", "2.5", cell])
    with pytest.raises(DataError, match=r"row 3: .* (is too large|is not a number): .* type --missing"):
        table.numbers("y", "--target")
    assert np.isnan(table.numbers("y", "--target", DataSettings(missing=(cell,))).values).tolist() == [
        False,
        False,
        True,
    ]


def test_an_unreadable_cell_is_answered_with_the_options(tmp_path):
    table = table_of(tmp_path, y=["1", "not measured", "3"])
    with pytest.raises(DataError, match=r"'not measured' in column 'y' .* --missing 'not measured' if it means no"):
        table.numbers("y", "--target")


def rows_of_the_document() -> list[tuple[list[str], list[float]]]:
    """Cells and values of the table of numbers in the documentation."""
    document = Path(__file__).parents[4] / "docs" / "your-data.md"
    section = document.read_text(encoding="utf-8").split("## Numbers")[1].split("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [
        (re.findall("`([^`]+)`", cells), [float(number) for number in numbers.split(" and ")])
        for cells, numbers, _ in rows
    ]


def test_the_document_has_a_row_for_each_way_of_writing():
    assert len(rows_of_the_document()) >= 19


@pytest.mark.parametrize(("cells", "expected"), rows_of_the_document())
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_table_of_the_document_is_true(cells, expected, separator):
    assert values(*cells, separator=separator) == expected


@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_whole_number_beyond_floats_is_bad(number):
    read = read_numbers(pd.Series([1, number, 3], dtype=object))
    assert read.bad.tolist() == [False, True, False]
    assert read.values[[0, 2]].tolist() == [1.0, 3.0]

"""Names of columns as users type them, and Unicode forms."""

import json
import unicodedata

import pandas as pd
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import load
from rnnbench.data.readers.names import columns_named, with_names_of
from rnnbench.data.readers.tables import read_table
from rnnbench.data.settings import DataSettings


def in_parts(text):
    return unicodedata.normalize("NFD", text)


@pytest.fixture
def table(tmp_path):
    """A table with these columns and one row."""

    def write(*names):
        pd.DataFrame([range(len(names))], columns=names).to_csv(tmp_path / "a.csv", index=False)
        return read_table(tmp_path / "a.csv")

    return write


@pytest.mark.parametrize(
    ("typed", "columns"),
    [
        ("load, MW", ("load, MW",)),
        ("load, MW,temp", ("load, MW", "temp")),
        ("temp,load, MW", ("temp", "load, MW")),
        ("temp , wind", ("temp", "wind")),
        ("a,b,c", ("a,b,c",)),
        ("a,b", ("a", "b")),
        ("load, kW", ("load", "kW")),
    ],
)
def test_a_list_of_names_is_split_at_the_commas_that_are_not_in_a_name(table, typed, columns):
    names = columns_named(table("load, MW", "temp", "wind", "a", "b", "a,b,c"), typed.split(","))
    assert names == columns


def test_blanks_and_invisible_characters_around_a_name_do_not_matter(table):
    one = table("wind speed", "load\u200b")
    settings = with_names_of(one, DataSettings(time_column=" wind  speed ", target=("load",), label_column="x"))
    assert (settings.time_column, settings.target, settings.label_column) == ("wind speed", ("load",), "x")


def test_a_name_in_another_case_is_suggested_and_never_the_typed_name_itself(tmp_path):
    days = pd.date_range("2021-01-01", periods=60).astype(str)
    pd.DataFrame({"date": days, "LOAD": range(60), "load, MW": range(60)}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(
        DataError, match=r"no column 'load' \(--target\)\. Did you mean 'LOAD'\? Its columns: date, LOA"
    ):
        load(DataSettings(path=str(tmp_path / "a.csv"), target=("load",)), "series")
    assert load(DataSettings(path=str(tmp_path / "a.csv"), target=("load", " MW")), "series").targets == ("load, MW",)


def test_names_and_cells_in_parts_are_read_as_composed(tmp_path):
    rows = [{"리뷰": f"{number}번째 영화는 좋았다 café", "감정": ("긍정", "부정")[number % 2]} for number in range(60)]
    spelled = [{in_parts(key): in_parts(value) for key, value in row.items()} for row in rows]
    frames = {"whole": pd.DataFrame(rows), "parts": pd.DataFrame(spelled)}
    fingerprints = set()
    for name, frame in frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        frame.to_parquet(tmp_path / f"{name}.parquet")
        lines = [json.dumps(row, ensure_ascii=True) for row in frame.to_dict("records")]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
        for ending in ("csv", "parquet", "jsonl"):
            for form in ("NFC", "NFD"):
                columns = {"text_column": "리뷰", "label_column": "감정"}
                typed = {key: unicodedata.normalize(form, value) for key, value in columns.items()}
                data = load(DataSettings(path=str(tmp_path / f"{name}.{ending}"), **typed), "labelled_text")
                assert data.classes == ("긍정", "부정")
                assert data.text_column == "리뷰"
                fingerprints.add(data.fingerprint)
    assert len(fingerprints) == 1


def test_settings_hold_names_composed():
    settings = DataSettings(target=(in_parts("é"),), series=in_parts("서울"), missing=(in_parts("없음"),))
    assert (settings.target, settings.series, settings.missing) == (("é",), "서울", ("없음",))

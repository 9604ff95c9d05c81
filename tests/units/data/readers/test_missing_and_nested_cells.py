"""Columns with missing cells or lists in them are read or refused in words, whatever the task."""

import contextlib
import json

import numpy as np
import pandas as pd
import pytest

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.settings import DataSettings

SENTENCES = [f"a warm film with number {row} of its kind" for row in range(40)]


@pytest.mark.parametrize("missing", [None, np.nan])
def test_sentences_with_missing_cells_are_the_texts(tmp_path, missing):
    texts = [missing if row % 10 == 3 else text for row, text in enumerate(SENTENCES)]
    others = [missing if row % 7 == 2 else f"and {row} notes of a road with its kind" for row in range(40)]
    path = tmp_path / "film.parquet"
    pd.DataFrame({"a": texts, "b": others, "label": [row % 2 for row in range(40)]}).to_parquet(path)
    with pytest.raises(DataError, match="--text-column"):
        data.load(DataSettings(path=str(path)), "labelled_text")


@pytest.mark.parametrize("kind", ["series", "labelled_text", "text", None])
def test_lists_beside_numbers_are_no_traceback(tmp_path, kind):
    rows = [{"text": None, "label": [f"word {row}", "b"], "ts": row * 7 % 5} for row in range(40)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    message = ""
    try:
        data.describe(DataSettings(path=str(path)), kind)
    except DataError as error:
        message = str(error)
    assert "\n" not in message


@pytest.mark.parametrize("digits", [16, 400, 5000])
def test_a_whole_number_beyond_the_range_of_a_float_is_refused_in_one_line(tmp_path, digits):
    path = tmp_path / "huge.jsonl"
    rows = [f'{{"value": {day}.5, "other": {"9" * digits if day == 1 else day}}}' for day in range(1, 80)]
    path.write_text("\n".join(rows), encoding="utf-8")
    for kind in (None, "series", "labelled_text", "text"):
        with contextlib.suppress(DataError):
            data.describe(DataSettings(path=str(path)), kind)


@pytest.mark.parametrize("missing", [("x",), ("-9999", ""), ("0",)])
def test_missing_may_be_typed_for_a_column_without_any_cell(tmp_path, missing):
    path = tmp_path / "empty.jsonl"
    path.write_text("\n".join('{"value": null, "other": null}' for _ in range(60)), encoding="utf-8")
    with pytest.raises(DataError):
        data.describe(DataSettings(path=str(path), missing=missing, target=("value",)), "series")


@pytest.mark.parametrize("kind", [None, "text", "labelled_text"])
def test_cells_of_several_lines_are_one_line_in_messages(tmp_path, kind):
    path = tmp_path / "lines.csv"
    cell = '"a first line\nand one more line below {}"'
    rows = [",".join(cell.format(f"{row} {column}") for column in "abc") for row in range(40)]
    path.write_text("a,b,c\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        data.describe(DataSettings(path=str(path)), kind)
    assert "\n" not in str(refused.value)

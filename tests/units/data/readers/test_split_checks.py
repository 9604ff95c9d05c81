"""Splits that are empty or lack classes, and files of splits whose columns differ from the main file's."""

from __future__ import annotations

import pytest

from rnnbench import data
from rnnbench.core.errors import DataError
from rnnbench.data.settings import DataSettings

HEADER = "id,text,label"


def rows(start, count, names=("bad", "good")):
    numbers = range(start, start + count)
    return [f"{1000 + number},a film number {number} of its kind,{names[number % 2]}" for number in numbers]


def write(path, lines, header=HEADER):
    path.write_text("\n".join([header, *lines] if header else lines) + "\n", encoding="utf-8")
    return path


def loaded(main, **files):
    settings = {name: str(path) for name, path in files.items()}
    return data.load(DataSettings(path=str(main), **settings), "labelled_text")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("", ""), "none of the 20 rows of the test split has both a text and a label"),
        (("Bad", "Good"), r"20 rows of the test split have the label 'Bad' and 'Good', which no row of training has"),
        (("0", "1"), r"\(its labels: 'bad' and 'good'\): write labels alike"),
        (("meh", "good"), "10 rows of the test split have the label 'meh'"),
    ],
)
def test_a_test_file_with_other_labels_is_refused(tmp_path, names, message):
    main, test = write(tmp_path / "a.csv", rows(0, 80)), write(tmp_path / "b.csv", rows(80, 20, names))
    with pytest.raises(DataError, match=message):
        loaded(main, test_data=test)


def test_a_class_that_the_test_file_lacks_is_a_warning(tmp_path):
    main, test = write(tmp_path / "a.csv", rows(0, 80)), write(tmp_path / "b.csv", rows(80, 20)[::2])
    assert "the test split has no text of class 'good'" in loaded(main, test_data=test).facts.warnings


def test_a_file_in_two_splits_is_refused(tmp_path):
    main, test = write(tmp_path / "a.csv", rows(0, 80)), write(tmp_path / "b.csv", rows(80, 20))
    copy = write(tmp_path / "c.csv", rows(80, 20))
    with pytest.raises(DataError, match=r"a.csv is named for two splits"):
        loaded(main, test_data=main)
    with pytest.raises(DataError, match=r"b.csv is named for two splits"):
        loaded(main, test_data=test, validation_data=test)
    with pytest.raises(DataError, match=r"none of the 20 rows of the validation split can be used: .* in test too"):
        loaded(main, test_data=test, validation_data=copy)
    with pytest.raises(DataError, match=r"none of the 20 rows of the training split can be used"):
        loaded(copy, test_data=test)


@pytest.mark.parametrize("header", ["Id,Text,LABEL", "id,TEXT,Label"])
def test_columns_of_a_test_file_are_matched_whatever_their_case(tmp_path, header):
    main, test = write(tmp_path / "a.csv", rows(0, 80)), write(tmp_path / "b.csv", rows(80, 20), header)
    same = write(tmp_path / "c.csv", rows(80, 20))
    read = loaded(main, test_data=test)
    assert read.fingerprint == loaded(main, test_data=same).fingerprint
    assert any("b.csv: column 'TEXT' is read as 'text'" in text for _, text in read.facts.understood) == (
        "TEXT" in header
    )


def test_a_test_file_needs_only_the_columns_that_are_used(tmp_path):
    main = write(tmp_path / "a.csv", rows(0, 80))
    cells = [row.split(",") for row in rows(80, 20)]
    test = write(tmp_path / "b.csv", [f"{label},{text}" for _, text, label in cells], "label,text")
    same = write(tmp_path / "c.csv", rows(80, 20))
    read = loaded(main, test_data=test)
    assert read.fingerprint == loaded(main, test_data=same).fingerprint
    assert ("columns", "b.csv has no column 'id', which is not used") in read.facts.understood
    unlabelled = write(tmp_path / "d.csv", [text for _, text, _ in cells], "text")
    with pytest.raises(DataError, match=r"d.csv has no column 'label' of a.csv"):
        loaded(main, test_data=unlabelled)


def test_a_test_file_without_header_beside_one_with_header_is_refused_with_the_remedy(tmp_path):
    main, test = write(tmp_path / "a.csv", rows(0, 80)), write(tmp_path / "b.csv", rows(80, 20), None)
    with pytest.raises(DataError, match=r"write the header of a.csv as its first line"):
        loaded(main, test_data=test)

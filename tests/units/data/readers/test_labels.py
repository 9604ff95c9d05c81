"""Labels: missing words, spellings of one value, and an order that no hash seed changes."""

import os
import subprocess
import sys
from collections import Counter
from itertools import permutations

import pytest

from rnnbench.data.readers.labels import (
    alike_warning,
    are_continuous,
    many_numbers_warning,
    missing_warning,
    ordered,
    read_labels,
    several_warning,
)


@pytest.mark.parametrize("word", ["", "nan", "NaN", "NA", "null", "NULL", "None", "n/a"])
def test_words_for_no_value_are_missing_labels(word):
    labels = read_labels(["1", word, "0", word])
    assert labels.of_rows == ("1", "", "0", "")
    assert labels.missing == ({word: 2} if word else {})
    assert not labels.merged


def test_a_word_of_the_user_is_missing_however_the_number_is_spelled():
    assert read_labels(["1", "-1", "-1.0", "spam"], missing=["-1", "spam"]).of_rows == ("1", "", "", "")


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (["5", "5.0", "1"], ["5", "5", "1"]),
        (["05", "5", "10"], ["5", "5", "10"]),
        (["0", "00", "1", "1.0"], ["0", "0", "1", "1"]),
        (["-0.0", "0", "2.50", "2.5"], ["0", "0", "2.5", "2.5"]),
        (["+1", "1", "-1"], ["1", "1", "-1"]),
        (["1e1", "10", "2"], ["10", "10", "2"]),
        (["9007199254740993", "9007199254740992", "1", "1.0"], ["9007199254740993", "9007199254740992", "1", "1"]),
        (["True", "true", "FALSE"], ["true", "true", "false"]),
        (["5", "5.0", "unknown"], ["5", "5", "unknown"]),
    ],
)
def test_equal_values_are_one_class_and_told(cells, classes):
    labels = read_labels(cells)
    assert [*labels.of_rows] == classes
    repeated = [name for name, count in Counter(classes).items() if count > 1]
    assert len(labels.merged) == len(repeated)
    assert all(f"one class, {name!r}" in " ".join(labels.merged) for name in repeated)


@pytest.mark.parametrize("cells", [["1.0", "5.0"], ["01", "02"], ["True", "False"], ["05", "5", "x"], ["Pos", "pos"]])
def test_labels_that_are_one_spelling_each_stay_as_they_are_written(cells):
    labels = read_labels(cells)
    assert [*labels.of_rows] == cells
    assert not labels.merged


def test_the_order_of_classes_depends_on_nothing_but_their_names():
    for labels in (["10", "9", "-1"], ["b", "10", "9", "a"], ["Pos", "pos", "neg"]):
        assert len({ordered(order) for order in permutations(labels)}) == 1
    assert ordered(["10", "9", "-1", "1.5"]) == ("-1", "1.5", "9", "10")
    assert ordered(["b", "10", "9", "a"]) == ("10", "9", "a", "b")


def test_no_hash_seed_changes_the_fingerprint(tmp_path):
    labels = ["nan", "1", "1.0", "0", "00", "2", "NA"]
    rows = "".join(f"text number {number},{labels[number % len(labels)]}\n" for number in range(140))
    (tmp_path / "a.csv").write_text("text,label\n" + rows)
    code = (
        "from rnnbench.data import load; from rnnbench.data.settings import DataSettings; "
        f"data = load(DataSettings(path={str(tmp_path / 'a.csv')!r}), 'labelled_text'); "
        "print(data.classes, data.fingerprint)"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1
    assert printed.pop().startswith("('0', '1', '2') ")


def test_a_frequent_word_for_no_label_is_warned_of_for_it_may_be_a_class():
    classes = Counter({"pos": 100, "neg": 100})
    assert "'none' (90)" in missing_warning({"none": 90}, classes)
    assert "'-' (100) and '?' (60)" in missing_warning({"-": 100, "?": 60}, classes)
    assert not missing_warning({"none": 3}, classes)
    assert not missing_warning({"nan": 90}, Counter({"0": 100, "1": 100}))


@pytest.mark.parametrize(
    "alike", [("Pos", "pos"), ("very good", "very  good"), ("pos", "pos\u200b"), ("1", "１"), ("Straße", "STRASSE")]
)
def test_classes_that_look_alike_are_warned_of(alike):
    warning = alike_warning(Counter({alike[0]: 5, alike[1]: 2, "other": 3}))
    assert f"{alike[0]!r} (5)" in warning
    assert f"{alike[1]!r} (2)" in warning
    assert "other" not in warning


def test_classes_that_differ_are_not_warned_of():
    assert not alike_warning(Counter({"pos": 5, "neg": 2}))


@pytest.mark.parametrize("missing", [[""], ["", "-9"]])
def test_an_empty_word_of_the_user_makes_the_words_for_no_label_classes(missing):
    assert read_labels(["none", "NA", "-", "", "-9", "x"], missing).of_rows == (
        "none", "NA", "-", "", "" if "-9" in missing else "-9", "x",
    )  # fmt: skip


def test_minus_is_a_class_beside_plus_and_missing_elsewhere():
    assert read_labels(["+", "-", "+", "nan"]).of_rows == ("+", "-", "+", "")
    assert read_labels(["a", "-", "b"]).of_rows == ("a", "", "b")


def test_the_mark_of_fasttext_is_no_part_of_labels_that_all_have_it():
    assert read_labels(["__label__a", "__label__b", ""]).of_rows == ("a", "b", "")
    assert read_labels(["__label__a", "b"]).of_rows == ("__label__a", "b")


@pytest.mark.parametrize("label", ["a|b", "a; x", "a,b", "a/b"])
def test_labels_that_are_joined_from_others_are_warned_of(label):
    assert f"{label!r} (4)" in several_warning(Counter({"a": 5, "b": 5, label: 4}))
    assert not several_warning(Counter({"c": 5, "d": 5, label: 4}))


def test_many_numbers_are_a_continuous_rating_where_they_have_decimals():
    decimals = [f"{number / 100}" for number in range(40)]
    assert are_continuous(decimals)
    assert not are_continuous([f"{number / 2}" for number in range(11)])
    assert not are_continuous([*map(str, range(100))])
    assert "100 different numbers" in many_numbers_warning([*map(str, range(100))])
    assert not many_numbers_warning([*map(str, range(10))])
    assert not many_numbers_warning(["a", *map(str, range(100))])

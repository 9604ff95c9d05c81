"""Splits that the user decides: files, a column, groups, times; each checked for what it promises."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from rnnbench import data
from rnnbench.core.errors import DataError, SealedSplitError
from rnnbench.data.kinds import LabelledTexts, Series, TextCorpus
from rnnbench.data.settings import DataSettings

DAYS = [date(2021, 1, 1) + timedelta(days=day) for day in range(120)]


def write(path, header, rows):
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def texts_of(loaded):
    """The texts of each split."""
    splits = loaded.splits.opened()
    return tuple(set(split.texts) for split in (splits.train, splits.validation, splits.test))


def labelled(path, **settings) -> LabelledTexts:
    return data.load(
        DataSettings(path=str(path), text_column="text", label_column="label", **settings), "labelled_text"
    )


def reviews(start, count):
    """Rows of (text, label)."""
    return [
        (f"a film number {number} of its kind", ("bad", "good")[number % 2]) for number in range(start, start + count)
    ]


def series(path, **settings) -> Series:
    return data.load(DataSettings(path=str(path), target=("load",), **settings), "series")


def load_of(day):
    return round(100 + 10 * np.sin(2 * np.pi * day / 7) + (day * 7919 % 13) / 10, 3)


def demand(path, days=range(120)):
    return write(path, "date,load", [(DAYS[day], load_of(day)) for day in days])


@pytest.mark.parametrize(
    "names", [("train", "validation", "test"), ("Training", "dev", "TEST"), ("학습", "검증", "평가")]
)
def test_a_column_decides_the_splits(tmp_path, names):
    parts = (reviews(0, 60), reviews(60, 20), reviews(80, 40))
    rows = [(*row, name) for part, name in zip(parts, names, strict=True) for row in part]
    loaded = labelled(write(tmp_path / "r.csv", "text,label,part", rows), split_column="part")
    assert texts_of(loaded) == tuple({text for text, _ in part} for part in parts)
    assert "by column 'part'" in loaded.facts.split_rule
    with pytest.raises(SealedSplitError):
        _ = loaded.splits.test


def test_without_validation_it_is_drawn_from_training(tmp_path):
    rows = [(*row, "train") for row in reviews(0, 90)] + [(*row, "test") for row in reviews(90, 30)]
    train, validation, test = texts_of(
        labelled(write(tmp_path / "r.csv", "text,label,part", rows), split_column="part")
    )
    assert test == {text for text, _ in reviews(90, 30)}
    assert train | validation == {text for text, _ in reviews(0, 90)}
    assert len(validation) == 10  # 0.1 of the whole is 0.1 / 0.9 of what is not test
    assert not train & validation


def test_files_are_splits(tmp_path):
    main = write(tmp_path / "train.csv", "text,label", reviews(0, 80))
    validation = write(tmp_path / "dev.csv", "label,text", [(label, text) for text, label in reviews(80, 20)])
    test = write(tmp_path / "test.csv", "text,label,id", [(*row, 7) for row in reviews(100, 30)])
    loaded = labelled(main, validation_data=str(validation), test_data=str(test))
    assert texts_of(loaded) == tuple(
        {text for text, _ in part} for part in (reviews(0, 80), reviews(80, 20), reviews(100, 30))
    )
    assert loaded.fingerprint != labelled(main).fingerprint


def test_a_given_test_split_stays_whole_and_its_texts_leave_the_others(tmp_path):
    main = write(tmp_path / "train.csv", "text,label", reviews(0, 80))
    test = write(tmp_path / "test.csv", "text,label", [*reviews(70, 40), ("a film number 75 of its kind", "bad")])
    loaded = labelled(main, test_data=str(test))
    train, validation, in_test = texts_of(loaded)
    assert in_test == {text for text, _ in reviews(70, 40)}
    assert len(loaded.splits.opened().test) == 41  # also the row that repeats a text
    assert train | validation == {text for text, _ in reviews(0, 70)}
    assert any("10 that repeat a text" in sentence for _, sentence in loaded.facts.understood)


def test_no_group_is_in_two_splits(tmp_path):
    rows = [(f"a text of user {user} number {number}", ("bad", "good")[number % 2], f"u{user}")
            for user in range(30) for number in range(user % 5 + 4)]  # fmt: skip
    path = write(tmp_path / "r.csv", "text,label,user", rows)
    groups = [{text.split()[4] for text in split} for split in texts_of(labelled(path, group_column="user"))]
    assert all(groups)
    assert set.union(*groups) == {str(user) for user in range(30)}
    assert sum(map(len, groups)) == 30


@pytest.mark.parametrize("order", [1, -1])
def test_dated_texts_are_split_in_the_order_of_time(tmp_path, order):
    rows = [(*row, DAYS[number // 2]) for number, row in enumerate(reviews(0, 200))][::order]
    path = write(tmp_path / "r.csv", "text,label,date", rows)
    day_of = {text: day for text, _, day in rows}
    train, validation, test = (
        {day_of[text] for text in split} for split in texts_of(labelled(path, time_column="date"))
    )
    assert max(train) < min(validation) <= max(validation) < min(test)
    assert (len(train), len(validation), len(test)) == (80, 10, 10)


def test_a_date_begins_the_test_split_of_dated_texts(tmp_path):
    rows = [(*row, DAYS[number // 2]) for number, row in enumerate(reviews(0, 200))]
    path = write(tmp_path / "r.csv", "text,label,date", rows)
    day_of = {text: day for text, _, day in rows}
    _, validation, test = texts_of(labelled(path, time_column="date", test_from="2021-04-01"))
    assert {day_of[text] for text in test} == set(DAYS[90:100])
    assert max(day_of[text] for text in validation) == DAYS[89]


def test_a_date_begins_the_test_split_of_a_series(tmp_path):
    loaded = series(demand(tmp_path / "d.csv"), test_from="2021-03-15")
    splits = loaded.splits.opened()
    assert str(splits.test.times[splits.test.history])[:10] == "2021-03-15"
    assert len(splits.validation) == round(73 * 0.1 / 0.9)
    assert len(splits.train) + len(splits.validation) == 73  # 31 days of January, 28 of February, 14 of March


def test_the_files_of_a_series_follow_each_other(tmp_path):
    main, validation, test = (
        demand(tmp_path / f"{name}.csv", days)
        for name, days in (("a", range(80)), ("b", range(80, 95)), ("c", range(95, 120)))
    )
    loaded = series(main, validation_data=str(validation), test_data=str(test))
    splits = loaded.splits.opened()
    assert [len(split) for split in (splits.train, splits.validation, splits.test)] == [80, 15, 25]
    assert np.allclose(splits.test.values[:, 0], [load_of(day) for day in range(120)])
    with pytest.raises(DataError, match="sort"):
        series(test, test_data=str(main))


def test_the_files_of_a_text_are_splits(tmp_path):
    paths = {name: tmp_path / f"{name}.txt" for name in ("main", "dev", "test")}
    for name, path in paths.items():
        path.write_text(f"a sentence of {name}.\n" * 40)
    loaded = data.load(
        DataSettings(path=str(paths["main"]), validation_data=str(paths["dev"]), test_data=str(paths["test"])), "text"
    )
    assert isinstance(loaded, TextCorpus)
    splits = loaded.splits.opened()
    for name, points in zip(paths, (splits.train, splits.validation, splits.test), strict=True):
        assert "".join(map(chr, points)) == f"a sentence of {name}.\n" * 40


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"split_column": "part", "group_column": "user"},
            "--split-column and --group-column decide the splits in two",
        ),
        ({"split_column": "prt"}, r"no column 'prt' \(--split-column\). Did you mean 'part'"),
        ({"split_column": "user"}, "names no split: write train, validation or test"),
        ({"group_column": "gap"}, r"line 5: the group in column 'gap' \(--group-column\) is empty"),
        ({"validation_data": "x.csv"}, "add --test-data FILE"),
        ({"test_data": "absent.csv"}, "there is no file absent.csv"),
        ({"test_from": "2021-03-01"}, "--test-from needs the column of times: type --time-column"),
        ({"time_column": "date", "test_from": "soon"}, "'soon' is not a date or time"),
        ({"time_column": "date", "test_from": "2022-01-01"}, "leaves 100 rows before it and 0 from it on"),
    ],
)
def test_splits_that_cannot_be_made_are_refused(tmp_path, settings, message):
    rows = [(*row, "train", f"u{number % 9}", "" if number == 3 else "g", DAYS[number])
            for number, row in enumerate(reviews(0, 100))]  # fmt: skip
    header = "text,label,part,user,gap,date"
    if settings == {"test_from": "2021-03-01"}:
        header, rows = "text,label,part,user,gap", [row[:-1] for row in rows]
    path = write(tmp_path / "r.csv", header, rows)
    with pytest.raises(DataError, match=message):
        labelled(path, **settings)


@pytest.mark.parametrize("settings", [{"group_column": "load"}, {"split_column": "load"}, {"test_from": "2020-01-01"}])
def test_a_series_refuses_what_does_not_split_it(tmp_path, settings):
    with pytest.raises(DataError):
        series(demand(tmp_path / "d.csv"), **settings)


def test_the_splits_of_a_series_must_follow_each_other(tmp_path):
    part = ["train"] * 50 + ["test"] * 30 + ["train"] * 40
    rows = [(DAYS[day], load_of(day), part[day]) for day in range(120)]
    with pytest.raises(DataError, match="must follow each other in time"):
        series(write(tmp_path / "d.csv", "date,load,part", rows), split_column="part")


def test_a_test_file_with_all_texts_of_training_is_refused(tmp_path):
    path, copy = tmp_path / "reviews.csv", tmp_path / "copy.csv"
    for file in (path, copy):
        file.write_text("text,label\n" + "".join(f"a film {row},{row % 2}\n" for row in range(40)))
    with pytest.raises(DataError, match="none of the 40 rows of the training split can be used"):
        data.load(DataSettings(path=str(path), test_data=str(copy)), "labelled_text")

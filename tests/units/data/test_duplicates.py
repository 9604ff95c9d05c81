"""What stands in test and in training is counted, told in the description, and stands below the table."""

from dataclasses import replace

import numpy as np
import pytest
import small_data

from rnnbench.comparison.compare import compare
from rnnbench.data.code_points import points_of
from rnnbench.data.description import describe_data
from rnnbench.data.duplicates import overlap_of, overlap_of_sides
from rnnbench.data.kinds import Labelled, Pairs, SeriesSplit
from rnnbench.data.splits import Splits
from rnnbench.runs.train import describe
from rnnbench.storage.record import ALSO_IN_TRAINING, RunRecord


def series_of(train, test):
    made = small_data.series(channels=1, covariates=0)
    parts = [
        SeriesSplit(
            np.asarray(values, dtype=float).reshape(-1, 1),
            np.empty((len(values), 0)),
            np.arange(len(values)).astype("datetime64[ns]"),
            0,
        )
        for values in (train, test, test)
    ]
    return replace(made, splits=Splits(*parts))


def texts_of(train, validation, test):
    parts = [Labelled(tuple(texts), np.zeros(len(texts), dtype=int)) for texts in (train, validation, test)]
    return small_data.texts(*parts)


def test_texts_are_counted_whatever_their_case_and_blanks():
    found = overlap_of(texts_of(["A fine film", "dull", "so so"], ["dull", "new"], ["a  FINE film ", "So so", "other"]))
    assert (found.validation, found.validation_items, found.test, found.test_items) == (1, 2, 2, 3)
    assert found.in_words == "2 of 3 test and 1 of 2 validation texts"


def pairs_of(*parts):
    made = [Pairs(*(tuple(pair[side] for pair in part) for side in (0, 1))) for part in parts]
    return small_data.translations(*made)


def test_a_pair_counts_where_both_of_its_texts_are_those_of_one_pair_of_training():
    train = [("Good Morning", "Guten  Morgen"), ("yes", "ja"), ("no", "nein")]
    held_out = [("good  morning", "guten Morgen"), ("yes", "nein"), ("yes", "doch"), ("never", "nie")]
    pairs = pairs_of(train, [("maybe", "ja")], held_out)
    assert overlap_of(pairs).in_words == "1 of 4 test and 0 of 1 validation pairs"
    sources, targets = overlap_of_sides(pairs)
    assert sources.in_words == "3 of 4 test and 0 of 1 validation sources alone"
    assert targets.in_words == "2 of 4 test and 1 of 1 validation targets alone"


def test_pairs_of_validation_count_for_test_where_runs_are_refitted():
    pairs = pairs_of([("a", "b")], [("c", "d")], [("c", "d"), ("e", "f")])
    assert (overlap_of(pairs).test, overlap_of(pairs, refit=True).test) == (0, 1)


def test_made_up_data_have_nothing_in_common():
    assert overlap_of(small_data.series()).test == 0
    generator = np.random.default_rng(0)
    parts = ["".join(map(chr, generator.integers(97, 123, 5000))) for _ in range(3)]
    assert overlap_of(small_data.corpus(*parts)).test == 0


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_copied_share_of_a_long_text_is_found_wherever_it_stands(share):
    generator = np.random.default_rng(0)
    own, other = ("".join(map(chr, generator.integers(97, 123, 5000))) for _ in range(2))
    copied = round(share * len(other))
    found = overlap_of(small_data.corpus(own[:777] + other[:copied] + own[777:], own[::-1], other))
    assert found.test / found.test_items == pytest.approx(share, abs=0.02)
    assert found.validation == 0


def test_copied_rows_of_a_series_are_counted_by_the_run():
    train, test = np.random.default_rng(0).normal(size=400), np.random.default_rng(1).normal(size=100)
    test[40:70] = train[200:230]
    found = overlap_of(series_of(train, test))
    assert (found.test, found.test_items) == (30 - 24 + 1, 100 - 24 + 1)


def test_the_same_rows_in_another_order_are_no_copy():
    train = np.random.default_rng(0).normal(size=400)
    assert overlap_of(series_of(train, train[::-1][:100])).test == 0


def test_a_series_that_stands_still_has_copied_nothing():
    train, test = np.zeros(400), np.zeros(100)
    train[:50] = np.random.default_rng(0).normal(size=50)
    assert overlap_of(series_of(train, test)).test == 0


def test_the_split_before_a_split_is_looked_back_on_and_is_no_copy():
    values = np.random.default_rng(0).normal(size=(200, 1))
    parts = [
        SeriesSplit(values[:end], np.empty((end, 0)), np.arange(end).astype("datetime64[ns]"), history)
        for end, history in ((120, 0), (160, 120), (200, 160))
    ]
    assert overlap_of(replace(small_data.series(), splits=Splits(*parts))).test == 0


def test_a_test_split_is_held_against_validation_too_where_that_is_trained_on():
    texts = texts_of(["one", "two"], ["three"], ["two", "three", "four"])
    assert [overlap_of(texts, refit=refit).test for refit in (False, True)] == [1, 2]
    generator = np.random.default_rng(0)
    first, second = ("".join(map(chr, generator.integers(97, 123, 5000))) for _ in range(2))
    found = [overlap_of(small_data.corpus(first, second, second), refit=refit) for refit in (False, True)]
    assert [one.test for one in found] == [0, found[0].test_items]
    assert [one.validation for one in found] == [0, 0]
    values = generator.normal(size=100)
    series = series_of(generator.normal(size=400), values)  # validation and test are the same rows
    assert [overlap_of(series, refit=refit).test for refit in (False, True)] == [0, 100 - 24 + 1]


def test_the_test_split_stays_sealed():
    data = small_data.texts()
    overlap_of(data)
    assert data.splits.sealed


def test_the_description_tells_of_it():
    described = describe_data(texts_of(["a"], ["b"], ["A", "c"]))
    assert dict(described.lines)["also in training"] == "1 of 2 test and 0 of 1 validation texts"
    assert described.plain["also_in_training"]["test"] == 1


def test_a_run_carries_it_and_the_table_says_it_below(monkeypatch):
    from small_runs import a_config, use_data

    data = texts_of(["a good film", "a bad film"] * 9, ["fine", "a new one"], ["A good film", "a new one"])
    use_data(monkeypatch, lambda kind: data)
    record = describe(a_config("sentiment"), "confirm")
    refitted = describe(a_config("sentiment", **{"search.refit": True}), "confirm")
    assert record.tags[ALSO_IN_TRAINING] == "1 of 2 texts"
    assert refitted.tags[ALSO_IN_TRAINING] == "2 of 2 texts"
    scored = [replace(record, seed=seed, metrics={"test/accuracy": 0.5}) for seed in (1, 2)]
    assert compare(scored).footnotes[0].startswith("1 of 2 texts of the test split also occur in the training split")


def test_a_table_of_clean_data_says_nothing_of_it():
    record = RunRecord(
        "confirm", "sentiment", "x", "f", "gru", "accuracy", True, seed=1, metrics={"test/accuracy": 1.0}
    )
    assert not [note for note in compare([record]).footnotes if "training split (leakage)" in note]


def test_code_points_of_any_script_are_searched():
    korean = "영화가 참 좋다 그리고 또 보고 싶다 " * 1
    text = "".join(chr(0xAC00 + number) for number in np.random.default_rng(2).integers(0, 11000, 3000))
    found = overlap_of(small_data.corpus(korean + text, korean[::-1] * 5, text))
    assert found.test == found.test_items
    assert points_of(text).dtype == np.dtype("<u4")

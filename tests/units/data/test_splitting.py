"""Splits that keep groups, classes and time apart, and fingerprints of content."""

import numpy as np
import pytest

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Labelled
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import (
    borders,
    by_group,
    by_position,
    fingerprint,
    labelled_splits,
    series_splits,
    stratified,
)


def test_borders_leave_the_shares_at_the_end():
    assert borders(100, 0.1, 0.2) == (70, 80)


def test_too_few_rows_are_told_with_the_size_of_each_split():
    with pytest.raises(DataError, match="4 rows are too few"):
        borders(4, 0.1, 0.1)


def test_a_split_by_position_keeps_the_order():
    splits = by_position(np.arange(10), 6, 8).opened()
    assert [splits.train.tolist(), splits.validation.tolist(), splits.test.tolist()] == [
        [0, 1, 2, 3, 4, 5], [6, 7], [8, 9],
    ]  # fmt: skip


def one_class(rows):
    return np.zeros(len(rows), dtype=int)


def test_no_group_stands_in_two_splits_and_every_row_in_one():
    groups = [f"film {number % 17}" for number in range(300)]
    parts = by_group(groups, one_class(groups), 0.1, 0.1, seed=3)
    assert sorted(np.concatenate(parts)) == list(range(300))
    names = [{groups[row] for row in part} for part in parts]
    assert names[0].isdisjoint(names[1] | names[2])
    assert names[1].isdisjoint(names[2])
    assert len(parts[2]) >= 30


def test_a_group_split_depends_on_the_seed_alone():
    groups = [number % 40 for number in range(400)]
    first, again, other = (by_group(groups, one_class(groups), 0.1, 0.1, seed)[2].tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_two_groups_cannot_make_three_splits():
    with pytest.raises(DataError, match="2 groups are too few"):
        by_group(["a", "b"] * 50, one_class(range(100)), 0.1, 0.1, seed=0)


def test_a_stratified_split_keeps_the_proportion_of_the_classes():
    labels = np.array([0] * 80 + [1] * 20)
    train, validation, test = stratified(labels, 0.1, 0.1, seed=0)
    assert np.bincount(labels[train]).tolist() == [64, 16]
    assert np.bincount(labels[validation]).tolist() == [8, 2]
    assert np.bincount(labels[test]).tolist() == [8, 2]
    assert sorted(np.concatenate([train, validation, test])) == list(range(100))


def test_a_rare_class_stands_in_every_split():
    labels = np.array([0] * 97 + [1] * 3)
    assert [np.bincount(labels[part])[1] for part in stratified(labels, 0.1, 0.1, seed=0)] == [1, 1, 1]


def test_a_class_too_small_for_the_shares_is_told_by_its_name():
    labels = np.array([0] * 60 + [1] * 4)
    with pytest.raises(DataError, match="class 'neg' has 4 rows"):
        stratified(labels, 0.45, 0.45, seed=0, classes=("pos", "neg"))


def test_a_series_may_look_back_on_what_came_before():
    values, covariates = np.arange(10.0)[:, None], np.zeros((10, 0))
    times = np.datetime64("2020-01-01", "ns") + np.arange(10) * np.timedelta64(1, "D")
    splits = series_splits(values, covariates, times, (6, 8), end=9).opened()
    assert [(len(part), part.history) for part in (splits.train, splits.validation, splits.test)] == [
        (6, 0), (2, 6), (1, 8),
    ]  # fmt: skip
    assert splits.test.values[splits.test.history :].tolist() == [[8.0]]


def texts(labels=(0, 1), words=("a", "b")):
    part = Labelled(words, np.array(labels))
    return Splits(part, part, part)


def test_a_fingerprint_is_of_content_and_order():
    base = fingerprint(texts())
    assert base == fingerprint(texts())
    assert base != fingerprint(texts(labels=(1, 0)))
    assert base != fingerprint(texts(words=("b", "a")))
    assert base != fingerprint(texts(words=("a1:b", "")))


def test_a_fingerprint_sees_each_split_for_itself():
    whole = np.arange(100, dtype=np.uint32)
    assert fingerprint(by_position(whole, 80, 90)) != fingerprint(by_position(whole, 80, 91))


def test_the_fingerprint_of_a_series_is_of_its_own_rows_times_and_covariates():
    times = np.datetime64("2020-01-01", "ns") + np.arange(10) * np.timedelta64(1, "D")

    def of(value=1.0, covariate=1.0, shift=0):
        moved = times + np.timedelta64(shift, "D")
        return fingerprint(series_splits(np.full((10, 1), value), np.full((10, 1), covariate), moved, (6, 8)))

    assert len({of(), of(value=2.0), of(covariate=2.0), of(shift=1)}) == 4
    assert of() == of()


def test_labelled_splits_follow_the_rows():
    rows = (np.array([2, 0]), np.array([1]), np.array([3]))
    splits = labelled_splits(["a", "b", "c", "d"], np.array([0, 1, 2, 3]), rows).opened()
    assert splits.train.texts == ("c", "a")
    assert splits.train.labels.tolist() == [2, 0]
    assert splits.test.texts == ("d",)


def test_balanced_groups_keep_class_shares_and_never_share_a_group() -> None:
    generator = np.random.default_rng(0)
    groups = np.repeat(np.arange(120), 10)
    # whole groups lean one way or the other, as films do
    labels = (generator.random(1200) < np.repeat(generator.random(120), 10)).astype(np.int64)
    parts = by_group(groups.tolist(), labels, 0.1, 0.1, seed=5)
    assert sorted(np.concatenate(parts).tolist()) == list(range(1200))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not set(groups[parts[one]]) & set(groups[parts[other]])
    for rows in parts[1:]:
        assert abs(labels[rows].mean() - labels.mean()) < 0.02

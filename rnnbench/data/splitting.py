"""Splits into training, validation and test: by position, by group or stratified; and the fingerprint of splits."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Labelled, Pairs, SeriesSplit
from rnnbench.data.splits import Splits

FINGERPRINT_CHUNK = 1 << 22
GROUP_DRAWS = 200


def borders(count: int, validation_share: float, test_share: float) -> tuple[int, int]:
    """The first row of validation and of test, of `count` rows in order.

    Raises: DataError when one of the three splits would be empty.
    """
    test = round(count * test_share)
    validation = round(count * validation_share)
    train = count - validation - test
    if min(train, validation, test) < 1:
        raise DataError(
            f"{count} rows are too few for three splits ({train} for training, {validation} for validation, {test} for "
            "test): add rows, or type larger shares with --set data.validation_share=... --set data.test_share=..."
        )
    return train, train + validation


def by_position(values: np.ndarray, validation_start: int, test_start: int) -> Splits[np.ndarray]:
    """The three parts of an array in order, as views."""
    return Splits(values[:validation_start], values[validation_start:test_start], values[test_start:])


def by_group(
    groups: Sequence[Hashable], labels: np.ndarray, validation_share: float, test_share: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers of the three splits, such that no group is in two splits and class shares are close to the whole's.

    Groups are drawn in a random order: for test until it has its share of rows, then for validation; the rest is
    training. Rows of a split keep their order. Of `GROUP_DRAWS` seeded draws the one with the smallest maximum
    difference of a class share is used: scores of splits with different class shares would not be comparable.
    """
    generator = np.random.default_rng(seed)
    _, member = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    draws = (_by_group(member, validation_share, test_share, generator) for _ in range(GROUP_DRAWS))
    whole = _class_shares(labels, labels.max() + 1)

    def difference(draw: tuple[np.ndarray, np.ndarray, np.ndarray]) -> float:
        return float(max(np.abs(_class_shares(labels[rows], len(whole)) - whole).max() for rows in draw[1:]))

    return min(draws, key=difference)


def _class_shares(labels: np.ndarray, classes: int) -> np.ndarray:
    return np.bincount(labels, minlength=classes) / len(labels)


def _by_group(
    member: np.ndarray, validation_share: float, test_share: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One draw. member: the number of the group of each row."""
    sizes = np.bincount(member)
    order = generator.permutation(len(sizes))
    filled = np.cumsum(sizes[order])
    test_groups = 1 + int(np.searchsorted(filled, test_share * len(member)))
    both_groups = 1 + int(np.searchsorted(filled, (test_share + validation_share) * len(member)))
    if not test_groups < both_groups < len(sizes):
        raise DataError(f"{len(sizes)} groups are too few for three splits that share no group")
    split_of = np.empty(len(sizes), dtype=np.int64)
    split_of[order[:test_groups]] = 2
    split_of[order[test_groups:both_groups]] = 1
    split_of[order[both_groups:]] = 0
    return _rows(split_of[member])


def stratified(
    labels: np.ndarray, validation_share: float, test_share: float, seed: int, classes: Sequence[str] = ()
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers of the three splits, drawn at random with the same class proportions.

    Every class has at least one row in each split, so it needs at least three rows. classes: their names, for errors.
    """
    generator = np.random.default_rng(seed)
    split_of = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        test = max(1, round(len(rows) * test_share))
        validation = max(1, round(len(rows) * validation_share))
        if test + validation >= len(rows):
            name = classes[label] if classes else str(label)
            raise DataError(f"class {name!r} has {len(rows)} rows: too few for three splits")
        split_of[rows[:test]] = 2
        split_of[rows[test : test + validation]] = 1
    return _rows(split_of)


def _rows(split_of: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    train, validation, test = (np.flatnonzero(split_of == split) for split in range(3))
    return train, validation, test


def labelled_splits(
    texts: Sequence[str], labels: np.ndarray, rows: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> Splits[Labelled]:
    """Labelled texts by the row numbers of each split."""
    train, validation, test = (
        Labelled(tuple(texts[row] for row in chosen), labels[chosen].astype(np.int64)) for chosen in rows
    )
    return Splits(train, validation, test)


def series_splits(
    values: np.ndarray,
    covariates: np.ndarray,
    times: np.ndarray,
    starts: tuple[int, int],
    end: int | None = None,
    observed: np.ndarray | None = None,
) -> Splits[SeriesSplit]:
    """A series in three splits by time; the lookback of validation and test may reach into all earlier rows.

    starts: the first row of validation and of test. end: the row after the last used row; None uses all.
    observed: as in `SeriesSplit`.
    """
    end = len(values) if end is None else end
    ranges = ((0, starts[0]), (starts[0], starts[1]), (starts[1], end))
    train, validation, test = (
        SeriesSplit(
            values[:last], covariates[:last], times[:last], first, None if observed is None else observed[:last]
        )
        for first, last in ranges
    )
    return Splits(train, validation, test)


def fingerprint(splits: Splits[Any]) -> str:
    """The sha256 of the content of the three splits, before tokenization and scaling."""
    digest = hashlib.sha256()

    def add(name: str, split: Any) -> None:
        digest.update(f"<{name}>".encode())
        for piece in _pieces(split):
            digest.update(piece)

    splits.map(add)
    return digest.hexdigest()


def _pieces(split: Any) -> Iterable[bytes]:
    """The content of a split as bytes, the same on every machine."""
    if isinstance(split, Labelled):
        for text, label in zip(split.texts, split.labels.tolist(), strict=True):
            content = text.encode("utf-8", "surrogatepass")
            yield f"{label}:{len(content)}:".encode()
            yield content
    elif isinstance(split, Pairs):
        for texts in zip(split.sources, split.targets, strict=True):
            for text in texts:
                content = text.encode("utf-8", "surrogatepass")
                yield f"{len(content)}:".encode()
                yield content
    elif isinstance(split, SeriesSplit):
        for part, kind in ((split.values, "<f8"), (split.covariates, "<f8"), (split.times.view(np.int64), "<i8")):
            rows = np.ascontiguousarray(part[split.history :], dtype=kind)
            yield f"{rows.shape}".encode()
            yield rows.tobytes()
        if split.observed is not None and not split.observed[split.history :].all():
            yield b"observed"
            yield np.packbits(split.observed[split.history :]).tobytes()
    else:
        yield f"{len(split)}:".encode()
        for start in range(0, len(split), FINGERPRINT_CHUNK):
            yield np.ascontiguousarray(split[start : start + FINGERPRINT_CHUNK], dtype="<u4").tobytes()

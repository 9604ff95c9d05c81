"""Splits that the user decides: files, a column, groups, or dates, in place of shares of one file.

    --test-data, --validation-data   files with the rows of a split
    --split-column                   the split of each row by name
    --group-column                   no group (film, user, patient) is in two splits
    --time-column, --test-from       dated texts in the order of time; a series from a date on

Where no validation split is named, it is taken from the training rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import one_line
from rnnbench.data.kinds import KIND_NAMES, Kind
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.series_rows import Rows
from rnnbench.data.readers.time_rows import read_times
from rnnbench.data.readers.times import read_time
from rnnbench.data.readers.times.finding import find_time_column
from rnnbench.data.settings import DataSettings
from rnnbench.data.splitting import borders, by_group, stratified

TRAIN, VALIDATION, TEST = 0, 1, 2
NAMES_OF_SPLITS = {
    "train": TRAIN, "training": TRAIN, "fit": TRAIN, "learn": TRAIN, "학습": TRAIN, "훈련": TRAIN,
    "validation": VALIDATION, "valid": VALIDATION, "val": VALIDATION, "dev": VALIDATION, "development": VALIDATION,
    "검증": VALIDATION,
    "test": TEST, "testing": TEST, "eval": TEST, "평가": TEST, "테스트": TEST,
}  # fmt: skip
"""The names of splits that a split column may have, in any case."""

OPTIONS: dict[Kind, tuple[str, ...]] = {
    "text": ("test_data", "validation_data"),
    "labelled_text": ("test_data", "validation_data", "split_column", "group_column", "time_column", "test_from"),
    "series": ("test_data", "validation_data", "split_column", "test_from"),
    "text_pairs": ("test_data", "validation_data", "split_column", "group_column"),
    "dialogue": ("test_data", "validation_data", "split_column", "group_column"),
}
"""The settings that decide splits, by kind of data."""

_EXCLUDE = ("test_data", "split_column", "group_column", "time_column")


def check_options(settings: DataSettings, kind: Kind) -> None:
    """Raises: DataError for options that exclude each other, or that this kind of data does not have."""
    typed = [name for name in OPTIONS["labelled_text"] if getattr(settings, name) is not None]
    for name in typed:
        if name not in OPTIONS[kind] and not (kind == "series" and name == "time_column"):
            valid = ", ".join(map(_option, OPTIONS[kind]))
            raise DataError(f"{_option(name)} does not split {KIND_NAMES[kind]}: type {valid}, or leave it out")
    if settings.target_data is not None and kind not in ("text_pairs", "dialogue"):
        raise DataError(f"--target-data is for pairs of texts, and this task reads {KIND_NAMES[kind]}: leave it out")
    rules = [name for name in _EXCLUDE if name in typed and name in OPTIONS[kind]]
    if kind == "dialogue" and len(rules) > 1:  # there the groups are conversations, whatever the splits
        rules = [name for name in rules if name != "group_column"]
    if "test_from" in typed and "time_column" not in rules:
        rules.append("test_from")
    if len(rules) > 1:
        raise DataError(f"{' and '.join(map(_option, rules))} decide the splits in two ways: type only one of them")
    if "validation_data" in typed and "test_data" not in typed:
        raise DataError("--validation-data needs the test split in a file too: add --test-data FILE")


def with_splits(table: Table, settings: DataSettings) -> Table:
    """The table with the split or the group of each row, without the columns that name them.

    Raises: DataError where a column is missing, or a cell names no split or no group.
    """
    if settings.split_column is not None:
        split_of = by_name(table, settings.split_column)
        table = replace(_without(table, settings.split_column, "names the splits"), split_of=split_of)
    if settings.group_column is not None:
        column = table.check_column(settings.group_column, "--group-column")
        groups = tuple(table.texts(column))
        if "" in groups:
            raise DataError(
                f"{table.path.name}, {table.place(groups.index(''))}: the group in column {column!r} (--group-column) "
                "is empty: fill it in, or remove the row"
            )
        return replace(_without(table, column, "names the groups"), groups=groups)
    return table


def _without(table: Table, column: str, why: str) -> Table:
    left_out = (*table.left_out, (column, why))
    return replace(table, frame=table.frame.drop(columns=[column]), left_out=left_out)


@dataclass(frozen=True)
class LabelledSplit:
    """Row numbers of the three splits, and the rule in words."""

    rows: tuple[np.ndarray, np.ndarray, np.ndarray]
    rule: str


def split_labelled(
    table: Table, settings: DataSettings, used: Sequence[int], labels: np.ndarray, classes: Sequence[str]
) -> LabelledSplit:
    """The splits of the `used` rows of a table of labelled texts; the row numbers count these rows.

    labels: the class of each used row. classes: their names, for errors.
    """
    shares, seed = (settings.validation_share, settings.test_share), settings.split_seed
    drawn = f"drawn with seed {seed}"
    if table.split_of is not None:
        given = table.split_of[[*used]]
        whole = with_validation(given, labels, settings)
        by = f"column {settings.split_column!r}" if settings.split_column else "the files"
        added = "" if (given == VALIDATION).any() else f", validation {drawn} from training"
        return LabelledSplit(rows_of(whole), f"by {by}{added}")
    if table.groups:
        groups = [table.groups[row] for row in used]
        rule = f"by {settings.group_column!r}, {len(set(groups)):,} groups of which none is in two splits, {drawn}"
        return LabelledSplit(by_group(groups, labels, *shares, seed), rule)
    if settings.time_column is not None or settings.test_from is not None:
        columns = find_time_column(table, settings)
        if not columns:
            raise DataError(f"{table.path.name}: --test-from needs the column of times: type --time-column NAME")
        times = read_times(table, columns, settings, in_order=False).times[[*used]]
        since = f", test from {settings.test_from} on" if settings.test_from else ""
        rule = f"by the times in {' + '.join(columns)!r}: training first, test last{since}"
        return LabelledSplit(rows_of(of_times(times, settings)), rule)
    return LabelledSplit(stratified(labels, *shares, seed, classes), f"stratified, {drawn}")


def series_starts(rows: Rows, table: Table, settings: DataSettings) -> tuple[int, int]:
    """The first row of validation and of test of a series, on its grid.

    Raises: DataError where the splits do not follow each other in time.
    """
    if settings.test_from is not None:
        times = rows.grid_times
        before = int(np.searchsorted(times, read_time(settings.test_from)))
        check_test_from(times, before, settings.test_from)
        return validation_start(before, settings), before
    if table.split_of is None:
        return borders(rows.count, settings.validation_share, settings.test_share)
    of_table = table.split_of[[*table.kept]] if table.kept else table.split_of
    split_of = of_table[rows.first : rows.end]
    back = np.flatnonzero(np.diff(split_of) < 0)
    if len(back) or not {TRAIN, TEST} <= {*split_of.tolist()}:
        where = f" ({rows.read.place(rows.first + int(back[0]) + 1)} goes back)" if len(back) else ""
        raise DataError(
            f"{table.path.name}: the splits of a series must follow each other in time: training, validation, "
            f"test{where}: sort the rows, or type --test-from DATE instead"
        )
    test = int(rows.places[int(np.argmax(split_of == TEST))])
    if not (split_of == VALIDATION).any():
        return validation_start(test, settings), test
    return int(rows.places[int(np.argmax(split_of == VALIDATION))]), test


def by_name(table: Table, column: str) -> np.ndarray:
    """The split of every row by the names in a column.

    Raises: DataError for a cell that names no split, and where no row is in training or test.
    """
    table.check_column(column, "--split-column")
    cells = table.texts(column)
    split_of = np.array([NAMES_OF_SPLITS.get(cell.casefold(), -1) for cell in cells])
    if (split_of < 0).any():
        row = int(np.argmax(split_of < 0))
        raise DataError(
            f"{table.path.name}, {table.place(row)}: {cells[row]!r} in column {column!r} (--split-column) names no "
            "split: write train, validation or test"
        )
    for split, name in ((TRAIN, "train"), (TEST, "test")):
        if not (split_of == split).any():
            counts = ", ".join(f"{one_line(cell)} {count:,}" for cell, count in Counter(cells).most_common(5))
            raise DataError(
                f"{table.path.name}: no row of column {column!r} (--split-column) is {name!r}; it has {counts}"
            )
    return split_of


def of_times(times: np.ndarray, settings: DataSettings) -> np.ndarray:
    """The split of each row in the order of time: training first, test last; rows of one time are in one split.

    times: (rows,) datetime64[ns], in any order.
    """
    order = np.argsort(times, kind="stable")
    if settings.test_from is None:
        validation, test = borders(len(times), settings.validation_share, settings.test_share)
        starts = times[order[validation]], times[order[test]]
    else:
        first_test = read_time(settings.test_from)
        before = int((times < first_test).sum())
        check_test_from(times, before, settings.test_from)
        starts = times[order[validation_start(before, settings)]], first_test
    split_of = np.where(times < starts[0], TRAIN, np.where(times < starts[1], VALIDATION, TEST))
    if len(np.unique(split_of)) < 3:
        raise DataError("too many rows have the same time for three splits by time: leave out --time-column")
    return split_of


def check_test_from(times: np.ndarray, before: int, date: str) -> None:
    """Raises: DataError where `--test-from` leaves too few rows on either side."""
    if before < 3 or before == len(times):
        first, last = (str(time.astype("datetime64[s]")).replace("T", " ") for time in (times.min(), times.max()))
        raise DataError(
            f"--test-from {date} leaves {before:,} rows before it and {len(times) - before:,} from it on: the rows are "
            f"from {first} to {last}, so type a date between these"
        )


def validation_start(before: int, settings: DataSettings) -> int:
    """The first row of validation, of the `before` rows before a given test split."""
    share = settings.validation_share / (1 - settings.test_share)
    return before - min(before - 1, max(1, round(before * share)))


def with_validation(split_of: np.ndarray, labels: np.ndarray, settings: DataSettings) -> np.ndarray:
    """The splits with a validation split drawn from training, stratified, where none is given."""
    if (split_of == VALIDATION).any():
        return split_of
    rows = np.flatnonzero(split_of == TRAIN)
    share = settings.validation_share / (1 - settings.test_share)
    # the draw of `stratified` for its test part becomes validation; its own validation part returns to training
    drawn = stratified(labels[rows], share / 2, share, settings.split_seed)[2]
    completed = split_of.copy()
    completed[rows[drawn]] = VALIDATION
    return completed


def rows_of(split_of: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers of the three splits."""
    train, validation, test = (np.flatnonzero(split_of == split) for split in (TRAIN, VALIDATION, TEST))
    return train, validation, test


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"

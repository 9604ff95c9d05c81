"""The user's own file as the kind of data that a task needs, or that it looks like."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import KIND_NAMES, AnyData, Kind
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.conversations import may_hold_lists, read_lists
from rnnbench.data.readers.dialogues import columns_needed, dialogue_reader, is_exploded, read_dialogue
from rnnbench.data.readers.guess import TASKS, Guess, guess_by_content, guess_by_options
from rnnbench.data.readers.label_columns import find_columns, find_text_column, not_used, text_cells
from rnnbench.data.readers.labelled import read_labelled
from rnnbench.data.readers.names import with_names_of
from rnnbench.data.readers.own_splits import check_options, with_splits
from rnnbench.data.readers.pair_columns import find_pair_columns
from rnnbench.data.readers.pair_files import check_single, read_lines_of_two
from rnnbench.data.readers.pairs import read_pairs
from rnnbench.data.readers.plain_layouts import plain_layout
from rnnbench.data.readers.series import read_series
from rnnbench.data.readers.split_files import joined
from rnnbench.data.readers.tables import TABLES, check_file, read_table
from rnnbench.data.readers.text import PLAIN, corpus_of, read_text_file
from rnnbench.data.settings import DataSettings

LISTS_OF_TURNS = "it holds lists of turns"


def read_file(path: Path, settings: DataSettings, kind: Kind | None = None) -> AnyData:
    """The file as a long text, labelled texts, a series, pairs or a dialogue. `Facts.understood` says which, and why.

    kind: the kind that the task needs; None reads the file as what it looks like.
    Raises: DataError when the file cannot be read or used, with what it was taken for.
    """
    guess = guess_by_options(settings) if kind is None else None
    wanted = guess.kind if guess else kind
    if wanted is None or wanted == "text":
        suffix = check_file(path, TABLES | PLAIN)
        is_plain = suffix in PLAIN and settings.text_column is None and settings.header is None
        if is_plain and wanted is None and not (suffix in TABLES and plain_layout(path, settings.encoding)):
            guess = Guess("text", "its lines are no table", "labelled_text", ("dialogue",))
            wanted = "text"
        if is_plain and wanted == "text":
            try:
                return _told(read_text_file(path, settings), guess)
            except DataError as error:
                raise _with_kind(error, None, settings, guess, kind) from error
        may_be = wanted is None and may_hold_lists(path, suffix, settings.encoding)
        if may_be and read_lists(path, suffix, settings.encoding, settings.text_column) is not None:
            guess = Guess("dialogue", LISTS_OF_TURNS, "labelled_text")
            wanted = "dialogue"
    read = reader_of(settings, wanted)
    table = read(path)
    settings = with_names_of(table, settings)
    if wanted is not None:
        check_options(settings, wanted)
    if settings.test_data or settings.validation_data:
        main = table
        table = joined(
            table,
            settings,
            read,
            lambda: _needed(main, settings, wanted),
        )
    table = with_splits(table, settings)
    if wanted is None:
        guess = guess_by_content(table, settings)
    try:
        return _told(_read(table, settings, guess.kind if guess else wanted or "text"), guess)
    except DataError as error:
        raise _with_kind(error, table, settings, guess, kind) from error


def reader_of(settings: DataSettings, kind: Kind | None) -> Callable[[Path], Table]:
    """How a file, and those of its other splits, become a table."""
    if settings.target_data is not None and kind in ("text_pairs", "dialogue"):
        return lambda path: read_lines_of_two(path, settings)
    if kind == "dialogue":
        return dialogue_reader(settings)

    def read(path: Path) -> Table:
        if kind == "text_pairs":
            check_single(path, settings)
        check_file(path, TABLES | PLAIN)
        return read_table(path, settings.encoding, settings.header)

    return read


def _needed(table: Table, settings: DataSettings, kind: Kind | None) -> Collection[str]:
    """The columns of the main file that are read: of labelled texts the text and the labels, else all."""
    kind = kind or guess_by_content(table, settings).kind
    typed = (settings.split_column, settings.group_column, settings.time_column)
    splits = {name for name in typed if name is not None}
    if kind == "labelled_text":
        columns = find_columns(table, settings)
        return {columns.text, *columns.labels, *splits}
    if kind == "text_pairs":
        pair = find_pair_columns(table, settings, splits)
        return {pair.source, pair.target, *splits}
    if kind == "dialogue":
        return columns_needed(table, settings) | splits
    return table.columns


def _read(table: Table, settings: DataSettings, kind: Kind) -> AnyData:
    if kind == "labelled_text":
        return read_labelled(table, settings)
    if kind == "series":
        return read_series(table, settings)
    if kind == "text_pairs":
        return read_pairs(table, settings)
    if kind == "dialogue":
        return read_dialogue(table, settings)
    column = find_text_column(table, settings)
    texts, of_texts = text_cells(table, column)
    sentence = f"text is {column!r}, each row a line{not_used(table, [column])}"
    understood = (*table.understood, ("columns", sentence), *((("columns", of_texts),) if of_texts else ()))
    split_of = np.zeros(len(texts), dtype=np.int64) if table.split_of is None else table.split_of
    parts = {
        int(split): points_of("\n".join(texts[row] for row in np.flatnonzero(split_of == split)) + "\n")
        for split in np.unique(split_of)
    }
    return corpus_of(parts, table.path, settings, understood, table.warnings)


def _told(data: AnyData, guess: Guess | None) -> AnyData:
    """The data with what the file was taken for, where that was not given by a task."""
    sentence = guess.in_words if guess else f"{KIND_NAMES[data.facts.kind]}, which the task needs"
    facts = replace(data.facts, understood=(("read as", sentence), *data.facts.understood))
    return replace(data, facts=facts)


def _with_kind(
    error: DataError, table: Table | None, settings: DataSettings, guess: Guess | None, kind: Kind | None
) -> DataError:
    """The error with what the file was taken for; under a task, with what it looks like where that is another kind."""
    reason = str(error).rstrip(". ")
    if guess is not None:
        return DataError(f"{reason}. The file is read as {guess.in_words}")
    try:
        looks = None if table is None or is_exploded(table) else _looks(table, settings)
    except DataError:
        looks = None
    is_alike = looks is not None and looks.kind in ("text_pairs", "text") and kind in ("text_pairs", "dialogue")
    if looks is None or kind is None or looks.kind == kind or is_alike:
        return DataError(f"{reason} (read as {KIND_NAMES[kind or 'text']})")
    return DataError(
        f"{reason}. The task needs {KIND_NAMES[kind]}, and the file looks like {KIND_NAMES[looks.kind]}, because "
        f"{looks.because}: the task {TASKS[looks.kind]} reads that"
    )


def _looks(table: Table, settings: DataSettings) -> Guess:
    """What a table that could not be read as what a task needs looks like."""
    if may_hold_lists(table.path, table.path.suffix.lower(), settings.encoding):
        return Guess("dialogue", LISTS_OF_TURNS, "labelled_text")
    return guess_by_content(table, settings)

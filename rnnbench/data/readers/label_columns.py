"""The columns of labelled texts in a table: the text, and the label or one column of 0 and 1 per class."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import one_line
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.headers import column_kind
from rnnbench.data.readers.lists import lists_of
from rnnbench.data.readers.names import columns_named
from rnnbench.data.readers.series_columns import TIME_NAMES
from rnnbench.data.settings import DataSettings

TEXT_NAMES = {
    "text", "texts", "review", "reviews", "sentence", "document", "content", "comment", "body", "message", "utterance",
    "tweet", "reviewtext", "reviewbody", "commenttext", "tweettext", "feedback", "kommentar", "rezension",
    "리뷰", "리뷰내용", "본문", "문장", "내용", "텍스트", "댓글",
    "文本", "评论", "内容", "本文", "テキスト", "レビュー", "コメント",
}  # fmt: skip
LABEL_NAMES = {
    "label", "labels", "sentiment", "class", "category", "target", "stars", "rating", "score", "polarity", "overall",
    "bewertung", "kategorie", "klasse",
    "레이블", "라벨", "감성", "감정", "평점", "별점", "분류", "标签", "情感", "评分", "ラベル", "感情", "評価",
}  # fmt: skip
MOST_REPEATING = 20
MOST_SHOWN = 5
LONGEST_BINARY = 12  # characters of a cell that is 0 or 1, such as 1.000000
LONGEST_SHOWN = 40  # characters of a cell in a message
MOST_UNUSED = 20


@dataclass(frozen=True)
class TextColumns:
    """text: the column of texts. labels: the column of labels, or the columns of 0 and 1, one per class."""

    text: str
    labels: tuple[str, ...]


def find_columns(table: Table, settings: DataSettings) -> TextColumns:
    """The text and the label columns: from the settings, else by common names, else by content.

    Raises: DataError where they are ambiguous, or several labels belong to one text.
    """
    label = settings.label_column
    labels = () if label is None else columns_named(table, label.split(","))
    for name in labels:
        table.check_column(name, "--label-column")
    text = settings.text_column
    if text is not None:
        table.check_column(text, "--text-column")
    taken = {*labels}
    text = text or best_text(table, taken)
    if text is None:
        raise _unclear(table, "the text", "--text-column", columns_of_sentences(table, taken))
    labels = labels or find_labels(table, text)
    if not labels:
        raise _unclear(table, "the label", "--label-column", repeating(table, {text}))
    if text in labels:
        raise DataError(f"{text!r} cannot be both --text-column and --label-column: type two columns")
    return TextColumns(text, labels)


def find_text_column(table: Table, settings: DataSettings) -> str:
    """The text column of a table without labels."""
    if settings.text_column is not None:
        return table.check_column(settings.text_column, "--text-column")
    text = best_text(table, set())
    if text is None:
        raise _unclear(table, "the text", "--text-column", columns_of_sentences(table, set()))
    return text


def best_text(table: Table, taken: set[str]) -> str | None:
    """The only column with a common name of texts, else the one by far the longest, else the only one of sentences."""
    best = by_name(table, TEXT_NAMES, taken) or _longest(table, taken)
    sentences = columns_of_sentences(table, taken) if best is None else []
    return sentences[0] if len(sentences) == 1 else best


def find_labels(table: Table, text: str) -> tuple[str, ...]:
    """The label column or the columns of 0 and 1; empty where none or several columns may be it."""
    named = by_name(table, LABEL_NAMES, {text})
    if named is not None:
        return (named,)
    others = [name for name in table.columns if name != text]
    if len(others) == 1:
        return (others[0],)
    several_named = any(is_named(name, LABEL_NAMES) for name in others)
    classes = () if several_named else one_per_class(table, others)
    few = repeating(table, {text})
    return classes or ((few[0],) if len(few) == 1 else ())


def by_name(table: Table, known: set[str], taken: set[str]) -> str | None:
    """The only column with one of the known names."""
    matches = [name for name in table.columns if is_named(name, known) and name not in taken]
    return matches[0] if len(matches) == 1 else None


def is_named(name: str, known: set[str]) -> bool:
    """Whether a column has one of the known names, whatever its case, blanks, hyphens and underscores."""
    return _letters(name) in {_letters(other) for other in known}


@cache
def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def repeating(table: Table, taken: set[str]) -> list[str]:
    """The columns with 2 to 20 different values that repeat, without those of times."""
    most = min(MOST_REPEATING, len(table) // 5)
    columns = [name for name in table.looked_at if name not in taken and not is_named(name, TIME_NAMES)]
    return [name for name in columns if 2 <= table.frame[name].astype(str).nunique() <= most]


def one_per_class(table: Table, columns: list[str]) -> tuple[str, ...]:
    """The columns of 0 and 1 of which each row has exactly one 1, named by the classes; empty where there are none.

    Raises: DataError where three or more columns hold 0 and 1, with several or no 1 in a row.
    """
    binary = [name for name in columns if _is_binary(table, name)]
    if len(binary) < 2:
        return ()
    ones = indicators(table, binary).sum(axis=1)
    filled = table.frame[binary].notna().any(axis=1).to_numpy()
    wrong = np.flatnonzero((ones != 1) & (filled & (ones > 0) | (ones > 1)))
    if not len(wrong) and (ones == 1).sum() >= 0.9 * len(ones):
        return tuple(binary)
    if len(binary) < 3:
        return ()
    several = np.flatnonzero(ones > 1)
    place = f", the first in {table.place(int(several[0]))}" if len(several) else ""
    raise DataError(
        f"{table.path.name}: the columns {_shown(binary)} hold 0 and 1, with several 1s in {len(several):,} rows{place}"
        f", and none in {int((ones == 0).sum()):,}: several labels of one text cannot be learned. Type --label-column "
        f"with one of them, such as --label-column {binary[0]!r}"
    )


def indicators(table: Table, columns: list[str] | tuple[str, ...]) -> np.ndarray:
    """The cells of columns of 0 and 1 as (rows, columns); an empty cell is 0."""
    return np.stack([np.nan_to_num(as_numbers(table.frame[name])[0]) for name in columns], axis=1)


def _is_binary(table: Table, column: str) -> bool:
    if any(len(cell) > LONGEST_BINARY or re.search("[2-9]", cell) for cell in table.first_cells(column)):
        return False  # spares most columns the slower reading
    values, bad = as_numbers(table.frame[column])
    known = values[~np.isnan(values)]
    return not bad.any() and len(known) > 0 and bool(np.isin(known, (0, 1)).all()) and bool((known == 1).any())


def label_cells(table: Table, columns: tuple[str, ...]) -> tuple[list[str], str]:
    """The label of each row as text, and how the columns were read where that is not plain.

    Raises: DataError where a row has several labels.
    """
    if len(columns) > 1:
        return _cells_of_classes(table, columns), f"the columns {_shown(columns)} hold 0 and 1: each is a class"
    name = columns[0]
    lists = lists_of(table, name)
    if lists is None:
        return table.texts(name), ""
    several = [row for row, labels in enumerate(lists) if len(labels) > 1]
    if several:
        raise DataError(
            f"{table.path.name}, {table.place(several[0])}: column {name!r} holds several labels "
            f"({', '.join(lists[several[0]][:MOST_SHOWN])}; {len(several):,} rows do): several labels of one text "
            "cannot be learned: keep one per row, or type --label-column with another column"
        )
    return [labels[0] if labels else "" for labels in lists], f"column {name!r} holds lists of one label each"


def _cells_of_classes(table: Table, columns: tuple[str, ...]) -> list[str]:
    for name in columns:
        if not _is_binary(table, name):
            raise DataError(
                f"{table.path.name}: several columns in --label-column must hold 0 and 1, one column per class, and "
                f"{name!r} does not: type one column"
            )
    values = indicators(table, columns)
    ones = values.sum(axis=1)
    if (ones > 1).any():
        row = int(np.argmax(ones > 1))
        raise DataError(
            f"{table.path.name}, {table.place(row)}: the columns {_shown(columns)} hold several 1s in "
            f"{int((ones > 1).sum()):,} rows: several labels of one text cannot be learned. Type one column"
        )
    return [columns[place] if one else "" for place, one in zip(values.argmax(axis=1), ones, strict=True)]


def text_cells(table: Table, column: str) -> tuple[list[str], str]:
    """The text of each row, and how the column was read where that is not plain: lists of tokens are joined."""
    lists = lists_of(table, column)
    if lists is None:
        return table.texts(column), ""
    return [" ".join(tokens) for tokens in lists], f"column {column!r} holds lists of tokens, joined by blanks"


def not_used(table: Table, used: Collection[str]) -> str:
    """'; not used: 'id', 'date'', or an empty text where every column is used."""
    unused = [repr(name) for name in table.columns if name not in used]
    more = f" and {len(unused) - MOST_UNUSED} more" if len(unused) > MOST_UNUSED else ""
    return f"; not used: {', '.join(unused[:MOST_UNUSED])}{more}" if unused else ""


def _unclear(table: Table, what: str, option: str, candidates: list[str] | None = None) -> DataError:
    shown = [f"{name!r} ({_values(table, name)})" for name in candidates or ()]
    several = f"{len(shown)} columns may be it: {', '.join(shown[:MOST_SHOWN])}" if len(shown) > 1 else ""
    columns = several or f"Its columns: {table.listed_columns}"
    return DataError(f"{table.path.name}: cannot infer {what} column: type {option} NAME. {columns}.")


def _values(table: Table, name: str) -> str:
    """'neg, pos': the first values of a column; of one with long texts only the first, cut."""
    values = sorted({one_line(text) for text in table.texts(name)})
    if max(map(len, values)) <= LONGEST_SHOWN:
        return _shown(values, quoted=False)
    return f"{next(text for text in map(one_line, table.texts(name)) if text)[:LONGEST_SHOWN]}..."


def _shown(words: list[str] | tuple[str, ...], *, quoted: bool = True) -> str:
    first = ", ".join(map(repr, words[:MOST_SHOWN]) if quoted else words[:MOST_SHOWN])
    return f"{first}, ..." if len(words) > MOST_SHOWN else first


def columns_of_sentences(table: Table, taken: set[str]) -> list[str]:
    """The columns of different sentences."""
    return [
        name
        for name in table.looked_at
        if name not in taken
        and column_kind(cells := table.first_cells(name).tolist()) == "sentence"
        and len({*cells}) > 0.3 * len(cells)
    ]


def _longest(table: Table, taken: set[str]) -> str | None:
    """The column whose cells are on average more than twice as long as all others', or the only column."""
    columns = [name for name in table.looked_at if name not in taken]
    if len(columns) == 1:
        return columns[0]
    sample = table.frame.head(500)
    sizes = sorted(((float(sample[name].astype(str).str.len().mean()), name) for name in columns), reverse=True)
    return sizes[0][1] if sizes and sizes[0][0] > 2 * sizes[1][0] else None

"""The user's own labelled texts: find the text and the label column, and split at random, stratified."""

from __future__ import annotations

from collections import Counter

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Facts, LabelledTexts
from rnnbench.data.readers.columns import Table
from rnnbench.data.settings import DataSettings
from rnnbench.data.splitting import fingerprint, labelled_splits, stratified

TEXT_NAMES = {
    "text", "texts", "review", "sentence", "document", "content", "comment", "body", "message", "utterance", "tweet",
    "리뷰", "본문", "문장", "내용", "텍스트",
}  # fmt: skip
LABEL_NAMES = {
    "label", "labels", "sentiment", "class", "category", "target", "stars", "rating", "score", "polarity",
    "레이블", "라벨", "감성", "감정", "평점", "분류",
}  # fmt: skip
FEWEST_ROWS = 30
MOST_CLASSES = 200


def read_labelled(table: Table, settings: DataSettings) -> LabelledTexts:
    """Labelled texts in three splits with the same class proportions.

    Raises: DataError when a column is missing or ambiguous, or the rows cannot be split.
    """
    text_column, label_column = find_columns(table, settings)
    texts, labels, notes = _usable(table, text_column, label_column)
    classes = _ordered(set(labels))
    _check(table, label_column, labels, classes)
    numbers = np.array([classes.index(label) for label in labels], dtype=np.int64)
    rows = stratified(numbers, settings.validation_share, settings.test_share, settings.split_seed)
    splits = labelled_splits(texts, numbers, rows)
    counts = Counter(labels)
    shares = ", ".join(f"{name} {counts[name]:,}" for name in classes[:12])
    sizes = "training {:,}, validation {:,}, test {:,}".format(*map(len, rows))
    facts = Facts(
        name=table.path.name,
        kind="labelled_text",
        title=f"{table.path.stem}: {len(texts):,} texts in {len(classes)} classes",
        source=str(table.path),
        licence="the user's own file",
        split_rule=f"stratified, drawn with seed {settings.split_seed}: {sizes}",
        notes=(
            f"read: {len(table):,} rows, columns {', '.join(table.columns)}",
            f"text is {text_column!r}, label is {label_column!r}",
            f"classes: {shares}{', ...' if len(classes) > 12 else ''}",
            *notes,
        ),
    )
    return LabelledTexts(facts, splits, tuple(classes), fingerprint(splits))


def find_columns(table: Table, settings: DataSettings) -> tuple[str, str]:
    """The text and the label column: from the settings, else by common names, else by content."""
    text, label = settings.text_column, settings.label_column
    if text is not None:
        table.check_column(text, "--text-column")
    if label is not None:
        table.check_column(label, "--label-column")
    text = text or _by_name(table, TEXT_NAMES, label) or _longest(table, label)
    if text is None:
        raise _unclear(table, "the text", "--text-column")
    label = label or _by_name(table, LABEL_NAMES, text) or _only_repeating(table, text)
    if label is None:
        raise _unclear(table, "the label", "--label-column")
    if text == label:
        raise DataError(f"{text!r} cannot be both --text-column and --label-column: type two columns")
    return text, label


def find_text_column(table: Table, settings: DataSettings) -> str:
    """The text column of a table without labels."""
    if settings.text_column is not None:
        return table.check_column(settings.text_column, "--text-column")
    text = _by_name(table, TEXT_NAMES, None) or _longest(table, None)
    if text is None:
        raise _unclear(table, "the text", "--text-column")
    return text


def _unclear(table: Table, what: str, option: str) -> DataError:
    columns = ", ".join(table.columns)
    return DataError(f"{table.path.name}: cannot infer {what} column: type {option} NAME. Its columns: {columns}.")


def _by_name(table: Table, known: set[str], taken: str | None) -> str | None:
    matches = [name for name in table.columns if name.strip().lower() in known and name != taken]
    return matches[0] if len(matches) == 1 else None


def _longest(table: Table, taken: str | None) -> str | None:
    """The column whose cells are on average more than twice as long as all others', or the only column."""
    columns = [name for name in table.columns if name != taken]
    if len(columns) == 1:
        return columns[0]
    sample = table.frame.head(500)
    sizes = sorted(((float(sample[name].astype(str).str.len().mean()), name) for name in columns), reverse=True)
    return sizes[0][1] if sizes and sizes[0][0] > 2 * sizes[1][0] else None


def _only_repeating(table: Table, text: str) -> str | None:
    """The only other column, or the only one with 2 to 20 different values that repeat."""
    columns = [name for name in table.columns if name != text]
    if len(columns) == 1:
        return columns[0]
    few = [name for name in columns if 2 <= table.frame[name].astype(str).nunique() <= min(20, len(table) // 5)]
    return few[0] if len(few) == 1 else None


def _usable(table: Table, text_column: str, label_column: str) -> tuple[list[str], list[str], list[str]]:
    """Texts and labels without empty and repeated texts, and notes on what was left out."""
    kept: dict[str, str] = {}
    empty = repeated = contradicting = 0
    for text, label in zip(table.texts(text_column), table.texts(label_column), strict=True):
        if not text or not label:
            empty += 1
        elif text in kept:
            repeated += 1
            contradicting += kept[text] != label
        else:
            kept[text] = label
    notes = []
    if empty:
        notes.append(f"{empty:,} rows without text or label are left out")
    if repeated:
        more = f", {contradicting:,} of them with another label" if contradicting else ""
        notes.append(f"{repeated:,} repeated texts are left out{more}: no text is in two splits")
    return [*kept], [*kept.values()], notes


def _ordered(labels: set[str]) -> list[str]:
    """The classes, sorted as numbers where all are numbers, else alphabetically."""
    try:
        return sorted(labels, key=float)
    except ValueError:
        return sorted(labels)


def _check(table: Table, column: str, labels: list[str], classes: list[str]) -> None:
    name = table.path.name
    if not labels:
        raise DataError(
            f"{name}: no row has both a text and a label in {column!r}: type --label-column with another column"
        )
    if len(classes) == 1:
        raise DataError(
            f"{name}: every row has the label {classes[0]!r} in column {column!r}, but at least 2 classes are "
            "needed: type --label-column with another column"
        )
    if len(classes) > min(MOST_CLASSES, max(2, len(labels) // 3)):
        raise DataError(
            f"{name}: column {column!r} has {len(classes):,} different values in {len(labels):,} rows, too many "
            "for classes: type --label-column with another column"
        )
    if len(labels) < FEWEST_ROWS:
        raise DataError(f"{name} has {len(labels)} usable rows, but three splits need at least {FEWEST_ROWS}: add rows")
    rare = [(label, count) for label, count in Counter(labels).items() if count < 3]
    if rare:
        listed = ", ".join(f"{label!r} ({count})" for label, count in sorted(rare)[:5])
        raise DataError(
            f"{name}: each class needs at least 3 rows, one for each split; too few in {listed}: add rows, or remove "
            "these"
        )

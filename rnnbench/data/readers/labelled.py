"""The user's own labelled texts: read the text and the label of each row, and split at random, stratified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import Facts, LabelledTexts
from rnnbench.data.readers.columns import MISSING, Table
from rnnbench.data.readers.label_columns import TextColumns, find_columns, label_cells, not_used, text_cells
from rnnbench.data.readers.labels import (
    KEEP_WORDS,
    Labels,
    alike_warning,
    are_continuous,
    many_numbers_warning,
    missing_warning,
    ordered,
    read_labels,
    several_warning,
)
from rnnbench.data.readers.own_splits import TEST, check_options, split_labelled
from rnnbench.data.readers.split_checks import check_classes, check_given
from rnnbench.data.settings import DataSettings
from rnnbench.data.splitting import fingerprint, labelled_splits

FEWEST_ROWS = 30
MOST_CLASSES = 200
MOST_LISTED = 20


def read_labelled(table: Table, settings: DataSettings) -> LabelledTexts:
    """Labelled texts in three splits with the same class proportions.

    Raises: DataError when a column is missing or ambiguous, or the rows cannot be split.
    """
    check_options(settings, "labelled_text")
    columns = find_columns(table, settings)
    texts, of_texts = text_cells(table, columns.text)
    cells, of_labels = label_cells(table, columns.labels)
    labels = read_labels(cells, settings.missing)
    rows = _usable_rows(texts, labels.of_rows, settings, table.split_of)
    kept = [labels.of_rows[row] for row in rows.used]
    classes = ordered(kept)
    check_given(table, rows.used)
    _check(table, columns, kept, classes, rows.in_words(labels), keep=KEEP_WORDS if labels.missing else "")
    number_of = {name: number for number, name in enumerate(classes)}
    numbers = np.array([number_of[label] for label in kept], dtype=np.int64)
    split = split_labelled(table, settings, rows.used, numbers, classes)
    splits = labelled_splits([texts[row] for row in rows.used], numbers, split.rows)
    sizes = "training {:,}, validation {:,}, test {:,}".format(*map(len, split.rows))
    rule = f"{split.rule}: {sizes}"
    counts = Counter(kept)
    understood = [
        *table.understood,
        ("columns", _columns_in_words(table, columns)),
        *(("columns", sentence) for sentence in (of_texts, of_labels) if sentence),
        ("rows", rows.in_words(labels)),
        ("classes", f"{len(classes)}: {_listed(classes, counts)}"),
        *(("classes", sentence) for sentence in labels.merged),
        ("split", rule),
    ]
    lacking = check_classes(table, split, numbers, classes)
    warnings = (
        missing_warning(labels.missing, counts), alike_warning(counts), several_warning(counts),
        many_numbers_warning(classes), *lacking,
    )  # fmt: skip
    facts = Facts(
        name=table.path.name,
        kind="labelled_text",
        title=f"{table.path.stem}: {len(kept):,} texts in {len(classes)} classes",
        source=str(table.path),
        licence="the user's own file",
        split_rule=rule,
        understood=tuple(understood),
        warnings=(*table.warnings, *(warning for warning in warnings if warning)),
    )
    return LabelledTexts(facts, splits, classes, fingerprint(splits), columns.text)


@dataclass(frozen=True)
class _Rows:
    """used: the rows with a text of their own and a label. The others by the reason why they are left out.

    contradicting: of the repeated texts, those with another label than the first.
    """

    used: list[int]
    total: int
    without_text: int
    without_label: int
    repeated: int
    contradicting: int

    def in_words(self, labels: Labels) -> str:
        """'420 read, 150 used; left out: 8 without a label (nan 8), 262 repeated texts, ...'."""
        left_out = []
        if self.without_text:
            left_out.append(f"{self.without_text:,} without a text")
        if self.without_label:
            words = ", ".join(f"{word} {count:,}" for word, count in [*labels.missing.items()][:MOST_LISTED])
            left_out.append(f"{self.without_label:,} without a label{f' ({words})' if words else ''}")
        if self.repeated:
            more = (
                f" ({self.contradicting:,} of them with another label: that of the first row is kept)"
                if self.contradicting
                else ""
            )
            left_out.append(f"{self.repeated:,} that repeat a text{more}")
        listed = f"; left out: {', '.join(left_out)}" if left_out else ""
        return f"{self.total:,} read, {len(self.used):,} used{listed}"


def _usable_rows(
    texts: Sequence[str], labels: Sequence[str], settings: DataSettings, split_of: np.ndarray | None
) -> _Rows:
    """The rows to use: a text that is in two splits would be known in advance, so only its first row is used.

    split_of: where the user decides the splits, a given test split stays as it is, and its texts are left out of
    validation and training, those of validation out of training.
    """
    order = range(len(texts)) if split_of is None else np.argsort(-split_of, kind="stable").tolist()
    words = () if "" in settings.missing else MISSING
    absent = {word for word in words if word.isalnum() or "/" in word or "<" in word} | {*settings.missing}
    label_of: dict[str, str] = {}
    used: list[int] = []
    without_text = without_label = repeated = contradicting = 0
    for row in order:
        text, label = texts[row], labels[row]
        is_given = split_of is not None and split_of[row] == TEST
        if not text or text.casefold() in absent:
            without_text += 1
        elif not label:
            without_label += 1
        elif text in label_of and not is_given:
            repeated += 1
            contradicting += label_of[text] != label
        else:
            label_of.setdefault(text, label)
            used.append(row)
    return _Rows(sorted(used), len(texts), without_text, without_label, repeated, contradicting)


def _columns_in_words(table: Table, columns: TextColumns) -> str:
    label = f"label is {columns.labels[0]!r}" if len(columns.labels) == 1 else f"{len(columns.labels)} label columns"
    return f"text is {columns.text!r}, {label}{not_used(table, (columns.text, *columns.labels))}"


def _listed(classes: Sequence[str], counts: Counter[str]) -> str:
    more = f" and {len(classes) - MOST_LISTED} more" if len(classes) > MOST_LISTED else ""
    return ", ".join(f"{name} {counts[name]:,}" for name in classes[:MOST_LISTED]) + more


def _check(
    table: Table, columns: TextColumns, labels: list[str], classes: Sequence[str], rows: str, *, keep: str = ""
) -> None:
    """Raises: DataError where the labels are no classes, or too few for three splits.

    rows: which rows were left out, as a reason for what is missing. keep: how the words of those without a label become
    classes, if there are such words.
    """
    name = table.path.name
    column = f"in column {columns.labels[0]!r}" if len(columns.labels) == 1 else "in the label columns"
    left_out = f" ({rows})" if len(labels) < len(table) else ""
    another = f"type --label-column with another column{left_out}"
    if not labels:
        raise DataError(f"{name}: no row has both a text and a label {column}: {another}")
    if len(classes) == 1:
        raise DataError(
            f"{name}: every row has the label {classes[0]!r} {column}, but at least 2 classes are needed: "
            f"{f'if the word of the others is a class, type {keep}, else ' if keep else ''}{another}"
        )
    if are_continuous(classes):
        raise DataError(
            f"{name}: {len(classes):,} different numbers with decimals {column} are a continuous rating, not classes: "
            f"write ranges in the file, such as low and high, or {another}"
        )
    if len(classes) > min(MOST_CLASSES, max(2, len(labels) // 3)):
        raise DataError(
            f"{name}: {len(classes):,} different values {column}, in {len(labels):,} rows, are too many for classes: "
            f"{another}"
        )
    if len(labels) < FEWEST_ROWS:
        raise DataError(
            f"{name} has {len(labels)} usable rows, but three splits need at least {FEWEST_ROWS}: add rows{left_out}"
        )
    rare = [(label, count) for label, count in Counter(labels).items() if count < 3]
    if rare:
        listed = ", ".join(f"{label!r} ({count})" for label, count in sorted(rare)[:5])
        raise DataError(
            f"{name}: each class needs at least 3 rows, one for each split; too few in {listed}: add rows, or remove "
            f"these{left_out}"
        )

"""Lines of fastText: __label__positive and the text, in this order or the other."""

from __future__ import annotations

import re
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table

MARK = "__label__"
LABEL = re.compile(rf"(?<!\S){MARK}(\S*)")
FIRST_LINES = 20


def is_fasttext(text: str) -> bool:
    """Whether the first lines have a label of fastText, at the start or at the end, with a text beside it."""
    lines = [line.strip() for line in text[: 1 << 16].split("\n", 2 * FIRST_LINES)[: 2 * FIRST_LINES] if line.strip()]
    first = lines[:FIRST_LINES]
    if not first or MARK not in first[0]:
        return False
    labels = [LABEL.findall(line) for line in first]
    if any("," in label or ";" in label for label in labels[0]):  # a table separates the label from the text
        return False
    if LABEL.match(first[0]):
        return any(char.isspace() for char in first[0])
    return all(labels) and all(LABEL.search(line.split()[-1]) for line in first) and "\t" not in first[0]


def read_fasttext(path: Path, text: str, encoding: str) -> Table:
    """The columns label and text.

    Raises: DataError for a line without a label, or with several.
    """
    import pandas as pd

    rows: list[tuple[str, str]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        labels = LABEL.findall(line)
        if not labels:
            raise DataError(f"{path.name}, line {number} has no label: write {MARK}NAME in it, as in the other lines")
        if len(labels) > 1:
            raise DataError(
                f"{path.name}, line {number} has several labels ({', '.join(labels[:5])}): keep one per line"
            )
        rows.append((labels[0], LABEL.sub("", line).strip()))
        lines.append(number)
    sentence = f"{path.name}: {encoding}, lines of fastText ({MARK}NAME and the text), {len(rows):,} rows"
    frame = pd.DataFrame(rows, columns=["label", "text"], dtype=str)
    return Table(path, frame, lines=tuple(lines), understood=(("file", sentence),))

"""Lines of fastText: __label__positive and the text."""

from __future__ import annotations

from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table

MARK = "__label__"


def is_fasttext(text: str) -> bool:
    """Whether the first line begins with a label of fastText."""
    return text.lstrip().startswith(MARK)


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
        label, _, rest = line.strip().partition(" ") if " " in line.strip() else line.strip().partition("\t")
        if not label.startswith(MARK):
            raise DataError(f"{path.name}, line {number} has no label: begin it with {MARK}NAME, as the other lines")
        if rest.lstrip().startswith(MARK):
            raise DataError(f"{path.name}, line {number} has several labels: keep one per line")
        rows.append((label.removeprefix(MARK), rest.strip()))
        lines.append(number)
    sentence = f"{path.name}: {encoding}, lines of fastText ({MARK}NAME, then the text), {len(rows):,} rows"
    frame = pd.DataFrame(rows, columns=["label", "text"], dtype=str)
    return Table(path, frame, lines=tuple(lines), understood=(("file", sentence),))

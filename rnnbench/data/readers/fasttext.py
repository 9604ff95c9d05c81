"""Labelled lines in the format of fastText: `__label__positive a lovely film`."""

from __future__ import annotations

from pathlib import Path

from rnnbench.data.code_points import text_of
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.text import decoded

MARK = "__label__"
HEAD_BYTES = 1 << 16


def looks_like_fasttext(path: Path) -> bool:
    """Whether most of the first lines of a file begin with a label."""
    with open(path, "rb") as stream:
        lines = [line for line in stream.read(HEAD_BYTES).splitlines() if line.strip()]
    marked = sum(line.lstrip(b"\xef\xbb\xbf ").startswith(MARK.encode()) for line in lines)
    return marked > 0.5 * len(lines)


def read_fasttext(path: Path) -> Table:
    """The lines as a table with the columns text and label; a line with several labels has them as a list."""
    import pandas as pd

    texts, labels, numbers = [], [], []
    content = "".join(text_of(points) for points in decoded(path)).removeprefix("\ufeff")
    for number, line in enumerate(content.split("\n"), start=1):
        words = line.split()
        count = next((place for place, word in enumerate(words) if not word.startswith(MARK)), len(words))
        if words:
            numbers.append(number)
            labels.append([word.removeprefix(MARK).rstrip(",") for word in words[:count]])
            texts.append(" ".join(words[count:]))
    is_single = all(len(of_line) <= 1 for of_line in labels)
    column = [of_line[0] if of_line else "" for of_line in labels] if is_single else labels
    sentence = f"lines in the format of fastText: the label of a line follows {MARK}"
    return Table(
        path,
        pd.DataFrame({"text": texts, "label": column}),
        lines=tuple(numbers),
        understood=(("file", sentence),),
    )

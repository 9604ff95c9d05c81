"""Two plain texts of equal lines: the sources in one file, the target of each line in the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.core.paths import expanded
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.file_text import PACKED, read_text
from rnnbench.data.readers.plain_layouts import plain_layout
from rnnbench.data.readers.tables import BILINGUAL, DELIMITED
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    import pandas as pd

NOT_PLAIN = {*BILINGUAL, ".xlsx", ".xls", ".ods", ".zip", ".xml", ".html", ".pdf", ".docx"}
"""Refused elsewhere: no plain texts."""
ARE_TABLES = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq"}
MOST_SHOWN = 3


def read_lines_of_two(path: Path, settings: DataSettings) -> Table:
    """A table of the lines of two files, under the names in which they differ: 'de' and 'en' of train.de and train.en.

    path: that of `settings.path`, or of a split, whose targets are in the file beside it that is named in the same way.
    Raises: DataError for files of different numbers of lines, or one that is a table.
    """
    import pandas as pd

    if settings.text_column or settings.target:
        option = "--text-column" if settings.text_column else "--target"
        raise DataError(
            f"--target-data reads whole lines of two plain texts, which have no columns: leave out {option}"
        )
    main, targets = expanded(settings.path or settings.name), expanded(settings.target_data or "")
    other = targets if _is_same(path, main) else targets_beside(path, main, targets)
    sides = []
    for file in (path, other):
        _check_plain(file)
        text, encoding = read_text(file, settings.encoding)
        lines = text.removesuffix("\n").split("\n")
        sides.append((file, encoding, [line.strip() for line in lines]))
    (_, first, sources), (_, second, lines_of_targets) = sides
    if len(sources) != len(lines_of_targets):
        raise DataError(
            f"{path.name} has {len(sources):,} lines and {other.name} has {len(lines_of_targets):,}: line by line they "
            "must be a text and its target, so make both equally long"
        )
    names = names_of_sides(main, targets)
    frame = pd.DataFrame({names[0]: sources, names[1]: lines_of_targets}, dtype=str)
    summary = f"{path.name}: {first.label}, and {other.name}: {second.label}, {len(sources):,} lines each"
    return Table(
        path,
        frame,
        lines=tuple(range(1, len(sources) + 1)),
        understood=(("file", summary), *(("rows", sentence) for sentence in _one_sided(frame, (path, other)))),
        warnings=tuple(encoding.warning for encoding in (first, second) if encoding.warning),
    )


def names_of_sides(source: Path, target: Path) -> tuple[str, str]:
    """The words in which two names of files differ, such as 'de' and 'en'; else 'source' and 'target'."""
    words = [_words(path.name) for path in (source, target)]
    if len(words[0]) == len(words[1]):
        differing = [(own, other) for own, other in zip(*words, strict=True) if own != other]
        if len({*differing}) == 1 and all(map(str.isalnum, differing[0])):
            return differing[0]
    return "source", "target"


def targets_beside(path: Path, main: Path, targets: Path) -> Path:
    """The file with the targets of a split: named beside it as the targets are named beside the main file.

    Raises: DataError where there is none.
    """
    own, other = names_of_sides(main, targets)
    words = _words(path.name)
    places = [place for place, word in enumerate(words) if word == own]
    if not places or own not in _words(main.name):
        raise DataError(
            f"the targets of {path.name} are looked for in the file that is named as {targets.name} is beside "
            f"{main.name}, and these names do not say how: name them like train.de, train.en and test.de, test.en"
        )
    words[places[-1]] = other
    beside = path.with_name("".join(words))
    if not beside.is_file():
        raise DataError(
            f"there is no file {beside} with the targets of {path.name}, named as {targets.name} is beside {main.name}"
        )
    return beside


def check_single(path: Path, settings: DataSettings) -> None:
    """Raises: DataError for a plain text, under any suffix, that has one side of the pairs, with what to type."""
    suffix = next((end.lower() for end in reversed(path.suffixes) if end.lower() not in PACKED), "")
    is_typed = settings.text_column or settings.target or settings.header is not None
    is_table = suffix in ARE_TABLES or (suffix in DELIMITED and (is_typed or plain_layout(path, settings.encoding)))
    if not path.is_file() or is_table or suffix in NOT_PLAIN:
        return
    beside = sorted(
        other.name
        for other in path.parent.iterdir()
        if other != path and other.is_file() and other.name.partition(".")[0] == path.name.partition(".")[0]
    )
    others = f" (beside it: {', '.join(beside[:MOST_SHOWN])})" if beside[1:] else ""
    example = beside[0] if len(beside) == 1 else "FILE"
    raise DataError(
        f"{path.name} is no table, and as a plain text it holds one side of the pairs: type --target-data {example} "
        f"with the target of each of its lines{others}"
    )


def _check_plain(path: Path) -> None:
    if path.is_dir():
        raise DataError(f"{path} is a folder: type a file in it")
    if not path.is_file():
        names = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {path}.{did_you_mean(path.name, names)}")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    suffix = next((suffix for suffix in reversed(suffixes) if suffix not in PACKED), "")
    if suffix in ARE_TABLES:
        raise DataError(
            f"{path.name} is a table, and --target-data pairs the lines of two plain texts: write both texts as "
            "columns of one table, and name them by --text-column and --target"
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty")


def _one_sided(frame: pd.DataFrame, files: tuple[Path, Path]) -> list[str]:
    """A sentence for each side that has blank lines beside texts of the other, with the first of them."""
    blank = (frame == "").to_numpy()
    sentences = []
    for side, file in enumerate(files):
        alone = (blank[:, side] & ~blank[:, 1 - side]).nonzero()[0]
        if len(alone):
            count = f"{len(alone):,} blank line{'s' if len(alone) > 1 else ''}"
            first = f"the first is line {alone[0] + 1}" if len(alone) > 1 else f"line {alone[0] + 1}"
            sentences.append(f"{count} of {file.name} beside a text of {files[1 - side].name} ({first}): left out")
    return sentences


def _is_same(path: Path, other: Path) -> bool:
    return expanded(path).resolve() == other.resolve()


def _words(name: str) -> list[str]:
    """The words and the marks between them of the name of a file."""
    return re.findall(r"[^\W_]+|[\W_]+", name)

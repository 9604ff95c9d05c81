"""The user's own long text: a .txt file or a column of a table, split by position."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Facts, TextCorpus
from rnnbench.data.readers.encodings import Encoding
from rnnbench.data.readers.file_text import PACKED, pieces
from rnnbench.data.readers.own_splits import TEST, TRAIN, VALIDATION, check_options, validation_start
from rnnbench.data.readers.split_files import files_of_splits
from rnnbench.data.readers.tables import check_file
from rnnbench.data.settings import DataSettings
from rnnbench.data.sources import cache_folder, publish
from rnnbench.data.splits import Splits
from rnnbench.data.splitting import borders, by_position, fingerprint

PLAIN = {".txt", ".md", ".text"}
LARGE_BYTES = 64 << 20
FEWEST_CHARACTERS = 200


def read_text_file(path: Path, settings: DataSettings) -> TextCorpus:
    """The text of a file, and of the files of its other splits where they are named, as code points.

    Raises: DataError when a file is missing, empty, too short, or cannot be decoded.
    """
    texts = {split: _read(file, settings) for file, split in files_of_splits(path, settings)}
    return corpus_of(
        {split: text.points for split, text in texts.items()},
        path,
        settings,
        tuple(("file", text.origin) for text in texts.values()),
        tuple(dict.fromkeys(text.warning for text in texts.values() if text.warning)),
    )


@dataclass(frozen=True)
class _Text:
    points: np.ndarray
    origin: str
    warning: str


def _read(path: Path, settings: DataSettings) -> _Text:
    """The code points of one file. A large one is decoded once into the cache and memory-mapped from there."""
    check_file(path, PLAIN)
    parts, encoding = pieces(path, settings.encoding)
    if path.stat().st_size <= (LARGE_BYTES if path.suffix.lower() not in PACKED else LARGE_BYTES // 8):
        points = np.concatenate([points_of(part) for part in parts])
    else:
        cached = publish(_cache_path(path, encoding), lambda folder: _write(parts, folder))
        points = np.memmap(cached, dtype="<u4", mode="r")
    return _Text(points, f"{path.name}: {encoding.label}, {path.stat().st_size:,} bytes", encoding.warning)


def corpus_of(
    parts: Mapping[int, np.ndarray],
    path: Path,
    settings: DataSettings,
    understood: tuple[tuple[str, str], ...],
    warnings: tuple[str, ...] = (),
) -> TextCorpus:
    """Code points in three splits: those given, else by position: training first, test last.

    parts: by split as a number; training alone is split. understood, warnings: as in `Facts`.
    """
    check_options(settings, "text")
    points = parts[TRAIN]
    count = sum(map(len, parts.values()))
    if len(points) < FEWEST_CHARACTERS:
        raise DataError(
            f"{path.name} has {len(points)} characters, but three splits need at least {FEWEST_CHARACTERS}: "
            "use a longer text"
        )
    rule = "by position"
    if TEST in parts:
        end = len(points) if VALIDATION in parts else validation_start(len(points), settings)
        splits = Splits(points[:end], parts.get(VALIDATION, points[end:]), parts[TEST])
        rule = "by the files" + ("" if VALIDATION in parts else ", the end of training is validation")
    else:
        splits = by_position(points, *borders(len(points), settings.validation_share, settings.test_share))
    lengths = [len(splits.train), len(splits.validation)]
    rule += ": training {:,}, validation {:,}, test {:,} characters".format(*lengths, count - sum(lengths))
    facts = Facts(
        name=path.name,
        kind="text",
        title=f"{path.stem}: a text of {count:,} characters",
        source=str(path),
        licence="the user's own file",
        split_rule=rule,
        understood=(*understood, ("rows", f"{count:,} characters"), ("split", rule)),
        warnings=warnings,
    )
    return TextCorpus(facts, splits, fingerprint(splits))


def _write(parts: Iterator[str], folder: Path) -> Path:
    with open(folder / "points", "wb") as stream:
        for part in parts:
            stream.write(points_of(part).tobytes())
    return folder / "points"


def _cache_path(path: Path, encoding: Encoding) -> Path:
    """A path that depends on the file's path, size and modification time, and on how it is decoded."""
    state = path.stat()
    identity = f"{path.resolve()}:{state.st_size}:{state.st_mtime_ns}:{encoding.codec}:NFC"
    return cache_folder() / "texts" / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.u4"

"""The user's own long text: a .txt file or a column of a table, split by position."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Facts, TextCorpus
from rnnbench.data.readers.encodings import Encoding
from rnnbench.data.readers.file_text import PACKED, pieces
from rnnbench.data.readers.tables import check_file
from rnnbench.data.settings import DataSettings
from rnnbench.data.sources import cache_folder, publish
from rnnbench.data.splitting import borders, by_position, fingerprint

PLAIN = {".txt", ".md", ".text"}
LARGE_BYTES = 64 << 20
FEWEST_CHARACTERS = 200


def read_text_file(path: Path, settings: DataSettings) -> TextCorpus:
    """The text of a file as code points. A large file is decoded once into the cache and memory-mapped from there.

    Raises: DataError when the file is missing, empty, too short, or cannot be decoded.
    """
    check_file(path, PLAIN)
    parts, encoding = pieces(path, settings.encoding)
    if path.stat().st_size <= (LARGE_BYTES if path.suffix.lower() not in PACKED else LARGE_BYTES // 8):
        points = np.concatenate([points_of(part) for part in parts])
    else:
        cached = publish(_cache_path(path, encoding), lambda folder: _write(parts, folder))
        points = np.memmap(cached, dtype="<u4", mode="r")
    origin = f"{path.name}: {encoding.label}, {path.stat().st_size:,} bytes"
    warnings = (encoding.warning,) if encoding.warning else ()
    return corpus_of(points, path, settings, (("file", origin),), warnings)


def corpus_of(
    points: np.ndarray,
    path: Path,
    settings: DataSettings,
    understood: tuple[tuple[str, str], ...],
    warnings: tuple[str, ...] = (),
) -> TextCorpus:
    """Code points in three splits by position: training first, test last. understood, warnings: as in `Facts`."""
    if len(points) < FEWEST_CHARACTERS:
        raise DataError(
            f"{path.name} has {len(points)} characters, but three splits need at least {FEWEST_CHARACTERS}: "
            "use a longer text"
        )
    validation, test = borders(len(points), settings.validation_share, settings.test_share)
    splits = by_position(points, validation, test)
    sizes = f"training {validation:,}, validation {test - validation:,}, test {len(points) - test:,} characters"
    facts = Facts(
        name=path.name,
        kind="text",
        title=f"{path.stem}: a text of {len(points):,} characters",
        source=str(path),
        licence="the user's own file",
        split_rule=f"by position: {sizes}",
        understood=(
            *understood,
            ("rows", f"{len(points):,} characters"),
            ("split", f"by position: {sizes}"),
        ),
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

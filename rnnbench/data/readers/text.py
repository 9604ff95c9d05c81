"""The user's own long text: a .txt file or a column of a table, split by position."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Facts, TextCorpus
from rnnbench.data.readers.tables import broken_encoding, check_file, encoding_of
from rnnbench.data.settings import DataSettings
from rnnbench.data.sources import cache_folder, publish
from rnnbench.data.splitting import borders, by_position, fingerprint

PLAIN = {".txt", ".md", ".text"}
LARGE_BYTES = 64 << 20
READ_BYTES = 4 << 20
FEWEST_CHARACTERS = 200


def read_text_file(path: Path, settings: DataSettings) -> TextCorpus:
    """The text of a file as code points. A large file is decoded once into the cache and memory-mapped from there.

    Raises: DataError when the file is missing, empty, too short, or not UTF-8.
    """
    check_file(path, PLAIN)
    if path.stat().st_size <= LARGE_BYTES:
        points = np.concatenate([*decoded(path)])
    else:
        points = np.memmap(publish(_cache_path(path), lambda folder: _write(path, folder)), dtype="<u4", mode="r")
    return corpus_of(points, path, settings, f"{path.stat().st_size:,} bytes")


def corpus_of(points: np.ndarray, path: Path, settings: DataSettings, origin: str) -> TextCorpus:
    """Code points in three splits by position: training first, test last."""
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
        understood=(("file", f"{origin}, {len(points):,} characters"), ("split", f"by position: {sizes}")),
    )
    return TextCorpus(facts, splits, fingerprint(splits))


def decoded(path: Path) -> Iterator[np.ndarray]:
    """The code points of a file piece by piece; every line ending becomes a newline."""
    with open(path, "rb") as stream:
        encoding = encoding_of(stream.read(4))
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        read = 0
        while True:
            piece = stream.read(READ_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                raise broken_encoding(path, read - pending + error.start) from error
            yield points_of(newlines.decode(text, final=not piece))
            if not piece:
                return
            read += len(piece)


def _write(path: Path, folder: Path) -> Path:
    with open(folder / "points", "wb") as stream:
        for points in decoded(path):
            stream.write(points.tobytes())
    return folder / "points"


def _cache_path(path: Path) -> Path:
    """A path that depends on the file's path, size and modification time."""
    state = path.stat()
    identity = f"{path.resolve()}:{state.st_size}:{state.st_mtime_ns}"
    return cache_folder() / "texts" / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.u4"

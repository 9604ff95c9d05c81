"""Which stored runs belong to a person's own file: by its content, not by its name.

Two files of the same name in two folders are two data sets. Runs keep the path and the SHA-256 of their file in tags.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.core.text import nfc
from rnnbench.storage.tracker import Run

DATA_PATH, DATA_SHA256 = "data_path", "data_sha256"
"""Tags: the absolute path and the SHA-256 of the user's own file. Runs on known data sets do not have them."""


class SeveralFilesError(RnnbenchError):
    """A name that stands for several files, or a path to a file without runs."""


def file_tags(path: str | None) -> dict[str, str]:
    """The tags of a run on a file; empty for a known data set."""
    if path is None:
        return {}
    file = expanded(path).absolute()
    return {DATA_PATH: str(file), DATA_SHA256: _checksum(file)}


def data_name(data: str) -> str:
    """The name under which a known data set or a file is stored: the name, or the file's name."""
    return nfc(Path(data).name)


def identity_of(run: Run, name: str) -> str:
    """What distinguishes the data set of a run from others of its name: the path of its file, else the name."""
    return str(run.data.tags.get(DATA_PATH, name))


def of_data(runs: Sequence[Run], data: str) -> list[Run]:
    """The runs on `data`, of runs on data sets of its name.

    data: a name, or a path, which stands for the runs on a file with the same content, else on the same path.
    Raises: SeveralFilesError where it stands for no file, or for several.
    """
    tagged = [run for run in runs if DATA_PATH in run.data.tags]
    if not tagged:
        return [*runs]
    path = expanded(data)
    if path.is_file():
        checksum, absolute = _checksum(path.absolute()), os.path.abspath(path)
        same = [run for run in tagged if run.data.tags[DATA_SHA256] == checksum]
        same = same or [run for run in tagged if run.data.tags[DATA_PATH] == absolute]
    elif path.name != data:
        absolute = os.path.abspath(path)
        same = [run for run in tagged if run.data.tags[DATA_PATH] == absolute]
    else:
        contents = {run.data.tags[DATA_SHA256] for run in tagged}
        same = [] if len(contents) > 1 and len({run.data.tags[DATA_PATH] for run in tagged}) > 1 else [*runs]
    if not same:
        stored = " or ".join(sorted({f"--data {run.data.tags[DATA_PATH]}" for run in tagged}))
        what = f"no runs on {os.path.abspath(path)}" if path.is_file() or path.name != data else "runs on several files"
        raise SeveralFilesError(f"the store has {what}: files named {path.name!r} in it need their path, {stored}")
    return same


def _checksum(path: Path) -> str:
    """The SHA-256 of a file; empty where it cannot be read."""
    try:
        state = path.stat()
        return _checksum_of(str(path), state.st_mtime_ns, state.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=8)
def _checksum_of(path: str, modified: int, size: int) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

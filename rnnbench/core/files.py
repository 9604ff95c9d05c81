"""Atomic writes: a file is complete or absent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rnnbench.core.errors import RnnbenchError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically; a missing folder is created.

    Raises: RnnbenchError where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise RnnbenchError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def _replace(path: Path, content: bytes) -> None:
    """Replace the file in one step: a reader gets the old content or the new, never a part of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        # mkstemp creates files that only their owner can read
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

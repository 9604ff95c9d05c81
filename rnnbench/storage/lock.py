"""Locks between processes on files of the store."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from filelock import FileLock

from rnnbench.storage.location import gone


class StoreLock:
    """A lock between processes on a file whose folder is in the store.

    Unlike FileLock it makes no folder: where the store has gone, that would put an empty one in its place.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, FileLock(str(path))

    def acquire(self) -> None:
        """Wait for the lock. Raises: StoreError where the store has gone."""
        if not self._path.parent.exists():
            raise gone()
        self._lock.acquire()

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.release()

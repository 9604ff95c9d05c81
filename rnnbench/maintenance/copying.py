"""Copy and move a whole store; nothing is ever in place half-written.

copy    check ─► copy beside the target ─► compare checksums ─► rename to the target
move    rename; on another disk, copy as above and delete the original
"""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from rnnbench.core.errors import RnnbenchError
from rnnbench.maintenance.busy import require_idle
from rnnbench.maintenance.check import size_of
from rnnbench.storage.backup import UNFINISHED, copy_database
from rnnbench.storage.database_state import connect, refusal, state_of

_DATABASE = "mlflow.db"
_NOT_COPIED = ("leases", "mlflow.db-journal", "mlflow.db-wal", "mlflow.db-shm", "mlflow.lock", "plans.lock")
"""What belongs to processes that use the original."""


@dataclass(frozen=True)
class Copied:
    """What was copied or moved: number of files and their bytes, the database included."""

    files: int
    bytes: int


def copy(source: Path, target: Path, *, is_dry: bool = False) -> Copied:
    """Copy a store to a new or empty folder and verify every file.

    Raises: RnnbenchError where processes use the store, the target is not empty or too small, or a file differs.
    """
    planned = _require_possible(source, target)
    _require_space(target, planned.bytes)
    if not is_dry:
        unfinished = target.parent / f"{UNFINISHED}{target.name}-{os.getpid()}"
        _delete_leftovers(target)
        try:
            _copy_verified(source, unfinished)
            _put_in_place(unfinished, target)
        except (OSError, sqlite3.Error) as error:
            raise RnnbenchError(f"{source} was not copied to {target}: {error}") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return planned


def move(source: Path, target: Path, *, is_dry: bool = False) -> Copied:
    """Move a store to a new or empty folder. Raises: RnnbenchError, as `copy`."""
    planned = _require_possible(source, target)
    if is_dry:
        return planned
    try:
        _put_in_place(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise RnnbenchError(f"{source} was not moved to {target}: {error}") from error
        copy(source, target)
        shutil.rmtree(source)
    return planned


def _require_possible(source: Path, target: Path) -> Copied:
    """What is to be copied. Raises: RnnbenchError where it cannot be."""
    state = state_of(source)
    if state.status in ("absent", "missing", "damaged", "locked"):
        raise RnnbenchError(f"there is no store in {source}" if state.status == "absent" else refusal(source, state))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RnnbenchError(f"{target} is not empty: name a new folder")
    if target.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(target.resolve()):
        raise RnnbenchError(f"{target} and the store {source} are inside each other: name another folder")
    if "?" in str(target) or "%" in str(target):
        raise RnnbenchError(f"{target} cannot be the folder of a store: its path contains ? or %")
    require_idle(source)
    files = [*_files(source)]
    return Copied(len(files) + 1, sum(size_of(path) for path in files) + size_of(source / _DATABASE))


def _require_space(target: Path, needed: int) -> None:
    existing = next(folder for folder in (target, *target.parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise RnnbenchError(f"{existing} has {free:,} bytes free, and the store needs {needed:,}: name another folder")


def _files(store: Path) -> Iterator[Path]:
    """The files to copy, except for the database."""
    for path in sorted(store.rglob("*")):
        inside = path.relative_to(store)
        is_left_out = inside.parts[0] in (_DATABASE, *_NOT_COPIED) or any(
            ".unfinished" in part for part in inside.parts
        )
        if path.is_file() and not is_left_out and not path.name.endswith((".work.lock", ".append.lock")):
            yield path


def _copy_verified(source: Path, target: Path) -> None:
    """Copy into a new folder. Raises: OSError, sqlite3.Error where the copy differs or cannot be written."""
    target.mkdir(parents=True)
    for path in _files(source):
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
        if _checksum(path) != _checksum(copied):
            raise OSError(f"the copy of {path} differs from it")
    copy_database(source / _DATABASE, target / _DATABASE)
    if _row_counts(source / _DATABASE) != _row_counts(target / _DATABASE):
        raise OSError("the copy of the database has other rows: another process has written meanwhile")


def _delete_leftovers(target: Path) -> None:
    """Delete what killed copies to the same target have left beside it."""
    for leftover in target.parent.glob(f"{glob.escape(UNFINISHED + target.name)}-*"):
        pid = leftover.name.rpartition("-")[2]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(leftover, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        target.rmdir()
    os.rename(folder, target)


def _checksum(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _row_counts(database: Path) -> dict[str, int]:
    with closing(connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}

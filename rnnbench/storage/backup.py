"""Backups of a store's database and journals, in its folder `backups/`; the newest few are kept."""

from __future__ import annotations

import calendar
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.database_state import BACKUPS, backups, connect, refusal, state_of
from rnnbench.storage.location import store_folder

KEPT_BACKUPS = 3
_NAME = "%Y%m%d-%H%M%S"
UNFINISHED = ".unfinished-"
"""Start of the names of folders that are being written."""


def back_up(target: Path | None = None) -> Path:
    """A new backup of the store in `target`, or in its own folder `backups/`. Returns the folder of the backup.

    The database is copied consistently, also while others write it, and verified; of journals, whole lines are copied.
    Raises: RnnbenchError where the database cannot be read or the backup cannot be written.
    """
    folder = store_folder()
    state = state_of(folder)
    if state.status in ("absent", "missing", "damaged", "locked"):
        raise RnnbenchError("there is nothing to back up yet" if state.status == "absent" else refusal(folder, state))
    place = target or folder / BACKUPS
    name = _new_name(place)
    unfinished = place / f"{UNFINISHED}{name}"
    try:
        (unfinished / "optuna").mkdir(parents=True)
        copy_database(folder / "mlflow.db", unfinished / "mlflow.db")
        for journal in sorted((folder / "optuna").glob("*.journal")):
            content = journal.read_bytes()
            (unfinished / "optuna" / journal.name).write_bytes(content[: content.rfind(b"\n") + 1])
        os.replace(unfinished, place / name)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise RnnbenchError(f"the backup in {place} cannot be written: {error}") from error
    if target is None:
        for old in backups(folder)[:-KEPT_BACKUPS]:
            shutil.rmtree(old, ignore_errors=True)
    return place / name


def note_of_backup() -> str:
    """Make a backup. Returns a sentence about why there is none, empty where there is one."""
    try:
        back_up()
    except (RnnbenchError, OSError, sqlite3.Error) as error:
        return f"no backup of the store was made: {error}"
    return ""


def copy_database(source: Path, target: Path) -> None:
    """Copy a database consistently and verify the copy. Raises: sqlite3.Error, OSError."""
    with closing(connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
        (outcome,) = written.execute("PRAGMA integrity_check").fetchone()
    if outcome != "ok":
        raise sqlite3.DatabaseError(f"{source} is damaged: {outcome.splitlines()[0]}")


def _new_name(place: Path) -> str:
    """The time as a name that sorts: 20261130-133024, or the second after the newest backup where that is later."""
    seconds = [time.time()]
    for path in place.glob("*-*"):
        with suppress(ValueError):
            seconds.append(calendar.timegm(time.strptime(path.name, _NAME)) + 1)
    return time.strftime(_NAME, time.gmtime(max(seconds)))

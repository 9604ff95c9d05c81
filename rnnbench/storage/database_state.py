"""The state of the file of MLflow's database, read without MLflow, which would create or change its tables."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

Status = Literal["readable", "absent", "missing", "damaged", "locked", "older", "newer"]

BACKUPS = "backups"
"""The folder of backups in a store."""
_WAIT_SECONDS = 20.0
"""Seconds to wait for another process that has locked the database."""


class DatabaseState(NamedTuple):
    """What can be done with a database.

    status: `absent` where the store has no runs yet, `missing` where it has files of runs; `older` and `newer` for a
        schema of another version of MLflow. reason: of a damaged one. version: of the schema, empty if unknown.
    """

    status: Status
    reason: str = ""
    version: str = ""


def state_of(folder: Path) -> DatabaseState:
    """The state of the database of a store's folder."""
    database = folder / "mlflow.db"
    try:
        is_empty = not database.exists() or database.stat().st_size == 0
        version = None if is_empty else _version(database)
    except (sqlite3.Error, OSError) as error:
        return DatabaseState("locked" if is_busy(error) else "damaged", str(error))
    if version is None:
        return DatabaseState("missing" if has_files(folder) else "absent")
    return DatabaseState(_compared(version), version=version)


def has_files(folder: Path) -> bool:
    """Whether a store's folder has files of runs or searches."""
    artifacts = (path for path in (folder / "artifacts").rglob("*") if path.is_file())
    return next(artifacts, None) is not None or any((folder / "optuna").glob("*.journal"))


def connect(database: Path) -> sqlite3.Connection:
    """A connection for reading, which never creates the database.

    A transaction that a killed process left open is rolled back, where the store can be written.
    """

    def opened(mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(database))}?mode={mode}", uri=True, timeout=_WAIT_SECONDS)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    try:
        return opened("ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK" or not os.access(database.parent, os.W_OK):
            raise
        return opened("rw")


def is_busy(error: BaseException) -> bool:
    """Whether an error of the database says that another process has locked it."""
    return "database is locked" in str(error)


def newest_backup(folder: Path) -> Path | None:
    """The newest backup of a store with a readable database: a folder in `backups/`."""
    return next((path for path in reversed(backups(folder)) if state_of(path).status == "readable"), None)


def backups(folder: Path) -> list[Path]:
    """The backups of a store, oldest first."""
    return sorted(path.parent for path in (folder / BACKUPS).glob("[0-9]*/mlflow.db"))


def refusal(folder: Path, state: DatabaseState) -> str:
    """Why a store cannot be used, and what to type, in one line."""
    database = folder / "mlflow.db"
    match state.status:
        case "locked":
            return (
                f"the store's database {database} is locked by another process, perhaps a backup program or a database "
                "browser: close it and type the command again"
            )
        case "older":
            return (
                f"the store's database {database} has the schema of an older MLflow ({state.version}). To back it up "
                "and upgrade it, type: rnnbench store repair"
            )
        case "newer":
            return (
                f"the store's database {database} has the schema of a newer MLflow ({state.version}): install that "
                "version (pip install --upgrade mlflow), or set RNNBENCH_STORE to another folder"
            )
        case "missing":
            what = f"the store {folder} has files of runs, but its database mlflow.db is missing or empty"
        case _:
            what = f"the store's database {database} cannot be read ({state.reason})"
    return f"{what}. {_way_back(folder)}"


def _way_back(folder: Path) -> str:
    backup = newest_backup(folder)
    if backup is None:
        own = "restore it from a backup of your own, or set RNNBENCH_STORE to another folder"
        return f"There is no backup in {folder / BACKUPS}: {own}"
    return f"To restore the newest backup ({backup.name}) and keep the present file, type: rnnbench store repair"


def _version(database: Path) -> str | None:
    """The version of the schema; None for a database without tables. Raises: sqlite3.Error."""
    with closing(connect(database)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if not {"alembic_version", "experiments", "runs"} <= tables:
            raise sqlite3.DatabaseError("it is not a database of MLflow")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else "unknown"


def _compared(version: str) -> Literal["readable", "older", "newer"]:
    from mlflow.store.db import utils

    if version == utils._get_latest_schema_revision():
        return "readable"
    migrations = Path(utils.__file__).parents[1] / "db_migrations" / "versions"
    return "older" if any(migrations.glob(f"{version}_*.py")) else "newer"

"""MLflow's database in the store: its address, its creation, and its errors in one line."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from rnnbench.core.errors import StoreError
from rnnbench.storage.database_state import DatabaseState, is_busy, refusal, state_of
from rnnbench.storage.location import gone, has_gone, note_opened, store_folder
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.relocation import relocate

logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it logs a traceback of each error it raises

_DATABASE_ERRORS = (sqlite3.Error, SQLAlchemyError)


def tracking_uri() -> str:
    """The address of the store's database, with an absolute path."""
    return f"sqlite:///{store_folder() / 'mlflow.db'}"


def is_writable() -> bool:
    """Whether this process can write the store; one that it can only read is opened for reading."""
    database = store_folder() / "mlflow.db"
    return os.access(store_folder(), os.W_OK) and (not database.exists() or os.access(database, os.W_OK))


def open_database() -> MlflowClient:
    """A client of the store's database, which is created if needed.

    Its methods raise StoreError for errors of the database.
    Raises: StoreError where the file is no database, is damaged, locked, of another version of MLflow, missing beside
        files of runs, or absent from a store that cannot be written.
    """
    folder = store_folder()
    try:
        if is_writable():
            # two processes that create the tables of an empty store at the same time would break its schema
            with StoreLock(folder / "mlflow.lock"):
                if _usable_state(folder).status == "absent":
                    _create(folder / "mlflow.db")
                relocate(folder / "mlflow.db")
                return _client()
        if _usable_state(folder).status == "absent":
            raise StoreError(f"the store {folder} is empty and cannot be written: set RNNBENCH_STORE")
        return _client()
    except (*_DATABASE_ERRORS, MlflowException) as error:
        raise _explained(error) from error


def _usable_state(folder: Path) -> DatabaseState:
    """The state of a database that can be read or created. Raises: StoreError."""
    state = state_of(folder)
    if state.status not in ("readable", "absent"):
        raise StoreError(refusal(folder, state))
    return state


def _client() -> MlflowClient:
    client = MlflowClient(tracking_uri=tracking_uri())
    client.search_experiments(max_results=1)
    note_opened()
    return cast(MlflowClient, _Client(client))


class _Client:
    """MLflow's client, with errors of the database in one line."""

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        return _explaining(value) if callable(value) else value


def _explaining(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except (*_DATABASE_ERRORS, MlflowException) as error:
            if _is_of_the_file(error):
                raise _explained(error) from error
            raise

    return call


def _is_of_the_file(error: Exception) -> bool:
    """Whether an error is due to the database's file; any other one, such as a violated constraint, is a bug."""
    cause = error.__cause__ if isinstance(error, MlflowException) else error
    return type(getattr(cause, "orig", cause)) in (sqlite3.OperationalError, sqlite3.DatabaseError)


def _explained(error: Exception) -> StoreError:
    """An error of the database in words."""
    if has_gone():  # SQLite calls a database that was moved away read-only
        return gone()
    cause = error.__cause__ if isinstance(error, MlflowException) and error.__cause__ else error
    reason = str(getattr(cause, "orig", None) or cause).splitlines()[0]
    folder = store_folder()
    if "disk is full" in reason:
        return StoreError(f"the disk of the store {folder} is full: free space there and type the command again")
    if "readonly database" in reason:
        return StoreError(
            f"the store {folder} cannot be written: make it writable, or set RNNBENCH_STORE to another folder"
        )
    return StoreError(refusal(folder, DatabaseState("locked" if is_busy(cause) else "damaged", reason)))


def _create(database: Path) -> None:
    """Create the database under a temporary name and rename it: MLflow cannot repair partly created tables."""
    unfinished = database.with_suffix(".unfinished")
    for leftover in database.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    MlflowClient(tracking_uri=f"sqlite:///{unfinished}").search_experiments(max_results=1)
    os.replace(unfinished, database)


def upgrade_schema() -> None:
    """Change the schema of the store's database to that of the installed MLflow. Make a backup before."""
    from mlflow.store.db.utils import _upgrade_db
    from sqlalchemy import create_engine

    engine = create_engine(tracking_uri())
    try:
        _upgrade_db(engine)
    finally:
        engine.dispose()

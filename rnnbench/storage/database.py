"""MLflow's database in the store: its address and its creation."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import DBAPIError

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import store_folder
from rnnbench.storage.relocation import relocate

logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)


def tracking_uri() -> str:
    """The address of the store's database, with an absolute path."""
    return f"sqlite:///{store_folder() / 'mlflow.db'}"


def is_writable() -> bool:
    """Whether this process can write the store; one that it can only read is opened for reading."""
    database = store_folder() / "mlflow.db"
    return os.access(store_folder(), os.W_OK) and (not database.exists() or os.access(database, os.W_OK))


def open_database() -> MlflowClient:
    """A client of the store's database, which is created if needed.

    Raises: RnnbenchError where the file is no database, is damaged, or is absent from a store that cannot be written.
    """
    database = store_folder() / "mlflow.db"
    try:
        if is_writable():
            # two processes that create the tables of an empty store at the same time would break its schema
            with FileLock(str(store_folder() / "mlflow.lock")):
                _create(database)
                relocate(database)
                return _client()
        if not database.exists():
            raise RnnbenchError(f"the store {store_folder()} is empty and cannot be written: set RNNBENCH_STORE")
        return _client()
    except (sqlite3.DatabaseError, DBAPIError, MlflowException) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise RnnbenchError(
            f"the store's database {database} cannot be read ({reason}): restore it from a backup, or set "
            "RNNBENCH_STORE to another folder"
        ) from error


def _client() -> MlflowClient:
    client = MlflowClient(tracking_uri=tracking_uri())
    client.search_experiments(max_results=1)
    return client


def _create(database: Path) -> None:
    """Create the database under a temporary name and rename it: MLflow cannot repair partly created tables."""
    if database.exists():
        return
    unfinished = database.with_suffix(".unfinished")
    for leftover in store_folder().glob(f"{unfinished.name}*"):
        leftover.unlink()
    MlflowClient(tracking_uri=f"sqlite:///{unfinished}").search_experiments(max_results=1)
    os.replace(unfinished, database)

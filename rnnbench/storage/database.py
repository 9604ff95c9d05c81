"""MLflow's database in the store: its address and its creation."""

from __future__ import annotations

import logging
import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")

from mlflow import MlflowClient

from rnnbench.storage.location import store_folder

logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)


def tracking_uri() -> str:
    """The address of the store's database, with an absolute path."""
    return f"sqlite:///{store_folder() / 'mlflow.db'}"


def create_database() -> None:
    """Create the database under a temporary name and rename it: MLflow cannot repair partly created tables."""
    database = store_folder() / "mlflow.db"
    if database.exists():
        return
    unfinished = database.with_suffix(".unfinished")
    for leftover in store_folder().glob(f"{unfinished.name}*"):
        leftover.unlink()
    MlflowClient(tracking_uri=f"sqlite:///{unfinished}").search_experiments(max_results=1)
    os.replace(unfinished, database)

"""MLflow's database in the store: its address, and its tables."""

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
    """The address of the store: a database file, always named in full."""
    return f"sqlite:///{store_folder() / 'mlflow.db'}"


def create_database() -> None:
    """Makes the store's tables beside their place, and moves them there whole: half-made ones stay broken for good."""
    database = store_folder() / "mlflow.db"
    if database.exists():
        return
    unfinished = database.with_suffix(".unfinished")
    for left in store_folder().glob(f"{unfinished.name}*"):
        left.unlink()
    MlflowClient(tracking_uri=f"sqlite:///{unfinished}").search_experiments(max_results=1)
    os.replace(unfinished, database)

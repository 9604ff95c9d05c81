"""The runs of a store's database, read without MLflow: nothing is created, corrected or changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.database_state import connect, refusal, state_of
from rnnbench.storage.relocation import local_path


@dataclass(frozen=True)
class StoredRun:
    """One row of a run, with its tags.

    files: the folder of its files, None where they are on a server. is_deleted: in the UI of MLflow.
    """

    id: str
    name: str
    status: str
    start_time: int
    end_time: int
    experiment: str
    experiment_id: str
    is_deleted: bool
    files: Path | None
    tags: Mapping[str, str]

    @property
    def kind(self) -> str:
        return self.tags.get("kind", "")

    @property
    def outcome(self) -> str:
        """How it ended; `running` where it has not."""
        return self.tags.get("outcome", "running" if self.status == "RUNNING" else "unknown")

    @property
    def parent(self) -> str:
        return self.tags.get("mlflow.parentRunId", "")

    def __str__(self) -> str:
        return f"run {self.name} ({self.id})"


def runs_of(folder: Path) -> list[StoredRun]:
    """Every run of the store in a folder, oldest first. Raises: RnnbenchError where the database cannot be read."""
    state = state_of(folder)
    if state.status == "absent":
        return []
    if state.status in ("missing", "damaged", "locked"):
        raise RnnbenchError(refusal(folder, state))
    with closing(connect(folder / "mlflow.db")) as connection:
        return _runs(connection, folder)


def _runs(connection: sqlite3.Connection, folder: Path) -> list[StoredRun]:
    tags: dict[str, dict[str, str]] = {}
    for run_id, key, value in connection.execute("SELECT run_uuid, key, value FROM tags"):
        tags.setdefault(run_id, {})[key] = value or ""
    rows = connection.execute(
        "SELECT run_uuid, runs.name, status, start_time, end_time, experiments.name, runs.experiment_id, "
        "runs.lifecycle_stage, artifact_uri FROM runs JOIN experiments USING (experiment_id) ORDER BY start_time"
    )
    return [
        StoredRun(
            run_id, name or "", status or "", start or 0, end or 0, experiment, str(experiment_id),
            stage == "deleted", files_folder(folder, address or ""), tags.get(run_id, {}),
        )
        for run_id, name, status, start, end, experiment, experiment_id, stage, address in rows
    ]  # fmt: skip


def files_folder(store: Path, address: str) -> Path | None:
    """The folder of a run's files by its stored address; in the store, where the store was moved or copied."""
    stored = local_path(address)
    if stored is None:
        return None
    here = store / "artifacts" / Path(*stored.parts[-3:])
    is_ours = stored.name == "artifacts" and len(stored.parents) > 2 and stored.parents[2].name == "artifacts"
    return here if is_ours and (here.parent.parent.is_dir() or not stored.is_dir()) else stored

"""Problems of a store's database, and of runs whose process is gone."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.files import write_whole
from rnnbench.maintenance.busy import require_idle
from rnnbench.maintenance.model import Problem
from rnnbench.storage.backup import back_up, copy_database
from rnnbench.storage.database import upgrade_schema
from rnnbench.storage.database_state import DatabaseState, connect, newest_backup, refusal, state_of
from rnnbench.storage.leases import Leases
from rnnbench.storage.rows import StoredRun, runs_of
from rnnbench.storage.tracker import LEASE, Tracker

REPAIR = "rnnbench store repair"


def database_problems(folder: Path) -> list[Problem]:
    """What is wrong with the database of a store."""
    state = state_of(folder)
    if state.status in ("readable", "older", "newer"):
        try:
            broken = _damage(folder / "mlflow.db")
            runs = runs_of(folder)
        except (sqlite3.Error, RnnbenchError) as error:
            broken, runs = str(error), []
        if broken:
            state = DatabaseState("damaged", broken)
    match state.status:
        case "readable":
            return _lost_runs(folder, runs)
        case "absent":
            return []
        case "older":
            action = f"back up the database, then upgrade its schema from {state.version}"
            return [Problem(refusal(folder, state), REPAIR, action, lambda: _upgrade(folder))]
        case "missing" | "damaged" if (backup := newest_backup(folder)) is not None:
            action = (
                f"restore database and journals from {backup}; present files are kept with the ending .damaged-TIME"
            )
            return [Problem(refusal(folder, state), REPAIR, action, lambda: _restore(folder, backup))]
        case _:
            return [Problem(refusal(folder, state), "see the message")]


def _damage(database: Path) -> str:
    """What SQLite's check finds; empty where the database is whole. Raises: sqlite3.Error."""
    with closing(connect(database)) as connection:
        (outcome,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if outcome == "ok" else " ".join(str(outcome).split())


def _lost_runs(folder: Path, runs: list[StoredRun]) -> list[Problem]:
    """Runs in the state RUNNING whose process is gone."""
    leases = Leases(folder / "leases")
    lost = [
        run
        for run in runs
        if run.status == "RUNNING" and not run.is_deleted and run.tags.get("mlflow.source.name") == "rnnbench"
        and not _is_alive(leases, run)
    ]  # fmt: skip
    return [
        Problem(
            f"{run} is stored as running, but its process has ended",
            REPAIR,
            f"end {run} as killed; its sweep continues it",
            lambda run=run: Tracker().repair(run.experiment_id),  # type: ignore[misc]
        )
        for run in lost
    ]


def _is_alive(leases: Leases, run: StoredRun) -> bool:
    """Whether a process may still work on a run: it holds its lease, and has not certainly ended."""
    lease_id = run.tags.get(LEASE, "")
    owner = leases.owner(lease_id)
    return leases.is_held(lease_id) and (owner is None or not owner.is_gone)


def _restore(folder: Path, backup: Path) -> None:
    """Put the database and journals of a backup in place; present files are kept under other names.

    Journals that know trials which the database lacks would not repeat them.
    """
    require_idle(folder)
    database = folder / "mlflow.db"
    unfinished = folder / "mlflow.unfinished"
    unfinished.unlink(missing_ok=True)
    copy_database(backup / "mlflow.db", unfinished)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for suffix in ("", "-journal", "-wal", "-shm"):
        _keep_aside(folder / f"mlflow.db{suffix}", stamp)
    os.replace(unfinished, database)
    for journal in sorted((backup / "optuna").glob("*.journal")):
        present, content = folder / "optuna" / journal.name, journal.read_bytes()
        if not present.exists() or present.read_bytes() != content:
            _keep_aside(present, stamp)
            write_whole(present, content)


def _keep_aside(present: Path, stamp: str) -> None:
    if present.exists():
        os.replace(present, present.with_name(f"{present.name}.damaged-{stamp}"))


def _upgrade(folder: Path) -> None:
    require_idle(folder)
    back_up()
    upgrade_schema()

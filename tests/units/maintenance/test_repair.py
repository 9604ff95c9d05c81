"""Repairs: each is printed, loses nothing, and leaves a store that a check finds whole."""

from __future__ import annotations

import importlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mlflow.store.db.utils import _get_alembic_config
from test_check import DAMAGES, contents
from typer.testing import CliRunner

from rnnbench.cli.commands import app
from rnnbench.maintenance.check import check
from rnnbench.maintenance.repair import repair
from rnnbench.storage.backup import back_up
from rnnbench.storage.database_state import backups, state_of
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.journal import trials_of

REPAIRED_ALONE = ["a lost run", "half a plan", "another plan", "a torn last line", "an unfinished file",
                  "a temporary file", "a lock of an earlier version"]  # fmt: skip
REPAIRED_WITH_BACKUP = ["no database", "an empty database", "no table", "garbage", "half a database", "no journal",
                        "garbage in the journal", "a number in the journal"]  # fmt: skip


@pytest.mark.parametrize("damage", [*REPAIRED_ALONE, *REPAIRED_WITH_BACKUP])
def test_a_repaired_store_is_whole(damage: str, planted: Any) -> None:
    if damage in REPAIRED_WITH_BACKUP:
        back_up()
    DAMAGES[damage][0](planted)
    before, actions = contents(planted.folder), []
    repair(planted.folder, actions.append, is_dry=True)
    assert len(actions) == 1
    assert contents(planted.folder) == before
    assert repair(planted.folder, actions.append).problems == ()
    assert actions[0] == actions[1]
    assert len(Tracker().find(planted.plan.experiment_id, kind="trial")) == 4
    assert len(trials_of(planted.journal)) == 4


@pytest.mark.parametrize("damage", ["garbage", "garbage in the journal"])
def test_the_damaged_file_is_kept(damage: str, planted: Any) -> None:
    back_up()
    DAMAGES[damage][0](planted)
    broken = (planted.folder / "mlflow.db" if damage == "garbage" else planted.journal).read_bytes()
    repair(planted.folder, lambda action: None)
    kept = [path.read_bytes() for path in planted.folder.rglob("*.damaged-*")]
    assert kept == [broken]


@pytest.mark.parametrize(
    "damage", ["garbage", "a newer schema", "no weights", "no journal", "garbage in the journal", "an orphan"]
)
def test_what_cannot_be_repaired_without_loss_is_left_and_told(damage: str, planted: Any) -> None:
    DAMAGES[damage][0](planted)
    before = contents(planted.folder)
    done = CliRunner().invoke(app, ["store", "repair"])
    assert done.exit_code == 1
    assert "nothing to repair" in done.stdout
    assert contents(planted.folder) == before


def test_lines_that_were_appended_after_the_backup_stay(planted: Any) -> None:
    back_up()
    lines = planted.journal.read_bytes().splitlines(keepends=True)
    added = lines[-1].replace(b'"op_code":6', b'"op_code":8')
    planted.journal.write_bytes(b"".join([*lines[:5], b"garbage\n", *lines[6:], added]))
    checked = check(planted.folder)
    assert [problem.action.partition(" from ")[0] for problem in checked.problems] == ["restore the journal"]
    repair(planted.folder, lambda action: None)
    assert planted.journal.read_bytes() == b"".join([*lines, added])


def downgrade(database: Path) -> None:
    """Changes the schema to that of the version of MLflow before."""
    command = importlib.import_module("alembic.command")  # MLflow's own dependency
    command.downgrade(_get_alembic_config(f"sqlite:///{database}"), "-1")


def test_an_older_schema_is_upgraded_after_a_backup(planted: Any) -> None:
    database = planted.folder / "mlflow.db"
    with closing(sqlite3.connect(database)) as connection:
        runs = connection.execute("SELECT run_uuid FROM runs ORDER BY 1").fetchall()
    downgrade(database)
    assert state_of(planted.folder).status == "older"
    actions: list[str] = []
    assert repair(planted.folder, actions.append).problems == ()
    assert actions[0].startswith("back up the database, then upgrade its schema")
    assert state_of(backups(planted.folder)[0]).status == "older"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT run_uuid FROM runs ORDER BY 1").fetchall() == runs

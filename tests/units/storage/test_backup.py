"""Backups: consistent, verified, few, and never the reason why a sweep fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage import backup
from rnnbench.storage.backup import KEPT_BACKUPS, back_up, note_of_backup
from rnnbench.storage.database_state import backups, newest_backup, state_of
from rnnbench.storage.tracker import Tracker


def run_names(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM runs ORDER BY name")]


def start(name: str) -> None:
    tracker = Tracker()
    tracker.start(tracker.experiment("sentiment", "small"), name, {"kind": "train"}).end("completed")


def test_a_backup_has_the_runs_and_the_whole_lines_of_journals(store: Path) -> None:
    start("first")
    (store / "optuna").mkdir()
    (store / "optuna" / "a.journal").write_bytes(b'{"op_code":0}\n{"op_co')
    kept = back_up()
    start("second")
    assert kept.parent == store / "backups"
    assert run_names(kept / "mlflow.db") == ["first"]
    assert (kept / "optuna" / "a.journal").read_bytes() == b'{"op_code":0}\n'
    assert newest_backup(store) == kept


def test_the_newest_backups_are_kept(store: Path) -> None:
    start("a run")
    made = [back_up() for _ in range(KEPT_BACKUPS + 2)]
    assert len(set(made)) == KEPT_BACKUPS + 2
    assert backups(store) == made[2:]


@pytest.mark.parametrize("later", ["20990101-000000", "19990101-000000", "not-a-time"])
def test_a_backup_is_the_newest_also_after_a_clock_was_wrong(store: Path, later: str) -> None:
    start("a run")
    (store / "backups" / later).mkdir(parents=True)
    (store / "backups" / later / "note.txt").write_text("kept")
    made = [back_up(), back_up()]
    assert backups(store)[-2:] == made
    if later[0] == "2":
        assert later < made[0].name < made[1].name


def test_a_backup_in_another_folder_deletes_none(store: Path, tmp_path: Path) -> None:
    start("a run")
    made = [back_up(tmp_path / "usb") for _ in range(KEPT_BACKUPS + 1)]
    assert all(state_of(folder).status == "readable" for folder in made)
    assert backups(store) == []


def test_uncommitted_changes_of_another_process_are_not_in_a_backup(store: Path) -> None:
    start("a run")
    with closing(sqlite3.connect(store / "mlflow.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE runs SET name = 'half'")
        assert run_names(back_up() / "mlflow.db") == ["a run"]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), sqlite3.DatabaseError("malformed")])
def test_a_failed_backup_is_a_note_and_leaves_nothing(fault: Exception, store: Path, monkeypatch) -> None:
    def fail(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise fault

    monkeypatch.setattr(backup, "copy_database", fail)
    assert note_of_backup().startswith("no backup of the store was made: the backup in ")
    assert [*(store / "backups").iterdir()] == []


def test_a_damaged_database_does_not_replace_good_backups(store: Path) -> None:
    start("a run")
    good = [back_up() for _ in range(KEPT_BACKUPS)]
    (store / "mlflow.db").write_bytes(b"garbage")
    with pytest.raises(RnnbenchError, match=r"cannot be read .* rnnbench store repair"):
        back_up()
    assert backups(store) == good

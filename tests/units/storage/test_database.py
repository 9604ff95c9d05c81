"""Databases that are missing, locked, or read-only, and errors after the store was opened."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rnnbench.core.errors import StoreError
from rnnbench.storage import database_state
from rnnbench.storage.tracker import Tracker


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
@pytest.mark.parametrize("file", ["artifacts/sentiment-small/a/artifacts/x.txt", "optuna/a.journal"])
def test_a_missing_database_beside_files_is_not_replaced_by_a_new_one(content, file: str, store: Path) -> None:
    (store / file).parent.mkdir(parents=True)
    (store / file).write_text("content")
    database = store / "mlflow.db"
    database.unlink() if content is None else database.write_bytes(content)
    with pytest.raises(StoreError, match=r"has files of runs, but its database .* is missing or empty"):
        Tracker()
    assert (database.read_bytes() if database.exists() else None) == content


def test_an_empty_file_in_an_empty_store_becomes_a_database(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "mlflow.db").touch()
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path))
    assert Tracker().experiment("sentiment", "small")


def test_a_locked_database_is_told_in_one_line(store: Path, monkeypatch) -> None:
    monkeypatch.setattr(database_state, "_WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(store / "mlflow.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is locked by another process") as refused:
            Tracker()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        ("UPDATE runs SET name = 3 FROM no_table", "cannot be read"),
        ("database or disk is full", "the disk of the store .* is full"),
        ("attempt to write a readonly database", "cannot be written: make it writable"),
        ("database is locked", "is locked by another process"),
        ("database disk image is malformed", "cannot be read .database disk image is malformed"),
    ],
)
def test_an_error_of_the_database_after_opening_is_one_line(
    break_it: str, expected: str, store: Path, monkeypatch, caplog
) -> None:
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "small")

    def fail(*arguments: object, **options: object) -> None:
        raise sqlite3.OperationalError(break_it)

    monkeypatch.setattr("sqlalchemy.engine.default.DefaultDialect.do_execute", fail)
    with caplog.at_level(logging.ERROR), pytest.raises(StoreError, match=expected) as refused:
        tracker.find(experiment)
    assert "\n" not in str(refused.value)
    assert not caplog.records


def test_pages_that_were_lost_after_opening_are_told_in_one_line(store: Path) -> None:
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "small")
    tracker.start(experiment, "a run", {"kind": "train"}).end("completed")
    with open(store / "mlflow.db", "r+b") as file:
        file.truncate(8192)
    with pytest.raises(StoreError, match=r"database .* cannot be read"):
        tracker.find(experiment)

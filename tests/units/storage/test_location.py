"""Where the store is, and errors of its disk in words."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from rnnbench.core.errors import RnnbenchError, StoreError
from rnnbench.storage import database
from rnnbench.storage.location import require_store, store_at, store_error_of, store_folder, store_path
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.tracker import Tracker


@pytest.mark.parametrize(
    "address", ["https://user:secret@host/store", "s3://bucket/x", "postgresql+psycopg://u:secret@h/db", "file:/tmp/x"]
)
def test_an_address_is_no_store_and_no_folder_is_made_of_it(address: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("RNNBENCH_STORE", address)
    monkeypatch.chdir(tmp_path)
    for open_store in (Tracker, store_path, lambda: store_at(Path(address))):
        with pytest.raises(RnnbenchError, match="a store is a folder, not an address") as refused:
            open_store()
        assert "secret" not in str(refused.value)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["a:b", "2024-01-01T10:00", "C:x", "https"])
def test_a_folder_may_have_a_colon_in_its_name(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNNBENCH_STORE", name)
    assert store_path() == tmp_path / name


@pytest.mark.parametrize("touch", [store_folder, Tracker, require_store, database.open_database])
def test_a_store_that_was_used_and_moved_is_not_made_anew(touch, store: Path) -> None:
    Tracker()
    store.rename(store.with_name("elsewhere"))
    with pytest.raises(StoreError, match="has gone: put it back"):
        touch()
    with pytest.raises(StoreError, match="has gone"):
        StoreLock(store / "optuna" / "a.lock").acquire()
    assert not store.exists()


def test_an_error_of_the_database_of_a_moved_store_says_that_it_has_gone(store: Path) -> None:
    tracker = Tracker()
    writer = tracker.start(tracker.experiment("sentiment", "small"), "a", {"kind": "trial"})
    store.rename(store.with_name("elsewhere"))
    with pytest.raises(StoreError, match="has gone"):
        writer.end("completed")
    assert not store.exists()


def test_a_store_that_cannot_be_created_has_not_gone(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / "new"))
    monkeypatch.setattr(database, "_create", full)
    with pytest.raises(StoreError, match="is full: free space there"):
        Tracker()
    told = store_error_of(OSError(errno.ENOSPC, "No space left on device"))
    assert "is full: free space there" in str(told)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk of the store {store} is full: free space there"),
        (OSError(errno.ENOSPC, "No space", "{store}/artifacts/x"), "the disk of the store {store} is full"),
        (OSError(errno.ENOSPC, "No space", "/tmp/x.csv"), "the disk of /tmp/x.csv is full: free space there"),
        (
            OSError(errno.EROFS, "Read-only file system", 3),
            "the disk of the store {store} cannot be written",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "{store}/optuna/a.lock"),
            "the store {store} cannot be written",
        ),
        (
            PermissionError(errno.EPERM, "Not permitted", "{store}/leases"),
            "the store {store} cannot be written: make it",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "/tmp/x.csv"), None),
        (OSError(errno.ENOENT, "No such file", "/tmp/x.csv"), None),
        (ValueError("a bug"), None),
    ],
)
def test_faults_of_disks_are_told_from_other_errors(error: Exception, said: str | None, store: Path) -> None:
    Tracker()
    if isinstance(error, OSError) and isinstance(error.filename, str):
        error.filename = error.filename.format(store=store)
    told = store_error_of(error)
    if said is None:
        assert told is None
    else:
        assert str(told).startswith(said.format(store=store))

"""Stores that were moved, copied, made read-only or damaged."""

import os
import shutil

import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage import database
from rnnbench.storage.tracker import Tracker


def stored(tracker, text="content"):
    """The id of a run with a file."""
    writer = tracker.start(tracker.experiment("sentiment", "small data.csv"), "a run", {"kind": "train"})
    writer.text(text, "notes.txt")
    writer.end("completed")
    return writer.run_id


def files(folder):
    return sorted(path.relative_to(folder) for path in (folder / "artifacts").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["elsewhere", "with space", "한국어"])
def test_a_moved_store_finds_its_files(name, store, monkeypatch):
    run_id = stored(Tracker())
    moved = store.rename(store.parent / name)
    monkeypatch.setenv("RNNBENCH_STORE", str(moved))
    path = Tracker().artifact(run_id, "notes.txt")
    assert path.read_text(encoding="utf-8") == "content"
    assert path.is_relative_to(moved)


def test_new_runs_of_a_copied_store_are_written_into_the_copy(store, monkeypatch):
    first = stored(Tracker())
    copy = shutil.copytree(store, store.parent / "copy")
    before = files(store)
    monkeypatch.setenv("RNNBENCH_STORE", str(copy))
    tracker = Tracker()
    second = stored(tracker, "of the copy")
    assert files(store) == before
    shutil.rmtree(store)
    assert tracker.artifact(first, "notes.txt").read_text(encoding="utf-8") == "content"
    assert tracker.artifact(second, "notes.txt").read_text(encoding="utf-8") == "of the copy"


def test_the_original_of_a_copied_store_keeps_its_own_files(store, monkeypatch):
    run_id = stored(Tracker())
    copy = shutil.copytree(store, store.parent / "copy")
    monkeypatch.setenv("RNNBENCH_STORE", str(copy))
    Tracker()
    monkeypatch.setenv("RNNBENCH_STORE", str(store))
    assert Tracker().artifact(run_id, "notes.txt").is_relative_to(store)


def test_a_store_under_another_path_of_the_same_folder_is_not_changed(store, monkeypatch):
    run_id = stored(Tracker())
    address = Tracker().run(run_id).info.artifact_uri
    link = store.parent / "link"
    link.symlink_to(store)
    monkeypatch.setenv("RNNBENCH_STORE", str(link))
    assert Tracker().run(run_id).info.artifact_uri == address


def test_artifacts_kept_elsewhere_by_choice_stay_there(store, tmp_path, monkeypatch):
    tracker = Tracker()
    experiment = tracker.client.create_experiment("sentiment-large", artifact_location=(tmp_path / "large").as_uri())
    moved = store.rename(store.parent / "moved")
    monkeypatch.setenv("RNNBENCH_STORE", str(moved))
    assert Tracker().client.get_experiment(experiment).artifact_location == (tmp_path / "large").as_uri()


def test_a_store_that_cannot_be_written_is_read_and_says_so_when_written(store, monkeypatch):
    run_id = stored(Tracker())
    moved = store.rename(store.parent / "moved")
    content = {path: path.read_bytes() for path in moved.rglob("*") if path.is_file()}
    monkeypatch.setenv("RNNBENCH_STORE", str(moved))
    # as for a user without permissions: the tests may run as one who has all
    allowed = os.access
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK and allowed(path, mode))
    tracker = Tracker()
    assert tracker.artifact(run_id, "notes.txt").read_text(encoding="utf-8") == "content"
    with pytest.raises(RnnbenchError, match="cannot be written: make it writable, or set RNNBENCH_STORE"):
        tracker.experiment("sentiment", "small data.csv")
    assert {path: path.read_bytes() for path in moved.rglob("*") if path.is_file()} == content


def test_an_empty_store_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path))
    monkeypatch.setattr(database, "is_writable", lambda: False)
    with pytest.raises(RnnbenchError, match="is empty and cannot be written: set RNNBENCH_STORE"):
        Tracker()


@pytest.mark.parametrize("damage", ["text", "cut", "zeros"])
def test_a_damaged_database_is_refused_in_one_line(damage, store):
    stored(Tracker())
    path = store / "mlflow.db"
    content = path.read_bytes()
    broken = {"text": b"x\n", "cut": content[:3000], "zeros": content[:100] + bytes(len(content) - 100)}
    path.write_bytes(broken[damage])
    with pytest.raises(RnnbenchError, match="restore it from a backup of your own, or set RNNBENCH_STORE") as refused:
        Tracker()
    assert "\n" not in str(refused.value)

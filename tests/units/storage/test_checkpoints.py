"""Checkpoint files: whole or absent, the newest two kept, and never used where they are damaged or of another run."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rnnbench.core import files
from rnnbench.storage.checkpoints import Checkpoint, Checkpoints


def written(folder: Path, *updates: int, key: str = "k") -> Checkpoints:
    checkpoints = Checkpoints(folder, key)
    for update in updates:
        checkpoints.write(Checkpoint(update, b"state\nof %d" % update))
    return checkpoints


def test_the_newest_checkpoint_is_read_back_with_its_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "run", 9, 10, 100).newest() == Checkpoint(100, b"state\nof 100")


def test_two_checkpoints_are_kept_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, 1, 2, 30)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "update-00000002.checkpoint", "update-00000030.checkpoint",
    ]  # fmt: skip


def test_a_run_without_checkpoints_has_none(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "none", "k").newest() is None


def damaged(path: Path, kind: str) -> None:
    content = path.read_bytes()
    match kind:
        case "truncated":
            path.write_bytes(content[:-3])
        case "empty":
            path.write_bytes(b"")
        case "one bit":
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "header":
            path.write_bytes(b"{" + content)
        case "other type":
            path.write_bytes(b"[1]\n" + content)
        case "zeros":
            path.write_bytes(bytes(len(content)))
        case "folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize("kind", ["truncated", "empty", "one bit", "header", "other type", "zeros", "folder"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before_it_with_a_note(tmp_path: Path, kind: str) -> None:
    written(tmp_path, 1, 2)
    damaged(tmp_path / "update-00000002.checkpoint", kind)
    notes: list[str] = []
    assert Checkpoints(tmp_path, "k", notes.append).newest() == Checkpoint(1, b"state\nof 1")
    assert len(notes) == 1
    assert "update-00000002.checkpoint is not used" in notes[0]


def test_where_every_checkpoint_is_damaged_training_starts_anew(tmp_path: Path) -> None:
    written(tmp_path, 1, 2)
    for path in tmp_path.iterdir():
        damaged(path, "truncated")
    notes: list[str] = []
    assert Checkpoints(tmp_path, "k", notes.append).newest() is None
    assert len(notes) == 2


def test_a_checkpoint_of_another_configuration_is_not_used(tmp_path: Path) -> None:
    written(tmp_path, 5, key="another learning rate")
    notes: list[str] = []
    assert Checkpoints(tmp_path, "k", notes.append).newest() is None
    assert "another configuration" in notes[0]


def test_a_full_disk_is_noted_once_and_leaves_the_checkpoint_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 1)
    notes: list[str] = []
    checkpoints = Checkpoints(tmp_path, "k", notes.append)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", full)
        for update in (2, 3):
            checkpoints.write(Checkpoint(update, b"x"))
    assert len(notes) == 1
    assert "No space left on device" in notes[0]
    assert [path.name for path in tmp_path.iterdir()] == ["update-00000001.checkpoint"], "nothing half-written is left"
    checkpoints.write(Checkpoint(4, b"y"))
    assert checkpoints.newest() == Checkpoint(4, b"y")

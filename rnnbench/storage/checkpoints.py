"""Checkpoint files of one run: written atomically, checked when read, the newest two kept.

    STORE/checkpoints/RUN/update-00000480.checkpoint      a line of JSON with the checksum, then the content

A checkpoint that is truncated, damaged or of another configuration is never used: the one before it is, or none.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.files import write_whole
from rnnbench.storage.location import store_folder

_KEPT = 2
_SUFFIX = ".checkpoint"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after a number of updates, as bytes."""

    update: int
    content: bytes


class CheckpointError(RnnbenchError):
    """A checkpoint that cannot be used."""


class Checkpoints:
    """The checkpoints of one run.

    key: identifies the configuration, the data and the versions; a checkpoint with another key is not used.
    note: called with one line where a checkpoint cannot be written or used.
    """

    def __init__(self, folder: Path, key: str, note: Callable[[str], None] | None = None) -> None:
        self.folder, self.key = folder, key
        self._note = note or (lambda message: None)
        self._is_failing = False

    def write(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint and delete all but the one before it; without space, training continues without."""
        header = {"key": self.key, "update": checkpoint.update, "sha256": _sha256(checkpoint.content)}
        try:
            whole = json.dumps(header).encode() + b"\n" + checkpoint.content
            write_whole(self.folder / f"update-{checkpoint.update:08d}{_SUFFIX}", whole)
            for old in self._newest_first()[_KEPT:]:
                old.unlink(missing_ok=True)
            self._is_failing = False
        except (RnnbenchError, OSError) as error:
            if not self._is_failing:
                self._note(f"no checkpoint of update {checkpoint.update} ({error}); training continues without it")
            self._is_failing = True

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole and has this key; None where there is none."""
        for path in self._newest_first():
            try:
                return self._read(path)
            except (CheckpointError, OSError) as error:
                self._note(f"the checkpoint {path} is not used: {error}")
        return None

    def _read(self, path: Path) -> Checkpoint:
        head, _, content = path.read_bytes().partition(b"\n")
        try:
            header = json.loads(head)
            key, update, sha256 = str(header["key"]), int(header["update"]), str(header["sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError("it is damaged") from error
        if key != self.key:
            raise CheckpointError("it is of another configuration, other data or another version")
        if _sha256(content) != sha256:
            raise CheckpointError("it is truncated or damaged")
        return Checkpoint(update, content)

    def _newest_first(self) -> list[Path]:
        return sorted(self.folder.glob(f"update-*{_SUFFIX}"), reverse=True)


def checkpoint_folder(run_id: str) -> Path:
    """The folder of a run's checkpoints in the store, which may not exist."""
    return store_folder() / "checkpoints" / run_id


def delete_checkpoints(run_id: str) -> None:
    """Delete all checkpoints of a run."""
    shutil.rmtree(checkpoint_folder(run_id), ignore_errors=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

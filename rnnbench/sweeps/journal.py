"""The journal of a sweep's studies: a file with one line per change, that any process may append to.

    {"op_code":4,"worker_id":...}      a whole line
    {"op_code":5,"wor                  a torn last line, as a killed process or a full disk leaves it

A torn last line is cut before the next line is appended, and kept in a file beside the journal. Appending is locked by
the kernel, which releases the lock of a killed process at once; the lock of Optuna is a file that stays for 30 seconds.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.lock import StoreLock
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.sweeps.model import SweepPlan

TORN = ".torn"
"""End of the name of the file that keeps the torn lines of a journal."""


class JournalError(RnnbenchError):
    """A journal that is damaged or missing."""


@dataclass(frozen=True)
class StoredTrial:
    """A trial of a journal. model: the name of its study."""

    model: str
    trial: FrozenTrial


class AppendLock(JournalFileOpenLock):
    """The lock on appending to a journal; acquiring it cuts a torn last line."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self._lock = StoreLock(Path(f"{journal}.append.lock"))

    def acquire(self) -> bool:
        """Wait for the lock."""
        self._lock.acquire()
        cut_torn_line(self.journal)
        return True

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()


def open_journal(path: Path) -> JournalStorage:
    """The studies of a journal, which is created if needed. Raises: JournalError where a line is damaged."""
    if path.exists():
        require_whole(path)
    try:
        return JournalStorage(JournalFileBackend(str(path), lock_obj=AppendLock(path)))
    except (KeyError, TypeError, ValueError, IndexError, AssertionError, AttributeError) as error:
        reason = f"its lines cannot be replayed ({type(error).__name__}: {error})"
        raise JournalError(_refusal(path, reason)) from error


def trials_of(path: Path) -> list[StoredTrial]:
    """All trials of a journal, by study. Raises: JournalError where it is damaged."""
    storage = open_journal(path)
    return [
        StoredTrial(study.study_name, trial)
        for study in storage.get_all_studies()
        for trial in storage.get_all_trials(study._study_id, deepcopy=False)
    ]


def require_whole(path: Path) -> None:
    """Return if every line of a journal, except for a torn last one, can be read. Raises: JournalError."""
    damage = damaged_line(path.read_bytes())
    if damage is not None:
        raise JournalError(_refusal(path, f"line {damage} is not a line of Optuna"))


def require_journal(plan: SweepPlan, tracker: Tracker) -> None:
    """Return if the journal of a sweep exists, or no trial has been stored yet. Raises: JournalError."""
    if not plan.journal.exists() and tracker.find(plan.experiment_id, kind="trial", **{PARENT: plan.parent}):
        raise JournalError(
            f"the journal {plan.journal} of this sweep's search is missing, though its trials are stored. To restore "
            f"it from a backup, type: rnnbench store repair. To start a new sweep, add: --fresh"
        )


def damaged_line(content: bytes) -> int | None:
    """The number of the first damaged line of a journal, from 1; None where only the last line may be torn."""
    lines = content.split(b"\n")
    return next((number for number, line in enumerate(lines[:-1], 1) if not _is_whole(line)), None)


def cut_torn_line(path: Path) -> bytes:
    """Cut a torn last line and append it to a file beside the journal. Returns it. Call it under the append lock."""
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        if file.read(1) in (b"", b"\n"):
            return b""
        file.seek(0)
        whole = file.read().rfind(b"\n") + 1
        file.seek(whole)
        torn = file.read()
        with open(f"{path}{TORN}", "ab") as kept:
            kept.write(torn + b"\n")
        file.truncate(whole)
    return torn


def _is_whole(line: bytes) -> bool:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and isinstance(content.get("op_code"), int)


def _refusal(path: Path, reason: str) -> str:
    return (
        f"the journal {path} is damaged: {reason}. To restore it from a backup, type: rnnbench store repair. To start "
        "a new sweep, add: --fresh"
    )

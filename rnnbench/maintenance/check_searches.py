"""Problems of the journals of searches: damaged lines, and trials and runs that do not belong together."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rnnbench.core.files import write_whole
from rnnbench.maintenance.busy import require_idle
from rnnbench.maintenance.check_database import REPAIR
from rnnbench.maintenance.model import Problem
from rnnbench.storage.database_state import backups
from rnnbench.storage.record import STOPPED
from rnnbench.storage.rows import StoredRun
from rnnbench.sweeps.journal import AppendLock, JournalError, damaged_line, trials_of
from rnnbench.sweeps.model import journal_name

_NOT_COUNTED = ("over_ceiling", "running", "failed", *STOPPED)
"""Outcomes of trials that have no run, or one that does not count."""


def search_problems(folder: Path, runs: Sequence[StoredRun]) -> list[Problem]:
    """What is wrong with the searches of a store."""
    problems = []
    for sweep in runs:
        if sweep.kind != "sweep" or sweep.is_deleted or "sweep_key" not in sweep.tags:
            continue
        trials = [run for run in runs if run.parent == sweep.id and run.kind == "trial" and not run.is_deleted]
        journal = journal_of(folder, sweep)
        if journal.exists():
            problems += _journal_problems(folder, journal, trials)
        elif trials:
            problems.append(_restoring(folder, journal, f"the journal {journal} of sweep {sweep.name} is missing"))
    return problems


def journal_of(folder: Path, sweep: StoredRun) -> Path:
    """The journal of a sweep's run."""
    task = sweep.tags.get("task", "")
    return folder / "optuna" / journal_name(task, sweep.experiment.removeprefix(f"{task}-"), sweep.tags["sweep_key"])


def _journal_problems(folder: Path, journal: Path, trials: Sequence[StoredRun]) -> list[Problem]:
    content = journal.read_bytes()
    damage = damaged_line(content)
    if damage is not None:
        return [_restoring(folder, journal, f"the journal {journal} is damaged in line {damage}", damage)]
    try:
        problems = _unequal(journal, trials)
    except JournalError as error:
        return [Problem(str(error), "see the message")]
    if content and not content.endswith(b"\n"):
        torn = Problem(
            f"the last line of the journal {journal} is torn, as after a killed process or on a full disk",
            f"{REPAIR}; or nothing, the next sweep cuts it",
            f"cut the torn last line and keep it in {journal.name}.torn",
            lambda: _cut(journal),
        )
        return [torn, *problems]
    return problems


def _cut(journal: Path) -> None:
    lock = AppendLock(journal)
    lock.acquire()
    lock.release()


def _unequal(journal: Path, runs: Sequence[StoredRun]) -> list[Problem]:
    """Trials without a run, runs without a trial, and trials that are stored twice."""
    trials = [(stored.model, stored.trial) for stored in trials_of(journal)]
    told = {str(trial.user_attrs.get("run_id", "")) for _, trial in trials}
    stored = {run.id for run in runs}
    problems = [
        Problem(
            f"trial {trial.number} of {model} in {journal.name} has no run ({trial.user_attrs['run_id']}) in the "
            "database, so the table lacks it",
            "rnnbench store merge FOLDER with a copy that has it, or start a new sweep with --fresh",
        )
        for model, trial in trials
        if trial.user_attrs.get("run_id") and trial.user_attrs["run_id"] not in stored
        and trial.user_attrs.get("outcome") not in _NOT_COUNTED
    ]  # fmt: skip
    counted = [run for run in runs if run.outcome not in _NOT_COUNTED]
    places = Counter((run.tags.get("model"), run.tags.get("trial")) for run in counted)
    for run in counted:
        if run.id in told:
            continue
        is_doubled = places[run.tags.get("model"), run.tags.get("trial")] > 1
        what = "is stored twice, so the table counts it twice" if is_doubled else "is not in the journal"
        problems.append(
            Problem(
                f"{run}: trial {run.tags.get('trial')} of {run.tags.get('model')} {what}",
                "continue the sweep with its command (rnnbench compare names it), or delete the run in rnnbench ui",
            )
        )
    return problems


def _restoring(folder: Path, journal: Path, what: str, damage: int = 1) -> Problem:
    """A problem of a journal's lines, repaired from a backup that has the damaged line and all before it."""
    content = journal.read_bytes() if journal.exists() else b""
    for backup in reversed(backups(folder)):
        kept = backup / "optuna" / journal.name
        whole = _completed(kept.read_bytes(), content, damage) if kept.exists() else None
        if whole is not None:
            action = f"restore the journal from {backup}; lines after the damage are kept"
            return Problem(what, REPAIR, action, partial(_replace, journal, whole))
    return Problem(
        f"{what}, and no backup has it whole",
        f"put back a copy of {journal.name}, or start a new sweep with --fresh; the table of this one stays",
    )


def _completed(kept: bytes, content: bytes, damage: int) -> bytes | None:
    """The lines of a backup, then those that were appended since; None where the backup ends before the damage.

    A journal is only appended to: its lines and those of an earlier backup are the same.
    """
    lines, later = kept.splitlines(keepends=True), content.splitlines(keepends=True)
    if len(lines) < damage or damaged_line(kept) is not None:
        return None
    whole = b"".join(lines + later[len(lines) :])
    return whole if damaged_line(whole) is None else None


def _replace(journal: Path, content: bytes) -> None:
    require_idle(journal.parents[1])
    if journal.exists():
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        os.replace(journal, journal.with_name(f"{journal.name}.damaged-{stamp}"))
    write_whole(journal, content)

"""Merge another store's runs, searches and files into this one; the other store is only read.

    their sweep is unknown here                         its runs and its journal are added
    the same runs, or more of them there                the missing ones are added; the journal with more lines is taken
    the same runs, or more of them here                 nothing to do
    runs on both sides that the other does not have     the sweep went on in both stores: not merged, and told

Runs keep their ids, so that links and tables stay. Of a run in both stores, the version that ended later is kept.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.files import write_whole
from rnnbench.maintenance.busy import require_idle
from rnnbench.maintenance.check import size_of
from rnnbench.maintenance.check_searches import journal_of
from rnnbench.storage.backup import UNFINISHED, back_up
from rnnbench.storage.database_state import refusal, state_of
from rnnbench.storage.insertion import insert_runs
from rnnbench.storage.location import file_name, store_folder
from rnnbench.storage.record import STOPPED
from rnnbench.storage.rows import StoredRun, runs_of
from rnnbench.storage.tracker import Tracker

_NOT_COUNTED = ("running", *STOPPED)
"""Outcomes of runs that are continued or repeated."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Merged:
    """Numbers of runs that were added and that were replaced by a later version, bytes of their files, and refusals."""

    added: int
    replaced: int
    bytes: int
    refused: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """The runs of one sweep of the other store, or one run outside of sweeps, to be taken over.

    journal: the content of the journal to write, None where ours stays.
    """

    runs: tuple[StoredRun, ...]
    journal: bytes | None = None
    journal_name: str = ""
    refusal: str = ""


def merge(other: Path, tell: Tell, *, is_dry: bool = False) -> Merged:
    """Take over the runs of another store, with a line for each sweep.

    Raises: RnnbenchError where a store cannot be read, has another schema, or is in use.
    """
    here = store_folder()
    _require_possible(here, other)
    tracker = Tracker()  # creates the database of an empty store
    ours = {run.id: run for run in runs_of(here)}
    with TemporaryDirectory(dir=here, prefix=UNFINISHED, ignore_cleanup_errors=True) as place:
        snapshot = _snapshot(other, Path(place))
        theirs = [_at_home(run, other) for run in runs_of(snapshot)]
        groups = [_planned(group, ours, here, other) for group in _groups(theirs)]
        changed = [group for group in groups if group.runs or group.journal is not None]
        for group in changed:
            tell(_in_words(group, ours))
        refused = tuple(group.refusal for group in groups if group.refusal)
        runs = [run for group in changed for run in group.runs]
        if changed and not is_dry:
            if ours:
                back_up()
            _take_over(tracker, here, (other, snapshot), runs)
            for group in changed:
                if group.journal is not None:
                    write_whole(here / "optuna" / group.journal_name, group.journal)
    added = sum(run.id not in ours for run in runs)
    return Merged(added, len(runs) - added, sum(size_of(run.files) for run in runs if run.files), refused)


def _require_possible(here: Path, other: Path) -> None:
    if other.resolve() == here.resolve():
        raise RnnbenchError(f"{other} is this store: name the folder of another one")
    state, own = state_of(other), state_of(here)
    if state.status == "absent":
        raise RnnbenchError(f"there is no store in {other}: name the folder that has mlflow.db")
    if state.status != "readable":
        raise RnnbenchError(refusal(other, state).replace("rnnbench store", f"RNNBENCH_STORE={other} rnnbench store"))
    if own.status not in ("readable", "absent"):
        raise RnnbenchError(refusal(here, own))
    for folder in (here, other):
        require_idle(folder)


def _snapshot(other: Path, place: Path) -> Path:
    """A copy of the other store's database, so that a transaction left open there is not rolled back in its place."""
    for suffix in ("", "-journal", "-wal"):
        source = other / f"mlflow.db{suffix}"
        if source.exists():
            shutil.copyfile(source, place / source.name)
    return place


def _at_home(run: StoredRun, other: Path) -> StoredRun:
    """The run with the folder of its files in the other store, also where that has the addresses of its original."""
    if run.files is None:
        return run
    inside = other / "artifacts" / Path(*run.files.parts[-3:])
    return replace(run, files=inside) if inside.is_dir() or not run.files.is_dir() else run


def _groups(runs: Sequence[StoredRun]) -> list[list[StoredRun]]:
    """The runs by sweep, the sweep's own first; a run outside of sweeps is alone."""
    sweeps = {run.id: [run] for run in runs if run.kind == "sweep"}
    alone = []
    for run in runs:
        if run.kind != "sweep":
            sweeps[run.parent].append(run) if run.parent in sweeps else alone.append([run])
    return [*sweeps.values(), *alone]


def _planned(group: list[StoredRun], ours: Mapping[str, StoredRun], here: Path, other: Path) -> _Group:
    """What to take over of a sweep or of a single run."""
    first = group[0]
    newer = tuple(run for run in group if run.id not in ours or _is_newer(run, ours[run.id]))
    if first.kind != "sweep" or "sweep_key" not in first.tags:
        return _Group(newer)
    path, other_path = journal_of(here, first), journal_of(other, first)
    ours_of_sweep = {run.id for run in ours.values() if run.parent == first.id and run.outcome not in _NOT_COUNTED}
    theirs_of_sweep = {run.id for run in group[1:] if run.outcome not in _NOT_COUNTED}
    journal, theirs = _content(path), _content(other_path)
    if first.id in ours:
        only_here, only_there = ours_of_sweep - {run.id for run in group}, theirs_of_sweep - set(ours)
        is_split = not (journal.startswith(theirs) or theirs.startswith(journal))
        is_crossed = bool(only_there if len(theirs) < len(journal) else only_here if theirs != journal else ())
        if (only_here and only_there) or is_split or is_crossed:
            return _Group((), refusal=_split(first, len(only_here), len(only_there)))
    is_taken = theirs != journal if first.id not in ours else len(theirs) > len(journal)
    return _Group(newer, theirs if is_taken else None, path.name)


def _is_newer(run: StoredRun, own: StoredRun) -> bool:
    """Whether the other store's version of a run ended later than ours."""
    if own.status == "RUNNING":
        return run.status != "RUNNING"
    return run.status != "RUNNING" and run.end_time > own.end_time


def _split(sweep: StoredRun, here: int, there: int) -> str:
    return (
        f"sweep {sweep.name} of {sweep.experiment} ({sweep.id[:8]}) went on in both stores ({here} runs only here, "
        f"{there} only there) and is not merged: its trials would be doubled. Keep one of them, or merge into an empty "
        "store: RNNBENCH_STORE=NEW rnnbench store merge FOLDER"
    )


def _content(journal: Path) -> bytes:
    """The whole lines of a journal."""
    content = journal.read_bytes() if journal.is_file() else b""
    return content[: content.rfind(b"\n") + 1]


def _in_words(group: _Group, ours: Mapping[str, StoredRun]) -> str:
    if not group.runs:
        return f"take the longer journal {group.journal_name}"
    first = group.runs[0]
    added = sum(run.id not in ours for run in group.runs)
    counts = [f"{added} new" if added else "", f"{len(group.runs) - added} newer" if added < len(group.runs) else ""]
    return f"{first.experiment}: {' and '.join(filter(None, counts))} of {first.name} ({first.id[:8]})"


def _take_over(tracker: Tracker, here: Path, there: tuple[Path, Path], runs: Sequence[StoredRun]) -> None:
    """Copy the files of runs, then insert their rows in one transaction: a killed merge leaves files without runs.

    there: the other store, and the folder with the copy of its database.
    """
    other, snapshot = there
    experiments = {run.experiment_id: tracker.experiment_named(run.experiment) for run in runs}
    for run in runs:
        if run.files is not None and run.files.is_dir():
            _copy_files(run.files, here / "artifacts" / file_name(run.experiment) / run.id / "artifacts")
        if (checkpoints := other / "checkpoints" / run.id).is_dir():
            _copy_files(checkpoints, here / "checkpoints" / run.id)
    try:
        insert_runs(here / "mlflow.db", snapshot / "mlflow.db", [run.id for run in runs], experiments)
    except sqlite3.Error as error:
        raise RnnbenchError(f"the runs cannot be inserted into {here / 'mlflow.db'}: {error}") from error


def _copy_files(source: Path, target: Path) -> None:
    unfinished = target.parent / f"{UNFINISHED}{target.name}"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(source, unfinished)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(unfinished, target)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise RnnbenchError(f"the files in {source} cannot be copied to {target}: {error}") from error

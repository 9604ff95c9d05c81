"""Delete what no table needs. Every sort is chosen by an option; scores, curves and example scores always stay."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import rmtree

from rnnbench.maintenance.busy import require_idle
from rnnbench.maintenance.check import size_of
from rnnbench.maintenance.check_files import PRUNED, leftovers, orphans
from rnnbench.maintenance.check_searches import journal_of
from rnnbench.reports.results import QUICK_NAME
from rnnbench.runs.training.weights import PAST_ERRORS_FILE, PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.backup import back_up
from rnnbench.storage.insertion import delete_runs
from rnnbench.storage.record import QUICK, STOPPED, by_validation
from rnnbench.storage.rows import StoredRun, runs_of
from rnnbench.storage.tracker import LEASE, Tracker, record_of
from rnnbench.sweeps.journal import trials_of

_OF_WEIGHTS = (WEIGHTS_FILE, PREPARED_FILE, PAST_ERRORS_FILE)


@dataclass(frozen=True)
class Sorts:
    """What to delete.

    weights: trained weights of confirmations that are not the best of their encoder.
    interrupted: stopped runs that nothing continues.
    quick: whole sweeps with `--quick`.
    cache: downloaded copies of files, unfinished files, and checkpoints of ended runs.
    orphans: files without a run.
    older_than: the first three only of runs that ended so many days ago.
    """

    weights: bool = False
    interrupted: bool = False
    quick: bool = False
    cache: bool = False
    orphans: bool = False
    older_than: float | None = None

    @property
    def is_any(self) -> bool:
        """Whether a sort is chosen."""
        return self.weights or self.interrupted or self.quick or self.cache or self.orphans


DEFAULT = Sorts(weights=True, interrupted=True, cache=True)


@dataclass(frozen=True)
class Deletion:
    """One thing to delete, in words, with its size and what deletes it."""

    what: str
    bytes: int
    delete: Callable[[], object]


def planned(folder: Path, sorts: Sorts) -> list[Deletion]:
    """What would be deleted from a store. Raises: RnnbenchError where its database cannot be read."""
    runs = [run for run in runs_of(folder) if not run.is_deleted]
    old = [run for run in runs if _is_old(run, sorts.older_than)]
    deletions = _quick_sweeps(folder, runs, old) if sorts.quick else []
    deletions += _interrupted(folder, old) if sorts.interrupted else []
    deletions += _weights(old, runs) if sorts.weights else []
    loose = [*(leftovers(folder) if sorts.cache else []), *(orphans(folder, runs_of(folder)) if sorts.orphans else [])]
    loose += [folder / "cache"] if sorts.cache and (folder / "cache").is_dir() else []
    loose += _needless_checkpoints(folder, runs) if sorts.cache else []
    return deletions + [Deletion(str(path), size_of(path), partial(_delete, path)) for path in loose]


def prune(folder: Path, deletions: Sequence[Deletion]) -> None:
    """Delete what was planned, between two backups: one from before, and one that knows what is gone.

    Raises: RnnbenchError where processes use the store.
    """
    require_idle(folder)
    if deletions:
        back_up()
        for deletion in deletions:
            deletion.delete()
        back_up()


def _is_old(run: StoredRun, days: float | None) -> bool:
    return days is None or 0 < run.end_time < (time.time() - days * 86_400) * 1000


def _quick_sweeps(folder: Path, runs: Sequence[StoredRun], old: Sequence[StoredRun]) -> list[Deletion]:
    sweeps = [run for run in old if run.kind == "sweep" and _is_quick(run)]
    return [
        _runs_deletion(
            folder,
            f"quick sweep {sweep.name} of {sweep.experiment} with all its runs",
            [sweep, *(run for run in runs if run.parent == sweep.id)],
            [journal_of(folder, sweep)] if "sweep_key" in sweep.tags else [],
        )
        for sweep in sweeps
    ]


def _is_quick(sweep: StoredRun) -> bool:
    return sweep.tags.get(QUICK) == str(True) or sweep.name.endswith(QUICK_NAME)


def _interrupted(folder: Path, old: Sequence[StoredRun]) -> list[Deletion]:
    """Stopped runs, except for those to be continued, and confirmations that opened the test split (a footnote)."""
    continued = _continued(folder)
    ended = [
        run
        for run in old
        if run.outcome in STOPPED
        and run.kind != "sweep"
        and run.tags.get("test_opened") != str(True)
        and not continued & {run.id, run.tags.get(LEASE, "")}
        and not (folder / "checkpoints" / run.id).is_dir()
    ]
    return [_runs_deletion(folder, f"{len(ended)} interrupted runs", ended)] if ended else []


def _continued(folder: Path) -> set[str]:
    """Ids of the runs, and of the leases, of trials that their sweep will continue."""
    running = [
        stored.trial
        for journal in (folder / "optuna").glob("*.journal")
        for stored in trials_of(journal)
        if not stored.trial.state.is_finished()
    ]
    return {str(trial.user_attrs[key]) for trial in running for key in ("run_id", "lease") if trial.user_attrs.get(key)}


def _needless_checkpoints(folder: Path, runs: Sequence[StoredRun]) -> list[Path]:
    """Checkpoints of runs that have ended for good, or that are not in the database."""
    open_runs = {run.id for run in runs if run.outcome in ("running", *STOPPED)}
    return [path for path in sorted((folder / "checkpoints").glob("*")) if path.name not in open_runs]


def _weights(old: Sequence[StoredRun], runs: Sequence[StoredRun]) -> list[Deletion]:
    """Weights of confirmations, except for those of the best seed of each encoder's configuration."""
    tracker = Tracker()
    groups: dict[tuple[str, str, str], list[StoredRun]] = {}
    for run in runs:
        if run.kind == "confirm" and run.outcome == "completed":
            groups.setdefault((run.parent, run.tags.get("model", ""), run.tags.get("choice", "")), []).append(run)
    best = {min(group, key=lambda run: by_validation(record_of(tracker.run(run.id)))).id for group in groups.values()}
    deletions = []
    for run in (run for group in groups.values() for run in group if run.id not in best and run in old):
        files = [] if run.files is None else [path for name in _OF_WEIGHTS if (path := run.files / name).is_file()]
        if files:
            size = sum(size_of(path) for path in files)
            deletions.append(Deletion(f"weights of {run}", size, partial(_delete_weights, tracker, run, files)))
    return deletions


def _runs_deletion(folder: Path, what: str, runs: Sequence[StoredRun], more: Sequence[Path] = ()) -> Deletion:
    paths = [run.files.parent for run in runs if run.files is not None and run.files.is_relative_to(folder)]
    paths += [path for path in more if path.exists()]

    def delete() -> None:
        # rows first: what a killed deletion leaves are files without a run, which a check finds
        delete_runs(folder / "mlflow.db", [run.id for run in runs])
        for path in paths:
            _delete(path)

    return Deletion(what, sum(size_of(path) for path in paths), delete)


def _delete_weights(tracker: Tracker, run: StoredRun, files: Sequence[Path]) -> None:
    tracker.writer(run.id).tags({PRUNED: " ".join(path.name for path in files)})
    for path in files:
        path.unlink(missing_ok=True)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)

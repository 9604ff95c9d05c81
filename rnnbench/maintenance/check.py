"""Check a store: its contents, and every problem with what to type. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rnnbench.core.errors import RnnbenchError
from rnnbench.maintenance.check_database import database_problems
from rnnbench.maintenance.check_files import file_problems, leftover_problems, orphan_problems
from rnnbench.maintenance.check_searches import search_problems
from rnnbench.maintenance.model import Checked, Contents
from rnnbench.storage.database_state import backups, state_of
from rnnbench.storage.rows import StoredRun, runs_of

PARTS = ("mlflow.db", "artifacts", "optuna", "checkpoints", "backups", "cache", "exports")


def check(folder: Path) -> Checked:
    """The contents and problems of the store in a folder. Raises: RnnbenchError where there is no store."""
    if not folder.is_dir():
        raise RnnbenchError(f"there is no store in {folder}: name its folder, or set RNNBENCH_STORE")
    problems = database_problems(folder)
    # without a readable database, nothing is known about the runs that files belong to
    runs = [] if problems and not is_usable(folder) else runs_of(folder)
    if runs or not problems:
        problems += search_problems(folder, runs) + file_problems(runs) + orphan_problems(folder, runs)
    return Checked(_contents(folder, runs), tuple(problems + leftover_problems(folder)))


def is_usable(folder: Path) -> bool:
    """Whether the runs of a store can be read, perhaps after an upgrade of its schema."""
    return state_of(folder).status in ("readable", "older", "newer", "absent")


def _contents(folder: Path, runs: Sequence[StoredRun]) -> Contents:
    kept = [run for run in runs if not run.is_deleted]
    return Contents(
        folder=folder,
        schema=state_of(folder).version,
        experiments=dict(sorted(Counter(run.experiment for run in kept).items())),
        sweeps=sum(run.kind == "sweep" for run in kept),
        runs=dict(sorted(Counter((run.kind or "unknown", run.outcome) for run in kept).items())),
        sizes={part: size for part in PARTS if (size := size_of(folder / part))},
        backups=len(backups(folder)),
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where it does not exist."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return sum(file.stat().st_size for file in files)

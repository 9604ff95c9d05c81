"""Problems of the files of runs: missing, truncated, damaged, left behind, or without a run."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree

from rnnbench.maintenance.check_database import REPAIR
from rnnbench.maintenance.check_searches import journal_of
from rnnbench.maintenance.model import Problem
from rnnbench.reports.results import PLAN_FILE, is_plan
from rnnbench.runs.train import KEPT_KINDS
from rnnbench.runs.training.weights import PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.artifacts import json_object
from rnnbench.storage.rows import StoredRun
from rnnbench.storage.run_writer import EXAMPLE_FILES

PRUNED = "pruned_files"
"""Tag of a run whose files `rnnbench store prune` has deleted: what they were."""
_SETTLED_SECONDS = 60.0
"""Age from which an unfinished file counts as left behind; a younger one may be being written."""
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}$")
"""Names that `core.files.write_whole` gives to files before they are whole."""


def file_problems(runs: Sequence[StoredRun]) -> list[Problem]:
    """What is wrong with the files of runs."""
    return [problem for run in runs if not run.is_deleted for problem in _of_run(run)]


def _of_run(run: StoredRun) -> list[Problem]:
    problems = [] if _is_object(run.tags.get("config", "{}")) else [_damaged_tag(run, "config")]
    if run.files is None:
        return problems
    if run.kind == "sweep":
        return problems + _plan_problems(run, run.files / PLAN_FILE)
    listed = run.tags.get(EXAMPLE_FILES, "[]")
    names = json.loads(listed) if _is_json(listed, list) else []
    if not names and listed != "[]":
        problems.append(_damaged_tag(run, EXAMPLE_FILES))
    if run.kind in KEPT_KINDS and run.outcome == "completed" and PRUNED not in run.tags:
        names = [*names, WEIGHTS_FILE, PREPARED_FILE]
    return problems + [problem for name in names if (problem := _file_problem(run, run.files / name)) is not None]


def _file_problem(run: StoredRun, path: Path) -> Problem | None:
    """What is wrong with a file that a run should have."""
    if not path.is_file():
        return Problem(f"{run}: its file {path} is missing", _remedy(run, path))
    if path.suffix in (".pt", ".npz"):
        is_whole = zipfile.is_zipfile(path) and _has_members(path)
    else:
        is_whole = _parses(path, json_object)
    return None if is_whole else Problem(f"{run}: its file {path} is truncated or damaged", _remedy(run, path))


def _remedy(run: StoredRun, path: Path) -> str:
    again = "train it again" if path.name in (WEIGHTS_FILE, PREPARED_FILE) else "delete the run in rnnbench ui"
    return f"put back a copy of {path.name}, or {again}"


def _has_members(path: Path) -> bool:
    """Whether the files in a zip file lie inside it and begin as they should; their content is not read."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                archive.open(member).close()
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return False


def _plan_problems(run: StoredRun, path: Path) -> list[Problem]:
    if not path.exists() or (_parses(path, json_object) and is_plan(json_object(path.read_bytes()))):
        return []
    aside = path.with_name(f"{path.name}.damaged")
    return [
        Problem(
            f"{run}: its file {path} is damaged",
            REPAIR,
            f"rename it to {aside.name}; the next call of the sweep writes it again",
            lambda: path.replace(aside),
        )
    ]


def _damaged_tag(run: StoredRun, name: str) -> Problem:
    return Problem(f"{run}: its tag {name!r} is damaged", "delete the run in rnnbench ui, and repeat it")


def _parses(path: Path, parse: Callable[[bytes], object]) -> bool:
    try:
        parse(path.read_bytes())
    except (ValueError, OSError, RecursionError):
        return False
    return True


def _is_object(text: str) -> bool:
    return _is_json(text, dict)


def _is_json(text: str, kind: type) -> bool:
    try:
        return isinstance(json.loads(text), kind)
    except (ValueError, RecursionError):
        return False


def orphan_problems(folder: Path, runs: Sequence[StoredRun]) -> list[Problem]:
    """Folders of files, and journals, that belong to no run of the database."""
    return [
        Problem(
            f"{path} belongs to no run of the database",
            "rnnbench store merge FOLDER with a copy that has the run, or delete it: rnnbench store prune --orphans",
        )
        for path in orphans(folder, runs)
    ]


def orphans(folder: Path, runs: Sequence[StoredRun]) -> list[Path]:
    """Folders of files, and journals, without a run."""
    known = {run.id for run in runs}
    journals = {journal_of(folder, run) for run in runs if "sweep_key" in run.tags}
    folders = [path for path in (folder / "artifacts").glob("*/*") if _is_run_id(path.name) and path.name not in known]
    lost = [path for path in (folder / "optuna").glob("*.journal") if path not in journals]
    return sorted(folders) + sorted(lost)


def _is_run_id(name: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", name) is not None


def leftover_problems(folder: Path) -> list[Problem]:
    """Files that a killed process has left behind."""
    return [
        Problem(f"{path} was left behind by a process that has ended", REPAIR, f"delete {path}", _deletion(path))
        for path in leftovers(folder)
    ]


def leftovers(folder: Path) -> list[Path]:
    """Unfinished files and folders, temporary files, and Optuna's lock files of earlier versions."""
    unfinished = [path for path in folder.rglob("*") if ".unfinished" in path.name or _TEMPORARY.fullmatch(path.name)]
    locks = [*(folder / "optuna").glob("*.journal.lock"), *(folder / "optuna").glob("*.rename")]
    outermost = [path for path in unfinished if not any(parent in unfinished for parent in path.parents)]
    return sorted(path for path in outermost + locks if time.time() - _changed(path) > _SETTLED_SECONDS)


def _changed(path: Path) -> float:
    """When a file, or the newest file in a folder, was changed."""
    return max(file.lstat().st_mtime for file in (path, *path.rglob("*")))


def _deletion(path: Path) -> Callable[[], None]:
    return lambda: rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

"""Write the report of a stored sweep to a folder, and attach it to the sweep's run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rnnbench.reports.export import exports_folder_of
from rnnbench.reports.page.model import Material
from rnnbench.reports.page.writing import write_report
from rnnbench.reports.results import Result
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.importance import importances
from rnnbench.sweeps.provenance import DATA_FILE, command_for
from rnnbench.tasks.samples import SHOWCASE_FILE

FOLDER = "report"


def report(tracker: Tracker, result: Result, output: Path | None = None) -> list[Path]:
    """Write the report into one folder, and attach it to the sweep's run. Returns the files.

    Raises: RnnbenchError where it cannot be written.
    """
    folder = output or exports_folder_of(result) / FOLDER
    paths = write_report(material_of(tracker, result), folder)
    writer = tracker.writer(result.parent)
    for path in paths:
        writer.file(path, str(Path(FOLDER) / path.parent.relative_to(folder)))
    return paths


def material_of(tracker: Tracker, result: Result) -> Material:
    """Everything of a stored sweep that the report shows."""
    sweep = tracker.run(result.parent).data.tags
    shown = {run_id for row in result.comparison.encoders for run_id in row.run_ids}
    confirms = [record for record in result.records if record.run_id in shown]
    importance = importances(result.records)
    more = max((refusal.trials for refusal in importance.refused), default=0)
    return Material(
        name=result.name,
        comparison=result.comparison,
        records=tuple(result.records),
        sweep_run=result.parent,
        question=sweep.get("question", ""),
        importances=importance,
        data=_read(tracker, result.parent, DATA_FILE),
        environments=_of_runs(tracker, confirms, "environment.json"),
        showcases=_of_runs(tracker, confirms, SHOWCASE_FILE),
        command=command_for(tracker, result.parent, _trials(result), _seeds(result)),
        more_trials=command_for(tracker, result.parent, more) if more else "",
    )


def _of_runs(tracker: Tracker, records: Iterable[RunRecord], path: str) -> dict[str, dict[str, Any]]:
    contents = {record.run_id: _read(tracker, record.run_id, path) for record in records}
    return {run_id: content for run_id, content in contents.items() if content}


def _read(tracker: Tracker, run_id: str, path: str) -> dict[str, Any]:
    """A JSON file of a run; empty for runs of earlier versions without it."""
    return tracker.read_json(run_id, path) or {}


def _trials(result: Result) -> int:
    return max((row.trials for row in result.comparison.encoders), default=1)


def _seeds(result: Result) -> int:
    return max((row.seeds_planned for row in result.comparison.encoders), default=1)

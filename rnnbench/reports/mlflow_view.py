"""What MLflow's pages show of a sweep: table and figures on its run, and a saved view with a row per encoder.

The format of a view is MLflow's own and not documented (read from its 3.17 pages); an unknown one shows the default
columns.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from rnnbench.comparison.expectations import Expectations
from rnnbench.comparison.importance import Importances
from rnnbench.comparison.model import Comparison
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.core.errors import RnnbenchError
from rnnbench.reports.export import export_result
from rnnbench.reports.results import Result
from rnnbench.reports.tables.formats import render
from rnnbench.storage.tracker import Tracker

IN_TABLE = "in_table"
"""Tag of the runs behind the table: its value is the id of the sweep's run."""


def saved_view(comparison: Comparison, parent: str) -> dict[str, Any]:
    """The runs of the table grouped by model with their means; a group opens to its seeds.

    parent: the id of the sweep's run.
    """
    test = f"metrics.`test/{comparison.metric.key}`"
    return {
        "searchFilter": f"tags.{IN_TABLE} = '{parent}'",
        "orderByKey": test,
        "orderByAsc": not comparison.higher_is_better,
        "groupBy": {"aggregateFunction": "average", "groupByKeys": [{"mode": "param", "groupByData": "model"}]},
        "groupsExpanded": {f"param.model.{row.model}": False for row in comparison.rows},
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "runsHiddenMode": "FIRST_20_RUNS",
        "selectedColumns": [
            test,
            f"metrics.`validation/{comparison.metric.key}`",
            "metrics.`cost/parameters`",
            "metrics.`cost/wall_seconds`",
        ],
    }


def publish(tracker: Tracker, result: Result) -> None:
    """Logs table and figures on the sweep's run, and shows the winner in the experiment's description."""

    writer = tracker.writer(result.parent)
    table, words = render(result.comparison, "md"), verdict(result.comparison)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for path in export_result(result, Path(folder)):
                writer.file(path, "comparison")
        except OSError as error:
            raise RnnbenchError(f"the tables could not be stored: {error.strerror}") from error
    writer.tags({"mlflow.note.content": f"{words}\n\n{table}", "verdict": words})
    _mark(tracker, result)
    view = saved_view(result.comparison, result.parent)
    tracker.describe_experiment(result.experiment_id, note=f"{words}\n\n{table}", view=view)


def log_analysis(tracker: Tracker, parent: str, found: Importances | Expectations, figure: bytes, picture: str) -> None:
    """Puts what a sweep's trials tell on its run: a figure `folder/name.png`, the numbers `folder/folder.json`."""
    folder, _, name = picture.partition("/")
    writer = tracker.writer(parent)
    writer.text(json.dumps(found.to_plain(), indent=1), f"{folder}/{folder}.json")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_bytes(figure)
        writer.file(path, folder)


def _mark(tracker: Tracker, result: Result) -> None:
    """Tags the runs behind the table, and those alone, so that the pages can show them."""
    shown = {record.run_id for record in result.records if record.kind in ("confirm", "baseline")}
    before = {run.info.run_id for run in tracker.find(result.experiment_id, **{IN_TABLE: result.parent})}
    for run_id in shown - before:
        tracker.writer(run_id).tags({IN_TABLE: result.parent})
    for run_id in before - shown:
        tracker.writer(run_id).tags({IN_TABLE: ""})

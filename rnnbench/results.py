"""From the store to a comparison: which runs count, and where the tables go."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnbench.comparison import compare, export
from rnnbench.comparison.base import Comparison
from rnnbench.errors import ComparisonError, RnnbenchError, did_you_mean
from rnnbench.record import RunRecord
from rnnbench.store import store_folder
from rnnbench.tracking import Tracker


@dataclass(frozen=True)
class Result:
    """A comparison, the records behind it, and the run of the sweep it belongs to."""

    comparison: Comparison
    records: tuple[RunRecord, ...]
    parent: str
    experiment_id: str


def latest_sweep(tracker: Tracker, task: str, data: str | None = None, sweep: str | None = None) -> tuple[str, str]:
    """Experiment id and run id of the newest sweep of a task. Raises: ComparisonError saying what to type."""
    experiments = tracker.experiments(task)
    if data is not None and data not in experiments:
        near = did_you_mean(data, experiments)
        raise ComparisonError(f"no runs of {task} on {data!r}.{near} Type: rnnbench sweep {task} --data {data}")
    found = [
        run
        for name, experiment_id in experiments.items()
        if data in (None, name)
        for run in tracker.find(experiment_id, kind="sweep")
        if sweep in (None, run.info.run_id, run.info.run_name)
    ]
    if not found:
        raise ComparisonError(f"no sweep of {task} to compare yet. Type: rnnbench sweep {task}")
    newest = max(found, key=lambda run: int(run.data.tags.get("began", run.info.start_time)))
    return newest.info.experiment_id, newest.info.run_id


def of_sweep(tracker: Tracker, parent: str, *, force: bool = False) -> Result:
    """The comparison of one sweep, from the store alone."""
    run = tracker.run(parent)
    records = tracker.records(run.info.experiment_id, parent)
    chosen = current(records)
    comparison = compare(chosen, force=force)
    return Result(comparison, tuple(chosen), parent, run.info.experiment_id)


def current(records: Sequence[RunRecord]) -> list[RunRecord]:
    """The records that count: trials, baselines, and confirmations of what each search chose in the end.

    The choice of a model is its best completed trial among as many trials as every model has had.
    """
    trials = [
        record for record in records if record.kind == "trial" and record.outcome not in ("interrupted", "running")
    ]
    models = {record.model for record in trials}
    counts = [sum(record.model == model for record in trials) for model in models]
    equal = min(counts, default=0)
    chosen: dict[str, str] = {}
    for model in models:
        done = [record for record in trials if record.model == model and record.outcome == "completed"]
        done = [record for record in done if int(record.tags.get("trial", "0")) < equal]
        if done:
            sign = -1.0 if done[0].higher_is_better else 1.0
            best = min(done, key=lambda record: (sign * record.validation, int(record.tags.get("trial", "0"))))
            chosen[model] = best.tags["choice"]
    return [
        record
        for record in records
        if record.outcome not in ("interrupted", "running")
        and (
            record.kind in ("trial", "baseline")
            or (record.kind == "confirm" and chosen.get(record.model) == record.tags.get("choice"))
        )
    ]


def exports_folder(comparison: Comparison) -> Path:
    """Where a comparison's exports go unless told otherwise."""
    return store_folder() / "exports" / f"{comparison.task}-{comparison.data}"


def with_curves(tracker: Tracker, records: Sequence[RunRecord]) -> list[RunRecord]:
    """The records, confirmations with their validation curve."""
    return [
        tracker.with_curves(record, [f"validation/{record.metric}"]) if record.kind == "confirm" else record
        for record in records
    ]


def write_exports(tracker: Tracker, result: Result, output: Path | None = None) -> list[Path]:
    """Every format and figure of a comparison in one folder. Raises: RnnbenchError where it cannot be written."""
    folder = output or exports_folder(result.comparison)
    return export(result.comparison, with_curves(tracker, result.records), folder)


def publish(tracker: Tracker, result: Result) -> None:
    """Logs table and figures on the sweep's run, and shows the winner in the experiment's description."""
    from rnnbench.comparison import render, verdict
    from rnnbench.comparison.view import saved_view

    writer = tracker.writer(result.parent)
    table, words = render(result.comparison, "md"), verdict(result.comparison)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for path in write_exports(tracker, result, Path(folder)):
                writer.file(path, "comparison")
        except OSError as error:
            raise RnnbenchError(f"the tables could not be stored: {error.strerror}") from error
    writer.tags({"mlflow.note.content": f"{words}\n\n{table}", "verdict": words})
    tracker.describe_experiment(result.experiment_id, note=f"{words}\n\n{table}", view=saved_view(result.comparison))

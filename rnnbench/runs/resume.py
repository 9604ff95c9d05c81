"""Continue a stopped run of `rnnbench train` from its checkpoint."""

from __future__ import annotations

from rnnbench.core.errors import DataError, RnnbenchError
from rnnbench.experiment.config import from_plain
from rnnbench.runs.find import find_any
from rnnbench.runs.prepare import load_data
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks
from rnnbench.storage.record import STOPPED, RunRecord
from rnnbench.storage.tracker import Tracker


def resume(tracker: Tracker, run: str, *, hooks: Hooks | None = None) -> RunRecord:
    """Continue a run of `rnnbench train` that was stopped, under the same run id. Returns its record.

    run: a run id, its first 6 or more digits, or a run's name.
    Raises: RnnbenchError where the run was not stopped or is part of a sweep; DataError where its data have changed.
    """
    record = find_any(tracker, run)
    experiment_id = tracker.run(record.run_id).info.experiment_id
    if record.outcome == "running":
        tracker.repair(experiment_id)
        record = find_any(tracker, record.run_id)
    name = f"run {record.name} ({record.run_id[:8]})"
    if record.kind != "train":
        raise RnnbenchError(f"{name} is part of a sweep, which is continued by: rnnbench sweep {record.task}")
    if record.outcome not in STOPPED:
        raise RnnbenchError(f"{name} is {record.outcome.replace('_', ' ')}: only a stopped run can be continued")
    config = from_plain(record.config)
    if load_data(config).fingerprint != record.fingerprint:
        raise DataError(f"{name} cannot be continued: {record.data} has changed since. Restore the data, or train anew")
    tracker.resume(record.run_id)
    return train_and_record(
        config,
        tracker=tracker,
        experiment_id=experiment_id,
        name=record.name,
        run_id=record.run_id,
        hooks=hooks,
    )

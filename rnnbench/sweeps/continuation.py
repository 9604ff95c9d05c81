"""Runs of a sweep that were stopped: which of them a trial or another planned run continues."""

from __future__ import annotations

from collections.abc import Mapping

from optuna.trial import FrozenTrial

from rnnbench.storage.record import STOPPED, RunRecord
from rnnbench.storage.tracker import LEASE, PARENT, Tracker, record_of
from rnnbench.sweeps.model import SweepPlan
from rnnbench.sweeps.study import lease_id_of


def begin_or_resume(tracker: Tracker, plan: SweepPlan, name: str, tags: Mapping[str, str]) -> str:
    """The id of the newest stopped run with these tags, which is resumed, or of a new one. Its lease is this process's.

    Call it under the sweep's lock.
    """
    runs = tracker.find(plan.experiment_id, **{PARENT: plan.parent, **tags})
    stopped = [run for run in runs if run.data.tags.get("outcome") in STOPPED]
    if stopped:
        return tracker.resume(stopped[-1].info.run_id).run_id
    return tracker.start(plan.experiment_id, name, tags, plan.parent).run_id


def run_id_of(tracker: Tracker, plan: SweepPlan, trial: FrozenTrial) -> str | None:
    """The id of a trial's run, None where none was created.

    A process may have ended between creating the run and storing its id with the trial: then both have the same lease.
    """
    run_id, lease = trial.user_attrs.get("run_id"), lease_id_of(trial)
    if run_id or not lease:
        return run_id
    runs = tracker.find(plan.experiment_id, **{PARENT: plan.parent, "kind": "trial", LEASE: lease})
    return runs[-1].info.run_id if runs else None


def ended_run(tracker: Tracker, plan: SweepPlan, trial: FrozenTrial) -> RunRecord | None:
    """The record of a trial's run where that has ended, which its process did not tell the study; else None."""
    run_id = run_id_of(tracker, plan, trial)
    if run_id is None:
        return None
    record = record_of(tracker.run(run_id))
    return None if record.outcome == "running" or record.outcome in STOPPED else record

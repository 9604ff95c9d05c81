"""Run a whole sweep: search, confirmation and comparison; a stored sweep is continued."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial

from rnnbench.comparison.selection import is_open
from rnnbench.core.errors import StoreError
from rnnbench.experiment.files import load
from rnnbench.reports import results
from rnnbench.reports.mlflow_view import publish
from rnnbench.storage.backup import note_of_backup
from rnnbench.storage.record import SEARCH_KINDS, Outcome, model_name
from rnnbench.storage.tracker import PARENT, Crashed, Tracker
from rnnbench.sweeps.executors.local import run_workers
from rnnbench.sweeps.model import Event, SweepInterrupted, SweepPlan, Tell
from rnnbench.sweeps.plan import SweepOptions, sweep_plan
from rnnbench.sweeps.study import score_of
from rnnbench.sweeps.worker import Worker


def sweep(task: str, options: SweepOptions, tell: Tell) -> results.Result:
    """Search, confirm and compare; a repeated call does only what is missing.

    Raises: SweepInterrupted on Ctrl-C, SIGTERM and SIGHUP, RnnbenchError when no worker can continue.
    """
    return carry_out(sweep_plan(load(task), options), options.workers, tell)


def fewest_trials(plan: SweepPlan) -> int:
    """The smallest number of stored trials among the searched encoders of a plan."""
    studies = Worker(plan).studies
    return min((len(studies.counted(model)) for model in plan.searched), default=0)


def carry_out(plan: SweepPlan, workers: int | None, tell: Tell) -> results.Result:
    """Do the remaining work of a plan, and attach the comparison to the sweep's run.

    workers: number of processes; None is one per core; at most one per remaining run.
    """
    tracker = Tracker()
    tracker.resume(plan.parent)
    try:
        clean_up(plan)
        reopen_baselines(plan)
        remaining = Worker(plan).queue.count_left()
        if remaining:
            _report_finished(tracker, plan, tell)
            run_workers(plan, min(remaining, workers or os.cpu_count() or 1), tell, partial(clean_up, plan))
        result = results.of_sweep(tracker, plan.parent)
        publish(tracker, result)
    except BaseException as error:
        if isinstance(error, SweepInterrupted):
            outcome: Outcome = error.outcome
        else:
            outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        with suppress(StoreError, OSError):  # where the store cannot be written, the next call ends the run
            tracker.resume(plan.parent).end(outcome)
        raise
    tracker.resume(plan.parent).end("completed")  # even if its lease was lost meanwhile: the comparison is complete
    if remaining and (note := note_of_backup()):
        tell(Event("note", model="store", message=note))
    return result


def _report_finished(tracker: Tracker, plan: SweepPlan, tell: Tell) -> None:
    """Send an event for every run that earlier calls have finished, so that progress includes them."""
    names = {model_name(model): model for model in plan.trained}
    records = tracker.records(plan.experiment_id, plan.parent)
    kinds = (*(SEARCH_KINDS if plan.trials else ()), "confirm")
    for record in results.current(records, results.codes_of(tracker, plan.parent)):
        if record.model in names and record.kind in kinds and not is_open(record):
            event = Event("earlier", 0, record.kind, names[record.model], record.name, 1.0)
            tell(replace(event, score=score_of(record), outcome=record.outcome))


def reopen_baselines(plan: SweepPlan) -> None:
    """Let failed baselines, and completed ones whose runs were deleted, be computed again."""
    tracker = Tracker()
    exist = bool(tracker.find(plan.experiment_id, **{PARENT: plan.parent, "kind": "baseline"}))
    for claim in tracker.find(plan.experiment_id, **{PARENT: plan.parent, "claim": "baselines"}):
        outcome = claim.data.tags.get("outcome")
        if outcome == "failed" or (outcome == "completed" and not exist):
            tracker.writer(claim.info.run_id).tags({"outcome": "interrupted"})


def clean_up(plan: SweepPlan, crashed: Crashed | None = None) -> None:
    """End runs and trials whose process is gone, and leave those that can be continued; see `Worker.end_lost`."""
    Worker(plan).end_lost(crashed)

"""A whole sweep: search, confirmation and table, continued where an earlier call stopped."""

from __future__ import annotations

import math
import os

from rnnbench.comparison.selection import is_open
from rnnbench.experiment.files import load
from rnnbench.reports import results
from rnnbench.reports.mlflow_view import publish
from rnnbench.storage.record import SEARCH_KINDS, model_name
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.sweeps.executors.local import run_workers
from rnnbench.sweeps.model import Event, SweepInterrupted, SweepPlan, Tell
from rnnbench.sweeps.plan import SweepOptions, sweep_plan
from rnnbench.sweeps.worker import Worker


def sweep(task: str, options: SweepOptions, tell: Tell) -> results.Result:
    """Searches, confirms and compares; running it again only does what is missing.

    Raises: SweepInterrupted on Ctrl-C, RnnbenchError when no worker can go on.
    """
    return carry_out(sweep_plan(load(task), options), options.workers, tell)


def trials_there(plan: SweepPlan) -> int:
    """The fewest trials that an encoder of the plan has had before."""
    counts = Worker(plan).studies
    return min((len(counts.counted(model)) for model in plan.searched), default=0)


def carry_out(plan: SweepPlan, workers: int | None, tell: Tell) -> results.Result:
    """Does what is left of a plan, and publishes the table on the sweep's run.

    workers: processes; None is one per core, never more than there are pieces of work.
    """
    tracker = Tracker()
    tracker.resume(plan.parent)
    try:
        clean_up(plan)
        reopen_baselines(plan)
        left = Worker(plan).queue.count_left()
        if left:
            _tell_what_is_there(tracker, plan, tell)
            run_workers(plan, min(left, workers or os.cpu_count() or 1), tell, lambda: clean_up(plan))
        result = results.of_sweep(tracker, plan.parent)
        publish(tracker, result)
    except BaseException as error:
        is_ours = isinstance(error, KeyboardInterrupt | SweepInterrupted)
        tracker.resume(plan.parent).end("interrupted" if is_ours else "failed")
        raise
    tracker.resume(plan.parent).end("completed")  # also where it was taken for dead: the table is there
    return result


def _tell_what_is_there(tracker: Tracker, plan: SweepPlan, tell: Tell) -> None:
    """Tells what earlier calls have ended, so that what is left is counted from there."""
    names = {model_name(model): model for model in plan.trained}
    records = tracker.records(plan.experiment_id, plan.parent)
    kinds = (*(SEARCH_KINDS if plan.trials else ()), "confirm")
    for one in results.current(records, results.codes_of(tracker, plan.parent)):
        if one.model in names and one.kind in kinds and not is_open(one):
            score = one.validation if math.isfinite(one.validation) else None
            tell(Event("there", 0, one.kind, names[one.model], one.name, 1.0, score, one.outcome))


def reopen_baselines(plan: SweepPlan) -> None:
    """Lets baselines be computed again that failed in an earlier call, or of which no run is left."""
    tracker = Tracker()
    are_there = bool(tracker.find(plan.experiment_id, **{PARENT: plan.parent, "kind": "baseline"}))
    for claim in tracker.find(plan.experiment_id, **{PARENT: plan.parent, "claim": "baselines"}):
        outcome = claim.data.tags.get("outcome")
        if outcome == "failed" or (outcome == "completed" and not are_there):
            tracker.writer(claim.info.run_id).tags({"outcome": "interrupted"})


def clean_up(plan: SweepPlan) -> None:
    """Ends trials and runs whose worker is gone; they do not count, and are done again."""
    Worker(plan).end_lost()

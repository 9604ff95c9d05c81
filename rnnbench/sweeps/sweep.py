"""A whole sweep: search, confirmation and table, continued where an earlier call stopped."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event as StopEvent
from typing import Any

from rnnbench import results, runs
from rnnbench.errors import RnnbenchError
from rnnbench.experiment import ExperimentConfig, models_of, resolve
from rnnbench.sweeps.base import Event, SweepPlan, Tell
from rnnbench.sweeps.studies import Studies
from rnnbench.sweeps.worker import Worker
from rnnbench.tracking import Tracker

_MOST_RESTARTS = 2


class SweepInterrupted(RnnbenchError):
    """Someone pressed Ctrl-C: everything finished is kept."""


@dataclass(frozen=True)
class SweepOptions:
    """What a call of `sweep` asks for; None leaves a value to the experiment file.

    timeout: seconds after which no new trial begins. workers: processes; None is one per core.
    fresh: begin a new sweep although one with the same settings exists.
    """

    models: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    options: Mapping[str, tuple[Any, str]] | None = None
    quick: bool = False
    trials: int | None = None
    seeds: int | None = None
    workers: int | None = None
    timeout: float | None = None
    fresh: bool = False
    confirm_only: bool = False


def configurations(task: str, options: SweepOptions) -> dict[str, ExperimentConfig]:
    """The base configuration of every encoder of a sweep. Raises: SettingsError, UnknownNameError."""
    models = options.models or tuple(models_of(task))
    return {model: _resolve(task, model, options) for model in models}


def _resolve(task: str, model: str, options: SweepOptions, *, for_model: bool = True) -> ExperimentConfig:
    return resolve(task, model, sets=options.sets, options=options.options, quick=options.quick, for_model=for_model)


def sweep(task: str, options: SweepOptions, tell: Tell) -> results.Result:
    """Searches, confirms and compares; running it again only does what is missing.

    Raises: SweepInterrupted on Ctrl-C, RnnbenchError when no worker can go on.
    """
    configs = configurations(task, options)
    plan = make_plan(task, configs, options)
    tracker = Tracker()
    tracker.resume(plan.parent)
    try:
        _run_workers(plan, options.workers or os.cpu_count() or 1, tell)
    except BaseException as error:
        is_ours = isinstance(error, KeyboardInterrupt | SweepInterrupted)
        tracker.writer(plan.parent).end("interrupted" if is_ours else "failed")
        raise
    result = results.of_sweep(tracker, plan.parent)
    results.publish(tracker, result)
    tracker.writer(plan.parent).end("completed")
    return result


def make_plan(task: str, configs: Mapping[str, ExperimentConfig], options: SweepOptions) -> SweepPlan:
    """The plan of a sweep: the one that the store has under the same key, or a new one."""
    first = next(iter(configs.values()))
    loaded = runs.load_data(first)
    runs.prepare(first)  # a series too short for its windows is better told now than by every worker
    tracker = Tracker()
    experiment_id = tracker.experiment(task, loaded.facts.name)
    tracker.repair(experiment_id)
    shared = _resolve(task, first.model, options, for_model=False).comparison_key()
    key = f"{loaded.fingerprint[:6]}{shared}"
    existing = tracker.find(experiment_id, kind="sweep", comparison_key=key)
    if existing and not options.fresh:
        parent, journal_key = existing[-1].info.run_id, existing[-1].data.tags["sweep_key"]
    else:
        journal_key = f"{key}-{len(existing) + 1}"
        parent = _begin(tracker, experiment_id, first, loaded.fingerprint, key, journal_key)
    plan = SweepPlan(
        key=journal_key,
        task=task,
        data=loaded.facts.name,
        experiment_id=experiment_id,
        parent=parent,
        configs={model: config.to_plain() for model, config in configs.items()},
        trials=options.trials or first.search.trials,
        seeds=options.seeds or first.search.seeds,
        search_until=time.time() + options.timeout if options.timeout else 0.0,
        confirm_only=options.confirm_only,
    )
    Studies(plan).end_orphans()
    return plan


def _begin(
    tracker: Tracker, experiment_id: str, config: ExperimentConfig, fingerprint: str, key: str, journal_key: str
) -> str:
    number = journal_key.rpartition("-")[2]
    is_quick = "-quick" if any(origin.endswith("quick") for origin in config.origins.values()) else ""
    tags = {
        "kind": "sweep",
        "task": config.task,
        "fingerprint": fingerprint,
        "comparison_key": key,
        "sweep_key": journal_key,
    }
    writer = tracker.start(experiment_id, f"sweep-{number}{is_quick}", tags)
    return writer.run_id


def _run_workers(plan: SweepPlan, count: int, tell: Tell) -> None:
    """Runs worker processes to the end, and brings back what they tell."""
    context = multiprocessing.get_context("spawn")
    stop, events = context.Event(), context.Queue()

    def start(number: int) -> Any:
        process = context.Process(target=_worker_process, args=(plan, number, os.getpid(), stop, events), daemon=True)
        process.start()
        return process

    processes = {number: start(number) for number in range(count)}
    restarts = 0
    try:
        while processes:
            _pass_on(events, tell)
            for number, process in list(processes.items()):
                if process.is_alive():
                    continue
                del processes[number]
                if process.exitcode == 0:
                    continue
                tell(Event("error", number, message=f"a worker process died (exit code {process.exitcode})"))
                Studies(plan).end_orphans()
                Tracker().repair(plan.experiment_id)
                if restarts < _MOST_RESTARTS:
                    restarts += 1
                    processes[number] = start(number)
                elif not processes:
                    raise RnnbenchError("every worker process died; what was finished is kept in the store")
        _pass_on(events, tell)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop.set()
        for process in processes.values():
            process.join(timeout=60)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise SweepInterrupted("stopped; everything that was finished is kept") from None


def _pass_on(events: Any, tell: Tell) -> None:
    try:
        tell(events.get(timeout=0.2))
        while True:
            tell(events.get_nowait())
    except queue.Empty:
        return


def _worker_process(plan: SweepPlan, number: int, parent_pid: int, stop: StopEvent, events: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, and says so through `stop`
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Worker(plan, number, events.put, lambda: stop.is_set() or os.getppid() != parent_pid).work()


def confirm(task: str, options: SweepOptions, tell: Tell) -> results.Result:
    """Trains each chosen configuration on more fresh seeds, without searching on."""
    return sweep(task, replace(options, confirm_only=True), tell)

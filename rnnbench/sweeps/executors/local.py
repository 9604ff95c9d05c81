"""Run the workers of a sweep as processes on this machine, and replace those that die.

Each has its own pipe and shares no lock with the others, so that a killed worker cannot block them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.garbage import keep_imported
from rnnbench.core.signals import StopOutcome, stop_requests
from rnnbench.storage.location import store_error_of
from rnnbench.storage.tracker import Crashed
from rnnbench.sweeps.model import Event, SweepInterrupted, SweepPlan, Tell
from rnnbench.sweeps.worker import Worker

_MOST_RESTARTS = 2
"""Most restarts of workers without a finished run in between."""
_STOP_SECONDS = 20.0
"""Seconds after which a worker that was asked to stop is killed, or kills itself where its parent is gone."""
_SILENT_SECONDS = 600.0
"""Seconds without an event after which a worker may hang."""
_SIGNALS: dict[StopOutcome, signal.Signals] = {
    "interrupted": getattr(signal, "SIGUSR1", signal.SIGTERM),
    "terminated": signal.SIGTERM,
}
"""What a worker is sent; it ignores Ctrl-C, which a terminal sends to every process."""

Clean = Callable[[Crashed | None], None]
"""Ends the unfinished work of dead workers; one that crashed is given."""


class _Running(NamedTuple):
    process: Any
    events: connection.Connection


def run_workers(plan: SweepPlan, count: int, tell: Tell, clean: Clean) -> None:
    """Run worker processes until they end, and pass their events to `tell`.

    The first Ctrl-C lets every worker finish its update or validation and write a checkpoint; the second kills them.
    Raises: SweepInterrupted on Ctrl-C, SIGTERM and SIGHUP; RnnbenchError when a worker raises one or all workers have
        died.
    """
    workers: dict[int, _Running] = {}

    def tell_stop(outcome: StopOutcome) -> None:
        tell(Event("stopping", message="stopping: runs write their checkpoints; Ctrl-C again stops at once"))

    with stop_requests(tell_stop) as request:
        try:
            for number in range(count):
                workers[number] = _start(plan, number)
            _watch(plan, workers, tell, clean, lambda: request.outcome)
            if request.outcome is not None:
                _stop(workers, tell, request.outcome)
        except BaseException as error:
            for worker in workers.values():
                worker.process.kill()
                worker.process.join()
            clean(None)
            if isinstance(error, KeyboardInterrupt):
                raise SweepInterrupted(request.outcome or "interrupted") from None
            raise
    if request.outcome is not None:
        clean(None)
        raise SweepInterrupted(request.outcome)


def _watch(
    plan: SweepPlan, workers: dict[int, _Running], tell: Tell, clean: Clean, stop: Callable[[], StopOutcome | None]
) -> None:
    """Pass on events and replace workers that die, until all have ended or `stop` gives an outcome."""
    restarts, memory_kills = 0, _memory_kills()
    heard = dict.fromkeys(workers, time.monotonic())
    while workers and stop() is None:
        for number in [*workers]:
            if time.monotonic() - heard.setdefault(number, time.monotonic()) > _SILENT_SECONDS:
                heard[number] = time.monotonic()
                tell(Event("note", number, message=_silence(workers[number].process.pid)))
        for number, event in _received(workers):
            heard[number] = time.monotonic()
            if event is not None:
                if event.what == "refused":
                    raise RnnbenchError(event.message)
                restarts = 0 if event.what == "end" else restarts
                tell(event)
                continue
            process = workers.pop(number).process
            process.join()
            if process.exitcode == 0:
                continue
            before, memory_kills = memory_kills, _memory_kills()
            crashed = _crash(process, is_for_memory=memory_kills > before)
            reason = " for want of memory" if crashed and crashed.outcome == "out_of_memory" else ""
            tell(Event("error", number, message=f"a worker process died{reason} (exit code {process.exitcode})"))
            clean(crashed)
            if restarts < _MOST_RESTARTS:
                restarts += 1
                workers[number] = _start(plan, number)
            elif not workers:
                raise RnnbenchError(
                    "all worker processes died; finished runs are stored. To continue, type the same command again"
                )


def _silence(pid: int) -> str:
    return (
        f"process {pid} has reported nothing for {_SILENT_SECONDS / 60:.0f} min. If it hangs, type: kill -9 {pid}. "
        "Its run is then continued from its newest checkpoint"
    )


def _crash(process: Any, *, is_for_memory: bool) -> Crashed | None:
    """The process as one that ended by its own fault; None for one that somebody killed."""
    if process.exitcode == -signal.SIGKILL:
        return Crashed(process.pid, "out_of_memory") if is_for_memory else None
    return None if process.exitcode == -signal.SIGTERM else Crashed(process.pid, "failed")


def _memory_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where that is unknown."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _start(plan: SweepPlan, number: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    # a new process must not die of a signal before its first line runs
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_SIGNALS.values()})
    try:
        process = context.Process(target=_work, args=(plan, number, os.getpid(), sending), daemon=True)
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    sending.close()
    return _Running(process, receiving)


def _received(workers: dict[int, _Running]) -> Iterator[tuple[int, Event | None]]:
    """One event of each worker that has sent one; None when a worker has ended."""
    ready = connection.wait([worker.events for worker in workers.values()], timeout=0.5)
    for number, worker in list(workers.items()):
        if worker.events in ready:
            try:
                yield number, worker.events.recv()
            except (EOFError, OSError):
                yield number, None


def _stop(workers: dict[int, _Running], tell: Tell, outcome: StopOutcome) -> None:
    """Let every worker end its run with an outcome, and kill those that take too long."""
    for worker in workers.values():
        if worker.process.is_alive():
            os.kill(worker.process.pid, _SIGNALS[outcome])
    deadline = time.monotonic() + _STOP_SECONDS
    while workers and time.monotonic() < deadline:
        for number, event in _received(workers):
            if event is None:
                workers.pop(number).process.join()
            elif event.what != "refused":
                tell(event)
    for worker in workers.values():
        worker.process.kill()
        worker.process.join()
    workers.clear()


def _work(plan: SweepPlan, number: int, parent_pid: int, events: connection.Connection) -> None:
    """The main function of a worker process, which also ends when its parent process is gone."""
    outcome: StopOutcome | None = None
    keep_imported()

    def ask(asked: StopOutcome) -> None:
        nonlocal outcome
        outcome = outcome or asked

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    for asked, signal_number in _SIGNALS.items():
        signal.signal(signal_number, lambda *_, asked=asked: ask(asked))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *_SIGNALS.values()})
    threading.Thread(target=_end_with, args=(parent_pid, lambda: ask("terminated")), daemon=True).start()

    def tell(event: Event) -> None:
        try:
            events.send(event)
        except OSError:
            ask("terminated")  # the parent has closed the pipe

    try:
        Worker(plan, number, tell, lambda: outcome).work()
    except (RnnbenchError, OSError) as error:
        refused = store_error_of(error) or (error if isinstance(error, RnnbenchError) else None)
        if refused is None:
            raise
        tell(Event("refused", number, message=str(refused)))


def _end_with(parent_pid: int, ask: Callable[[], None]) -> None:
    """Ask this process to stop when its parent is gone, and end it where it takes too long, as in a long evaluation."""
    while os.getppid() == parent_pid:
        time.sleep(0.5)
    ask()
    time.sleep(_STOP_SECONDS)
    os._exit(1)

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
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any, NamedTuple

from rnnbench.core.errors import RnnbenchError
from rnnbench.sweeps.model import Event, SweepInterrupted, SweepPlan, Tell
from rnnbench.sweeps.worker import Worker

_MOST_RESTARTS = 2
_STOP_SECONDS = 20.0


class _Running(NamedTuple):
    process: Any
    events: connection.Connection


def run_workers(plan: SweepPlan, count: int, tell: Tell, clean: Callable[[], None]) -> None:
    """Run worker processes until they end, and pass their events to `tell`.

    clean: ends the unfinished work of dead workers.
    Raises: SweepInterrupted on Ctrl-C; RnnbenchError when a worker raises one or all workers have died.
    """
    workers: dict[int, _Running] = {}
    restarts = 0
    try:
        for number in range(count):
            workers[number] = _start(plan, number)
        while workers:
            for number, event in _received(workers):
                if event is not None:
                    if event.what == "refused":
                        raise RnnbenchError(event.message)
                    tell(event)
                    continue
                process = workers.pop(number).process
                process.join()
                if process.exitcode == 0:
                    continue
                tell(Event("error", number, message=f"a worker process died (exit code {process.exitcode})"))
                clean()
                if restarts < _MOST_RESTARTS:
                    restarts += 1
                    workers[number] = _start(plan, number)
                elif not workers:
                    raise RnnbenchError(
                        "all worker processes died; finished runs are stored. To continue, type the same command again"
                    )
    except BaseException as error:
        with _ignoring_signals():
            _stop(workers)
            clean()
        if isinstance(error, KeyboardInterrupt):
            raise SweepInterrupted("interrupted; finished runs are stored") from None
        raise


def _start(plan: SweepPlan, number: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    # a terminal sends Ctrl-C to every process: the new one must ignore it even before its first line runs
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
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


def _stop(workers: dict[int, _Running]) -> None:
    """Let every worker end its run, and kill those that take too long."""
    for worker in workers.values():
        worker.process.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    while workers and time.monotonic() < deadline:
        for number, event in _received(workers):
            if event is None:
                workers.pop(number).process.join()
    for worker in workers.values():
        worker.process.kill()
        worker.process.join()


@contextmanager
def _ignoring_signals() -> Iterator[None]:
    """Ignore further Ctrl-Cs while workers end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(plan: SweepPlan, number: int, parent_pid: int, events: connection.Connection) -> None:
    """The main function of a worker process, which also ends when its parent process is gone."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and sends SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def tell(event: Event) -> None:
        try:
            events.send(event)
        except OSError:
            stop.set()  # the parent has closed the pipe

    try:
        Worker(plan, number, tell, lambda: stop.is_set() or os.getppid() != parent_pid).work()
    except RnnbenchError as error:
        tell(Event("refused", number, message=str(error)))

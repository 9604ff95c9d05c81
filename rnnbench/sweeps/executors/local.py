"""Worker processes on this machine: started, listened to, replaced when they die, stopped in good order.

Each has a pipe of its own and shares no lock with the others, so that one killed in the middle holds up nobody.
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
    """Runs worker processes to the end, and brings back what they tell.

    clean: ends what dead workers have left unfinished.
    Raises: SweepInterrupted on Ctrl-C; RnnbenchError when a worker meets one, or all have died.
    """
    workers: dict[int, _Running] = {}
    restarts = 0
    try:
        for number in range(count):
            workers[number] = _start(plan, number)
        while workers:
            for number, event in _heard(workers):
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
                    raise RnnbenchError("every worker process died; what was finished is kept in the store")
    except BaseException as error:
        with _deaf():
            _stop(workers)
            clean()
        if isinstance(error, KeyboardInterrupt):
            raise SweepInterrupted("stopped; everything that was finished is kept") from None
        raise


def _start(plan: SweepPlan, number: int) -> _Running:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    # a terminal sends Ctrl-C to every process: the new one must not hear it, even before its first line runs
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = context.Process(target=_work, args=(plan, number, os.getpid(), sending), daemon=True)
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    sending.close()
    return _Running(process, receiving)


def _heard(workers: dict[int, _Running]) -> Iterator[tuple[int, Event | None]]:
    """One event of each worker that has one; None when a worker has ended."""
    ready = connection.wait([worker.events for worker in workers.values()], timeout=0.5)
    for number, worker in list(workers.items()):
        if worker.events in ready:
            try:
                yield number, worker.events.recv()
            except (EOFError, OSError):
                yield number, None


def _stop(workers: dict[int, _Running]) -> None:
    """Lets every worker end what it does; whoever takes too long is killed."""
    for worker in workers.values():
        worker.process.terminate()
    until = time.monotonic() + _STOP_SECONDS
    while workers and time.monotonic() < until:
        for number, event in _heard(workers):
            if event is None:
                workers.pop(number).process.join()
    for worker in workers.values():
        worker.process.kill()
        worker.process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """Further Ctrl-Cs change nothing while workers end."""
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
    """What a worker process does. It ends by itself when its parent is gone."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, and says so by SIGTERM
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def tell(event: Event) -> None:
        try:
            events.send(event)
        except OSError:
            stop.set()  # nobody listens any more

    try:
        Worker(plan, number, tell, lambda: stop.is_set() or os.getppid() != parent_pid).work()
    except RnnbenchError as error:
        tell(Event("refused", number, message=str(error)))

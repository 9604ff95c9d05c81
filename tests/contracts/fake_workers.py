"""Worker processes that train nothing; they receive and send what real ones do. Imports little, to start fast."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from types import SimpleNamespace


def event(what: str, number: int, outcome: str = "") -> SimpleNamespace:
    """What the parent reads of an `Event`, whose module takes seconds to import."""
    return SimpleNamespace(what=what, worker=number, outcome=outcome, message="")


def waiting(plan: object, number: int, parent_pid: int, events: Connection) -> None:
    """Waits for a signal, and tells which it was."""
    heard: list[str] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for asked in (signal.SIGUSR1, signal.SIGTERM):
        signal.signal(asked, lambda received, _: heard.append(signal.Signals(received).name))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1, signal.SIGTERM})
    events.send(event("start", number))
    while not heard:
        time.sleep(0.01)
    events.send(event("end", number, outcome=heard[0]))


def deaf(plan: object, number: int, parent_pid: int, events: Connection) -> None:
    """Ends at no signal but SIGKILL."""
    for ignored in (signal.SIGINT, signal.SIGUSR1, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    events.send(event("start", number))
    while True:
        time.sleep(60)


def dying(plan: int, number: int, parent_pid: int, events: Connection) -> None:
    """Ends by the signal that is given in the place of the plan."""
    events.send(event("start", number))
    os.kill(os.getpid(), plan)


def productive_and_dying(plan: int, number: int, parent_pid: int, events: Connection) -> None:
    """Finishes a run, then dies; after six of them there is nothing left to do."""
    events.send(event("start", number))
    runs = plan_folder_count(plan)
    events.send(event("end", number, outcome="completed"))
    if runs < 6:
        os.kill(os.getpid(), signal.SIGKILL)


def plan_folder_count(folder: object) -> int:
    """Adds a file to a folder, given in the place of the plan. Returns how many it has."""
    with open(f"{folder}/{os.getpid()}", "w"):
        return len(os.listdir(str(folder)))


def silent(plan: object, number: int, parent_pid: int, events: Connection) -> None:
    """Reports nothing for a while."""
    time.sleep(2)

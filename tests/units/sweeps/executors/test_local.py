"""Worker processes on this machine: how they are stopped, replaced and watched."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_workers
import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.tracker import Crashed
from rnnbench.sweeps.executors import local
from rnnbench.sweeps.model import Event, SweepInterrupted

pytestmark = pytest.mark.usefixtures("heard_signals")


class Told:
    """What `run_workers` tells; a signal is sent to this process when the first worker has started."""

    def __init__(self, *signals: signal.Signals) -> None:
        self.events: list[Event] = []
        self.crashes: list[Crashed | None] = []
        self._signals = signals

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if event.what == "start":
            for number in self._signals:
                os.kill(os.getpid(), number)
            self._signals = ()

    def messages(self, what: str) -> list[str]:
        return [event.message for event in self.events if event.what == what]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs workers with a function of `fake_workers` in the place of the real one."""

    def run(work: Callable[..., None], told: Told, plan: Any = None, count: int = 1) -> None:
        monkeypatch.setattr(local, "_work", work)
        local.run_workers(plan, count, told, told.crashes.append)

    return run


@pytest.mark.parametrize(
    ("number", "outcome", "sent"),
    [
        (signal.SIGINT, "interrupted", "SIGUSR1"),
        (signal.SIGTERM, "terminated", "SIGTERM"),
        (signal.SIGHUP, "terminated", "SIGTERM"),
    ],
)
def test_a_signal_lets_every_worker_end_its_run_with_the_outcome(
    run: Callable[..., None], number: signal.Signals, outcome: str, sent: str
) -> None:
    told = Told(number)
    with pytest.raises(SweepInterrupted) as stopped:
        run(fake_workers.waiting, told, count=2)
    assert stopped.value.outcome == outcome
    assert [event.outcome for event in told.events if event.what == "end"] == [sent] * 2
    assert told.messages("stopping") == ["stopping: runs write their checkpoints; Ctrl-C again stops at once"]
    assert told.crashes == [None], "what they have left is cleaned up"


def test_a_second_ctrl_c_ends_workers_at_once(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_STOP_SECONDS", 1e9)
    told = Told(signal.SIGINT, signal.SIGINT)
    with pytest.raises(SweepInterrupted):
        run(fake_workers.deaf, told)
    assert told.crashes == [None]


def test_a_worker_that_does_not_stop_is_killed(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_STOP_SECONDS", 0.2)
    with pytest.raises(SweepInterrupted):
        run(fake_workers.deaf, Told(signal.SIGTERM))


@pytest.mark.parametrize(
    ("number", "memory_kills", "outcome", "message"),
    [
        (signal.SIGSEGV, 0, "failed", "a worker process died (exit code -11)"),
        (signal.SIGKILL, 1, "out_of_memory", "a worker process died for want of memory (exit code -9)"),
        (signal.SIGKILL, 0, None, "a worker process died (exit code -9)"),
    ],
)
def test_a_worker_that_ends_by_its_own_fault_is_told_from_one_that_was_killed(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch, number: int, memory_kills: int,
    outcome: str | None, message: str,
) -> None:  # fmt: skip
    counts = iter(range(0, 100 * memory_kills, memory_kills)) if memory_kills else iter([7] * 100)
    monkeypatch.setattr(local, "_memory_kills", lambda: next(counts))
    told = Told()
    with pytest.raises(RnnbenchError, match="all worker processes died; finished runs are stored"):
        run(fake_workers.dying, told, plan=number)
    assert told.messages("error") == [message] * 3, "it was replaced twice"
    assert [crash and crash.outcome for crash in told.crashes[:3]] == [outcome] * 3


def test_workers_that_finish_runs_are_replaced_as_often_as_they_die(run: Callable[..., None], tmp_path: Path) -> None:
    told = Told()
    run(fake_workers.productive_and_dying, told, plan=tmp_path)
    assert len(told.messages("end")) == 6


def test_a_worker_that_reports_nothing_is_named(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_SILENT_SECONDS", 0.5)
    told = Told()
    run(fake_workers.silent, told)
    assert "If it hangs, type: kill -9" in told.messages("note")[0]


def test_the_kernels_count_of_memory_kills_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self, **_: "nr_free 4\noom_kill 12\noom_kill_other 5\n")
    assert local._memory_kills() == 12


def test_elsewhere_nothing_is_known_of_memory_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Path, **_: object) -> str:
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", missing)
    assert local._memory_kills() == 0

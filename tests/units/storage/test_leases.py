"""Leases: any process on any host judges them by their heartbeat, without comparing clocks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench.storage import owners
from rnnbench.storage.leases import Lease, LeaseLostError, Leases
from rnnbench.storage.owners import Owner

BEAT, GRACE = 1.0, 10.0


class Clock:
    """A monotonic clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def others(tmp_path: Path, clock: Clock) -> Leases:
    """What another process sees of the store."""
    return Leases(tmp_path / "leases", beat_seconds=BEAT, grace_seconds=GRACE, clock=clock)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Leases]:
    """What the process that works sees; its thread never beats by itself here."""
    leases = Leases(tmp_path / "leases", beat_seconds=1e6)
    yield leases
    leases.close()


def watch(others: Leases, clock: Clock, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> int:
    """Watches as a waiting worker does, every half second of its own clock. Returns how many leases expired."""
    expired = 0
    for _ in range(round(seconds / 0.5)):
        clock.now += 0.5
        meanwhile()
        expired += others.expire()
    return expired


def pretend(leases: Leases, lease: Lease, **facts: object) -> None:
    """Writes the lease again as one of another owner."""
    path = leases.folder / f"{lease.id}.lease"
    count, owner, _ = path.read_text().split("\n")
    path.write_text(f"{count}\n{json.dumps({**json.loads(owner), **facts})}\n")


ELSEWHERE = {"host": "node7", "machine": "another boot"}


def test_a_lease_is_held_from_taking_to_release_and_leaves_nothing(owner: Leases, others: Leases) -> None:
    lease = owner.take("003-gru")
    assert others.is_held(lease.id)
    assert others.owner(lease.id) == Owner.this_process()
    assert owner.of_this_process(lease.id) is lease
    assert others.of_this_process(lease.id) is None
    lease.require()
    lease.release()
    assert not others.is_held(lease.id)
    assert [*owner.folder.iterdir()] == []
    lease.require()  # work that ended in order has lost nothing


def test_a_dead_owner_on_another_host_is_found_out_after_the_grace_period(
    owner: Leases, others: Leases, clock: Clock
) -> None:
    lease = owner.take("003-gru")
    pretend(owner, lease, **ELSEWHERE)
    owner.beat()  # the last sign of life
    assert others.expire() == 0, "who begins to watch knows nothing yet"
    assert watch(others, clock, GRACE - 0.5) == 0
    assert watch(others, clock, 0.5) == 1
    assert not others.is_held(lease.id)


def test_a_lease_that_was_never_beaten_is_judged_too(owner: Leases, others: Leases, clock: Clock) -> None:
    lease = owner.take("003-gru")
    pretend(owner, lease, **ELSEWHERE)
    others.expire()
    assert watch(others, clock, GRACE) == 1


@pytest.mark.parametrize("content", ["", "0000", '000000000001\n{"host": "no'])
def test_a_lease_that_was_cut_off_while_it_was_written_is_judged_too(
    owner: Leases, others: Leases, clock: Clock, content: str
) -> None:
    lease = owner.take("003-gru")
    (owner.folder / f"{lease.id}.lease").write_text(content)
    assert others.owner(lease.id) is None
    others.expire()
    assert watch(others, clock, GRACE - 0.5) == 0
    assert watch(others, clock, 0.5) == 1


def test_an_owner_that_beats_is_never_robbed_however_slowly_it_works(
    owner: Leases, others: Leases, clock: Clock
) -> None:
    lease = owner.take("003-gru")
    pretend(owner, lease, **ELSEWHERE)
    assert watch(others, clock, 5 * GRACE, owner.beat) == 0
    for _ in range(4):  # and one that beats just in time
        assert watch(others, clock, GRACE - 0.5) == 0
        owner.beat()
    lease.require()


def test_two_containers_of_one_name_do_not_judge_each_other_by_process_numbers(
    owner: Leases, others: Leases, clock: Clock
) -> None:
    # containers on one host: the same boot, the same name, and every one has a process 1; here one without such a start
    boot = Owner.this_process().machine.split()[0]
    lease = owner.take("003-gru")
    pretend(owner, lease, machine=f"{boot} pid:[1]", pid=os.getpid(), start="1")
    assert watch(others, clock, GRACE * 3, owner.beat) == 0, "alive, though no such process is seen from here"
    assert watch(others, clock, GRACE) == 1, "dead, though a process of this number is seen from here"


def test_neither_a_step_of_the_wall_clock_nor_a_wrong_one_changes_a_verdict(
    owner: Leases, others: Leases, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = owner.take("003-gru")
    path = owner.folder / f"{lease.id}.lease"
    others.expire()
    for year in (0, 4_000_000_000):
        monkeypatch.setattr(time, "time", lambda year=year: year)
        os.utime(path, (year, year))
        assert watch(others, clock, 2 * GRACE, owner.beat) == 0
    assert Owner.this_process().start == owners._process_start(os.getpid())
    assert not Owner.this_process().is_gone


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the start of a process is read from the wall clock")
def test_the_start_of_a_process_does_not_move_with_the_time_of_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    before = Owner.this_process()
    monkeypatch.setattr(psutil, "boot_time", lambda: 0.0)
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: 0.0)
    monkeypatch.setattr("psutil._pslinux.BOOT_TIME", 0.0, raising=False)
    assert Owner.this_process() == before


def test_who_was_suspended_together_with_the_owner_does_not_rob_it(owner: Leases, others: Leases, clock: Clock) -> None:
    owner.take("003-gru")
    others.expire()
    clock.now += 100 * GRACE  # a notebook that was closed: both wake up, and the watcher is the first to act
    assert others.expire() == 0
    assert watch(others, clock, GRACE / 2) == 0
    owner.beat()
    assert watch(others, clock, GRACE - 0.5) == 0


def test_a_killed_process_of_this_machine_loses_its_lease_at_once(owner: Leases, others: Leases) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    try:
        facts = replace(Owner.this_process(), pid=process.pid, start=owners._process_start(process.pid) or "")
        lease = owner.take("003-gru")
        pretend(owner, lease, pid=facts.pid, start=facts.start)
        assert others.expire() == 0
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked for its end yet
        assert facts.is_gone
        assert others.expire() == 1
    finally:
        process.kill()
        process.wait()
    assert facts.is_gone


def test_a_process_number_that_was_given_out_again_is_not_taken_for_the_old_process(
    owner: Leases, others: Leases
) -> None:
    lease = owner.take("003-gru")
    pretend(owner, lease, start="1")
    assert others.expire() == 1


def test_an_owner_that_others_have_ended_finds_out_and_cannot_make_its_lease_anew(
    owner: Leases, others: Leases, clock: Clock
) -> None:
    lease, kept = owner.take("003-gru"), owner.take("004-gru")
    pretend(owner, lease, **ELSEWHERE)
    others.expire()

    def only_the_other_beats() -> None:
        owner._beat(kept)

    assert watch(others, clock, GRACE, only_the_other_beats) == 1
    with pytest.raises(LeaseLostError, match="003-gru: this process had no heartbeat"):
        lease.require()  # before the first beat after it woke
    owner.beat()
    assert lease.is_lost
    assert not others.is_held(lease.id)
    assert not kept.is_lost
    kept.require()
    lease.release()
    assert others.is_held(kept.id)


def test_a_fault_of_the_file_system_is_neither_an_end_nor_a_reason_to_stop_beating(
    owner: Leases, others: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = owner.take("003-gru")
    with monkeypatch.context() as patch:

        def broken(*args: object, **kwargs: object) -> object:
            raise OSError(5, "Input/output error")

        patch.setattr("builtins.open", broken)
        patch.setattr(Path, "read_bytes", broken)
        owner.beat()
        assert others.expire() == 0
        patch.setattr(Path, "stat", broken)
        with pytest.raises(OSError, match="Input/output"):
            others.is_held(lease.id)  # "no" would end work that goes on
    assert not lease.is_lost
    owner.beat()
    assert lease.beats == 1


def test_an_id_that_is_none_is_held_by_nobody(others: Leases) -> None:
    for lease_id in ("", "unknown", "../leases/x", "a/b"):
        assert not others.is_held(lease_id)
        assert others.owner(lease_id) is None


def beating() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "leases"]


def wait_until(is_true: Callable[[], bool]) -> None:
    """However long it takes: what never comes true hangs, and the run's own limit ends it."""
    while not is_true():
        time.sleep(0.01)


def test_a_thread_beats_while_a_lease_is_held_and_ends_with_the_last(tmp_path: Path) -> None:
    before = len(beating())
    leases = Leases(tmp_path / "leases", beat_seconds=0.01)
    first, second = leases.take("a"), leases.take("b")
    wait_until(lambda: first.beats > 2 and second.beats > 2)
    assert len(beating()) == before + 1
    first.release()
    beats = second.beats
    wait_until(lambda: second.beats > beats)
    second.release()
    assert len(beating()) == before
    third = leases.take("c")  # and begins again
    wait_until(lambda: third.beats > 0)
    (leases.folder / f"{third.id}.lease").unlink()
    wait_until(lambda: third.is_lost)
    wait_until(lambda: len(beating()) == before)


WORKER = """
import sys
from pathlib import Path
from rnnbench.storage.leases import Leases, LeaseLostError

lease = Leases(Path(sys.argv[1]), beat_seconds=0.02).take("003-gru")
print(lease.id, flush=True)
total = 0
while not lease.is_lost:
    total += sum(range(200_000))  # work in pure Python, which shares the interpreter with the thread
try:
    lease.require()
except LeaseLostError as error:
    print(error, flush=True)
"""


def test_a_suspended_process_is_judged_and_notices_when_it_wakes(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "leases"
    others = Leases(folder, beat_seconds=BEAT, grace_seconds=GRACE, clock=clock)
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        lease_id = process.stdout.readline().strip()
        path = folder / f"{lease_id}.lease"

        def has_beaten() -> None:
            content = path.read_bytes()
            wait_until(lambda: path.read_bytes() != content)

        assert watch(others, clock, 2 * GRACE, has_beaten) == 0, "it works hard, and is alive"
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        others.expire()  # takes in the last beat
        assert watch(others, clock, GRACE) == 1
        process.send_signal(signal.SIGCONT)
        assert "this process had no heartbeat" in process.stdout.readline()
        assert process.wait() == 0
        assert [*folder.iterdir()] == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

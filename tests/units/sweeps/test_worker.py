"""A worker: repeats lost work, waits for running work, and discards its result after losing its lease."""

from __future__ import annotations

import errno
import importlib
import json
import os
from collections import Counter
from dataclasses import replace
from typing import Any

import planted_sweep
import pytest
from small_runs import use_data

from rnnbench.core.errors import DataError, StoreError
from rnnbench.experiment.files import load
from rnnbench.runs.train import train
from rnnbench.storage.checkpoints import checkpoint_folder
from rnnbench.storage.leases import LeaseLostError, Leases
from rnnbench.storage.location import store_error_of, store_path
from rnnbench.storage.record import WEIGHTS_SHA256, Outcome
from rnnbench.storage.tracker import LEASE, Crashed, Tracker, record_of
from rnnbench.sweeps import SweepOptions, SweepPlan, sweep_plan
from rnnbench.sweeps import worker as worker_module
from rnnbench.sweeps.model import Event
from rnnbench.sweeps.queue import Work, WorkQueue
from rnnbench.sweeps.study import Studies
from rnnbench.sweeps.worker import Worker

KINDS = ["baseline", "trial", "reselect", "confirm"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_data(monkeypatch)
    for module in ("plan", "queue"):
        monkeypatch.setattr(f"rnnbench.sweeps.{module}.parameters_of", lambda config, prepared: 1)


@pytest.fixture
def plan(store: object) -> SweepPlan:
    options = SweepOptions(models=("rnn",), sets=("search.reselect=1",), trials=1, seeds=1)
    return sweep_plan(load("sentiment"), options)


def finish(queue: WorkQueue, work: Work) -> None:
    """Ends a piece of work as if it had been trained."""
    if work.kind == "baseline":
        queue.tracker.claimed(work.run_id or "").end("completed")
        return
    scores = {"validation": 0.7, **({"test": 0.6} if work.kind == "confirm" else {})}
    index = work.trial.user_attrs["index"] if work.trial else None
    tags = {"planned_seed": str(work.config.seed)} if index is None else {"trial": str(index), "draw": "random"}
    record = planted_sweep.scored(work.config, work.kind, scores, tags)
    if work.trial is None:
        queue.tracker.claimed(work.run_id or "").finish(record, {})
        return
    writer = queue.tracker.claimed(work.run_id or "", queue.studies.lease(work.trial))
    writer.finish(record, {})
    queue.studies.tell(work.model, work.trial, "completed", 0.7, writer.run_id)


def begun(plan: SweepPlan, kind: str) -> tuple[WorkQueue, Work]:
    """The sweep as far as its first piece of work of a kind, which somebody has begun."""
    queue = WorkQueue(plan, Tracker())
    while isinstance(work := queue.next(), Work) and work.kind != kind:
        finish(queue, work)
    assert isinstance(work, Work)
    return queue, work


def lease_id(queue: WorkQueue, work: Work) -> str:
    if work.trial is not None:
        return str(work.trial.user_attrs["lease"])
    return str(queue.tracker.run(work.run_id or "").data.tags[LEASE])


def hand_to_another_host(leases: Leases, its_id: str) -> None:
    """What this process holds becomes another's, which never beats again."""
    path = leases.folder / f"{its_id}.lease"
    count, owner, _ = path.read_text().split("\n")
    path.write_text(f"{count}\n{json.dumps({**json.loads(owner), 'host': 'node7', 'pid': 12, 'machine': 'other'})}\n")
    del leases._held[its_id]


class Hours:
    """Time that goes on where a worker waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, leases: Leases) -> None:
        self.now = 0.0
        monkeypatch.setattr(leases, "_clock", lambda: self.now)
        monkeypatch.setattr(worker_module.time, "sleep", self.sleep)
        monkeypatch.setattr(worker_module.time, "monotonic", lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("kind", KINDS)
def test_work_of_a_dead_worker_on_another_host_is_reported_and_continued(
    plan: SweepPlan, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, lost = begun(plan, kind)
    hand_to_another_host(queue.tracker.leases, lease_id(queue, lost))
    hours = Hours(monkeypatch, queue.tracker.leases)
    events: list[Event] = []
    done: list[tuple[str, str, str | None]] = []
    worker = Worker(plan, tell=events.append)
    assert worker.queue.count_left() > 0, "nobody would be started to wait for it"

    def do(work: Work) -> None:
        done.append((work.kind, work.name, work.run_id))
        finish(worker.queue, work)

    monkeypatch.setattr(worker, "_do", do)
    worker.work()
    continued = [(name, run_id) for done_kind, name, run_id in done if (done_kind, name) == (kind, lost.name)]
    assert len(continued) == 1
    assert (continued[0][1] == lost.run_id) == (kind != "baseline"), "the same run; baselines are computed anew"
    ended = Counter((record.kind, record.outcome) for record in Tracker().records(plan.experiment_id, plan.parent))
    assert {key: ended[key] for key in ended if key[0] in KINDS and key[1] == "completed"} == {
        ("trial", "completed"): 1, ("reselect", "completed"): 2, ("confirm", "completed"): 1,
    }  # fmt: skip
    assert sum(ended[key] for key in ended if key[1] == "killed") == (1 if kind == "baseline" else 0)
    waits = [event.message for event in events if event.what == "waiting"]
    assert waits[0] == (
        f"waiting for {lost.name} (process 12 on node7); continued here if that process has no heartbeat for 60 s"
    )
    assert len(waits) == 1 + (hours.now > 60), "said once, and now and then"
    assert worker.queue.next() is None
    assert worker.queue.count_left() == 0
    assert [*worker.tracker.leases.folder.glob("*")] == [
        worker.tracker.leases.folder / f"{Tracker().run(plan.parent).data.tags[LEASE]}.lease"
    ], "no lease is left but the sweep's own"


@pytest.mark.parametrize("kind", KINDS)
def test_work_of_a_slow_worker_on_another_host_is_not_repeated(
    plan: SweepPlan, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, slow = begun(plan, kind)
    leases = queue.tracker.leases
    lease = leases._held[lease_id(queue, slow)]
    hand_to_another_host(leases, lease.id)
    hours = Hours(monkeypatch, leases)
    done: list[str] = []
    worker = Worker(plan, stop=lambda: "interrupted" if hours.now > 400 else None)

    def do(work: Work) -> None:
        done.append(work.name)
        finish(worker.queue, work)

    def sleep_while_the_other_beats(seconds: float) -> None:
        hours.sleep(seconds)
        leases._beat(lease)

    monkeypatch.setattr(worker, "_do", do)
    monkeypatch.setattr(worker_module.time, "sleep", sleep_while_the_other_beats)
    worker.work()
    assert hours.now > 400, "it waits as long as the other lives"
    assert slow.name not in done


def test_a_waiting_worker_continues_when_the_other_work_ends(plan: SweepPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, other = begun(plan, "confirm")
    hours = Hours(monkeypatch, queue.tracker.leases)

    def the_other_ends(seconds: float) -> None:
        hours.sleep(seconds)
        if hours.now == 3:
            finish(queue, other)

    monkeypatch.setattr(worker_module.time, "sleep", the_other_ends)
    Worker(plan).work()
    assert hours.now == 3


def test_a_worker_that_lost_its_lease_reports_it_and_discards_its_result(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, _ = begun(plan, "trial")  # this one stays open
    events: list[Event] = []
    worker = Worker(plan, tell=events.append)
    for trial in worker.studies.running("rnn"):
        work = Work("trial", "rnn", "001-rnn", plan.config("rnn"), worker.studies.trial("rnn", trial.number))

    def suspended(config: object, **arguments: object) -> object:
        (worker.tracker.leases.folder / f"{lease_id(queue, work)}.lease").unlink()
        Worker(plan).end_lost()
        raise LeaseLostError("001-rnn: taken over")

    monkeypatch.setattr(worker_module, "train_and_record", suspended)
    worker._train(work)
    assert [(event.what, event.name, event.message) for event in events] == [("lost", "001-rnn", "001-rnn: taken over")]
    assert len(worker.studies.left("rnn")) == 1, "it is continued, and is no failure of the encoder"


@pytest.mark.parametrize("kind", ["trial", "reselect", "confirm"])
def test_stopped_work_is_continued_from_its_checkpoint_under_the_same_run(store: object, kind: str) -> None:
    sets = ("search.reselect=1", "search.settings=[training.learning_rate]", "encoder.hidden_size=4",
            "task.embedding_size=4", "training.batch_size=16", "task.minimum_count=1", "budget.updates=6",
            "budget.validations=2", "training.patience=0")  # fmt: skip
    plan = sweep_plan(load("sentiment"), SweepOptions(models=("rnn",), sets=sets, trials=1, seeds=1))
    _, whole = begun(plan, kind)
    asked: list[int] = []

    def stop() -> Outcome | None:
        asked.append(1)
        return "terminated" if len(asked) > 5 else None

    worker = Worker(plan, stop=stop)
    worker.studies = Studies(plan)
    worker._train(whole)
    stopped = worker.tracker.run(whole.run_id or "")
    assert (stopped.info.status, stopped.data.tags["outcome"]) == ("KILLED", "terminated")
    assert [*checkpoint_folder(whole.run_id or "").iterdir()]

    again = WorkQueue(plan, Tracker()).next()
    assert isinstance(again, Work)
    assert (again.kind, again.name, again.run_id) == (kind, whole.name, whole.run_id)
    if whole.trial is not None and again.trial is not None:
        assert again.trial.number == whole.trial.number
    Worker(plan)._train(again)
    record = record_of(Tracker().run(whole.run_id or ""))
    expected = train(whole.config, kind=kind, open_test=kind == "confirm").record
    assert record.outcome == "completed"
    assert record.tags[WEIGHTS_SHA256] == expected.tags[WEIGHTS_SHA256]
    assert record.metrics == expected.metrics
    assert Tracker().with_curves(record, ["train/loss"]).curves["train/loss"] == expected.curves["train/loss"]
    assert not checkpoint_folder(whole.run_id or "").exists()


@pytest.mark.parametrize("outcome", ["failed", "out_of_memory"])
@pytest.mark.parametrize("kind", ["trial", "reselect", "confirm"])
def test_a_run_that_ends_its_process_twice_is_not_tried_a_third_time(
    plan: SweepPlan, kind: str, outcome: Outcome
) -> None:
    queue, work = begun(plan, kind)
    for crashes in (1, 2):
        leases = queue.tracker.leases
        assert isinstance(work, Work)
        (leases.folder / f"{lease_id(queue, work)}.lease").unlink()
        Worker(plan).end_lost(Crashed(os.getpid(), outcome))
        run = queue.tracker.run(work.run_id or "")
        assert run.data.tags["outcome"] == ("killed" if crashes == 1 else outcome)
        following = queue.next()
        if crashes == 1:
            assert isinstance(following, Work)
            assert following.run_id == work.run_id
            work = following
    assert not isinstance(following, Work) or following.run_id != work.run_id
    if kind == "trial":
        (trial,) = queue.studies.counted("rnn")
        assert trial.user_attrs["outcome"] == outcome


def test_a_kill_by_somebody_else_is_not_counted_as_a_crash(plan: SweepPlan) -> None:
    queue, work = begun(plan, "trial")
    for _ in range(5):
        assert isinstance(work, Work)
        (queue.tracker.leases.folder / f"{lease_id(queue, work)}.lease").unlink()
        Worker(plan).end_lost()
        work = queue.next()  # type: ignore[assignment]
        assert isinstance(work, Work)
        assert work.name == "001-rnn"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "is full: free space there"),
        (OSError(errno.EROFS, "Read-only file system"), "cannot be written"),
        (StoreError("the disk of the store is full"), "the disk of the store is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be written: make it writable"),
        (None, "has gone: put it back"),
    ],
    ids=["full", "read-only", "database", "permission", "gone"],
)
@pytest.mark.parametrize("kind", ["trial", "confirm"])
def test_a_store_that_cannot_be_written_stops_the_sweep_and_the_run_is_left(
    plan: SweepPlan, kind: str, error: Exception | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, work = begun(plan, kind)
    store = store_path()

    def cannot_be_written(*_: object, **__: object) -> None:
        if isinstance(error, PermissionError):
            error.filename = str(store / "optuna" / "a.lock")
        if error is not None:
            raise error
        store.rename(store.with_name("elsewhere"))
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    with monkeypatch.context() as patch:
        patch.setattr("rnnbench.runs.record_run.train", cannot_be_written)
        with pytest.raises(StoreError, match=message):
            Worker(plan)._train(work)
    if error is None:
        assert not store.exists()
        store.with_name("elsewhere").rename(store)
    leases = Tracker().leases
    (leases.folder / f"{lease_id(WorkQueue(plan, Tracker()), work)}.lease").unlink()  # its process has ended
    Worker(plan).end_lost()
    assert Tracker().run(work.run_id or "").data.tags["outcome"] == "killed"
    again = WorkQueue(plan, Tracker()).next()
    assert isinstance(again, Work)
    assert again.run_id == work.run_id


@pytest.mark.parametrize("moved_at", ["before any work", "in training", "in the baselines", "between two runs"])
def test_no_new_store_is_made_where_the_old_one_was_moved_away(
    plan: SweepPlan, moved_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, worker = store_path(), Worker(plan)

    def moving(name: str) -> None:
        real = getattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2])

        def move(*arguments: Any, **options: Any) -> Any:
            if store.exists():
                store.rename(store.with_name("elsewhere"))
            return real(*arguments, **options)

        monkeypatch.setattr(name, move)

    if moved_at == "before any work":
        store.rename(store.with_name("elsewhere"))
    elif moved_at == "in training":
        moving("rnnbench.runs.record_run.train")
    elif moved_at == "in the baselines":
        moving("rnnbench.sweeps.worker.record_in_sweep")
    else:
        monkeypatch.setattr(worker, "tell", lambda event: moving("rnnbench.sweeps.worker.load_data"))
    with pytest.raises(Exception) as stopped:  # noqa: PT011 - the executor asks what it means
        worker.work()
    assert "has gone: put it back" in str(store_error_of(stopped.value))
    with pytest.raises(StoreError, match="has gone"):
        Worker(plan)
    assert not store.exists()


def test_data_that_change_between_two_runs_end_the_sweep_in_words(plan: SweepPlan) -> None:
    changed = replace(plan, fingerprint="of the file before")
    with pytest.raises(DataError, match="has changed while the sweep ran"):
        Worker(changed).work()
    assert not Tracker().find(plan.experiment_id, kind="trial")


def test_a_trial_of_an_encoder_that_this_call_does_not_train_is_left_and_not_waited_for(plan: SweepPlan) -> None:
    queue, work = begun(plan, "trial")
    (queue.tracker.leases.folder / f"{lease_id(queue, work)}.lease").unlink()
    other = replace(plan, searched=(), trials=0)
    following = WorkQueue(other, Tracker()).next()
    assert following is None or isinstance(following, Work)


def test_the_share_of_a_training_is_of_the_updates_that_it_makes(
    plan: SweepPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    worker = Worker(plan, tell=events.append)
    config = plan.config("rnn").with_values(
        {"encoder.hidden_size": 4, "task.embedding_size": 4, "training.batch_size": 16, "training.patience": 0,
         "task.minimum_count": 1, "budget.updates": 1000, "budget.epochs": 1, "budget.validations": 2}
    )  # fmt: skip
    for kind, refit in (("trial", None), ("confirm", 1)):
        train(config, refit=refit, hooks=worker._hooks(Work(kind, "rnn", kind, config)))
    for kind in ("trial", "confirm"):
        shares = [event.share for event in events if event.name == kind]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0

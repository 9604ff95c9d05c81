"""Recording a run: it is stored completely, and always ends with an outcome."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
import small_runs
import torch
from small_runs import use_data

import rnnbench
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import from_plain
from rnnbench.runs import record_run
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks
from rnnbench.storage.leases import Leases
from rnnbench.storage.tracker import Tracker, record_of


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


@pytest.fixture
def experiment(tracker):
    return tracker.experiment("forecasting", "small")


def a_config():
    return small_runs.a_config("forecasting", **{"budget.updates": 8, "task.linear_path": False})


def recorded(tracker, experiment, **arguments):
    arguments = {"config": a_config(), "name": "gru-seed1", **arguments}
    return train_and_record(arguments.pop("config"), tracker=tracker, experiment_id=experiment, **arguments)


def only_run(tracker, experiment):
    (run,) = tracker.find(experiment)
    return run


def test_a_recorded_run_is_read_back_from_the_store_without_loss(tracker, experiment):
    record = recorded(tracker, experiment, kind="confirm", open_test=True, tags={"planned_seed": "1"})
    found = tracker.with_examples(record_of(only_run(tracker, experiment)))
    found = tracker.with_curves(found, record.curves)
    assert found.tags.pop("test_opened") == "True"
    assert found.tags["planned_seed"] == "1"
    assert replace(found, tags={}) == replace(record, tags={})
    assert found.test == record.test
    assert sum(found.details["by_step"]["mase"]) / len(found.details["by_step"]["mase"]) == pytest.approx(found.test)
    assert from_plain(found.config) == a_config()


def test_the_store_alone_brings_the_trained_model_back(tracker, experiment):
    record = recorded(tracker, experiment, kind="confirm")
    weights = torch.load(tracker.artifact(record.run_id, "weights.pt"), weights_only=True)
    config = from_plain(record.config)
    task = build(config, prepare(config))
    task.load_state_dict(weights)
    assert task.evaluate("validation")["validation/mase"] == pytest.approx(record.validation, rel=1e-6)
    plain = json.loads(tracker.artifact(record.run_id, "prepared.json").read_text())
    assert plain == json.loads(json.dumps(task.prepared.to_plain()))


def test_a_trial_keeps_its_configuration_and_no_weights(tracker, experiment):
    record = recorded(tracker, experiment, kind="trial")
    assert tracker.artifact(record.run_id, "config.yaml").read_text().startswith("data:\n")
    about = json.loads(tracker.artifact(record.run_id, "environment.json").read_text())
    assert about["data_fingerprint"] == record.fingerprint
    assert about["torch"] == torch.__version__
    assert about["rnnbench"] == rnnbench.__version__
    names = [item.path for item in tracker.client.list_artifacts(record.run_id)]
    assert "weights.pt" not in names


def test_a_claimed_run_is_continued(tracker, experiment):
    claimed = tracker.start(experiment, "gru-seed1", {"kind": "confirm", "planned_seed": "1"}).run_id
    assert recorded(tracker, experiment, run_id=claimed).run_id == claimed
    assert only_run(tracker, experiment).info.status == "FINISHED"


def test_a_bug_ends_the_run_as_failed_with_its_traceback_and_is_raised(tracker, experiment, monkeypatch):
    def loss(self, batch):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(task_class("forecasting"), "loss", loss)
    with pytest.raises(ZeroDivisionError):
        recorded(tracker, experiment)
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == ("FAILED", "failed")
    assert "ZeroDivisionError: a bug" in tracker.artifact(run.info.run_id, "traceback.txt").read_text()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interruption_ends_the_run_as_interrupted_and_is_raised(tracker, experiment, monkeypatch, kind):
    def train(*arguments, **others):
        raise kind

    monkeypatch.setattr(record_run, "train", train)
    with pytest.raises(kind):
        recorded(tracker, experiment)
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == ("KILLED", "interrupted")


@pytest.mark.parametrize(
    ("hooks", "outcome", "status"),
    [
        (Hooks(stop=lambda: "interrupted"), "interrupted", "KILLED"),
        (Hooks(stop=lambda: "terminated"), "terminated", "KILLED"),
        (Hooks(report=lambda step, score: True), "pruned", "FINISHED"),
    ],
)
def test_a_run_ended_by_a_hook_has_its_outcome_in_the_store(tracker, experiment, hooks, outcome, status):
    assert recorded(tracker, experiment, hooks=hooks).outcome == outcome
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == (status, outcome)


def test_curves_are_in_the_store_while_the_training_runs(tracker, experiment):
    seen = []

    def log(update, values):
        seen.append(update)

    record = recorded(tracker, experiment, hooks=Hooks(log=log))
    found = tracker.with_curves(record_of(only_run(tracker, experiment)), record.curves)
    assert found.curves == record.curves
    assert sorted(set(seen)) == [4, 8]


def test_only_a_run_that_opened_the_test_split_keeps_the_scores_of_its_examples(tracker, experiment):
    opened = recorded(tracker, experiment, kind="confirm", open_test=True)
    sealed = recorded(tracker, experiment, kind="trial")
    assert opened.examples[opened.metric].mean == pytest.approx(
        opened.test, rel=1e-5
    )  # sums of float32 in another order
    assert not sealed.examples
    found = {name: tracker.with_examples(record).examples for name, record in (("opened", opened), ("sealed", sealed))}
    assert found == {"opened": opened.examples, "sealed": {}}
    names = [item.path for item in tracker.client.list_artifacts(sealed.run_id)]
    assert "test_examples.npz" not in names


# a process that lost its lease

SUSPENDED = """
import os, signal, sys
from rnnbench.storage import leases
leases.BEAT_SECONDS = 0.05
import small_data
import pytest
from small_runs import use_data
from rnnbench.runs.train import Hooks
from rnnbench.runs.record_run import train_and_record
from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.resolve import resolve
from rnnbench.storage.tracker import Tracker
use_data(pytest.MonkeyPatch())
values = {"encoder.hidden_size": 8, "training.patience": 0, "budget.updates": 10**7, "budget.epochs": 10**7}
config = resolve("forecasting", "gru").with_values({**values, "budget.validations": 1})
stops = iter([signal.SIGSTOP])
try:
    # suspended where it writes nothing: within a write it would hold the lock of the database
    hooks = Hooks(log=lambda update, values: [os.kill(os.getpid(), number) for number in stops])
    train_and_record(config, tracker=Tracker(), experiment_id=sys.argv[1], name="gru-seed0", hooks=hooks)
except RnnbenchError as error:
    print(error, flush=True)
"""


@pytest.mark.slow
def test_a_training_that_was_suspended_and_taken_over_ends_and_writes_over_nothing(tracker, experiment, monkeypatch):
    clock = iter(range(0, 10_000, 5))
    judge = Leases(tracker.leases.folder, beat_seconds=5, grace_seconds=60, clock=lambda: next(clock))
    monkeypatch.setattr(tracker, "leases", judge)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SUSPENDED, experiment], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        state = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert state.si_code == os.CLD_STOPPED
        assert [tracker.repair(experiment) for _ in range(13)] == [0] * 12 + [1]
        ended = tracker.run(only_run(tracker, experiment).info.run_id).to_dictionary()
        assert ended["info"]["status"] == "KILLED"
        process.send_signal(signal.SIGCONT)
        assert process.stdout.read().startswith("gru-seed0: this process had no heartbeat")
        after = only_run(tracker, experiment)
        assert (after.info.status, after.info.end_time) == ("KILLED", ended["info"]["end_time"])
        assert after.data.tags == ended["data"]["tags"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

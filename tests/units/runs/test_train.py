"""One training: its record, its costs, its budget, and how it ends in the store whatever happens."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import small_data
import torch
from small_runs import use_data

import rnnbench
from rnnbench.core import registry
from rnnbench.core.errors import BudgetError, RnnbenchError
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import from_plain
from rnnbench.experiment.resolve import resolve
from rnnbench.metrics import Metric, metric_called, metric_of
from rnnbench.runs import record_run
from rnnbench.runs.baselines import _record
from rnnbench.runs.build import build, count_parameters, parameters_of
from rnnbench.runs.prepare import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks, describe, train
from rnnbench.storage.leases import Leases
from rnnbench.storage.record import model_name
from rnnbench.storage.tracker import Tracker, record_of
from rnnbench.tasks.baseline import BaselineResult


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


@pytest.fixture
def experiment(tracker):
    return tracker.experiment("forecasting", "small")


def a_config(task="forecasting", model="gru", seed=0, **values):
    small = {
        "encoder.hidden_size": 8, "encoder.num_layers": 1, "training.batch_size": 16, "training.patience": 0,
        "budget.updates": 8, "budget.validations": 2, "budget.parameters": 100_000,
        **({"task.linear_path": False} if task == "forecasting" else {}),
    }  # fmt: skip
    return resolve(task, model).with_values({**small, **values}, seed=seed)


# training


def test_a_record_says_what_was_trained_on_what():
    config = a_config(seed=3)
    record = train(config, kind="confirm").record
    assert (record.kind, record.task, record.model, record.seed) == ("confirm", "forecasting", "gru", 3)
    assert record.data == "small_series"
    assert record.fingerprint == small_data.series().fingerprint
    assert (record.metric, record.higher_is_better, record.outcome) == ("mase", False, "completed")
    assert from_plain(record.config) == config
    assert record.tags["choice"] == config.choice()


def test_what_a_task_says_of_its_own_metrics_stands_in_the_record(monkeypatch):
    own = Metric("mase", "MASE in percent", low=0, decimals=1, unit="%")
    other = Metric("coverage", "coverage", higher_is_better=True, low=0, high=100)
    assert "own_metrics" not in describe(a_config(), "confirm").tags
    monkeypatch.setattr(task_class("forecasting"), "metric", own)
    monkeypatch.setattr(task_class("forecasting"), "other_metrics", (other,))
    record = describe(a_config(), "confirm")
    assert (metric_of(record), metric_called("coverage", record)) == (own, other)
    result = BaselineResult("naive", {"test/mase": 1.0}, 0.1, 0)
    assert metric_of(_record(record, result, "all")) == own


def test_a_score_outside_the_bounds_of_its_metric_is_an_error(monkeypatch):
    monkeypatch.setattr(task_class("forecasting"), "metric", Metric("mase", "MASE", low=0, high=1e-6))
    with pytest.raises(
        RnnbenchError, match=r"Forecasting computes mase = .*, outside the bounds of its Metric \(between 0 and 1e-06\)"
    ):
        train(a_config())


def test_the_metrics_are_those_of_the_best_validation_and_the_weights_too():
    trained = train(a_config(**{"training.learning_rate": 0.5, "budget.updates": 12, "budget.validations": 6}))
    curve = dict(trained.record.curves["validation/mase"])
    assert trained.record.validation == min(curve.values())
    assert curve[trained.record.costs["best_update"]] == trained.record.validation
    again = trained.task.evaluate("validation")["validation/mase"]
    assert again == pytest.approx(trained.record.validation, rel=1e-6)


def test_costs_are_counted():
    costs = train(a_config()).record.costs
    # windows that begin in 200 rows: 200 - 12 - 4 + 1 = 185, in batches of 16: 12 batches
    assert costs["updates"] == 8
    assert costs["epochs"] == pytest.approx(8 / 12)
    # 2 channels, 1 covariate, 6 of the calendar: 9 inputs; GRU 3 x 8 x (9 + 8 + 2); head 8 -> 4 steps x 2 channels
    assert costs["parameters"] == 3 * 8 * (9 + 8 + 2) + (8 + 1) * 4 * 2
    assert costs["training_items_per_second"] > 0
    assert costs["embedding_parameters"] == 0
    assert costs["peak_memory_bytes"] > 50e6
    assert costs["wall_seconds"] >= costs["training_seconds"] > 0


@pytest.mark.parametrize("task", registry.names("tasks"))
@pytest.mark.parametrize("model", registry.names("encoders"))
def test_parameters_are_counted_without_making_any(task, model):
    config = a_config(task, model, **{"encoder.num_layers": 2})
    prepared = prepare(config)
    assert parameters_of(config, prepared) == count_parameters(build(config, prepared))


def test_too_many_parameters_are_refused_in_words():
    config = a_config(**{"budget.parameters": 400})
    with pytest.raises(BudgetError) as caught:
        train(config)
    assert str(caught.value) == (
        "gru would have 528 parameters, above the ceiling of 400 that all encoders share: lower encoder.hidden_size or "
        "encoder.num_layers, or raise budget.parameters"
    )


def test_embeddings_count_as_parameters():
    config = a_config("sentiment")
    prepared = prepare(config)
    task = build(config, prepared)
    assert task.embedding.weight.numel() == prepared.tokenizer.size * config.task_settings.embedding_size
    without = sum(part.numel() for name, part in task.named_parameters() if not name.startswith("embedding"))
    assert parameters_of(config, prepared) == without + task.embedding.weight.numel()


def test_the_seed_decides_the_weights_at_the_start():
    def start(seed):
        torch.manual_seed(123)  # whatever was drawn before
        return train(a_config(seed=seed, **{"training.learning_rate": 1e-9, "training.weight_decay": 0})).task

    first, again, other = start(1), start(1), start(2)
    assert torch.equal(first.head.weight, again.head.weight)
    assert not torch.allclose(first.head.weight, other.head.weight)


def test_a_training_that_diverges_says_so():
    config = a_config(**{"training.learning_rate": 10, "training.gradient_clip": 0, "task.loss": "squared"})

    def poison(self, batch):
        return (self.head.weight * math.inf).sum(), 1

    task = task_class("forecasting")
    original, task.loss = task.loss, poison
    try:
        record = train(config, open_test=True).record
    finally:
        task.loss = original
    assert record.outcome == "diverged"
    assert not [key for key in record.metrics if key.startswith("test/")], "a diverged run opened the test split"


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), "an allocation that no machine can make"]
)
def test_running_out_of_memory_is_an_outcome(monkeypatch, error):
    def loss(self, batch):
        if isinstance(error, str):
            torch.empty(2**52)
        raise error

    monkeypatch.setattr(task_class("forecasting"), "loss", loss)
    assert train(a_config()).record.outcome == "out_of_memory"


def test_any_other_error_goes_on_up(monkeypatch):
    def loss(self, batch):
        raise RuntimeError("a bug")

    monkeypatch.setattr(task_class("forecasting"), "loss", loss)
    with pytest.raises(RuntimeError, match="a bug"):
        train(a_config())


def test_hooks_hear_and_end_a_training():
    heard = []
    hooks = Hooks(report=lambda step, score: heard.append((step, score)) or step == 1)
    record = train(a_config(), open_test=True, hooks=hooks).record
    assert record.outcome == "pruned"
    assert heard == [(1, record.validation)]
    assert math.isnan(record.test), "a pruned run opened the test split"
    assert train(a_config(), hooks=Hooks(is_interrupted=lambda: True)).record.outcome == "interrupted"


def test_the_name_of_a_file_of_ones_own_is_its_stem():
    assert model_name("gru") == "gru"
    assert model_name("/somewhere/my_cell.py") == "my_cell"


# in the store


def tracked(tracker, experiment, **arguments):
    arguments = {"config": a_config(), "name": "gru-seed1", **arguments}
    return train_and_record(arguments.pop("config"), tracker=tracker, experiment_id=experiment, **arguments)


def only_run(tracker, experiment):
    (run,) = tracker.find(experiment)
    return run


def test_a_tracked_run_is_read_back_from_the_store_without_loss(tracker, experiment):
    record = tracked(tracker, experiment, kind="confirm", open_test=True, tags={"planned_seed": "1"})
    found = tracker.with_examples(record_of(only_run(tracker, experiment)))
    found = tracker.with_curves(found, record.curves)
    assert found.tags.pop("test_opened") == "True"
    assert found.tags["planned_seed"] == "1"
    assert replace(found, tags={}) == replace(record, tags={})
    assert found.test == record.test
    assert sum(found.details["by_step"]["mase"]) / len(found.details["by_step"]["mase"]) == pytest.approx(found.test)
    assert from_plain(found.config) == a_config()


def test_the_store_alone_brings_the_trained_model_back(tracker, experiment):
    record = tracked(tracker, experiment, kind="confirm")
    weights = torch.load(tracker.artifact(record.run_id, "weights.pt"), weights_only=True)
    config = from_plain(record.config)
    task = build(config, prepare(config))
    task.load_state_dict(weights)
    assert task.evaluate("validation")["validation/mase"] == pytest.approx(record.validation, rel=1e-6)
    plain = json.loads(tracker.artifact(record.run_id, "prepared.json").read_text())
    assert plain == json.loads(json.dumps(task.prepared.to_plain()))


def test_a_trial_keeps_its_configuration_and_no_weights(tracker, experiment):
    record = tracked(tracker, experiment, kind="trial")
    assert tracker.artifact(record.run_id, "config.yaml").read_text().startswith("data:\n")
    about = json.loads(tracker.artifact(record.run_id, "environment.json").read_text())
    assert about["data_fingerprint"] == record.fingerprint
    assert about["torch"] == torch.__version__
    assert about["rnnbench"] == rnnbench.__version__
    names = [item.path for item in tracker.client.list_artifacts(record.run_id)]
    assert "weights.pt" not in names


def test_a_claimed_run_is_the_one_that_is_written(tracker, experiment):
    claimed = tracker.start(experiment, "gru-seed1", {"kind": "confirm", "planned_seed": "1"}).run_id
    assert tracked(tracker, experiment, run_id=claimed).run_id == claimed
    assert only_run(tracker, experiment).info.status == "FINISHED"


def test_a_bug_ends_the_run_as_failed_with_its_traceback_and_goes_on_up(tracker, experiment, monkeypatch):
    def loss(self, batch):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(task_class("forecasting"), "loss", loss)
    with pytest.raises(ZeroDivisionError):
        tracked(tracker, experiment)
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == ("FAILED", "failed")
    assert "ZeroDivisionError: a bug" in tracker.artifact(run.info.run_id, "traceback.txt").read_text()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interruption_ends_the_run_as_interrupted_and_goes_on_up(tracker, experiment, monkeypatch, kind):
    def train(*arguments, **others):
        raise kind

    monkeypatch.setattr(record_run, "train", train)
    with pytest.raises(kind):
        tracked(tracker, experiment)
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == ("KILLED", "interrupted")


@pytest.mark.parametrize(
    ("hooks", "outcome", "status"),
    [
        (Hooks(is_interrupted=lambda: True), "interrupted", "KILLED"),
        (Hooks(report=lambda step, score: True), "pruned", "FINISHED"),
    ],
)
def test_a_run_that_was_ended_says_so_in_the_store(tracker, experiment, hooks, outcome, status):
    assert tracked(tracker, experiment, hooks=hooks).outcome == outcome
    run = only_run(tracker, experiment)
    assert (run.info.status, record_of(run).outcome) == (status, outcome)


def test_curves_are_in_the_store_while_the_training_runs(tracker, experiment):
    seen = []

    def log(update, values):
        seen.append(update)

    record = tracked(tracker, experiment, hooks=Hooks(log=log))
    found = tracker.with_curves(record_of(only_run(tracker, experiment)), record.curves)
    assert found.curves == record.curves
    assert sorted(set(seen)) == [4, 8]


def test_only_a_run_that_opened_the_test_split_keeps_the_scores_of_its_examples(tracker, experiment):
    opened = tracked(tracker, experiment, kind="confirm", open_test=True)
    sealed = tracked(tracker, experiment, kind="trial")
    assert opened.examples[opened.metric].mean == pytest.approx(
        opened.test, rel=1e-5
    )  # sums of float32 in another order
    assert not sealed.examples
    found = {name: tracker.with_examples(record).examples for name, record in (("opened", opened), ("sealed", sealed))}
    assert found == {"opened": opened.examples, "sealed": {}}
    names = [item.path for item in tracker.client.list_artifacts(sealed.run_id)]
    assert "test_examples.npz" not in names


def test_seconds_of_training_are_counted_at_each_validation_without_it(monkeypatch):
    cls = task_class("forecasting")
    original = cls.summarize

    def summarize(self):
        time.sleep(0.2)
        return original(self)

    monkeypatch.setattr(cls, "summarize", summarize)
    record = train(a_config(**{"budget.validations": 4})).record
    updates, seconds = zip(*record.curves["seconds"], strict=True)
    assert updates == tuple(update for update, _ in record.curves["validation/mase"])
    assert 0 < seconds[0] < seconds[-1] <= record.costs["training_seconds"]
    assert [*seconds] == sorted(seconds)
    assert "seconds" not in record.metrics


# a process that was taken for dead

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

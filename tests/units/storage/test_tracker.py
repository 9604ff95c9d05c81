"""RunRecords to MLflow and back without loss, in a store of the test's own."""

import json
import math
import os
import platform
import shutil
from dataclasses import replace

import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.leases import LeaseLostError, Leases
from rnnbench.storage.owners import Owner
from rnnbench.storage.record import PROTOCOL_VERSION, RunRecord
from rnnbench.storage.tracker import LEASE, PARENT, Tracker, experiment_name, record_of


@pytest.fixture
def tracker(store):
    return Tracker()


@pytest.fixture
def experiment(tracker):
    return tracker.experiment("sentiment", "small")


def a_record(**changes):
    values = {
        "kind": "trial", "task": "sentiment", "data": "small", "fingerprint": "f" * 64, "model": "gru",
        "metric": "accuracy", "higher_is_better": True, "seed": 100_003,
        "config": {"encoder": {"hidden_size": 12, "dropout": 0.1}, "training": {"patience": None}, "seed": 100_003},
        "metrics": {"validation/accuracy": 0.1 + 0.2, "test/accuracy": 1 / 3, "validation/log_loss": 1e-300},
        "costs": {"parameters": 12_345.0, "wall_seconds": 0.1},
        "tags": {"choice": "abc", "trial": "3", "note": "naïve, 'quoted' and \"quoted\"\nin two lines"},
    }  # fmt: skip
    return RunRecord(**{**values, **changes})


def stored(tracker, experiment, record, params=None):
    writer = tracker.start(experiment, record.name or "a run", {"kind": record.kind})
    for key, points in record.curves.items():
        for update, value in points:
            writer.curve(update, {key: value})
    writer.finish(record, params or {})
    return writer.run_id


def test_a_record_knows_its_scores_or_that_it_has_none():
    record = a_record()
    assert record.validation == 0.1 + 0.2
    assert record.test == 1 / 3
    assert math.isnan(a_record(metrics={}).validation)
    assert math.isnan(a_record(metrics={}).test)
    assert record.protocol == PROTOCOL_VERSION


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": None, "kind": "baseline", "model": "majority"},
        {"seed": 0},
        {"higher_is_better": False, "metric": "mase", "metrics": {"validation/mase": -0.0, "test/mase": 1e15 + 0.125}},
        {"outcome": "pruned", "metrics": {}, "costs": {}},
        {"protocol": "0", "tags": {}, "config": {}},
        {"config": {"search": {"ranges": {f"encoder.setting_{n}": {"low": n, "high": n + 1} for n in range(90)}}}},
    ],
)
def test_a_record_comes_back_without_loss(tracker, experiment, changes):
    record = a_record(**changes)
    run_id = stored(tracker, experiment, record)
    found = record_of(tracker.run(run_id))
    assert found == RunRecord(**{**vars(record), "run_id": run_id, "name": "a run"})
    assert [type(value) for value in found.metrics.values()] == [float] * len(found.metrics)


def test_curves_come_back_in_the_order_of_updates(tracker, experiment):
    curves = {"validation/accuracy": [(10, 0.5), (20, 0.25), (30, 0.75)], "train/loss": [(5, 1.5)]}
    run_id = stored(tracker, experiment, a_record(curves=curves))
    found = tracker.with_curves(record_of(tracker.run(run_id)), curves)
    assert found.curves == curves
    # the last point of a curve is not taken for the run's value, which is that of the best update
    assert found.metrics["validation/accuracy"] == 0.1 + 0.2


def test_a_long_curve_is_kept_whole(tracker, experiment):
    points = [(update, update / 7) for update in range(450)]
    run_id = stored(tracker, experiment, a_record(curves={"train/loss": points}))
    assert tracker.with_curves(record_of(tracker.run(run_id)), ["train/loss"]).curves["train/loss"] == points


def test_what_is_not_finite_has_no_place_and_does_no_harm(tracker, experiment):
    metrics = {"validation/accuracy": math.nan, "validation/perplexity": math.inf, "validation/log_loss": 2.0}
    run_id = stored(tracker, experiment, a_record(metrics=metrics, curves={"train/loss": [(1, math.nan), (2, 1.0)]}))
    found = tracker.with_curves(record_of(tracker.run(run_id)), ["train/loss"])
    assert found.metrics == {"validation/log_loss": 2.0}
    assert found.curves["train/loss"] == [(2, 1.0)]
    assert math.isnan(found.validation)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("completed", "FINISHED"), ("pruned", "FINISHED"), ("interrupted", "KILLED"), ("diverged", "FAILED"),
     ("out_of_memory", "FAILED"), ("failed", "FAILED")],
)  # fmt: skip
def test_the_outcome_decides_the_status_that_mlflow_shows(tracker, experiment, outcome, status):
    run = tracker.run(stored(tracker, experiment, a_record(outcome=outcome)))
    assert run.info.status == status
    assert record_of(run).outcome == outcome


def test_a_run_that_ends_without_a_record_has_an_outcome(tracker, experiment):
    writer = tracker.start(experiment, "broken", {"kind": "trial"})
    assert tracker.run(writer.run_id).info.status == "RUNNING"
    assert record_of(tracker.run(writer.run_id)).outcome == "running"
    writer.curve(3, {"train/loss": 2.0})
    writer.end("failed")
    run = tracker.run(writer.run_id)
    assert (run.info.status, record_of(run).outcome) == ("FAILED", "failed")
    assert tracker.with_curves(record_of(run), ["train/loss"]).curves == {"train/loss": [(3, 2.0)]}


def test_a_run_is_resumed_under_its_id(tracker, experiment):
    writer = tracker.start(experiment, "claimed", {"kind": "claim"})
    writer.end("interrupted")
    again = tracker.resume(writer.run_id)
    resumed = tracker.run(writer.run_id)
    assert (resumed.info.status, record_of(resumed).outcome) == ("RUNNING", "running")
    again.finish(a_record(), {})
    assert record_of(tracker.run(writer.run_id)).metrics == a_record().metrics


def test_runs_are_found_by_their_tags_the_oldest_first(tracker, experiment):
    parent = tracker.start(experiment, "sweep", {"kind": "sweep"}).run_id
    below = [
        tracker.start(experiment, f"run {n}", {"kind": "trial", "model": m}, parent).run_id for n, m in enumerate("aba")
    ]
    for run_id in below:
        tracker.writer(run_id).finish(a_record(tags={}), {})
    assert [record.name for record in tracker.records(experiment, parent)] == ["run 0", "run 1", "run 2"]
    assert {run.info.run_id for run in tracker.find(experiment, kind="trial", **{PARENT: parent})} == set(below)
    assert tracker.find(experiment, kind="confirm") == []


def test_a_search_reads_on_after_a_full_page(tracker, experiment, monkeypatch):
    monkeypatch.setattr("rnnbench.storage.tracker.PAGE", 3)
    made = {tracker.start(experiment, f"run {number}", {"kind": "trial"}).run_id for number in range(8)}
    assert {run.info.run_id for run in tracker.find(experiment, kind="trial")} == made


def test_texts_and_files_are_read_back(tracker, experiment, tmp_path):
    writer = tracker.start(experiment, "with files", {})
    writer.text("grün\nand more", "notes.txt")
    path = tmp_path / "weights.bin"
    path.write_bytes(bytes(range(256)))
    writer.file(path)
    writer.file(path, "below")
    assert tracker.artifact(writer.run_id, "notes.txt").read_text(encoding="utf-8") == "grün\nand more"
    assert tracker.artifact(writer.run_id, "weights.bin").read_bytes() == bytes(range(256))
    assert tracker.artifact(writer.run_id, "below/weights.bin").read_bytes() == bytes(range(256))
    with pytest.raises(RnnbenchError, match=r"has no file 'gone\.txt'"):
        tracker.artifact(writer.run_id, "gone.txt")


def test_scores_of_examples_are_read_back_beside_the_record(tracker, experiment):
    scores = ExampleScores.of([0.1, 0.2, 0.4], [64, 64, 12], 2)
    writer = tracker.start(experiment, "gru-seed1", {"kind": "confirm"})
    kept = a_record(kind="confirm")
    kept = replace(kept, examples={kept.metric: scores, "log_loss": ExampleScores.of([0.5, 0.7, 0.2])})
    writer.examples(kept)
    writer.finish(kept, {})
    record = record_of(tracker.run(writer.run_id))
    assert not record.examples
    assert tracker.with_examples(record) == replace(record, examples=kept.examples)


def test_a_store_without_scores_of_examples_gives_the_record_as_it_is(tracker, experiment):
    record = record_of(tracker.run(stored(tracker, experiment, a_record(kind="confirm"))))
    assert tracker.with_examples(record) == record


def test_damaged_example_scores_are_reported_with_their_run(tracker, experiment, store):
    writer = tracker.start(experiment, "gru-seed1", {"kind": "confirm"})
    kept = a_record(kind="confirm")
    writer.examples(replace(kept, examples={kept.metric: ExampleScores.of([1, 0, 1])}))
    writer.finish(kept, {})
    (path,) = (store / "artifacts").rglob("test_examples.npz")
    path.write_bytes(path.read_bytes()[:100])
    record = record_of(tracker.run(writer.run_id))
    with pytest.raises(RnnbenchError, match=rf"run gru-seed1 \({writer.run_id}\): .*test_examples\.npz is damaged"):
        tracker.with_examples(record)


def test_an_unknown_run_id_is_reported(tracker):
    with pytest.raises(RnnbenchError, match="there is no run 'nowhere' in "):
        tracker.run("nowhere")


def test_experiments_are_one_per_task_and_data_set(tracker):
    first = tracker.experiment("sentiment", "small")
    assert tracker.experiment("sentiment", "small") == first
    other = tracker.experiment("sentiment", "large")
    tracker.experiment("forecasting", "small")
    assert tracker.experiments("sentiment") == {"small": first, "large": other}
    assert experiment_name("sentiment", "small") == "sentiment-small"


def test_an_experiment_that_was_deleted_comes_back(tracker, experiment):
    tracker.client.delete_experiment(experiment)
    assert tracker.experiment("sentiment", "small") == experiment
    assert tracker.experiments("sentiment") == {"small": experiment}


def test_an_experiment_is_described(tracker, experiment):
    tracker.describe_experiment(experiment, note="what it is", view={"columns": ["a"]})
    tags = tracker.client.get_experiment(experiment).tags
    assert tags["mlflow.note.content"] == "what it is"
    assert json.loads(tags["mlflow.sharedViewState.rnnbench"]) == {"columns": ["a"]}


def test_parameters_too_long_for_mlflow_are_cut(tracker, experiment):
    run = tracker.run(stored(tracker, experiment, a_record(), {"model": "gru", "long": "x" * 9000}))
    assert run.data.params == {"model": "gru", "long": "x" * 6000}


# runs whose lease is gone


def end_lease(tracker, run_id):
    """Ends a run's lease as another process does that has seen no beat."""
    lease_id = tracker.run(run_id).data.tags[LEASE]
    (tracker.leases.folder / f"{lease_id}.lease").unlink()


def test_a_run_whose_lease_is_gone_is_ended_and_one_whose_lease_is_held_is_not(tracker, experiment):
    gone, alive = (tracker.start(experiment, name, {"kind": "trial"}) for name in "ab")
    end_lease(tracker, gone.run_id)
    assert tracker.repair(experiment) == 1
    run = tracker.run(gone.run_id)
    assert (run.info.status, record_of(run).outcome) == ("KILLED", "killed")
    assert tracker.run(alive.run_id).info.status == "RUNNING"
    assert tracker.repair(experiment) == 0


def test_a_run_of_a_dead_process_on_another_host_is_ended_after_the_grace_period(tracker, experiment, monkeypatch):
    lease = Leases(tracker.leases.folder, beat_seconds=1e6).take("elsewhere")
    path = tracker.leases.folder / f"{lease.id}.lease"
    path.write_text(path.read_text().replace(Owner.this_process().machine, "another boot"))
    run = tracker.start(experiment, "elsewhere", {"kind": "confirm"}, lease=lease)
    clock = iter(range(0, 1000, 5))
    watching = Leases(tracker.leases.folder, beat_seconds=5, grace_seconds=60, clock=lambda: next(clock))
    monkeypatch.setattr(tracker, "leases", watching)
    assert [tracker.repair(experiment) for _ in range(13)] == [0] * 12 + [1]
    assert record_of(tracker.run(run.run_id)).outcome == "killed"


def test_a_running_run_of_a_store_without_leases_is_ended(tracker, experiment):
    old = {"mlflow.source.name": "rnnbench", "host": platform.node(), "pid": str(os.getpid()), "pid_start": "1.0"}
    elsewhere = {**old, "host": "another machine"}
    runs = [tracker.client.create_run(experiment, tags=tags).info.run_id for tags in (old, elsewhere)]
    assert tracker.repair(experiment) == 2
    assert [record_of(tracker.run(run_id)).outcome for run_id in runs] == ["killed"] * 2
    assert record_of(tracker.run(runs[0])).tags == {}


def test_a_run_that_ends_while_it_is_judged_keeps_its_end(tracker, experiment, monkeypatch):
    writer = tracker.start(experiment, "a run", {})
    is_held = tracker.leases.is_held

    def ends_just_before(lease_id):
        if writer.lease.is_released is False:
            writer.finish(a_record(), {})
        return is_held(lease_id)

    monkeypatch.setattr(tracker.leases, "is_held", ends_just_before)
    monkeypatch.setattr(writer, "require_lease", lambda: None)
    assert tracker.repair(experiment) == 0
    assert record_of(tracker.run(writer.run_id)).outcome == "completed"


def test_a_run_without_an_owner_is_left_alone(tracker, experiment):
    run = tracker.client.create_run(experiment)
    assert tracker.repair(experiment) == 0
    assert tracker.run(run.info.run_id).info.status == "RUNNING"


def test_finished_runs_are_left_alone_and_leave_no_lease(tracker, experiment):
    run_id = stored(tracker, experiment, a_record())
    assert [*tracker.leases.folder.iterdir()] == []
    assert tracker.repair(experiment) == 0
    assert record_of(tracker.run(run_id)).outcome == "completed"


@pytest.mark.parametrize("end", [lambda w: w.finish(a_record(), {}), lambda w: w.end("completed")])
def test_a_run_that_was_taken_over_is_not_written_over(tracker, experiment, end):
    writer = tracker.start(experiment, "a run", {})
    end_lease(tracker, writer.run_id)
    tracker.repair(experiment)
    with pytest.raises(LeaseLostError, match="a run: this process had no heartbeat"):
        end(writer)
    writer.fail()
    run = tracker.run(writer.run_id)
    assert (run.info.status, record_of(run).outcome) == ("KILLED", "killed")
    assert run.data.metrics == {}
    with pytest.raises(LeaseLostError):
        tracker.claimed(writer.run_id)


def test_a_run_that_is_resumed_by_the_process_that_has_it_keeps_its_lease(tracker, experiment):
    writer = tracker.start(experiment, "sweep-1", {})
    again = Tracker().resume(writer.run_id)
    assert again.lease is writer.lease
    assert Tracker().writer(writer.run_id).lease is writer.lease
    end_lease(tracker, writer.run_id)
    taken_anew = tracker.resume(writer.run_id)
    assert taken_anew.lease is not writer.lease
    taken_anew.end("completed")
    writer.lease.release()
    assert [*tracker.leases.folder.iterdir()] == []


def test_a_lease_taken_by_the_caller_outlives_the_run(tracker, experiment):
    lease = tracker.leases.take("001-gru")
    tracker.start(experiment, "001-gru", {}, lease=lease).finish(a_record(), {})
    assert tracker.leases.is_held(lease.id)
    lease.release()


def test_the_store_is_in_the_working_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.delenv("RNNBENCH_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert Tracker().experiments("sentiment") == {}
    assert (tmp_path / "mlruns" / "mlflow.db").is_file()


def test_a_store_that_cannot_be_written_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / "file" / "store"))
    with pytest.raises(RnnbenchError, match="cannot be written: Not a directory"):
        Tracker()


def test_two_stores_do_not_see_each_other(store, tmp_path, monkeypatch):
    for name in ("one", "two"):
        monkeypatch.setenv("RNNBENCH_STORE", str(shutil.copytree(store, tmp_path / name)))
        tracker = Tracker()
        assert tracker.experiments("sentiment") == {}
        tracker.experiment("sentiment", name)
        assert [*tracker.experiments("sentiment")] == [name]

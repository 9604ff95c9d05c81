"""Files of runs, local or on a server: complete, or an error that names run and file."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
from mlflow import MlflowClient

from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.resolve import resolve
from rnnbench.reports import results
from rnnbench.storage.artifacts import Artifacts, MissingArtifactError
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import DETAILS, EXAMPLE_FILES, Tracker, record_of

SCORES = ExampleScores.of([0.1, 0.2, 0.4], [64, 64, 12], 2)
EXAMPLES = {"accuracy": SCORES, "log_loss": ExampleScores.of([0.5, 0.7, 0.2])}


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def server(_empty_store, tmp_path_factory):
    """The address of an MLflow server that keeps the files of runs itself, and their folder."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(_empty_store / "mlflow.db", folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port),
         "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--serve-artifacts",
         "--artifacts-destination", str(folder / "files")],
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}, cwd=folder, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not answers(f"{address}/health"):
            assert process.poll() is None, "the server ended by itself"
            assert time.monotonic() < until, "the server did not start in time"
            time.sleep(0.2)
        yield address, folder / "files"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def remote(server, store):
    """A tracker whose runs are on the server."""
    tracker = Tracker()
    tracker.client = MlflowClient(tracking_uri=server[0])
    return tracker


@pytest.fixture(params=["local", "remote"])
def place(request, store):
    """A tracker, an experiment of its own, and the folder in which the files of its runs lie."""
    if request.param == "local":
        tracker = Tracker()
        return tracker, tracker.experiment("sentiment", "small"), store / "artifacts"
    tracker = request.getfixturevalue("remote")
    experiment = tracker.client.create_experiment(f"sentiment-{store.parent.name}")
    return tracker, experiment, request.getfixturevalue("server")[1]


def confirmed(place, details=None, **changes):
    """A confirmation that was written with its example scores, and the file of those by the selecting metric."""
    tracker, experiment, files = place
    record = RunRecord(
        **{
            "kind": "confirm", "task": "sentiment", "data": "small", "fingerprint": "f" * 64, "model": "gru",
            "metric": "accuracy", "higher_is_better": True, "seed": 1, "metrics": {"test/accuracy": 0.5},
            "examples": EXAMPLES, "details": {"classes": ["böse"]} if details is None else details,
            **changes,
        }
    )  # fmt: skip
    writer = tracker.start(experiment, "gru-seed1", {"kind": "confirm"})
    writer.examples(record)
    writer.finish(record, {})
    return record_of(tracker.run(writer.run_id)), next(files.rglob(f"*{writer.run_id}*/**/test_examples.npz"), None)


def of_an_earlier_version(tracker, record):
    tracker.client.delete_tag(record.run_id, EXAMPLE_FILES)


def test_example_scores_and_details_are_read_back(place):
    record, _ = confirmed(place)
    found = place[0].with_examples(record)
    assert found.examples == EXAMPLES
    assert found.details == {"classes": ["böse"]}
    assert EXAMPLE_FILES not in found.tags


def test_those_of_an_earlier_version_are_read_back_too(place):
    record, _ = confirmed(place)
    of_an_earlier_version(place[0], record)
    assert place[0].with_examples(record).examples == EXAMPLES


def test_a_run_that_never_had_any_gives_the_record_as_it_is(place):
    record, _ = confirmed(place, examples={}, details={})
    assert place[0].with_examples(record) == record
    of_an_earlier_version(place[0], record)
    assert place[0].with_examples(record) == record


@pytest.mark.parametrize("name", ["test_examples.npz", "test_examples-log_loss.npz", DETAILS])
def test_a_missing_file_is_reported_with_its_run(name, place):
    record, path = confirmed(place)
    (path.parent / name).unlink()
    with pytest.raises(RnnbenchError, match=rf"run gru-seed1 \({record.run_id}\) has no file '{name}'"):
        place[0].with_examples(record)
    of_an_earlier_version(place[0], record)  # as the message says
    assert {**EXAMPLES, **place[0].with_examples(record).examples} == EXAMPLES


@pytest.mark.parametrize("name", ["test_examples.npz", DETAILS])
def test_a_damaged_file_is_reported_with_its_run(name, place):
    record, path = confirmed(place)
    damaged = path.parent / name
    damaged.write_bytes(damaged.read_bytes()[:9])
    with pytest.raises(RnnbenchError, match=rf"run gru-seed1 \({record.run_id}\): .*{name} is damaged"):
        place[0].with_examples(record)


def test_a_comparison_does_without_no_scores_in_silence(place):
    record, path = confirmed(place)
    trial = RunRecord(**{**vars(record), "kind": "trial", "metrics": {}, "run_id": "", "name": ""})
    path.unlink()
    assert results.with_details(place[0], trial) == trial
    with pytest.raises(RnnbenchError, match="gru-seed1"):
        results.with_details(place[0], record)


def test_a_run_without_the_selecting_metric_has_its_examples_by_the_metric_asked_for(place):
    record, _ = confirmed(place)
    other = replace(record, metrics={"test/log_loss": 0.5})
    assert results.with_details(place[0], other).examples == {}
    assert results.with_details(place[0], other, "log_loss").examples == EXAMPLES


def test_a_file_of_this_machine_is_read_where_it_lies(store):
    tracker = Tracker()
    place = tracker, tracker.experiment("sentiment", "small"), store / "artifacts"
    record, path = confirmed(place)
    tracker.with_examples(record)
    assert tracker.artifact(record.run_id, "test_examples.npz") == path
    assert not (store / "cache").exists()


def test_a_file_of_a_server_is_fetched_once(remote, server, store):
    place = remote, remote.client.create_experiment("sentiment-once"), server[1]
    record, path = confirmed(place)
    assert remote.with_examples(record).examples == EXAMPLES
    path.unlink()
    assert remote.with_examples(record).examples == EXAMPLES
    kept = [*(store / "cache").rglob("*.npz")]
    assert [found.relative_to(store / "cache").parts[0] for found in kept] == [record.run_id] * 2
    assert not [*(store / "cache").rglob(".unfinished-*")]


def test_the_files_of_a_sweep_are_always_the_newest(place):
    tracker, experiment, _ = place
    writer = tracker.start(experiment, "sweep-1", {"kind": "sweep"})
    assert results.plan_of(tracker, writer.run_id) == {}
    for seed in (1, 2):
        plan = {"gru": resolve("sentiment", "gru", seed=seed).to_plain()}
        writer.text(json.dumps(plan), results.PLAN_FILE)
        writer.end("completed")
        assert results.plan_of(tracker, writer.run_id) == plan
    writer.text("{", results.PLAN_FILE)
    with pytest.raises(RnnbenchError, match=r"plan\.json is damaged\. To repair it, type: rnnbench store repair"):
        results.plan_of(tracker, writer.run_id)


def test_files_in_folders_are_listed_and_read(place):
    tracker, experiment, _ = place
    writer = tracker.start(experiment, "a run", {"kind": "train"})
    writer.text("one", "samples/a.txt")
    writer.text("two", "b.txt")
    writer.end("completed")
    run = tracker.run(writer.run_id)
    files = Artifacts(tracker.client)
    assert "b.txt" in files.names(run)
    assert files.names(run, "samples") == ["samples/a.txt"]
    assert files.names(run, "none") == []
    assert tracker.artifact(writer.run_id, "samples/a.txt").read_text(encoding="utf-8") == "one"
    with pytest.raises(MissingArtifactError, match=r"has no file 'samples/none\.txt'"):
        tracker.artifact(writer.run_id, "samples/none.txt")


def test_an_unreachable_server_is_reported(remote, server, monkeypatch):
    record, _ = confirmed((remote, remote.client.create_experiment("sentiment-gone"), server[1]))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run = remote.run(record.run_id)
    remote.client = MlflowClient(tracking_uri="http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(RnnbenchError, match=rf"run {record.run_id} cannot be read from the store"):
        remote.with_examples(record)
    with pytest.raises(RnnbenchError, match=r"the files of run gru-seed1 .* cannot be listed"):
        Artifacts(remote.client).path(run, "test_examples.npz")


def test_files_that_were_not_moved_with_the_database_are_reported(store):
    tracker = Tracker()
    record, _ = confirmed((tracker, tracker.experiment("sentiment", "small"), store / "artifacts"))
    run = tracker.run(record.run_id)
    store.rename(store.parent / "elsewhere")
    with pytest.raises(RnnbenchError, match="not moved together with the database"):
        Artifacts(tracker.client).names(run)

"""Recorded baselines: computed once per data set, with example scores."""

import pytest
import small_data
from small_runs import a_config, use_data

from rnnbench.cli.train_and_sweep import print_baselines
from rnnbench.comparison.compare import compare
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.files import load
from rnnbench.reports import results
from rnnbench.runs import baselines
from rnnbench.runs.record_run import train_and_record
from rnnbench.storage.tracker import PARENT, Tracker
from rnnbench.sweeps import SweepPlan
from rnnbench.sweeps.queue import WorkQueue
from rnnbench.sweeps.sweep import reopen_baselines
from rnnbench.tasks.base import SequenceTask
from rnnbench.tasks.baseline import BaselineResult

SENTIMENT = ["majority_class", "naive_bayes", "tfidf_logistic_regression", "character_ngrams"]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


@pytest.fixture
def experiment(tracker):
    return tracker.experiment("sentiment", "small_texts")


def below_a_sweep(tracker, experiment, **settings):
    """The baselines of a new sweep, as the store has them."""
    parent = tracker.start(experiment, "sweep", {"kind": "sweep"}).run_id
    claim = tracker.start(experiment, "baselines", {"kind": "claim", "claim": "baselines"}, parent).run_id
    told = []
    baselines.record_in_sweep(
        a_config("sentiment", **settings),
        tracker=tracker,
        experiment_id=experiment,
        parent=parent,
        claim=claim,
        tell=told.append,
    )
    runs_below = tracker.find(experiment, kind="baseline", **{PARENT: parent})
    records = [record for record in tracker.records(experiment, parent) if record.kind == "baseline"]
    assert len(records) == len(runs_below)
    return told, {record.model: record for record in (results.with_details(tracker, each) for each in records)}


def test_another_sweep_takes_over_baselines_with_the_scores_of_their_examples(tracker, experiment):
    told, first = below_a_sweep(tracker, experiment)
    assert told == SENTIMENT
    for record in first.values():
        assert record.examples["accuracy"].mean == pytest.approx(record.test, rel=1e-6)
        assert len(record.examples["accuracy"].scores) == len(small_data.texts().splits.opened().test.texts)
    told, second = below_a_sweep(tracker, experiment)
    assert told == [f"{model}, reused from an earlier sweep on the same data" for model in first]
    assert {model: record.examples for model, record in second.items()} == {
        model: record.examples for model, record in first.items()
    }
    assert not {record.run_id for record in first.values()} & {record.run_id for record in second.values()}


def test_baselines_without_example_scores_are_computed_again(tracker, experiment, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(baselines, "_WITH_EXAMPLES", {})
        below_a_sweep(tracker, experiment)
    told, records = below_a_sweep(tracker, experiment)
    assert told == SENTIMENT
    assert all(record.examples for record in records.values())


def test_example_scores_are_read_only_of_runs_scored_on_the_test_split(tracker, experiment, monkeypatch):
    _, records = below_a_sweep(tracker, experiment)
    trial = train_and_record(
        a_config("sentiment"), tracker=tracker, experiment_id=experiment, name="gru-trial000", kind="trial"
    )
    asked = []
    monkeypatch.setattr(tracker, "with_examples", lambda record: asked.append(record.name) or record)
    for record in (trial, *records.values()):
        results.with_details(tracker, record)
    assert asked == [record.name for record in records.values()]


def test_a_baseline_that_is_left_out_is_named_below_the_table_with_the_reason(tracker, experiment, monkeypatch):
    original = baselines.compute

    def compute(config):
        yield from original(config)
        yield BaselineResult.skip("oracle", "it costs too much")

    monkeypatch.setattr(baselines, "compute", compute)
    _, records = below_a_sweep(tracker, experiment)
    confirmed = train_and_record(
        a_config("sentiment"), tracker=tracker, experiment_id=experiment, name="gru-seed1", kind="confirm",
        open_test=True,
    )  # fmt: skip
    table = compare([confirmed, *records.values()])
    assert "Baseline oracle has no test score: left out: it costs too much." in table.footnotes


def test_baselines_that_learn_from_validation_too_are_other_baselines(tracker, experiment):
    _, usual = below_a_sweep(tracker, experiment)
    told, refitted = below_a_sweep(tracker, experiment, **{"search.refit": True})
    assert told == SENTIMENT
    assert [record.is_refitted for record in refitted.values()] == [True] * len(SENTIMENT)
    assert [record.is_refitted for record in usual.values()] == [False] * len(SENTIMENT)
    told, again = below_a_sweep(tracker, experiment)
    assert told[0] == "majority_class, reused from an earlier sweep on the same data"
    assert {model: record.metrics for model, record in again.items()} == {
        model: record.metrics for model, record in usual.items()
    }


@pytest.mark.parametrize("lost", ["failed", "deleted"])
def test_a_sweep_typed_again_computes_baselines_that_failed_or_were_deleted(tracker, experiment, lost):
    parent = tracker.start(experiment, "sweep", {"kind": "sweep"}).run_id
    writer = tracker.start(experiment, "baselines", {"kind": "claim", "claim": "baselines"}, parent)
    plan = SweepPlan("key", "sentiment", "small_texts", experiment, parent, {}, 1, 1, ())
    queue = WorkQueue(plan, tracker)
    assert [claim.is_running for claim in queue._baselines()] == [True], "somebody computes them"
    reopen_baselines(plan)
    assert [claim.is_running for claim in queue._baselines()] == [True]
    assert queue.count_left() == 1, "they are waited for"
    writer.end("failed" if lost == "failed" else "completed")
    reopen_baselines(plan)
    assert queue.count_left() == 1
    tracker.start(experiment, "bayes", {"kind": "baseline"}, parent).end("completed")
    again = tracker.start(experiment, "baselines", {"kind": "claim", "claim": "baselines"}, parent)
    again.end("completed")
    reopen_baselines(plan)
    assert queue.count_left() == 0


def test_baselines_are_computed_again_on_other_data(tracker, experiment, monkeypatch):
    below_a_sweep(tracker, experiment)
    other = small_data.texts(test=small_data.texts().splits.validation)
    assert other.fingerprint != small_data.texts().fingerprint
    use_data(monkeypatch, lambda kind: other)
    told, records = below_a_sweep(tracker, experiment)
    assert told == SENTIMENT
    assert {record.fingerprint for record in records.values()} == {other.fingerprint}
    assert all(record.costs["wall_seconds"] >= 0 and record.costs["parameters"] >= 0 for record in records.values())


def test_a_task_without_baselines_is_reported_and_its_table_has_none(tracker, experiment, monkeypatch, capsys):
    monkeypatch.setattr(task_class("sentiment"), "baselines", SequenceTask.baselines)
    told, records = below_a_sweep(tracker, experiment)
    assert (told, records) == ([], {})
    confirmed = train_and_record(
        a_config("sentiment"), tracker=tracker, experiment_id=experiment, name="gru-seed1", kind="confirm",
        open_test=True,
    )  # fmt: skip
    assert compare([confirmed]).baselines == ()
    print_baselines(load("sentiment"), a_config("sentiment"), as_json=False)
    assert "sentiment has no baselines" in capsys.readouterr().out


def test_baselines_depend_on_the_settings_that_their_task_names():
    assert [baselines._baseline_key(a_config(task)) for task in ("forecasting", "sentiment")] == ["0-0", "all-version2"]
    values = {"task.lookback": 5, "task.horizon": 2, "search.refit": True}
    assert baselines._baseline_key(a_config("forecasting", **values)) == "5-2-refitted"

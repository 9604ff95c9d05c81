"""Repeating a stored run: identical, or where and by how much it differs; why it may differ, told before."""

import json
from dataclasses import replace

import numpy as np
import pytest
import small_data
import torch
from planted_sweep import plant
from small_runs import a_config, use_data

import rnnbench
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.trust import UntrustedCodeError, trust
from rnnbench.experiment.config import from_plain
from rnnbench.reports import results
from rnnbench.reports.tables.formats import render
from rnnbench.runs.baselines import record_without_sweep
from rnnbench.runs.environment import ENVIRONMENT_FILE
from rnnbench.runs.find import find, find_to_rerun
from rnnbench.runs.match_parameters import matched
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.rerun import RESULT, carry_out
from rnnbench.runs.rerun_plan import repetition, rows_to_rerun
from rnnbench.runs.train import Hooks
from rnnbench.storage.losses import LOSSES_FILE
from rnnbench.storage.record import RERUN_OF, WEIGHTS_SHA256
from rnnbench.storage.tracker import Tracker, record_of
from rnnbench.sweeps import SweepOptions
from rnnbench.sweeps.queue import WorkQueue

CELL = '''\
"""A cell of one gate."""

import torch
from torch import nn

from rnnbench.encoders.base import Cell


class OneGate(Cell):
    """One layer."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.weights = nn.Linear(input_size + settings.hidden_size, settings.hidden_size)

    def step(self, x, state):
        (before,) = state
        now = torch.tanh(self.weights(torch.cat([x, before], dim=-1)))
        return now, (now,)
'''


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


def recorded(tracker, task="forecasting", **arguments):
    config = arguments.pop("config", None) or a_config(task)
    experiment = tracker.experiment(task, "small")
    name = arguments.pop("name", "gru-seed0")
    return train_and_record(config, tracker=tracker, experiment_id=experiment, name=name, **arguments)


def repeated(tracker, run_id, **arguments):
    return next(carry_out(tracker, [repetition(tracker, find_to_rerun(tracker, run_id), **arguments)]))


def new_run(tracker, rerun):
    return tracker.run(rerun.run_id)


def change_config(tracker, record, section, **values):
    """Changes the configuration that the store has of a run."""
    plain = json.loads(tracker.run(record.run_id).data.tags["config"])
    if section:
        plain[section] |= values
    else:
        plain |= values
    tracker.writer(record.run_id).tags({"config": json.dumps(plain)})


# identical


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_a_confirmation_of_every_task_is_repeated_bit_for_bit_whatever_was_drawn_before(tracker, task):
    record = recorded(tracker, task, kind="confirm", open_test=True)
    torch.manual_seed(99)
    torch.rand(7)
    np.random.seed(99)
    rerun = repeated(tracker, record.run_id)
    assert rerun.verdict.difference is None
    assert rerun.verdict.compared[0] == "4 losses"
    assert {"validation scores", "weights", "test scores"} <= {*rerun.verdict.compared}
    assert rerun.verdict.missing == ()
    again = new_run(tracker, rerun).data.tags
    assert (again["kind"], again[RERUN_OF], again[RESULT]) == ("rerun", record.run_id, "identical")
    assert again[WEIGHTS_SHA256] == record.tags[WEIGHTS_SHA256]


@pytest.mark.parametrize("kind", ["trial", "reselect", "train"])
def test_a_run_that_left_the_test_split_sealed_leaves_it_sealed_again(tracker, kind):
    rerun = repeated(tracker, recorded(tracker, kind=kind).run_id)
    assert rerun.is_identical
    again = new_run(tracker, rerun).data
    assert not any(key.startswith("test/") for key in again.metrics)
    assert again.tags["test_opened"] == "False"


def test_a_pruned_trial_is_stopped_at_the_same_validation(tracker):
    config = a_config("forecasting", **{"budget.updates": 8, "budget.validations": 4})
    record = recorded(tracker, config=config, kind="trial", hooks=Hooks(report=lambda validations, _: validations == 2))
    assert record.outcome == "pruned"
    rerun = repeated(tracker, record.run_id)
    assert rerun.is_identical
    assert rerun.verdict.compared[0] == "4 losses"
    assert record_of(new_run(tracker, rerun)).outcome == "pruned"


def test_a_run_that_stopped_early_stops_early_again(tracker):
    values = {"budget.updates": 20, "budget.validations": 10, "training.patience": 1, "training.minimum_change": 9.0}
    record = recorded(tracker, config=a_config("forecasting", **values))
    assert record.costs["updates"] < 20
    assert repeated(tracker, record.run_id).is_identical


def test_a_run_that_diverged_diverges_again(tracker):
    values = {"training.learning_rate": 10.0, "training.optimizer": "sgd", "training.gradient_clip": 0.0}
    more = {"budget.updates": 60, "budget.validations": 6, "training.l2_penalty": 9.0, "training.warmup": 0.0}
    record = recorded(tracker, config=a_config("forecasting", **values, **more), kind="trial")
    assert record.outcome == "diverged"
    rerun = repeated(tracker, record.run_id)
    assert rerun.is_identical
    assert record_of(new_run(tracker, rerun)).outcome == "diverged"


def test_an_interrupted_run_is_repeated_up_to_the_same_update(tracker):
    left = iter([None, None, None])
    record = recorded(tracker, hooks=Hooks(stop=lambda: next(left, "interrupted")))
    assert (record.outcome, record.costs["updates"]) == ("interrupted", 3)
    rerun = repeated(tracker, record.run_id)
    assert rerun.is_identical
    assert rerun.verdict.compared[0] == "3 losses"
    assert any("stopped after 3 updates" in reason for reason in rerun.reasons)


@pytest.mark.parametrize("is_older", [False, True])
def test_a_confirmation_on_training_and_validation_is_repeated_for_as_many_updates(tracker, is_older):
    config = a_config("forecasting", **{"search.refit": True, "budget.updates": 8})
    record = recorded(tracker, config=config, kind="confirm", open_test=True, refit=3)
    if is_older:  # which did not store the length
        tracker.client.delete_tag(record.run_id, "refit_updates")
    rerun = repeated(tracker, record.run_id)
    assert rerun.is_identical
    assert rerun.verdict.compared[0] == "3 losses"


def test_matched_sizes_are_repeated_with_the_size_that_was_solved_for(tracker):
    config = a_config("forecasting").with_values({"budget.match_parameters": 40_000})
    sized = matched(config)
    assert sized.encoder.hidden_size != config.encoder.hidden_size
    assert repeated(tracker, recorded(tracker, config=sized).run_id).is_identical


def test_baselines_are_repeated_with_the_scores_of_their_examples(tracker):
    [*record_without_sweep(a_config("sentiment"), tracker=tracker)]
    rerun = repeated(tracker, "naive_bayes")
    assert rerun.verdict.compared == ("validation scores", "test scores", "13 test examples")
    assert rerun.is_identical
    tracker.client.log_metric(rerun.record.run_id, "test/accuracy", 0.123)
    difference = repeated(tracker, rerun.record.run_id).verdict.difference
    assert (difference.what, difference.stored) == ("test/accuracy", 0.123)


# different


def test_another_seed_differs_from_the_first_update_on(tracker):
    record = recorded(tracker)
    change_config(tracker, record, "", seed=1)
    rerun = repeated(tracker, record.run_id)
    difference = rerun.verdict.difference
    assert (difference.what, difference.update) == ("loss", 1)
    assert 0 < difference.relative < 1
    assert new_run(tracker, rerun).data.tags[RESULT] == str(difference)


def test_another_learning_rate_differs_from_the_update_after_the_first_step_on(tracker):
    record = recorded(tracker, config=a_config("forecasting", **{"training.warmup": 0.0}))
    change_config(tracker, record, "training", learning_rate=0.02)
    difference = repeated(tracker, record.run_id).verdict.difference
    assert (difference.what, difference.update) == ("loss", 2)  # the first is that of the initial weights


# told before


def test_nothing_is_told_where_nothing_has_changed(tracker):
    record = recorded(tracker)
    assert repetition(tracker, record).reasons == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"torch": "1.13.0"}, f"torch was 1.13.0, is {torch.__version__}"),
        ({"numpy": "1.0"}, f"numpy was 1.0, is {np.__version__}"),
        ({"threads": "64"}, "the number of threads was 64, is 1"),
        ({"device": "cuda"}, "the device was cuda, is cpu"),
        ({"torch_kernels": "SVE256"}, f"torch's kernels was SVE256, is {torch.backends.cpu.get_cpu_capability()}"),
        ({"processor_features": "avx1024"}, "this processor has no avx1024"),
        ({"code_sha256": "0" * 64}, "the code of rnnbench has changed"),
    ],
)
def test_what_has_changed_since_is_told_before_anything_is_trained(tracker, facts, reason):
    record = recorded(tracker)
    stored = tracker.read_json(record.run_id, ENVIRONMENT_FILE)
    tracker.writer(record.run_id).text(json.dumps({**stored, **facts}), ENVIRONMENT_FILE)
    runs = len(tracker.find(tracker.experiment("forecasting", "small")))
    reasons = repetition(tracker, record).reasons
    assert any(reason in line for line in reasons), reasons
    assert len(tracker.find(tracker.experiment("forecasting", "small"))) == runs


def test_a_limit_in_seconds_is_told(tracker):
    record = recorded(tracker, config=a_config("forecasting", **{"budget.seconds": 60.0}))
    (reason,) = repetition(tracker, record).reasons
    assert reason.startswith("budget.seconds = 60: the clock decides")


def test_a_run_of_an_earlier_version_is_compared_in_what_it_has(tracker):
    record = recorded(tracker)
    tracker.client.delete_tag(record.run_id, WEIGHTS_SHA256)
    tracker.artifact(record.run_id, LOSSES_FILE).unlink()
    tracker.writer(record.run_id).text(json.dumps({"torch": torch.__version__}), ENVIRONMENT_FILE)
    rerun = repeated(tracker, record.run_id)
    assert rerun.is_identical
    assert rerun.verdict.missing == ("losses", "checksum of the weights")
    assert any("an earlier version did not store" in reason and "threads" in reason for reason in rerun.reasons)


# refused


def test_other_data_are_refused(tracker, monkeypatch):
    record = recorded(tracker)
    use_data(monkeypatch, lambda kind: small_data.series(scale=(1, 1, 2)))
    with pytest.raises(RnnbenchError, match=rf"its data have changed \(fingerprint {record.fingerprint[:8]}, now"):
        repetition(tracker, record)


def test_a_data_file_that_is_gone_is_refused_and_taken_from_where_it_is_now(tracker, tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / "store"))
    reviews = tmp_path / "reviews.csv"
    rows = [f"{'good' if row % 2 else 'bad'} film {row},{'yes' if row % 2 else 'no'}" for row in range(120)]
    reviews.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    config = a_config("sentiment", **{"data.path": str(reviews), "data.name": ""})
    record = recorded(Tracker(), "sentiment", config=config)
    moved = reviews.rename(tmp_path / "moved.csv")
    with pytest.raises(RnnbenchError, match=r"reviews\.csv is gone\. Restore it, or type --data PATH"):
        repeated(Tracker(), record.run_id)
    assert repeated(Tracker(), record.run_id, data=str(moved)).is_identical
    moved.write_text("\n".join(["text,label", *rows[:-1]]) + "\n", encoding="utf-8")
    with pytest.raises(RnnbenchError, match="its data have changed"):
        repeated(Tracker(), record.run_id, data=str(moved))


def test_code_of_ones_own_runs_only_where_it_is_trusted(tracker, tmp_path):
    path = tmp_path / "one_gate.py"
    path.write_text(CELL, encoding="utf-8")
    trust(path)
    record = recorded(tracker, config=a_config("forecasting", str(path)), name="one_gate-seed0")
    path.write_text('raise AssertionError("the code of a store ran")', encoding="utf-8")
    with pytest.raises(UntrustedCodeError, match="is not imported"):
        repeated(tracker, record.run_id)

    path.write_text(CELL, encoding="utf-8")
    rerun = repeated(tracker, record.run_id, models=[str(path)])
    assert (rerun.is_identical, rerun.reasons) == (True, ())

    path.write_text(CELL.replace("tanh", "sigmoid"), encoding="utf-8")
    rerun = repeated(tracker, record.run_id, models=[str(path)])
    assert rerun.reasons == ("the code of one_gate.py has changed since",)
    assert rerun.verdict.difference.what == "loss"

    path.unlink()
    with pytest.raises(RnnbenchError, match="which is gone: restore it"):
        repeated(tracker, record.run_id, models=[str(path)])


@pytest.mark.parametrize("outcome", ["failed", "running", "interrupted"])
def test_a_run_without_results_is_refused(tracker, outcome):
    experiment = tracker.experiment("forecasting", "small")
    writer = tracker.start(experiment, "gru-seed1", {"kind": "confirm", "task": "forecasting"})
    if outcome != "running":
        writer.end(outcome)
    with pytest.raises(RnnbenchError, match="still running" if outcome == "running" else f"ended as {outcome} without"):
        repeated(tracker, writer.run_id)


def test_a_rerun_is_not_repeated_itself_and_names_the_run_that_it_repeats(tracker):
    record = recorded(tracker)
    rerun = repeated(tracker, record.run_id)
    with pytest.raises(RnnbenchError, match=f"is a rerun itself. Type: rnnbench rerun {record.run_id[:8]}"):
        find_to_rerun(tracker, rerun.run_id)


def test_a_task_is_no_run_and_the_error_says_what_to_type(tracker):
    with pytest.raises(RnnbenchError, match="rnnbench rerun sentiment --table"):
        find_to_rerun(tracker, "sentiment")


# in no table


def test_a_rerun_is_in_no_table_no_choice_and_no_search(tracker, monkeypatch):
    options = SweepOptions(models=("rnn", "gru"), trials=2, seeds=2, sets=("budget.updates=4", "budget.validations=2"))
    plan = plant("sentiment", options)

    def shown():
        result = results.of_sweep(tracker, plan.parent)
        best = find(tracker, "best").run_id
        claims = WorkQueue(plan, tracker).next(), find(tracker, "gru-seed1").run_id
        return render(result.comparison, "json"), [record.run_id for record in result.records], best, claims

    before = shown()
    rows = rows_to_rerun(tracker, "sentiment", with_search=True)
    assert [record.kind for record in rows] == ["trial"] * 4 + ["baseline"] * 2 + ["confirm"] * 4
    confirmation = next(record for record in rows if record.kind == "confirm" and record.model == "gru")
    planned = repetition(tracker, confirmation)
    tiny = planned.config.with_values({"encoder.hidden_size": 8, "training.batch_size": 16})
    rerun = next(carry_out(tracker, [replace(planned, config=tiny)]))
    assert not rerun.is_identical  # its scores were made up
    assert record_of(new_run(tracker, rerun)).test > 0
    assert shown() == before
    assert [record.run_id for record in rows_to_rerun(tracker, "sentiment", with_search=True)] == [
        record.run_id for record in rows
    ]


def test_a_rerun_of_a_training_is_not_the_best_run(tracker):
    record = recorded(tracker)
    rerun = repeated(tracker, record.run_id)
    assert find(tracker, "best").run_id == record.run_id
    with pytest.raises(RnnbenchError, match="is a rerun, whose weights are not stored"):
        find(tracker, rerun.run_id)


def test_the_function_of_the_package_repeats_a_run_and_warns(tracker):
    record = recorded(tracker, config=a_config("forecasting", **{"budget.seconds": 60.0}))
    with pytest.warns(UserWarning, match=r"may differ: budget\.seconds"):
        rerun = rnnbench.rerun(record.run_id)
    assert rerun.record.run_id == record.run_id
    assert from_plain(record_of(new_run(tracker, rerun)).config) == from_plain(record.config)

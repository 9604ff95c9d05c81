"""What `rnnbench rerun` prints, and how it ends."""

import json

import pytest
from small_runs import a_config, use_data
from typer.testing import CliRunner

from rnnbench.cli.commands import app
from rnnbench.runs.record_run import train_and_record
from rnnbench.storage.tracker import Tracker


@pytest.fixture
def run_id(store, monkeypatch):
    use_data(monkeypatch)
    tracker = Tracker()
    experiment = tracker.experiment("forecasting", "small")
    config = a_config("forecasting", **{"budget.seconds": 60.0})
    return train_and_record(config, tracker=tracker, experiment_id=experiment, name="gru-seed0").run_id


def typed(*words):
    return CliRunner().invoke(app, ["rerun", *words])


def test_an_identical_run_ends_with_0_and_a_different_one_with_1_and_the_reason_comes_first(run_id):
    done = typed(run_id[:8])
    assert done.exit_code == 0, done.output
    assert f"gru-seed0 ({run_id[:8]}): identical: 4 losses, validation scores and weights" in done.stdout
    assert done.stderr.startswith("may differ: budget.seconds = 60")

    tracker = Tracker()
    plain = json.loads(tracker.run(run_id).data.tags["config"])
    tracker.writer(run_id).tags({"config": json.dumps(plain | {"seed": 5})})
    done = typed("gru-seed0", "--json")
    assert done.exit_code == 1, done.output
    result = json.loads(done.stdout)
    assert (result["is_identical"], result["run_id"]) == (False, run_id)
    assert (result["difference"]["what"], result["difference"]["update"]) == ("loss", 1)
    assert result["reasons"][0].startswith("budget.seconds")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gru-seed0", "--all"), "type  rnnbench rerun gru-seed0 --table"),
        (("gru-seed0", "--sweep", "sweep-1"), "type  rnnbench rerun gru-seed0 --table"),
        (("forecasting",), "type: rnnbench rerun forecasting --table"),
        (("forecasting", "--table"), "Type: rnnbench sweep forecasting"),
        (("gru-seed9",), "there is no run 'gru-seed9'"),
    ],
)
def test_a_wrong_call_ends_with_one_line_that_says_what_to_type(run_id, words, told):
    done = typed(*words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1

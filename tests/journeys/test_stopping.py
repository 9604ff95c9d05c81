"""Ctrl-C, kill -9 of the program, kill -9 of a worker: what is finished stays, and the same command goes on."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from journey import Place, wait_until, write_reviews

from rnnbench.storage.record import CONTINUATIONS, STOPPED

pytestmark = pytest.mark.slow

SWEEP = (
    "sweep", "sentiment", "--data", "reviews.csv", "--model", "rnn", "--model", "gru", "--trials", "3", "--seeds", "2",
    "--workers", "2", "--set", "budget.updates=250", "--set", "budget.epochs=1000", "--set", "budget.validations=2",
    "--set", "training.patience=0", "--set", "search.pruning=false", "--match-parameters", "8k",
    "--reselect", "2",
)  # fmt: skip


def test_a_sweep_stopped_three_ways_ends_complete(place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")

    stopped = place.start(*SWEEP)
    stopped.wait_for("trial 001")
    os.killpg(stopped.process.pid, signal.SIGINT)
    assert stopped.end() == 130
    assert "To continue, type the same command again" in stopped.told
    assert "rnnbench sweep sentiment --data reviews.csv" in stopped.told
    assert "Traceback" not in stopped.told
    assert {run.data.tags.get("outcome") for run in place.runs()} == {"completed", "interrupted"}
    assert "RUNNING" not in {run.info.status for run in place.runs()}
    first = len(place.outcomes("trial", "rnn") + place.outcomes("trial", "gru"))
    assert first < 6, "the sweep had ended before it was stopped"

    killed = place.start(*SWEEP)
    killed.wait_for("trial 00")
    workers = killed.workers()
    assert workers
    killed.process.send_signal(signal.SIGKILL)
    killed.end()
    wait_until(lambda: not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers))

    survived = place.start(*SWEEP)
    survived.wait_for("reselect ")
    survived.workers()[0].kill()
    assert survived.end() == 0, survived.told
    assert "a worker process died" in survived.told

    for model in ("rnn", "gru"):
        assert place.outcomes("trial", model) == ["completed"] * 3
        assert place.outcomes("confirm", model) == ["completed"] * 2
        indices = {run.data.tags["trial"] for run in place.runs(kind="trial", model=model, outcome="completed")}
        assert indices == {"0", "1", "2"}
        assert place.outcomes("reselect", model) == ["completed"] * 4
        assert {run.data.tags["choice"] for run in place.runs(kind="confirm", model=model)} == {best_mean(place, model)}
    said = survived.told[: survived.told.index("confirm ")]
    assert "matched to 8,000 +- 2 %: hidden_size is computed, not searched" in " ".join(said.split())
    trained = [run for kind in ("trial", "reselect", "confirm") for run in place.runs(kind=kind, outcome="completed")]
    assert len(trained) == 2 * (3 + 4 + 2)
    assert all(7840 <= run.data.metrics["cost/parameters"] <= 8160 for run in trained)
    assert "Parameters matched to 8.00k +- 2 %." in " ".join(survived.told.split())
    assert "RUNNING" not in {run.info.status for run in place.runs()}
    assert not [run.info.run_name for run in place.runs() if run.data.tags.get("outcome") in STOPPED], "all continued"
    assert [run for run in place.runs() if CONTINUATIONS in run.data.tags]
    assert not [*(place.store / "checkpoints").iterdir()]
    counts = {name: len(place.runs(kind="baseline", model=name)) for name in ("naive_bayes", "majority_class")}
    assert counts == {"naive_bayes": 1, "majority_class": 1}


def best_mean(place: Place, model: str) -> str:
    """The choice with the best mean validation score over three search seeds, the earlier trial where two are equal."""
    trials = sorted(place.runs(kind="trial", model=model, outcome="completed"), key=lambda run: run.data.tags["trial"])
    again = place.runs(kind="reselect", model=model, outcome="completed")
    assert len({run.data.tags["seed"] for run in [*trials, *again]}) == 7, "each of them has a seed of its own"
    scores = {run.data.tags["choice"]: [run.data.metrics["validation/accuracy"]] for run in trials}
    for run in again:
        scores[run.data.tags["choice"]].append(run.data.metrics["validation/accuracy"])
    whole = {choice: found for choice, found in scores.items() if len(found) == 3}
    assert len(whole) == 2
    return max(whole, key=lambda choice: (round(sum(whole[choice]), 9), whole[choice][0]))


@pytest.mark.parametrize(
    ("number", "outcome"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")], ids=["ctrl-c", "scheduler"]
)
def test_a_training_that_is_stopped_is_continued(number: signal.Signals, outcome: str, place: Place) -> None:
    write_reviews(place.folder / "reviews.csv")
    long = ("--set", "budget.updates=1500", "--set", "budget.epochs=100000", "--set", "budget.validations=15")
    training = place.start("train", "sentiment", "--data", "reviews.csv", "--model", "rnn", *long)
    training.wait_for("validation/accuracy")
    os.killpg(training.process.pid, number)
    assert training.end() == 130
    assert "Traceback" not in training.told
    (run,) = place.runs(kind="train")
    assert (run.info.status, run.data.tags["outcome"]) == ("KILLED", outcome)
    command = f"rnnbench resume {run.info.run_id[:8]}"
    assert command in training.told
    place.typed(*command.split()[1:])
    (run,) = place.runs(kind="train")
    assert (run.info.status, run.data.tags["outcome"], run.data.tags[CONTINUATIONS]) == ("FINISHED", "completed", "1")
    assert "is completed: only a stopped run can be continued" in place.typed(*command.split()[1:], code=2).told

"""A quick sweep in the store: recorded with its runs, and said in every place where its table is read."""

from __future__ import annotations

import planted_sweep
import pytest
from small_runs import use_data

from rnnbench.comparison.notes.verdict import verdict
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve
from rnnbench.reports import results
from rnnbench.reports.mlflow_view import publish
from rnnbench.runs.train import describe
from rnnbench.storage.record import QUICK
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps import ConfirmOptions, SweepOptions, SweepPlan, confirmation_plan, sweep_plan
from rnnbench.sweeps.queue import Work
from rnnbench.sweeps.worker import Worker

MODELS = ("rnn", "gru")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, store: object) -> None:
    use_data(monkeypatch)
    for module in ("plan", "queue"):
        monkeypatch.setattr(f"rnnbench.sweeps.{module}.parameters_of", lambda config, prepared: 1)


def planted(*, quick: bool) -> SweepPlan:
    return planted_sweep.plant("sentiment", SweepOptions(models=MODELS, quick=quick, trials=2, seeds=2))


@pytest.mark.parametrize("quick", [True, False])
def test_a_sweep_records_whether_it_is_quick_and_so_do_its_runs(quick: bool) -> None:
    plan = sweep_plan(load("sentiment"), SweepOptions(models=MODELS, quick=quick))
    run = Tracker().run(plan.parent)
    assert plan.is_quick is quick
    assert results.is_quick(run) is quick
    assert (run.data.tags.get(QUICK) == "True") is quick
    work = Work("confirm", "gru", "gru-seed1", plan.config("gru"))
    assert (Worker(plan)._tags(work).get(QUICK) == "True") is quick


@pytest.mark.parametrize("quick", [True, False])
def test_a_single_training_records_whether_it_is_quick(quick: bool) -> None:
    record = describe(resolve("sentiment", "gru", quick=quick), "train")
    assert (record.tags.get(QUICK) == "True") is quick


def test_further_seeds_of_a_quick_sweep_are_quick() -> None:
    planted(quick=True)
    assert confirmation_plan("sentiment", ConfirmOptions(seeds=3)).is_quick


@pytest.mark.parametrize("recorded", [True, False])
def test_the_comparison_of_a_quick_sweep_is_quick_also_where_only_its_name_says_so(recorded: bool) -> None:
    plan, tracker = planted(quick=True), Tracker()
    if not recorded:  # as an earlier version left it
        tracker.client.delete_tag(plan.parent, QUICK)
    comparison = results.of_sweep(tracker, plan.parent).comparison
    assert comparison.quick == "quick run: too short to choose by", "these runs do not record their passes"
    assert comparison.title.endswith("(quick run)")
    assert not comparison.marks_best


def test_a_usual_sweep_is_not_quick() -> None:
    comparison = results.of_sweep(Tracker(), planted(quick=False).parent).comparison
    assert comparison.quick == ""


def test_mlflow_shows_it_in_the_description_of_the_run_and_of_the_experiment() -> None:
    plan, tracker = planted(quick=True), Tracker()
    result = results.of_sweep(tracker, plan.parent)
    publish(tracker, result)
    run = tracker.run(plan.parent)
    assert run.info.run_name == "sweep-1-quick"
    assert run.data.tags[QUICK] == "True"
    assert run.data.tags["verdict"] == verdict(result.comparison)
    experiment = tracker.client.get_experiment(plan.experiment_id)
    for description in (run.data.tags["mlflow.note.content"], experiment.tags["mlflow.note.content"]):
        assert description.startswith("Quick run: too short to choose by.")
        assert "## sentiment on" in description
        assert "(quick run)" in description

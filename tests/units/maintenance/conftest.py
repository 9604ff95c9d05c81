"""A store with a finished sweep and a trained run, planted once and copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import planted_sweep
import pytest
from small_runs import stored, use_data

from rnnbench.runs.training.weights import PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.tracker import Tracker, record_of
from rnnbench.sweeps import SweepOptions, SweepPlan


@dataclass(frozen=True)
class Planted:
    """A store of a sweep's plan and of a run of `rnnbench train`."""

    folder: Path
    plan: SweepPlan
    trained: str

    @property
    def journal(self) -> Path:
        return self.folder / "optuna" / self.plan.journal.name

    def files(self, run_id: str) -> Path:
        """The folder of a run's files."""
        return next((self.folder / "artifacts").glob(f"*/{run_id}/artifacts"))

    @property
    def confirmation(self) -> str:
        """The id of a confirmation."""
        return str(Tracker().find(self.plan.experiment_id, kind="confirm")[0].info.run_id)


def plant_store(options: SweepOptions) -> tuple[SweepPlan, str]:
    """Plants a sweep, whose confirmations have weights and example scores, and a trained run in the current store."""
    plan, tracker = planted_sweep.plant("sentiment", options), Tracker()
    record, _ = stored(tracker, "sentiment", data=plan.data)
    for run in tracker.find(plan.experiment_id, kind="confirm"):
        writer = tracker.writer(run.info.run_id)
        for name in (WEIGHTS_FILE, PREPARED_FILE):
            writer.file(tracker.artifact(record.run_id, name))
        scores = ExampleScores.of([1.0, 0.0, 1.0, 1.0, 0.0] * 8)
        writer.examples(replace(record_of(run), examples={record_of(run).metric: scores}))
    tracker.resume(plan.parent).end("completed")
    return plan, record.run_id


@pytest.fixture(autouse=True)
def _small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    use_data(monkeypatch)


@pytest.fixture(scope="session")
def _planted_once(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("planted") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder))
        use_data(patch)
        plan, trained = plant_store(SweepOptions(models=("rnn", "gru"), trials=2, seeds=2))
    return Planted(folder, plan, trained)


@pytest.fixture
def planted(_planted_once: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """The planted store, of the test's own, where RNNBENCH_STORE points."""
    folder = tmp_path / "store"
    shutil.copytree(_planted_once.folder, folder)
    monkeypatch.setenv("RNNBENCH_STORE", str(folder))
    return replace(_planted_once, folder=folder)

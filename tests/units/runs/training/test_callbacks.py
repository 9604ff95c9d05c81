"""The callback `Watch`, on a task with predefined scores."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from rnnbench.core.settings import Settings
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, TrainingSettings
from rnnbench.metrics.forecasts import MASE
from rnnbench.runs.training.callbacks import Watch
from rnnbench.runs.training.fitting import fit
from rnnbench.tasks.base import SequenceTask

CPU = HardwareSettings(device="cpu")


class Scripted(SequenceTask):
    """One weight that grows by training; its validation scores come from a list."""

    Settings = Settings
    data_kind = "series"
    metric = MASE
    items = "windows"

    def __init__(self, scores, losses=None):
        prepared = SimpleNamespace(
            batches_per_epoch=lambda batch_size: 1000,
            training_batches=lambda batch_size, seed: (torch.ones(1, 1) for _ in range(10_000)),
            evaluation_batches=lambda split: [torch.ones(1, 1)],
        )
        super().__init__(nn.Identity(), prepared, Settings())
        self.weight = nn.Linear(1, 1, bias=False)
        self.scores, self.losses = iter(scores), losses
        self.seen, self.given = [], []

    @classmethod
    def prepare(cls, data, settings):
        raise NotImplementedError

    def loss(self, batch):
        loss = -self.weight(batch).sum()
        if self.losses is not None:
            loss = loss * self.losses[self.global_step]
        self.given.append(loss.item())
        return loss, 3

    def start_evaluation(self):
        pass

    def observe(self, batch):
        return 1

    def examples(self):
        raise NotImplementedError

    def summarize(self):
        self.seen.append(self.weight.weight.item())
        return {"mase": next(self.scores), "mae": 1.0}


def watched(scores, *, higher=False, losses=None, updates=None, interval=2, patience=0, change=0.0, **arguments):
    """Trains for one validation per score, every `interval` updates."""
    task = Scripted(scores, losses)
    settings = TrainingSettings(schedule="constant", patience=patience, minimum_change=change, learning_rate=0.1)
    watch = Watch(metric="mase", higher_is_better=higher, settings=settings, **arguments)
    updates = updates or interval * len(scores)
    budget = BudgetSettings(updates=updates, validations=updates // interval)
    fit(task, watch, training=settings, budget=budget, hardware=CPU, seed=0)
    return task, watch


def test_a_training_runs_to_the_end_of_its_budget():
    task, watch = watched([3.0, 2.0, 1.0])
    assert watch.outcome == "completed"
    assert task.global_step == 6
    assert watch.validations == 3
    assert watch.items == 18
    assert watch.curves["validation/mase"] == [(2, 3.0), (4, 2.0), (6, 1.0)]
    assert [update for update, _ in watch.curves["train/loss"]] == [2, 4, 6]
    assert [update for update, _ in watch.curves["train/learning_rate"]] == [2, 4, 6]


@pytest.mark.parametrize(("higher", "scores", "best"), [(False, [3.0, 1.0, 2.0], 1), (True, [1.0, 2.0, 3.0], 2),
                                                        (False, [1.0, 1.0, 1.0], 0)])  # fmt: skip
def test_the_best_validations_weights_and_metrics_are_kept(higher, scores, best):
    task, watch = watched(scores, higher=higher)
    assert watch.best == scores[best]
    assert watch.best_update == 2 * (best + 1)
    assert watch.best_metrics == {"validation/mase": scores[best], "validation/mae": 1.0}
    assert task.weight.weight.item() == pytest.approx(task.seen[-1])
    watch.restore(task)
    assert task.weight.weight.item() == task.seen[best]


def test_a_training_stops_after_patience_validations_without_improvement():
    task, watch = watched([3.0, 2.0, 2.5, 2.1, 1.0, 0.5], patience=2)
    assert watch.outcome == "completed"
    assert watch.validations == 4
    assert task.global_step == 8
    assert watch.best == 2.0


def test_an_improvement_below_the_smallest_that_counts_does_not_renew_patience_but_is_kept():
    _, watch = watched([3.0, 2.95, 2.9, 1.0], patience=2, change=0.1)
    assert watch.validations == 3
    assert watch.best == pytest.approx(2.9)


def test_without_patience_nothing_stops_early():
    _, watch = watched([1.0, 2.0, 3.0, 4.0, 5.0])
    assert watch.validations == 5


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_that_is_no_number_ends_the_training_as_diverged(score):
    _, watch = watched([1.0, score, 0.5])
    assert watch.outcome == "diverged"
    assert watch.validations == 2
    assert watch.best == 1.0


def test_a_loss_that_is_no_number_ends_the_training_as_diverged_before_the_next_validation():
    losses = {step: 1.0 if step < 10 else math.nan for step in range(300)}
    task, watch = watched([1.0] * 20, losses=losses, updates=200, interval=100)
    assert watch.outcome == "diverged"
    assert task.global_step == 50  # losses are looked at every 50 updates


def test_a_training_that_the_report_hook_rejects_ends_as_pruned():
    told = []

    def report(step, score):
        told.append((step, score))
        return step == 2

    task, watch = watched([3.0, 2.0, 1.0], report=report)
    assert told == [(1, 3.0), (2, 2.0)]
    assert watch.outcome == "pruned"
    assert task.global_step == 4


def test_a_ceiling_on_seconds_ends_the_training_with_a_last_validation():
    task, watch = watched([1.0] * 50, updates=100, interval=50, seconds=1e-9)
    assert watch.outcome == "completed"
    assert task.global_step == 1
    assert watch.best == 1.0


def test_the_log_hook_receives_every_point_of_every_curve():
    heard = []
    _, watch = watched([3.0, 2.0], log=lambda update, values: heard.append((update, values)))
    gathered = {}
    for update, values in heard:
        for key, value in values.items():
            gathered.setdefault(key, []).append((update, value))
    assert gathered == watch.curves
    assert set(gathered) == {"train/loss", "train/learning_rate", "validation/mase", "validation/mae", "seconds"}


def test_training_losses_are_means_since_the_last_point():
    task, watch = watched([1.0, 1.0], updates=120, interval=60)
    means = [
        sum(part) / len(part) for part in (task.given[:50], task.given[50:60], task.given[60:110], task.given[110:])
    ]
    assert [update for update, _ in watch.curves["train/loss"]] == [50, 60, 110, 120]
    assert [value for _, value in watch.curves["train/loss"]] == pytest.approx(means, rel=1e-5)


def test_without_a_validation_there_is_nothing_to_restore():
    task = Scripted([])
    watch = Watch(metric="mase", higher_is_better=False, settings=TrainingSettings())
    before = task.weight.weight.item()
    watch.restore(task)
    assert task.weight.weight.item() == before
    assert watch.best is None


def test_a_task_without_an_optimization_is_refused():
    with pytest.raises(RuntimeError, match="set `optimization` before training"):
        Scripted([]).configure_optimizers()

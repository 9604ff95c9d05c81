"""One training: its record, costs, budget and outcome."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
import small_data
import torch
from small_runs import use_data

from rnnbench.core import registry
from rnnbench.core.errors import BudgetError, RnnbenchError
from rnnbench.data.splits import Splits
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import from_plain
from rnnbench.experiment.resolve import resolve
from rnnbench.metrics import Metric, metric_called, metric_of
from rnnbench.runs.baselines import compute, record_of_result
from rnnbench.runs.build import build, count_parameters, parameters_of
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import Hooks, describe, train
from rnnbench.storage.record import model_name
from rnnbench.tasks.baseline import BaselineResult


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


def a_config(task="forecasting", model="gru", seed=0, **values):
    small = {
        "encoder.hidden_size": 8, "encoder.num_layers": 1, "training.batch_size": 16, "training.patience": 0,
        "budget.updates": 8, "budget.validations": 2, "budget.parameters": 100_000,
        **({"task.linear_path": False} if task == "forecasting" else {}),
    }  # fmt: skip
    return resolve(task, model).with_values({**small, **values}, seed=seed)


# training


def test_a_record_contains_the_configuration_and_the_data():
    config = a_config(seed=3)
    record = train(config, kind="confirm").record
    assert (record.kind, record.task, record.model, record.seed) == ("confirm", "forecasting", "gru", 3)
    assert record.data == "small_series"
    assert record.fingerprint == small_data.series().fingerprint
    assert (record.metric, record.higher_is_better, record.outcome) == ("mase", False, "completed")
    assert from_plain(record.config) == config
    assert record.tags["choice"] == config.choice()


def test_a_record_contains_the_tasks_own_metrics(monkeypatch):
    own = Metric("mase", "MASE in percent", low=0, decimals=1, unit="%")
    other = Metric("coverage", "coverage", higher_is_better=True, low=0, high=100)
    assert "own_metrics" not in describe(a_config(), "confirm").tags
    monkeypatch.setattr(task_class("forecasting"), "metric", own)
    monkeypatch.setattr(task_class("forecasting"), "other_metrics", (other,))
    record = describe(a_config(), "confirm")
    assert (metric_of(record), metric_called("coverage", record)) == (own, other)
    result = BaselineResult("naive", {"test/mase": 1.0}, 0.1, 0)
    assert metric_of(record_of_result(record, result, a_config())) == own


def test_a_score_outside_of_its_metrics_bounds_is_refused(monkeypatch):
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


def test_a_diverging_training_ends_as_diverged():
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


def test_any_other_error_is_raised(monkeypatch):
    def loss(self, batch):
        raise RuntimeError("a bug")

    monkeypatch.setattr(task_class("forecasting"), "loss", loss)
    with pytest.raises(RuntimeError, match="a bug"):
        train(a_config())


def test_hooks_observe_and_end_a_training():
    heard = []
    hooks = Hooks(report=lambda step, score: heard.append((step, score)) or step == 1)
    record = train(a_config(), open_test=True, hooks=hooks).record
    assert record.outcome == "pruned"
    assert heard == [(1, record.validation)]
    assert math.isnan(record.test), "a pruned run opened the test split"
    assert train(a_config(), hooks=Hooks(stop=lambda: "interrupted")).record.outcome == "interrupted"


def test_the_short_name_of_a_user_file_is_its_stem():
    assert model_name("gru") == "gru"
    assert model_name("/somewhere/my_cell.py") == "my_cell"


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


# data without a scale of MASE


def without_scale(monkeypatch, level=5.0):
    """The small series, the same in each season."""
    data = small_data.series(channels=1, covariates=0)
    season = level + np.arange(small_data.SEASON, dtype=float)

    def repeated(split):
        return replace(split, values=np.resize(season, (len(split.values), 1)))

    splits = Splits(repeated(data.splits.train), repeated(data.splits.validation), repeated(data.splits.opened().test))
    use_data(monkeypatch, lambda kind: replace(data, splits=splits))


def test_a_series_without_a_scale_of_mase_is_judged_by_mae(monkeypatch):
    without_scale(monkeypatch)
    record = train(a_config(), kind="confirm", open_test=True).record
    assert (record.metric, record.higher_is_better, record.outcome) == ("mae", False, "completed")
    assert "test/mase" not in record.metrics
    assert record.validation == record.metrics["validation/mae"] == min(dict(record.curves["validation/mae"]).values())
    assert record.test == pytest.approx(record.examples["mae"].mean)


def test_its_baselines_are_judged_by_mae_too(monkeypatch):
    without_scale(monkeypatch)
    results = {result.model: result for result in compute(a_config())}
    assert results["seasonal_naive"].metrics["test/mae"] == 0
    assert "test/mase" not in results["seasonal_naive"].metrics
    assert results["ridge"].metrics["test/mae"] < 0.01
    assert describe(a_config(), "baseline").metric == "mae"

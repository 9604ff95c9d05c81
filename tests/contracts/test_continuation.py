"""A training that is stopped and continued has the losses and weights of an uninterrupted one, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_runs import a_config, is_trained, use_data

from rnnbench.core import registry
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.train import Hooks, Trained, train
from rnnbench.runs.training import checkpoint
from rnnbench.storage.record import WEIGHTS_SHA256
from rnnbench.tasks.text_generation.task import TextGeneration

UPDATES = 8
NOISE = {"encoder.dropout": 0.3, "encoder.input_dropout": 0.1, "task.word_dropout": 0.2, "task.state_reset": 0.2}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    use_data(monkeypatch)


def config_of(task: str, model: str = "gru", **values: object) -> ExperimentConfig:
    """A training of eight updates and two validations, with noise in the encoder and in the task."""
    plain = a_config(task, model).to_plain()
    noise = {name: value for name, value in NOISE.items() if name.partition(".")[2] in plain[name.partition(".")[0]]}
    budget = {"budget.updates": UPDATES, "budget.validations": 2}
    return a_config(task, model, **{**budget, **noise, **values})


def stop_before(update: int) -> Callable[[], str | None]:
    """Asks to stop when this many updates have been made."""
    asked = iter([*[None] * update, *["interrupted"] * UPDATES])
    return lambda: next(asked)


def continued(config: ExperimentConfig, folder: Path, *stops: int, **arguments: object) -> Trained:
    """The training stopped after these numbers of updates in its parts, and then continued to its end."""
    for stop in stops:
        hooks = Hooks(stop=stop_before(stop))  # type: ignore[arg-type]
        part = train(config, checkpoint_folder=folder, hooks=hooks, **arguments)  # type: ignore[arg-type]
        assert part.record.outcome == "interrupted"
    return train(config, checkpoint_folder=folder, **arguments)  # type: ignore[arg-type]


def assert_same(whole: Trained, parts: Trained) -> None:
    assert parts.losses == whole.losses
    assert len(whole.losses) == whole.record.costs["updates"]
    assert parts.record.tags[WEIGHTS_SHA256] == whole.record.tags[WEIGHTS_SHA256]
    assert parts.record.metrics == whole.record.metrics
    for name in ("updates", "epochs", "best_update"):
        assert parts.record.costs[name] == whole.record.costs[name]
    curves = [{key: curve for key, curve in run.record.curves.items() if key != "seconds"} for run in (whole, parts)]
    assert curves[0] == curves[1]
    assert [update for update, _ in parts.record.curves["seconds"]] == [
        update for update, _ in whole.record.curves["seconds"]
    ]


@pytest.mark.parametrize(
    ("task", "model"),
    [
        (task, model)
        for task in registry.names("tasks")
        for model in registry.names("encoders")
        if is_trained(task, model)
    ],
)
def test_every_encoder_continues_on_every_task_as_if_it_had_not_been_stopped(
    task: str, model: str, tmp_path: Path
) -> None:
    config = config_of(task, model)
    assert_same(train(config), continued(config, tmp_path, 3))


@pytest.mark.parametrize("stops", [(1,), (4,), (5,), (7,), (2, 1, 3)], ids=str)
def test_a_training_may_stop_anywhere_and_several_times(stops: tuple[int, ...], tmp_path: Path) -> None:
    config = config_of("text_generation")
    assert_same(train(config), continued(config, tmp_path, *stops))


@pytest.mark.parametrize(
    "values",
    [
        {"training.optimizer": "adam"},
        {"training.optimizer": "sgd"},
        {"training.optimizer": "muon"},
        {"training.averaging": "exponential"},
        {"training.averaging": "stochastic", "training.averaging_start": 0.2},
        {"training.schedule": "plateau", "budget.validations": 8},
        {"training.schedule": "one_cycle"},
        {"training.patience": 1, "training.learning_rate": 10.0, "budget.validations": 8},
        {"encoder.recurrent_dropout": 0.2, "encoder.weight_dropout": 0.2, "encoder.locked_dropout": True},
        {"hardware.precision": "64-true"},
        {"budget.epochs": 0.5},
    ],
    ids=lambda values: "-".join(str(value) for value in values.values()),
)
def test_every_part_of_the_optimization_is_continued(values: dict[str, object], tmp_path: Path) -> None:
    config = config_of("sentiment", **values)
    whole = train(config)
    assert_same(whole, continued(config, tmp_path, min(5, len(whole.losses) - 1)))


def test_a_refit_is_continued_too(tmp_path: Path) -> None:
    config = config_of("sentiment")
    assert_same(train(config, refit=6), continued(config, tmp_path, 5, refit=6))


def test_a_killed_training_continues_from_its_newest_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SECONDS", 0.0)  # one before each update
    config = config_of("sentiment")

    class KilledError(Exception):
        """As if the process had ended: nothing is written after it."""

    def report(step: int, score: float) -> bool:
        if step == 2:
            raise KilledError
        return False

    with pytest.raises(KilledError):
        train(config, checkpoint_folder=tmp_path, hooks=Hooks(report=report))
    begun: list[int] = []

    def count() -> None:
        begun.append(1)

    parts = train(config, checkpoint_folder=tmp_path, hooks=Hooks(stop=count))  # type: ignore[arg-type]
    assert len(begun) == 1, "the last update alone is made again"
    assert_same(train(config), parts)


def test_seconds_are_those_of_all_parts(tmp_path: Path) -> None:
    config = config_of("sentiment")
    parts = continued(config, tmp_path, 6)
    seconds = [value for _, value in parts.record.curves["seconds"]]
    assert 0 < seconds[0] < seconds[1] <= parts.record.costs["training_seconds"] <= parts.record.costs["wall_seconds"]


def test_a_checkpoint_of_another_learning_rate_is_not_continued(tmp_path: Path) -> None:
    config, other = config_of("sentiment"), config_of("sentiment", **{"training.learning_rate": 0.01})
    notes: list[str] = []
    train(config, checkpoint_folder=tmp_path, hooks=Hooks(stop=stop_before(3)))  # type: ignore[arg-type]
    parts = train(other, checkpoint_folder=tmp_path, hooks=Hooks(note=notes.append))
    assert_same(train(other), parts)
    assert "another configuration" in notes[0]


def test_a_task_that_forgets_the_state_that_it_carries_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of("text_generation", **{"task.state_reset": 0.0})
    whole = train(config)
    monkeypatch.setattr(TextGeneration, "carry_state", lambda self, state: None)
    with pytest.raises(AssertionError):
        assert_same(whole, continued(config, tmp_path, 3))

"""An encoder and its twin: the same equations on the same batches, with other random numbers.

A twin is a file of its own, as a user would write one. Under a run's seed it begins another stream of random numbers
before its weights are drawn: weights, dropout masks and everything after them differ, data and the order of batches do
not. That is how two different encoders meet under one seed, but for the equations, so a comparison of twins has no
difference to find.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rnnbench.comparison.compare import compare
from rnnbench.experiment.classes import layer_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.train import train
from rnnbench.storage.record import RunRecord
from rnnbench.testing.selftest import made

SEEDS = 6
TWIN = '''"""{name} again: the same equations, other random numbers."""

import torch

from {module} import {layer}


class Twin({layer}):
    """A {layer} whose weights come from another stream than the seed's own."""

    def __init__(self, input_size, settings):
        torch.manual_seed(torch.initial_seed() + 1_000_003)
        super().__init__(input_size, settings)
'''
ENCODERS = ("gru", "rnn", "lstm", "transformer")


@dataclass(frozen=True)
class Pair:
    """An encoder and its twin as the table sees them. p_value: over seeds alone; None where it tested nothing."""

    task: str
    model: str
    is_different: bool
    p_value: float | None
    shared_scores: int
    """Seeds on which both have the same test scores to the last bit, in every metric."""
    seeds: int


def write_twin(folder: Path, model: str) -> Path:
    """The file of a model's twin."""
    layer = layer_class(model)
    path = folder / f"{model}_twin.py"
    path.write_text(TWIN.format(name=model, module=layer.__module__, layer=layer.__name__), encoding="utf-8")
    return path


def pairs(folder: Path, count: int) -> Iterator[Pair]:
    """So many pairs, tasks and encoders in turns, no run in two of them; each as soon as it is trained."""
    data = made.write_data(folder)
    twins = {model: str(write_twin(folder, model)) for model in ENCODERS}
    tasks = [*data]
    cycle = math.lcm(len(tasks), len(ENCODERS))
    for number in range(count):
        # moved on by one after each cycle, so that every encoder meets every task
        task, model = tasks[number % len(tasks)], ENCODERS[(number + number // cycle) % len(ENCODERS)]
        names = (model, twins[model])
        records = [
            record
            for name in names
            for record in confirmed(made.small_config(task, name, data[task]), first_seed=1 + number * SEEDS)
        ]
        yield judged(records)


def confirmed(config: ExperimentConfig, *, first_seed: int, seeds: int = SEEDS) -> Iterator[RunRecord]:
    """Confirmations of a configuration on seeds of their own, scored on the test split."""
    for seed in range(first_seed, first_seed + seeds):
        yield train(config.with_values({}, seed=seed), kind="confirm", open_test=True).record


def judged(records: list[RunRecord]) -> Pair:
    """What the table says of two encoders' confirmations: different where one is not in the group of the best."""
    table = compare([replace(record, tags={"choice": record.model}) for record in records])
    first, second = table.encoders
    scores = [_test_scores(records, row.model) for row in (first, second)]
    shared = sum(scores[1].get(seed) == score for seed, score in scores[0].items())
    p_value = second.p_value if first.is_best else first.p_value
    is_different = not (first.in_best_group and second.in_best_group)
    model = min((first.model, second.model), key=len)
    return Pair(table.task, model, is_different, p_value, shared, min(first.seeds, second.seeds))


def _test_scores(records: list[RunRecord], model: str) -> dict[int | None, dict[str, float]]:
    """By seed, every test metric of a model: of a few examples, accuracies alone may be equal by chance."""
    return {
        record.seed: {key: value for key, value in record.metrics.items() if key.startswith("test/")}
        for record in records
        if record.model == model
    }

"""Pairs of an encoder and its twin: the same equations and batches, other random numbers.

A twin is a file like a user's own cell. It changes torch's seed before its weights are drawn: weights and dropout masks
differ, data and the order of batches do not. Two encoders of a table differ in the same way under one seed, but their
equations differ too; between twins there is no difference to find.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rnnbench.comparison.compare import compare
from rnnbench.core.trust import write_trusted
from rnnbench.experiment.classes import layer_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.runs.train import train
from rnnbench.storage.record import RunRecord
from rnnbench.testing.selftest import made

SEEDS = 6
TWIN = '''"""Twin of {name}: the same equations, other random numbers."""

import torch

from {module} import {layer}


class Twin({layer}):
    """A {layer} with weights from another stream of random numbers."""

    def __init__(self, input_size, settings):
        torch.manual_seed(torch.initial_seed() + 1_000_003)
        super().__init__(input_size, settings)
'''
ENCODERS = ("gru", "rnn", "lstm", "transformer")


@dataclass(frozen=True)
class Pair:
    """Comparison of an encoder and its twin. p_value: of the test over seeds alone; None without a test."""

    task: str
    model: str
    is_different: bool
    p_value: float | None
    shared_scores: int
    """Number of seeds with identical test scores in every metric."""
    seeds: int


def write_twin(folder: Path, model: str) -> Path:
    """Write the file of a model's twin."""
    layer = layer_class(model)
    path = folder / f"{model}_twin.py"
    write_trusted(path, TWIN.format(name=model, module=layer.__module__, layer=layer.__name__))
    return path


def pairs(folder: Path, count: int) -> Iterator[Pair]:
    """Train and compare `count` pairs, cycling through tasks and encoders; no run is in two pairs."""
    data = made.write_data(folder)
    twins = {model: str(write_twin(folder, model)) for model in ENCODERS}
    tasks = [*data]
    cycle = math.lcm(len(tasks), len(ENCODERS))
    for number in range(count):
        # shifted by one after each cycle, so that every encoder is combined with every task
        task, model = tasks[number % len(tasks)], ENCODERS[(number + number // cycle) % len(ENCODERS)]
        names = (model, twins[model])
        records = [
            record
            for name in names
            for record in confirmed(made.small_config(task, name, data[task]), first_seed=1 + number * SEEDS)
        ]
        yield compared(records)


def confirmed(config: ExperimentConfig, *, first_seed: int, seeds: int = SEEDS) -> Iterator[RunRecord]:
    """Train a configuration on consecutive seeds and score it on the test split."""
    for seed in range(first_seed, first_seed + seeds):
        yield train(config.with_values({}, seed=seed), kind="confirm", open_test=True).record


def compared(records: list[RunRecord]) -> Pair:
    """Compare the confirmations of two encoders: different if one is not in the group of the best."""
    table = compare([replace(record, tags={"choice": record.model}) for record in records])
    first, second = table.encoders
    scores = [_test_scores(records, row.model) for row in (first, second)]
    shared = sum(scores[1].get(seed) == score for seed, score in scores[0].items())
    p_value = second.p_value if first.is_best else first.p_value
    is_different = not (first.in_best_group and second.in_best_group)
    model = min((first.model, second.model), key=len)
    return Pair(table.task, model, is_different, p_value, shared, min(first.seeds, second.seeds))


def _test_scores(records: list[RunRecord], model: str) -> dict[int | None, dict[str, float]]:
    """All test metrics of a model by seed; on few examples, accuracies alone may be equal by chance."""
    return {
        record.seed: {key: value for key, value in record.metrics.items() if key.startswith("test/")}
        for record in records
        if record.model == model
    }

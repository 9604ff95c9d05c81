"""Scores of every test example, by row of a table, where all are stored and belong to the same examples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnbench.comparison.model import Row, RowKind
from rnnbench.comparison.rows import is_scored
from rnnbench.comparison.statistics.crossed_intervals import FEWEST_BLOCKS, independent_blocks
from rnnbench.metrics import Metric, metric_called
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord

Key = tuple[RowKind, str]
"""Kind and name of a row."""

NO_SEED = -1
"""Stands for the seed of a baseline, which has none."""


@dataclass(frozen=True)
class Scored:
    """The scores of an encoder or baseline on every test example.

    seeds: of the rows of `scores`; empty for a baseline, which has one row.
    scores: (seeds, examples).
    weights: (examples,).
    """

    seeds: tuple[int, ...]
    scores: np.ndarray
    weights: np.ndarray
    block: int

    def of(self, seeds: Sequence[int]) -> np.ndarray:
        """(seeds, examples) for these seeds; (1, examples) for a baseline."""
        return self.scores[[self.seeds.index(seed) for seed in seeds]] if self.seeds else self.scores


def scored(rows: Iterable[Row], records: Sequence[RunRecord], metric: Metric) -> dict[Key, Scored]:
    """Example scores of the rows for which every run has them, all of the same examples.

    A row is missing where a run has none, where their mean is not its test score, or where the test split has fewer
    than FEWEST_BLOCKS independent blocks.
    """
    kinds = {"encoder": "confirm", "baseline": "baseline"}
    by_row: dict[Key, Scored] = {}
    for row in rows:
        runs = [record for record in records if (record.kind, record.model) == (kinds[row.kind], row.model)]
        of_row = _of_row([record for record in runs if is_scored(record, metric.key)], row, metric)
        if of_row is not None:
            by_row[row.kind, row.model] = of_row
    return _of_same_examples(by_row)


def _of_row(runs: Sequence[RunRecord], row: Row, metric: Metric) -> Scored | None:
    by_seed: dict[int, list[ExampleScores]] = {}
    for record in runs:
        examples = scores_by(record, metric)
        test = record.metrics[f"test/{metric.key}"]
        # up to the single precision of both
        if examples is None or not math.isclose(examples.mean, test, rel_tol=1e-3, abs_tol=1e-5):
            return None
        seed = record.seed if row.kind == "encoder" and record.seed is not None else NO_SEED
        by_seed.setdefault(seed, []).append(examples)
    seeds = tuple(seed for seed, _ in row.seed_scores)
    if not by_seed or (row.kind == "encoder" and tuple(sorted(by_seed)) != seeds):
        return None
    all_examples = [examples for seed in sorted(by_seed) for examples in by_seed[seed]]
    first, block = all_examples[0], max(examples.block for examples in all_examples)
    if any(not _same(first.weights, examples.weights) for examples in all_examples):
        return None
    if independent_blocks(first.scores.size, block) < FEWEST_BLOCKS:
        return None
    scores = [
        np.mean([examples.scores for examples in by_seed[seed]], axis=0, dtype=np.float64) for seed in sorted(by_seed)
    ]
    return Scored(seeds, np.array(scores), first.weights.astype(np.float64), block)


def scores_by(record: RunRecord, metric: Metric) -> ExampleScores | None:
    """The scores by a metric, stored or as a multiple of those by another metric."""
    if metric.key in record.examples:
        return record.examples[metric.key]
    for key, examples in record.examples.items():
        other = metric_called(key, record)
        if other is not None and (factor := metric.factor_from(other)) is not None:
            return replace(examples, scores=examples.scores * np.float32(factor))
    return None


def _of_same_examples(by_row: Mapping[Key, Scored]) -> dict[Key, Scored]:
    """The largest group of rows with the same examples: others cannot be paired."""
    groups: list[list[Key]] = []
    for key in sorted(by_row):
        matching = [group for group in groups if _similar(by_row[group[0]].weights, by_row[key].weights)]
        if matching:
            matching[0].append(key)
        else:
            groups.append([key])
    largest = max(groups, key=len, default=[])
    block = max((by_row[key].block for key in largest), default=1)
    return {key: replace(by_row[key], block=block) for key in largest}


def _similar(weights: np.ndarray, other: np.ndarray) -> bool:
    """Whether these are weights of the same examples, if 95 % of them differ by less than a quarter.

    Pieces of text end where a token ends, so that their lengths depend on the tokens, and an n-gram model also scores
    the first character.
    """
    return weights.shape == other.shape and bool(np.isclose(weights, other, rtol=0.25).mean() > 0.95)


def _same(weights: np.ndarray, other: np.ndarray) -> bool:
    return weights.shape == other.shape and bool(np.allclose(weights, other, rtol=1e-5))

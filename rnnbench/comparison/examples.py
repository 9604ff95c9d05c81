"""The scores of every test example behind a table, row by row, where they are all there and of the same examples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnbench.comparison.model import Row, RowKind
from rnnbench.comparison.rows import is_scored
from rnnbench.comparison.statistics.crossed_intervals import FEWEST_BLOCKS
from rnnbench.metrics import Metric, metric_called
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord

Key = tuple[RowKind, str]
"""Kind and name of a row."""


NO_SEED = -1
"""Where the scores of a baseline are kept: it has no seed."""


@dataclass(frozen=True)
class Scored:
    """What one encoder, or one baseline, scored on every test example.

    seeds: of an encoder, in the order of the rows of `scores`; empty for a baseline.
    scores: (seeds, examples); a baseline has one row.
    weights: (examples,).
    """

    seeds: tuple[int, ...]
    scores: np.ndarray
    weights: np.ndarray
    block: int

    def of(self, seeds: Sequence[int]) -> np.ndarray:
        """(seeds, examples) for these seeds alone; a baseline, which has none, is the same for every seed."""
        return self.scores[[self.seeds.index(seed) for seed in seeds]] if self.seeds else self.scores


def scored(rows: Iterable[Row], records: Sequence[RunRecord], metric: Metric) -> dict[Key, Scored]:
    """The rows of which every run in the means has its example scores, all of the same examples.

    A row is missing where a run lacks them, where they do not make up its test score, or where the test split is too
    short for how far its examples depend on one another: fewer than FEWEST_BLOCKS blocks.
    """
    kinds = {"encoder": "confirm", "baseline": "baseline"}
    found: dict[Key, Scored] = {}
    for row in rows:
        runs = [record for record in records if (record.kind, record.model) == (kinds[row.kind], row.model)]
        own = _of_row([record for record in runs if is_scored(record, metric.key)], row, metric)
        if own is not None:
            found[row.kind, row.model] = own
    return _of_same_examples(found)


def _of_row(runs: Sequence[RunRecord], row: Row, metric: Metric) -> Scored | None:
    by_seed: dict[int, list[ExampleScores]] = {}
    for record in runs:
        examples = _by(record, metric)
        if examples is None or not _adds_up(examples, record.metrics[f"test/{metric.key}"]):
            return None
        seed = record.seed if row.kind == "encoder" and record.seed is not None else NO_SEED
        by_seed.setdefault(seed, []).append(examples)
    seeds = tuple(seed for seed, _ in row.seed_scores)
    if not by_seed or (row.kind == "encoder" and tuple(sorted(by_seed)) != seeds):
        return None
    every = [one for seed in sorted(by_seed) for one in by_seed[seed]]
    first, block = every[0], max(one.block for one in every)
    if any(not _same(first.weights, one.weights) for one in every) or first.scores.size < 2:
        return None
    if block > 1 and first.scores.size < FEWEST_BLOCKS * block:
        return None
    scores = [np.mean([one.scores for one in by_seed[seed]], axis=0, dtype=np.float64) for seed in sorted(by_seed)]
    return Scored(seeds, np.array(scores), first.weights.astype(np.float64), block)


def _by(record: RunRecord, metric: Metric) -> ExampleScores | None:
    """The scores by one metric: its own, or those of another that it is a multiple of."""
    if metric.key in record.examples:
        return record.examples[metric.key]
    for known, examples in record.examples.items():
        other = metric_called(known, record)
        if other is not None and (factor := metric.factor_from(other)) is not None:
            return replace(examples, scores=examples.scores * np.float32(factor))
    return None


def _of_same_examples(found: Mapping[Key, Scored]) -> dict[Key, Scored]:
    """Those of the examples that most rows have: scores of others cannot be paired."""
    groups: list[list[Key]] = []
    for key in sorted(found):
        like = next((group for group in groups if _alike(found[group[0]].weights, found[key].weights)), None)
        if like is None:
            groups.append([key])
        else:
            like.append(key)
    most = max(groups, key=len, default=[])
    block = max((found[key].block for key in most), default=1)
    return {key: Scored(found[key].seeds, found[key].scores, found[key].weights, block) for key in most}


def _adds_up(examples: ExampleScores, test: float) -> bool:
    """Whether the weighted mean is the score of the run, up to the single precision both are stored in."""
    return math.isclose(examples.mean, test, rel_tol=1e-3, abs_tol=1e-5)


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether these are the same places of one split: pieces of text end where a token ends, so their sizes differ.

    An n-gram also scores the first character, and a piece of words holds some characters more or less than one of
    letters: nearly all places are the same to within a quarter of a piece.
    """
    return one.shape == other.shape and bool(np.isclose(one, other, rtol=0.25).mean() > 0.95)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-5))

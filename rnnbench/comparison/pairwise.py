"""Pairwise comparisons: every encoder with the best one, the best baseline, and the row above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from rnnbench.comparison.examples import Key, Scored
from rnnbench.comparison.model import ALPHA, LEVEL, Comparison, Interval, Row
from rnnbench.comparison.statistics.crossed_intervals import one_way, two_way
from rnnbench.comparison.statistics.permutation import sign_flip_p, step_down
from rnnbench.comparison.statistics.probability_of_improvement import Pair, probabilities
from rnnbench.comparison.statistics.summary import bounded_interval, holm, mean_interval, skill, smallest_p


def with_intervals(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with the interval of their mean over seeds and examples, where all example scores are stored.

    Other rows keep their interval: Student t over seeds for encoders, none for baselines.
    """

    def with_interval(row: Row) -> Row:
        scored = examples.get((row.kind, row.model))
        if scored is None or row.test is None or len(scored.seeds) == 1:
            return row
        if scored.seeds:
            estimate = two_way(scored.scores, scored.weights, scored.block)
        else:
            estimate = one_way(scored.scores[0], scored.weights, scored.block)
        interval = bounded_interval(row.test, float(estimate.reach(LEVEL)), table.metric.bounds)
        return replace(row, interval=interval, examples=scored.weights.size, block=scored.block)

    return _each_row(table, with_interval)


def against_best(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with the best encoder marked, and every other encoder tested against it.

    An encoder is worse if p is below ALPHA over seeds, and the interval of the difference over seeds and examples
    excludes 0. Intervals are simultaneous for all pairs of encoders, because the best one is selected by the same
    scores. Encoders with too few common seeds do not reduce the power for the others.
    """
    encoders = [row for row in table.encoders if row.test is not None]
    if not encoders:
        return table
    best, *others = encoders
    seeds = {row.model: paired_seeds(best, row) for row in others}
    tested = [row for row in others if seeds[row.model]]
    scores = {row.model: dict(row.seed_scores) for row in (best, *tested)}
    testable = [row.model for row in tested if smallest_p(len(seeds[row.model])) < ALPHA]
    p_values = step_down(scores, best.model)
    p_values |= step_down({model: scores[model] for model in (best.model, *testable)}, best.model)
    unadjusted = [
        sign_flip_p([scores[best.model][seed] - scores[row.model][seed] for seed in seeds[row.model]]) for row in tested
    ]
    by_holm = dict(zip([row.model for row in tested], holm(unadjusted), strict=True))
    pairs = len(encoders) * (len(encoders) - 1) // 2

    def tested_row(row: Row) -> Row:
        if row.kind == "baseline" or row.test is None:
            return row
        if row.model == best.model:
            return replace(row, is_best=True, in_best_group=True)
        behind = _difference(table, best, row, examples, pairs)
        p_value = p_values.get(row.model)
        is_behind = behind.low > 0 if behind else mean_lead(table, best, row) > 0
        is_worse = p_value is not None and p_value < ALPHA and is_behind
        return replace(
            row,
            p_value=p_value,
            p_value_holm=by_holm.get(row.model),
            behind_best=behind,
            paired_seeds=len(seeds[row.model]),
            in_best_group=not is_worse,
        )

    return _each_row(table, tested_row)


def means_only(table: Comparison) -> Comparison:
    """The rows without intervals, the best mean marked and no encoder worse: for a test split that is too short."""
    best = next((row for row in table.encoders if row.test is not None), None)

    def ranked(row: Row) -> Row:
        if best is None or row.kind == "baseline" or row.test is None:
            return replace(row, interval=None)
        is_best = row.model == best.model
        seeds = 0 if is_best else len(paired_seeds(best, row))
        return replace(row, interval=None, is_best=is_best, in_best_group=True, paired_seeds=seeds)

    return replace(_each_row(table, ranked), marks_best=False)


def can_be_significant(table: Comparison) -> bool:
    """Whether any encoder has enough seeds in common with the best one to be shown worse."""
    return any(smallest_p(row.paired_seeds) < ALPHA for row in table.encoders if row.test is not None)


def against_baseline(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with their skill and their difference to the best baseline, and a remark where they do not beat it.

    Intervals are simultaneous for all encoders.
    """
    baseline = table.best_baseline
    if baseline is None or baseline.test is None:
        return table
    reference = baseline.test
    encoders = sum(row.test is not None for row in table.encoders)
    # "below" would mean better where lower is better
    worse = "below baseline" if table.higher_is_better else "worse than baseline"
    if table.short_test:
        worse = "not ahead of baseline"

    def compared(row: Row) -> Row:
        if row.test is None:
            return row
        gain = skill(table.metric, row.test, reference)
        if row.kind == "baseline":
            return replace(row, skill=gain)
        beats = table.is_better(row.test, reference)
        remark = () if beats else ("level with baseline",) if row.test == reference else (worse,)
        ahead = _difference(table, row, baseline, examples, encoders)
        surely = ahead.low > 0 if ahead else not table.short_test and _excludes(row, reference, encoders)
        return replace(
            row,
            skill=gain,
            beats_baseline=beats,
            ahead_of_baseline=ahead,
            surely_beats_baseline=beats and surely,
            remarks=remark + row.remarks,
        )

    return _each_row(table, compared)


def against_above(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with P(row above is better), except where both rows are baselines: they have no runs to pair."""
    pairs: dict[Key, Pair] = {}
    for above, row in zip(table.rows, table.rows[1:], strict=False):
        pair = _pair(table, above, row, examples)
        if pair is not None:
            pairs[row.kind, row.model] = pair
    by_row = probabilities(pairs)

    def with_probability(row: Row) -> Row:
        probability = by_row.get((row.kind, row.model))
        if probability is None:
            return row
        return replace(row, above_better=probability.value, above_better_interval=probability.interval)

    return _each_row(table, with_probability)


def _each_row(table: Comparison, change: Callable[[Row], Row]) -> Comparison:
    return replace(table, rows=tuple(map(change, table.rows)))


def _pair(table: Comparison, above: Row, row: Row, examples: Mapping[Key, Scored]) -> Pair | None:
    seeds = paired_seeds(above, row)
    if above.test is None or row.test is None or not seeds:
        return None
    sign = table.metric.sign
    means = sign * (np.array(_scores(above, seeds)) - np.array(_scores(row, seeds)))
    first, second = examples.get((above.kind, above.model)), examples.get((row.kind, row.model))
    if first is None or second is None:
        return Pair(means, None, 1)
    return Pair(means, sign * (first.of(seeds) - second.of(seeds)) * first.weights, first.block)


def _difference(
    table: Comparison, row: Row, other: Row, examples: Mapping[Key, Scored], comparisons: int
) -> Interval | None:
    """By how much a row is better than another: an interval over seeds and examples; None without example scores."""
    first, second = examples.get((row.kind, row.model)), examples.get((other.kind, other.model))
    seeds = paired_seeds(row, other)
    if first is None or second is None or len(seeds) < 2:
        return None
    differences = table.metric.sign * (first.of(seeds) - second.of(seeds))
    reach = two_way(differences, first.weights, first.block).reach(LEVEL, comparisons)
    return bounded_interval(mean_lead(table, row, other), float(reach))


def mean_lead(table: Comparison, row: Row, other: Row) -> float:
    """By how much a row is better than another on the seeds that both completed; 0 where there are none."""
    seeds = paired_seeds(row, other)
    if not seeds:
        return 0.0
    return table.metric.sign * float(np.mean(_scores(row, seeds)) - np.mean(_scores(other, seeds)))


def _excludes(row: Row, reference: float, comparisons: int) -> bool:
    """Whether the interval over seeds alone excludes a baseline's score."""
    scores = [score for _, score in row.seed_scores]
    interval = mean_interval(scores, 1 - (1 - LEVEL) / comparisons)
    return interval is not None and interval.low < interval.high and reference not in interval


def paired_seeds(row: Row, other: Row) -> list[int]:
    """Seeds that both completed; a baseline, which has no seed, is paired with every seed."""
    first, second = dict(row.seed_scores), dict(other.seed_scores)
    if "baseline" in (row.kind, other.kind):
        return sorted(first or second)
    return sorted(first.keys() & second.keys())


def _scores(row: Row, seeds: list[int]) -> list[float]:
    by_seed = dict(row.seed_scores)
    return [by_seed[seed] if row.kind == "encoder" else float(row.test or 0.0) for seed in seeds]

"""Rows set against each other: every encoder against the best one, the best baseline, and the row above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnnbench.comparison.examples import Key, Scored
from rnnbench.comparison.model import ALPHA, LEVEL, Comparison, Interval, Row
from rnnbench.comparison.statistics.crossed_intervals import Estimate, one_way, two_way
from rnnbench.comparison.statistics.permutation import sign_flip_p, step_down
from rnnbench.comparison.statistics.probability_of_improvement import Pair, chances
from rnnbench.comparison.statistics.summary import UNBOUNDED, bounded_interval, holm, mean_interval, skill, smallest_p


def with_intervals(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with the interval of their mean over seeds and examples, where the scores of all examples are there.

    The others keep what they have: Student t over seeds for encoders, nothing for baselines.
    """

    def marked(row: Row) -> Row:
        own = examples.get((row.kind, row.model))
        if own is None or row.test is None or len(own.seeds) == 1:
            return row
        estimate = (
            two_way(own.scores, own.weights, own.block) if own.seeds else one_way(own.scores[0], own.weights, own.block)
        )
        interval = _interval(row.test, estimate, bounds=table.metric.bounds)
        return replace(row, interval=interval, examples=own.weights.size, block=own.block)

    return replace(table, rows=tuple(marked(row) for row in table.rows))


def against_best(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with the best encoder marked, every other one tested against it, and the worse ones out of its group.

    Worse takes both: p below ALPHA over seeds, and an interval of the difference over seeds and examples without 0.
    The intervals hold for all pairs of encoders at once, because the best one was picked on the same scores.
    Who has too few seeds in common with the best to be told apart takes nothing from those who have enough.
    """
    encoders = [row for row in table.encoders if row.test is not None]
    if not encoders:
        return table
    best, *rivals = encoders
    seeds = {row.model: paired_seeds(best, row) for row in rivals}
    tested = [row for row in rivals if seeds[row.model]]
    scores = {row.model: dict(row.seed_scores) for row in (best, *tested)}
    testable = [row.model for row in tested if smallest_p(len(seeds[row.model])) < ALPHA]
    p_values = step_down(scores, best.model)
    p_values |= step_down({model: scores[model] for model in (best.model, *testable)}, best.model)
    singly = [
        sign_flip_p([scores[best.model][seed] - scores[row.model][seed] for seed in seeds[row.model]]) for row in tested
    ]
    by_holm = dict(zip([row.model for row in tested], holm(singly), strict=True))
    pairs = len(encoders) * (len(encoders) - 1) // 2

    def marked(row: Row) -> Row:
        if row.kind == "baseline" or row.test is None:
            return row
        if row.model == best.model:
            return replace(row, is_best=True, in_best_group=True)
        behind = _difference(table, best, row, examples, pairs)
        p_value = p_values.get(row.model)
        lies_behind = behind.low > 0 if behind else mean_lead(table, best, row) > 0
        is_worse = p_value is not None and p_value < ALPHA and lies_behind
        return replace(
            row,
            p_value=p_value,
            p_value_holm=by_holm.get(row.model),
            behind_best=behind,
            paired_seeds=len(seeds[row.model]),
            in_best_group=not is_worse,
        )

    return replace(table, rows=tuple(marked(row) for row in table.rows))


def against_baseline(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with their skill against the best baseline, and those that do not beat it marked in words.

    The intervals hold for all encoders at once, as each of them may be said to beat it.
    """
    baseline = table.best_baseline
    if baseline is None or baseline.test is None:
        return table
    reference = baseline.test
    encoders = sum(row.test is not None for row in table.encoders)

    def marked(row: Row) -> Row:
        if row.test is None:
            return row
        gained = skill(table.metric, row.test, reference)
        if row.kind == "baseline":
            return replace(row, skill=gained)
        beats = table.is_better(row.test, reference)
        # "below" would read as praise where lower is better.
        worse = "below baseline" if table.higher_is_better else "worse than baseline"
        remark = () if beats else ("level with baseline",) if row.test == reference else (worse,)
        ahead = _difference(table, row, baseline, examples, encoders)
        surely = ahead.low > 0 if ahead else _leaves_out(row, reference, encoders)
        return replace(
            row,
            skill=gained,
            beats_baseline=beats,
            ahead_of_baseline=ahead,
            surely_beats_baseline=beats and surely,
            remarks=remark + row.remarks,
        )

    return replace(table, rows=tuple(marked(row) for row in table.rows))


def against_above(table: Comparison, examples: Mapping[Key, Scored]) -> Comparison:
    """The rows with the chance that a run of the row above is better. Two baselines have no runs to pair."""
    pairs: dict[Key, Pair] = {}
    for above, row in zip(table.rows, table.rows[1:], strict=False):
        pair = _pair(table, above, row, examples)
        if pair is not None:
            pairs[row.kind, row.model] = pair
    found = chances(pairs)

    def marked(row: Row) -> Row:
        chance = found.get((row.kind, row.model))
        if chance is None:
            return row
        return replace(row, above_better=chance.value, above_better_interval=chance.interval)

    return replace(table, rows=tuple(marked(row) for row in table.rows))


def _pair(table: Comparison, above: Row, row: Row, examples: Mapping[Key, Scored]) -> Pair | None:
    seeds = paired_seeds(above, row)
    if above.test is None or row.test is None or not seeds:
        return None
    sign = table.metric.sign
    own = np.array([_scores(above, seeds), _scores(row, seeds)])
    one, other = examples.get((above.kind, above.model)), examples.get((row.kind, row.model))
    if one is None or other is None:
        return Pair(sign * (own[0] - own[1]), None, 1)
    return Pair(sign * (own[0] - own[1]), sign * (one.of(seeds) - other.of(seeds)) * one.weights, one.block)


def _difference(
    table: Comparison, one: Row, other: Row, examples: Mapping[Key, Scored], comparisons: int
) -> Interval | None:
    """How much better the first is, as an interval over seeds and examples; None without scores of examples."""
    first, second = examples.get((one.kind, one.model)), examples.get((other.kind, other.model))
    seeds = paired_seeds(one, other)
    if first is None or second is None or len(seeds) < 2:
        return None
    differences = table.metric.sign * (first.of(seeds) - second.of(seeds))
    lead = mean_lead(table, one, other)
    return _interval(lead, two_way(differences, first.weights, first.block), comparisons)


def mean_lead(table: Comparison, one: Row, other: Row) -> float:
    """How much better the first is on the seeds that both have; 0 where they have none."""
    seeds = paired_seeds(one, other)
    if not seeds:
        return 0.0
    return table.metric.sign * float(np.mean(_scores(one, seeds)) - np.mean(_scores(other, seeds)))


def _leaves_out(row: Row, reference: float, comparisons: int) -> bool:
    """Whether the seeds alone, which is all there is without example scores, leave a baseline's score out."""
    scores = [score for _, score in row.seed_scores]
    interval = mean_interval(scores, 1 - (1 - LEVEL) / comparisons)
    return interval is not None and interval.low < interval.high and reference not in interval


def paired_seeds(one: Row, other: Row) -> list[int]:
    """Seeds that both completed; a baseline, which has none, goes with every seed."""
    first, second = dict(one.seed_scores), dict(other.seed_scores)
    if "baseline" in (one.kind, other.kind):
        return sorted(first or second)
    return sorted(first.keys() & second.keys())


def _scores(row: Row, seeds: list[int]) -> list[float]:
    own = dict(row.seed_scores)
    return [own[seed] if row.kind == "encoder" else float(row.test or 0.0) for seed in seeds]


def _interval(
    mean: float, estimate: Estimate, comparisons: int = 1, bounds: tuple[float, float] = UNBOUNDED
) -> Interval:
    return bounded_interval(mean, float(estimate.reach(LEVEL, comparisons)), bounds)

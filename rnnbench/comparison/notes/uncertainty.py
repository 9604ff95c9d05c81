"""Footnotes on uncertainty: what the intervals, the bold rows and P(row above is better) rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scipy import special

from rnnbench.comparison.model import ALPHA, LEVEL, Comparison, Note, Row
from rnnbench.comparison.pairwise import mean_lead, paired_seeds
from rnnbench.comparison.statistics.crossed_intervals import (
    FEWEST_BLOCKS,
    FEWEST_STRETCHES,
    REACH,
    independent_blocks,
    reach_of_dependence,
)
from rnnbench.comparison.statistics.permutation import DRAWN, EXACT_SEEDS
from rnnbench.core.text import capitalized, listed


def too_little_notes(table: Comparison) -> Iterable[Note]:
    """What a short test split or a quick run does not show; the verdict says the first part."""
    if table.short_test:
        yield Note(
            f"{capitalized(table.short_test)}. No intervals, no p values and no encoder called worse: with fewer than "
            f"{FEWEST_BLOCKS} independent blocks of test examples, the chance of these few examples cannot be told "
            "from a difference between encoders.",
            f"No intervals, no p values and no encoder called worse: fewer than {FEWEST_BLOCKS} independent blocks of "
            "test examples.",
        )
    if table.quick:
        yield Note(
            f"{capitalized(table.quick)}. Nothing is bold: with more updates and trials (without --quick), the order "
            "of the encoders can change."
        )


def bold_notes(table: Comparison, others: Sequence[Row]) -> Iterable[Note]:
    """What makes an encoder count as worse than the best, and which encoders meet only a part of it."""
    test = f"p < {ALPHA} over seeds (paired sign-flip test, step-down max-T over all pairs of encoders)"
    with_interval = [row for row in others if row.behind_best]
    bold = "Bold: the best encoder and every encoder not shown to be worse. " if table.marks_best else ""
    bold += "Worse requires"
    if with_interval:
        yield Note(
            f"{bold} both {test} and a 95 % interval of the difference, over seeds and test examples together and "
            "simultaneous for all pairs of encoders, that excludes 0.",
            f"Bold: not shown to be worse than the best (p < {ALPHA} over seeds, and an interval over seeds and test "
            "examples that excludes 0)."
            if table.marks_best
            else "",
        )
    else:
        short = f"Bold: not shown to be worse than the best (p < {ALPHA} over seeds on these examples)."
        yield Note(f"{bold} {test}.", short if table.marks_best else "")
    # one paired seed has no interval over seeds, whatever was kept
    without_interval = [row.model for row in others if row not in with_interval and row.paired_seeds > 1]
    if without_interval:
        yield Note.in_full(
            f"{listed(without_interval)}: tested over seeds only, as there are no scores of single examples."
        )
    significant = [row for row in others if row.in_best_group and row.p_value is not None and row.p_value < ALPHA]
    kept = [row.model for row in significant if row in with_interval and not is_ahead(table, row)]
    if kept:
        yield Note.in_full(
            f"{', '.join(kept)}: worse across seeds (p < {ALPHA}), but the interval over test examples includes 0: "
            "not counted as worse."
        )
    ahead = [row.model for row in significant if is_ahead(table, row)]
    if ahead:
        yield Note.in_full(
            f"{', '.join(ahead)}: better than the best mean on the seeds that both completed (p < {ALPHA}); the means "
            "are over different seeds."
        )
    if any(len(row.seed_scores) > EXACT_SEEDS for row in others):
        yield Note(
            f"p is estimated from {DRAWN:,} random sign flips: above {EXACT_SEEDS} seeds not all are enumerated."
        )


def is_ahead(table: Comparison, row: Row) -> bool:
    """Whether an encoder is better than the best one on the seeds that both completed."""
    return table.best is not None and mean_lead(table, row, table.best) > 0


def interval_notes(table: Comparison) -> Iterable[Note]:
    """What the intervals cover, and the rows for which they cover less."""
    shown = [row for row in table.rows if row.interval]
    over_examples = [row for row in shown if row.examples]
    over_seeds = [row for row in shown if not row.examples]
    if over_examples:
        first = over_examples[0]
        reach = reach_of_dependence(first.examples, first.block)
        blocks = f", treating neighbours within {reach} of each other as dependent" if reach > 1 else ""
        baselines = (
            "; for a baseline, over the examples" if any(row.kind == "baseline" for row in over_examples) else ""
        )
        yield Note(
            f"Intervals: 95 % for the mean, over seeds and the {first.examples:,} test examples together"
            f"{blocks}{baselines}."
        )
        if first.block > 1 and first.examples < FEWEST_STRETCHES * REACH * first.block:
            count = independent_blocks(first.examples, first.block)
            yield Note(
                f"The test split is short: {first.examples} examples, of which neighbours within {first.block} are "
                f"dependent: {count} independent blocks. Intervals are wide, so only large differences can be shown.",
                f"The test split is short ({count} independent blocks): only large differences can be shown.",
            )
    if over_seeds:
        names = f" of {', '.join(row.model for row in over_seeds)}" if over_examples else ""
        yield Note.in_full(
            f"Intervals{names} are 95 % Student t intervals over seeds only: they do not include "
            "the choice of test examples."
        )


def probability_note(table: Comparison) -> Iterable[Note]:
    """What P(row above is better) means, and how wide it is with few seeds."""
    pairs = zip(table.rows, table.rows[1:], strict=False)
    seeds = min((len(paired_seeds(above, row)) for above, row in pairs if row.above_better is not None), default=0)
    if seeds:
        low = float(special.betaincinv(seeds + 0.5, 0.5, (1 - LEVEL) / 2))
        examples = "other test examples" if any(row.examples for row in table.rows) else "these test examples"
        yield Note(
            "P(row above is better), in the wide tables: the probability that one run of the row above beats one run "
            f"of this row on {examples}. Wide with few seeds: if all {seeds} agree, its interval starts at {low:.2f}."
        )

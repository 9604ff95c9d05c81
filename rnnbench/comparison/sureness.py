"""Footnotes on how sure a table is: what its intervals, its bold rows and its chances rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scipy import special

from rnnbench.comparison.against import mean_lead, paired_seeds
from rnnbench.comparison.base import ALPHA, LEVEL, Comparison, Row
from rnnbench.comparison.sign_flips import DRAWN, EXACT_SEEDS
from rnnbench.comparison.two_way import FEWEST_STRETCHES, REACH, reach_of_dependence
from rnnbench.wording import listed


def bold_note(table: Comparison, others: Sequence[Row]) -> Iterable[str]:
    """What takes an encoder out of the bold group, and whom only the second half of it keeps in."""
    test = f"p < {ALPHA} over the seeds (paired sign-flip test, step-down max-T over all pairs of encoders)"
    known = [row for row in others if row.behind_best]
    if known:
        yield (
            "Bold: the best encoder and every encoder not shown to be worse than it. Worse takes both: "
            f"{test}, and a difference that the choice of test examples does not explain either (its 95 % interval "
            "over seeds and examples together, for all pairs at once, leaves out 0)."
        )
    else:
        yield f"Bold: the best encoder and every encoder not shown to be worse than it. Worse takes {test}."
    # one paired seed has no interval over seeds, whatever was kept
    bare = [row.model for row in others if row not in known and row.paired_seeds > 1]
    if bare:
        yield f"{listed(bare)}: tested on these test examples alone: scores of single ones are missing, or too few."
    apart = [row for row in others if row.in_best_group and row.p_value is not None and row.p_value < ALPHA]
    kept = [row.model for row in apart if row in known and not is_ahead(table, row)]
    if kept:
        yield (
            f"{', '.join(kept)}: behind the best one on these test examples (p < {ALPHA}), "
            "but on others it might not be, so not called worse."
        )
    ahead = [row.model for row in apart if is_ahead(table, row)]
    if ahead:
        yield (
            f"{', '.join(ahead)}: ahead of the best mean on the seeds that both completed (p < {ALPHA}): "
            "the means are over unlike seeds."
        )
    if any(len(row.seed_scores) > EXACT_SEEDS for row in others):
        yield f"p is over {DRAWN:,} random ways to flip signs: above {EXACT_SEEDS} seeds there are too many for all."


def is_ahead(table: Comparison, row: Row) -> bool:
    """Whether an encoder is better than the best one on the seeds that both have: the means may be over others."""
    return table.best is not None and mean_lead(table, row, table.best) > 0


def interval_notes(table: Comparison) -> Iterable[str]:
    """What the intervals hold, and of which rows they hold less."""
    shown = [row for row in table.rows if row.interval]
    whole = [row for row in shown if row.examples]
    bare = [row for row in shown if not row.examples]
    if whole:
        first = whole[0]
        reach = reach_of_dependence(first.examples, first.block)
        blocks = f", neighbours within {reach} of one another as dependent" if reach > 1 else ""
        baselines = "; of a baseline, over the examples" if any(row.kind == "baseline" for row in whole) else ""
        yield (
            f"Intervals are 95 % intervals of the mean over seeds and the {first.examples:,} test examples together"
            f"{blocks}{baselines}."
        )
        if first.block > 1 and first.examples < FEWEST_STRETCHES * REACH * first.block:
            yield (
                f"The test split is short: {first.examples} examples, of which neighbours within {first.block} are "
                "known to depend on one another. Its intervals are likely to be too narrow."
            )
    if bare:
        names = f"of {', '.join(row.model for row in bare)} " if whole else ""
        yield (
            f"Intervals {names}are 95 % Student t intervals of the mean over seeds only: "
            "the chance in the choice of test examples is not in them."
        )


def chance_note(table: Comparison) -> Iterable[str]:
    """What P(row above is better) means, and how little so few seeds say."""
    pairs = zip(table.rows, table.rows[1:], strict=False)
    seeds = min((len(paired_seeds(above, row)) for above, row in pairs if row.above_better is not None), default=0)
    if seeds:
        low = float(special.betaincinv(seeds + 0.5, 0.5, (1 - LEVEL) / 2))
        alone = "" if any(row.examples for row in table.rows) else " on these test examples"
        yield (
            "P(row above is better), in the wide tables: the chance that one run of the row above beats one run of "
            f"this row{alone or ' on other test examples'}. Wide with few seeds: where all of {seeds} agree, "
            f"its interval still begins at {low:.2f}."
        )

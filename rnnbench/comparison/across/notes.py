"""What a reader has to know before believing a number of the summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnbench.comparison.across.base import FEWEST_DATA_SETS, Across
from rnnbench.comparison.across.selection import Labelled


def refusal(table: Across) -> str:
    """Why no test over data sets is made, or nothing where it can be."""
    if table.is_forced:
        return "No test over data sets: these experiments are not alike."
    if table.data_sets < FEWEST_DATA_SETS:
        return (
            f"No test over data sets and no critical difference: {table.data_sets} data sets are too few, "
            f"{FEWEST_DATA_SETS} are the least."
        )
    if table.data_sets < len(table.experiments):
        return "No test over data sets: some of these experiments share one, and would count twice. Name one of each."
    if len(table.encoders) < 3:
        return "No test over data sets: Friedman's test compares three encoders or more; read the win rate of the two."
    return ""


def footnotes(table: Across, comparisons: Labelled, reasons: Sequence[str], left_out: Sequence[str]) -> Iterable[str]:
    """Every footnote, the gravest first.

    reasons: why these experiments should not stand together, when the summary was forced.
    """
    yield from (f"FORCED, not a fair summary. {reason}." for reason in reasons)
    yield from left_out
    yield from _seeds(table, comparisons)
    yield from _budgets(table)
    yield (
        "Skill: the share of the best baseline's error that is gone on the test split (0: level with it, 1: no error "
        "left). Accuracy, bits per character and MASE have no common unit, so raw scores cannot be averaged."
    )
    yield (
        "Interquartile mean: of the skills of all seeds of all data sets, the mean of the middle half. Data sets on "
        "which every encoder does well or badly fall out of it: with few data sets it speaks of those in the middle."
    )
    if any(one.iqm_interval for one in table.standings):
        yield (
            "Intervals are 95 %: of the interquartile mean by drawing seeds again within each data set, of skill on "
            "one data set by Student's t over its seeds, of win rates by Clopper and Pearson. They hold the chance in "
            "seeds on these very data sets, not that in the choice of data sets or of test examples."
        )
    else:
        yield "No interval of the interquartile mean: a data set with a single seed shows nothing of its chance."
    yield (
        "Win rate: the share of common seeds on which an encoder beats another, ties half, "
        "every data set counting alike."
    )
    if table.test is not None:
        yield (
            "Friedman's test with the correction of Iman and Davenport, and Nemenyi's critical difference at 0.05 "
            f"({table.test.critical_difference:.2f}), take the data sets for independent draws from those meant: "
            "series or texts that are much alike count for less than they seem to."
        )


def _seeds(table: Across, comparisons: Labelled) -> Iterable[str]:
    for one in table.experiments:
        rows = [row for row in comparisons[one.label].encoders if row.model in table.encoders]
        lost = sorted({row.model for row in rows if row.seeds < row.seeds_planned})
        if lost:
            yield (
                f"{one.label}: {', '.join(lost)} did not complete every seed. Only the {len(one.seeds)} that all "
                "encoders completed count, which spares those that failed."
            )
        elif any(row.seeds > len(one.seeds) for row in rows):
            yield f"{one.label}: only the {len(one.seeds)} seeds common to all ranked encoders count."
    counts = {len(one.seeds) for one in table.experiments}
    if len(counts) > 1:
        yield (
            f"The data sets have from {min(counts)} to {max(counts)} seeds: one with more weighs more in the "
            "interquartile mean, and the same elsewhere."
        )


def _budgets(table: Across) -> Iterable[str]:
    counts = {trials for one in table.experiments for trials in one.trials}
    if len(counts) > 1:
        yield (
            f"From {min(counts)} to {max(counts)} trials of search per encoder and data set: "
            "each table is fair in itself, but they are not searched alike."
        )

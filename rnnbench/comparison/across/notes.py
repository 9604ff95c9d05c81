"""The verdict over several experiments and its footnotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rnnbench.comparison.across.base import FEWEST_DATA_SETS, Across, Standing
from rnnbench.comparison.across.selection import Labelled
from rnnbench.comparison.across.statistics import effective_pairs, share_interval
from rnnbench.comparison.model import ALPHA
from rnnbench.core.text import listed, one_line, p_text, signed

MEASURES: tuple[tuple[str, Callable[[Standing], float], Callable[[Standing], str]], ...] = (
    ("average rank", lambda standing: -standing.average_rank, lambda standing: f"{standing.average_rank:.2f}"),
    ("interquartile mean of skill", lambda standing: standing.iqm, lambda standing: signed(standing.iqm)),
    ("win rate", lambda standing: standing.win_rate, lambda standing: _percent(standing.win_rate)),
)

DEFINITIONS = (
    "Skill: the share of the best baseline's test error that is removed (0: as good as the baseline, 1: no error). "
    "Raw scores are not averaged: accuracy, bits per character and MASE have no common unit.",
    "Interquartile mean: the mean of the middle half of the skills of all seeds of all data sets. With few data sets "
    "it leaves out those on which all encoders have a high or a low skill.",
)
"""Footnotes of every summary."""


def verdict(table: Across) -> str:
    """Which encoder is first by which measure, and which differences are significant."""
    if table.is_forced:
        return "These experiments are not comparable (see the footnotes), so no encoder is called best."
    sentences = [_quick(table), _firsts(table), _paired_seeds(table), _over_baselines(table), _over_data_sets(table)]
    return " ".join(sentence for sentence in sentences if sentence)


def refusal(table: Across) -> str:
    """Why there is no test over data sets; empty where there is one."""
    if table.is_forced:
        return "No test over data sets: these experiments are not comparable."
    if table.data_sets < FEWEST_DATA_SETS:
        return (
            f"No test over data sets and no critical difference: {table.data_sets} data sets are too few "
            f"(at least {FEWEST_DATA_SETS})."
        )
    if table.data_sets < len(table.experiments):
        return "No test over data sets: some experiments use the same data set. Name one experiment per data set."
    if len(table.encoders) < 3:
        return "No test over data sets: Friedman's test needs at least three encoders; see the win rate of the two."
    return ""


def footnotes(table: Across, comparisons: Labelled, reasons: Sequence[str], left_out: Sequence[str]) -> Iterable[str]:
    """Every footnote, the most serious first.

    reasons: why these experiments are not comparable, when the summary was forced.
    """
    yield from (f"FORCED, not a fair summary. {reason}." for reason in reasons)
    yield from left_out
    yield from (f"{experiment.label}: {experiment.short_test}." for experiment in table.short)
    yield from (f"{experiment.label}: {experiment.quick}." for experiment in table.experiments if experiment.quick)
    yield from _seeds(table, comparisons)
    trials = {count for experiment in table.experiments for count in experiment.trials}
    if len(trials) > 1:
        yield (
            f"From {min(trials)} to {max(trials)} trials of search per encoder and data set: each table is fair by "
            "itself, but the experiments were not searched equally."
        )
    yield from DEFINITIONS
    if any(standing.iqm_interval for standing in table.standings):
        yield (
            "Intervals are 95 %: bootstrap over seeds within each data set (interquartile mean), Student t over seeds "
            "(skill on one data set), Clopper-Pearson (win rate). They cover seeds on these data sets, not the choice "
            "of data sets or of test examples."
        )
    elif table.short:
        yield "No intervals over all data sets: the test split of some of them is too short."
    else:
        yield "No interval of the interquartile mean: it needs at least two seeds on every data set."
    yield (
        "Win rate: the share of common seeds on which an encoder beats another, ties half; every data set has the "
        "same weight."
    )
    if table.test is not None:
        yield (
            "Friedman's test with the correction of Iman and Davenport, and Nemenyi's critical difference at "
            f"{ALPHA} ({table.test.critical_difference:.2f}), assume independent data sets: with similar ones, p is "
            "too small."
        )


def _seeds(table: Across, comparisons: Labelled) -> Iterable[str]:
    for experiment in table.experiments:
        rows = [row for row in comparisons[experiment.label].encoders if row.model in table.encoders]
        lost = sorted({row.model for row in rows if row.seeds < row.seeds_planned})
        count = len(experiment.seeds)
        if lost:
            yield (
                f"{experiment.label}: {', '.join(lost)} did not complete every seed. Only the {count} seeds that all "
                "encoders completed count, which favours those that failed."
            )
        elif any(row.seeds > count for row in rows):
            yield f"{experiment.label}: only the {count} seeds common to all ranked encoders count."
    counts = {len(experiment.seeds) for experiment in table.experiments}
    if len(counts) > 1:
        yield (
            f"The data sets have from {min(counts)} to {max(counts)} seeds: more seeds have more weight in the "
            "interquartile mean, but not in ranks and win rates."
        )


def _quick(table: Across) -> str:
    quick = [experiment for experiment in table.experiments if experiment.quick]
    if not quick:
        return ""
    return f"Quick runs on {len(quick)} of {len(table.experiments)} experiments: too short to choose by."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _firsts(table: Across) -> str:
    """The encoder that is first by every measure, or the first ones by each."""
    count = len(table.experiments)
    sets = f"{table.data_sets} data set{'s' if table.data_sets != 1 else ''}"
    over = f"Over these {sets}" if count == table.data_sets else f"Over these {count} experiments on {sets}"
    leaders = [(name, _leaders(table, value), text) for name, value, text in MEASURES]
    first = leaders[0][1]
    if len(first) == 1 and all(standings == first for _, standings, _ in leaders):
        measures = listed(f"{name} ({text(first[0])})" for name, _, text in leaders)
        return f"{over} {one_line(first[0].encoder)} is first by every measure: {measures}."
    clauses = [
        f"{_names([standing.encoder for standing in standings])} by {name} ({text(standings[0])})"
        for name, standings, text in leaders
    ]
    return f"{over} no encoder is first by every measure: {listed(clauses)}."


def _leaders(table: Across, value: Callable[[Standing], float]) -> list[Standing]:
    best = max(map(value, table.standings))
    return [standing for standing in table.standings if value(standing) > best - 1e-12]


def _paired_seeds(table: Across) -> str:
    """Which encoders the first one beats significantly on common seeds.

    Intervals are simultaneous for all pairs of encoders, because the first one was selected by its results.
    """
    best, encoders = table.standings[0], len(table.standings)
    if table.short:
        rates = listed(f"{_percent(other.win_rate)} against {one_line(other.encoder)}" for other in best.against)
        too_short = listed(one_line(experiment.label) for experiment in table.short)
        return (
            f"By win rate on common seeds {one_line(best.encoder)} has {rates}, which is not tested: the test split of "
            f"{too_short} is too short."
        )
    level = 1 - ALPHA / (encoders * (encoders - 1) / 2)
    pairs = effective_pairs([len(experiment.seeds) for experiment in table.experiments])
    by_result: dict[str, list[str]] = {"beats": [], "loses against": [], "is not distinguishable from": []}
    for other in best.against:
        ends = share_interval(other.win_rate, pairs, level)
        results = [*by_result]
        result = results[0] if ends.low > 0.5 else results[1] if ends.high < 0.5 else results[2]
        by_result[result].append(f"{one_line(other.encoder)} ({_percent(other.win_rate)})")
    clauses = [f"{result} {listed(others)}" for result, others in by_result.items() if others]
    return f"By win rate on common seeds {one_line(best.encoder)} {'; it '.join(clauses)}."


def _over_baselines(table: Across) -> str:
    """On how many data sets the first encoder beats the best baseline."""
    best, count = table.standings[0], len(table.experiments)
    ahead, name = best.experiments_beating_baseline, one_line(best.encoder)
    if ahead == 0:
        none = all(standing.experiments_beating_baseline == 0 for standing in table.standings)
        return f"{'No encoder beats' if none else f'{name} does not beat'} the best baseline on any of them."
    return (
        f"The mean of {name} beats the best baseline on {f'all {count}' if ahead == count else f'{ahead} of {count}'}."
    )


def _over_data_sets(table: Across) -> str:
    """The result of the test over data sets, or why there is none."""
    test = table.test
    if test is None:
        return f"{table.refusal} The results hold for these data sets only."
    text = p_text(test.p)
    p_value = text.replace("<", "< ") if text.startswith("<") else f"= {text}"
    result = f"Friedman test over {len(table.experiments)} data sets: p {p_value}"
    if test.p >= ALPHA:
        return f"{result}; average ranks do not differ significantly, so the results hold for these data sets only."
    best = table.standings[0].encoder
    group = next((group for group in test.cliques if best in group), (best,))
    others = [encoder for encoder in group if encoder != best]
    worse = [encoder for encoder in table.encoders if encoder not in group]
    clauses = []
    if others:
        clauses.append(f"{_names(others)} {_are(others)} not distinguishable from {one_line(best)}")
    if worse:
        clauses.append(f"{_names(worse)} {_are(worse)} worse")
    return (
        f"{result}, so average ranks differ; by the critical difference ({test.critical_difference:.2f}) "
        f"{listed(clauses)}."
    )


def _are(encoders: Sequence[str]) -> str:
    return "is" if len(encoders) == 1 else "are"


def _names(encoders: Sequence[str]) -> str:
    return listed([*map(one_line, encoders)])

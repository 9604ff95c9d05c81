"""The summary in words, never claiming more than the data sets and seeds support."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rnnbench.comparison.across.base import Across, Standing
from rnnbench.comparison.across.statistics import pairs_behind, share_interval
from rnnbench.comparison.model import ALPHA
from rnnbench.core.text import listed, one_line, p_text, signed

MEASURES: tuple[tuple[str, Callable[[Standing], float], Callable[[Standing], str]], ...] = (
    ("average rank", lambda one: -one.average_rank, lambda one: f"{one.average_rank:.2f}"),
    ("interquartile mean of skill", lambda one: one.iqm, lambda one: signed(one.iqm)),
    ("win rate", lambda one: one.win_rate, lambda one: percent(one.win_rate)),
)


def verdict(table: Across) -> str:
    """Who comes first by which measure, against whom that is more than chance, and what is not known."""
    if table.is_forced:
        return "These experiments are not alike (see the footnotes), so no encoder can be called best over them."
    sentences = [_firsts(table), _beyond_chance(table), _over_baselines(table), _in_general(table)]
    return " ".join(sentence for sentence in sentences if sentence)


def over(table: Across) -> str:
    """'these 3 data sets', or 'these 4 experiments on 3 data sets' where tasks share one."""
    count = len(table.experiments)
    if count == table.data_sets:
        return f"these {count} data sets"
    return f"these {count} experiments on {table.data_sets} data set{'s' if table.data_sets != 1 else ''}"


def percent(share: float) -> str:
    """'83 %'."""
    return f"{100 * share:.0f} %"


def _leaders(table: Across, value: Callable[[Standing], float]) -> list[Standing]:
    best = max(value(one) for one in table.standings)
    return [one for one in table.standings if value(one) > best - 1e-12]


def _firsts(table: Across) -> str:
    """One encoder first by every measure, or who is first by which."""
    leaders = [(name, _leaders(table, value), shown) for name, value, shown in MEASURES]
    first = leaders[0][1]
    if len(first) == 1 and all(found == first for _, found, _ in leaders):
        best = first[0]
        measures = listed(f"{name} ({shown(best)})" for name, _, shown in leaders)
        return f"Over {over(table)} {one_line(best.encoder)} is first by every measure: {measures}."
    clauses = [f"{_names(found)} by {name} ({shown(found[0])})" for name, found, shown in leaders]
    return f"Over {over(table)} no encoder is first by every measure: {listed(clauses)}."


def _beyond_chance(table: Across) -> str:
    """Against whom the first of the table wins beyond the chance of seeds.

    The leader was picked by its results, so the intervals are wide enough for every pair of encoders at once.
    """
    best = table.standings[0]
    encoders = len(table.standings)
    level = 1 - ALPHA / (encoders * (encoders - 1) / 2)
    pairs = pairs_behind([len(one.seeds) for one in table.experiments])
    wins: list[str] = []
    losses: list[str] = []
    open_: list[str] = []
    for other in best.against:
        ends = share_interval(other.win_rate, pairs, level)
        kind = wins if ends.low > 0.5 else losses if ends.high < 0.5 else open_
        kind.append(f"{one_line(other.encoder)} ({percent(other.win_rate)})")
    clauses = []
    if wins:
        clauses.append(f"wins against {listed(wins)} more often than not")
    if losses:
        clauses.append(f"loses against {listed(losses)} more often than not")
    if open_:
        clauses.append(f"is not shown to win more often than not against {listed(open_)}")
    return f"Seed by seed {one_line(best.encoder)} {'; it '.join(clauses)}."


def _over_baselines(table: Across) -> str:
    """On how many data sets the first encoder beats the best baseline."""
    best, count = table.standings[0], len(table.experiments)
    ahead = best.experiments_beating_baseline
    name = one_line(best.encoder)
    if ahead == 0:
        nobody = all(one.experiments_beating_baseline == 0 for one in table.standings)
        return f"{'No encoder beats' if nobody else f'{name} does not beat'} the best baseline on any of them."
    where = f"all {count}" if ahead == count else f"{ahead} of {count}"
    return f"The mean of {name} beats the best baseline on {where}."


def _in_general(table: Across) -> str:
    """What, if anything, can be said of data sets that are not here."""
    test = table.test
    if test is None:
        return f"{table.refusal} Nothing here is a claim about other data sets."
    told = f"Friedman test over {len(table.experiments)} data sets: p {_p(test.p)}"
    if test.p >= ALPHA:
        return (
            f"{told}; average ranks differ no more than chance would have them, so nothing is said of other data sets."
        )
    best = table.standings[0]
    group = next((group for group in test.cliques if best.encoder in group), (best.encoder,))
    others = [one for one in group if one != best.encoder]
    behind = [one.encoder for one in table.standings if one.encoder not in group]
    clauses = []
    if others:
        clauses.append(f"{listed([*map(one_line, others)])} cannot be told from {one_line(best.encoder)}")
    if behind:
        clauses.append(f"{listed([*map(one_line, behind)])} {'is' if len(behind) == 1 else 'are'} behind it")
    difference = f"by the critical difference ({test.critical_difference:.2f})"
    return f"{told}, so average ranks differ; {difference} {listed(clauses)}."


def _p(p: float) -> str:
    text = p_text(p)
    return text.replace("<", "< ") if text.startswith("<") else f"= {text}"


def _names(standings: Sequence[Standing]) -> str:
    return listed([one_line(one.encoder) for one in standings])

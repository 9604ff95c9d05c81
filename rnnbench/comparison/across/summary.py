"""The summary of encoders over several experiments, independent of the order of the experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnbench.comparison.across import notes, statistics
from rnnbench.comparison.across.base import Across, Against, Experiment, OverDataSets, Standing
from rnnbench.comparison.across.selection import Labelled, experiment, incomparable, ranked_encoders
from rnnbench.comparison.model import Interval
from rnnbench.core.errors import ComparisonError

SEED = 20061
"""Seed of the bootstrap, so that one store always gives the same summary."""


def summarize(
    tables: Labelled,
    *,
    models: Sequence[str] = (),
    force: bool = False,
    left_out: Sequence[str] = (),
    generator: np.random.Generator | None = None,
) -> Across:
    """The encoders over all these experiments.

    Args:
        models: the encoders to rank; by default those that every experiment has.
        force: summarize experiments that are not comparable, with each reason as a footnote.
        left_out: sentences on experiments that are not among the tables.

    Raises: ComparisonError where there are too few experiments or encoders, or experiments are not comparable.
    """
    tables = {label: tables[label] for label in sorted(tables)}
    ranked, kept, missing = ranked_encoders(tables, models)
    reasons = incomparable(kept)
    if reasons and not force:
        lines = "\n".join(f"  {reason}" for reason in reasons)
        raise ComparisonError(
            f"these experiments are not comparable:\n{lines}\n"
            "  name comparable ones (rnnbench across TASK:DATA ...), or add --force to summarize them with footnotes"
        )
    experiments = tuple(experiment(label, table, ranked) for label, table in kept.items())
    standings = _standings(experiments, ranked, generator or np.random.default_rng(SEED))
    untested = Across(experiments, standings, None, "", is_forced=bool(reasons))
    refusal = notes.refusal(untested)
    table = replace(untested, refusal=refusal, test=None if refusal else _over_data_sets(untested))
    return replace(table, footnotes=tuple(notes.footnotes(table, kept, reasons, [*missing, *left_out])))


def _standings(
    experiments: Sequence[Experiment], encoders: Sequence[str], generator: np.random.Generator
) -> tuple[Standing, ...]:
    """Every encoder over all experiments, by average rank, then by interquartile mean."""
    skills: statistics.Skills = [
        np.array([entry.seed_skills for entry in experiment.entries]) for experiment in experiments
    ]
    ranks, iqm, wins = statistics.average_ranks(skills), statistics.iqm(skills), statistics.wins(skills)
    has_intervals = not any(experiment.short_test for experiment in experiments)
    iqm_intervals = statistics.bootstrap_intervals(skills, statistics.iqm, generator) if has_intervals else None
    pairs = statistics.effective_pairs([len(experiment.seeds) for experiment in experiments])
    standings = []

    def interval_of(share: float) -> Interval | None:
        return statistics.share_interval(share, pairs) if has_intervals else None

    for index, encoder in enumerate(encoders):
        others = [other for other in range(len(encoders)) if other != index]
        share = float(np.mean(wins[index, others]))
        entries = [experiment.entries[index] for experiment in experiments]
        standings.append(
            Standing(
                encoder=encoder,
                average_rank=float(ranks[index]),
                iqm=float(iqm[index]),
                iqm_interval=iqm_intervals[index] if iqm_intervals else None,
                win_rate=share,
                win_interval=interval_of(share),
                against=tuple(
                    Against(encoders[other], rate := float(wins[index, other]), interval_of(rate)) for other in others
                ),
                experiments_beating_baseline=sum(entry.skill > 0 for entry in entries),
                run_ids=tuple(run_id for entry in entries for run_id in entry.run_ids),
            )
        )
    return tuple(sorted(standings, key=lambda row: (row.average_rank, -row.iqm, row.encoder)))


def _over_data_sets(table: Across) -> OverDataSets:
    """Friedman's test, and the groups that are not distinguishable by Nemenyi's."""
    ranks = [[table.entry(experiment, name).rank for name in table.encoders] for experiment in table.experiments]
    chi_square, f, p = statistics.friedman(np.array(ranks))
    difference = statistics.critical_difference(len(table.encoders), len(table.experiments))
    groups = statistics.cliques([standing.average_rank for standing in table.standings], difference)
    names = tuple(tuple(table.encoders[place] for place in group) for group in groups)
    return OverDataSets(chi_square, f, p, difference, names)

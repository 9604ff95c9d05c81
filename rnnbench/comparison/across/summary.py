"""Comparisons to one summary over all of them, the same for every order they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rnnbench.comparison.across import notes
from rnnbench.comparison.across.base import Across, Against, Experiment, OverDataSets, Standing
from rnnbench.comparison.across.ranks import cliques, critical_difference, friedman
from rnnbench.comparison.across.selection import Labelled, experiment, ranked_encoders, unlike
from rnnbench.comparison.across.statistics import (
    Skills,
    average_ranks,
    bootstrap_intervals,
    iqm,
    pairs_behind,
    share_interval,
    wins,
)
from rnnbench.core.errors import ComparisonError

SEED = 20061
"""Of the generator that draws seeds again, so that one store gives one summary."""


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
        models: the encoders to rank; without any, those that every experiment has.
        force: sum up unlike experiments after all, each reason against it a footnote.
        left_out: sentences on experiments that were not even taken in.

    Raises: ComparisonError where there is nothing to sum up, or naming what may not stand together.
    """
    tables = {label: tables[label] for label in sorted(tables)}
    ranked, kept, missing = ranked_encoders(tables, models)
    reasons = unlike(kept)
    if reasons and not force:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        raise ComparisonError(
            f"these experiments may not stand in one summary:\n{listed}\n"
            "  name the ones to take (rnnbench across TASK:DATA ...), or --force makes it all the same, with footnotes"
        )
    experiments = tuple(experiment(label, table, ranked) for label, table in kept.items())
    draw = generator or np.random.default_rng(SEED)
    standings = _standings(experiments, ranked, draw)
    bare = Across(experiments, standings, None, "", is_forced=bool(reasons))
    refusal = notes.refusal(bare)
    whole = replace(bare, refusal=refusal, test=None if refusal else _over_data_sets(bare))
    return replace(whole, footnotes=tuple(notes.footnotes(whole, kept, reasons, [*missing, *left_out])))


def _standings(
    experiments: Sequence[Experiment], encoders: Sequence[str], generator: np.random.Generator
) -> tuple[Standing, ...]:
    """Every encoder over all experiments, the best average rank first, then the higher interquartile mean."""
    skills: Skills = [np.array([entry.seed_skills for entry in one.entries]) for one in experiments]
    places, middles, won = average_ranks(skills), iqm(skills), wins(skills)
    middle_ends = bootstrap_intervals(skills, iqm, generator)
    pairs = pairs_behind([len(one.seeds) for one in experiments])
    found = []
    for index, encoder in enumerate(encoders):
        others = [other for other in range(len(encoders)) if other != index]
        share = float(np.mean(won[index, others]))
        entries = [next(entry for entry in one.entries if entry.encoder == encoder) for one in experiments]
        found.append(
            Standing(
                encoder=encoder,
                average_rank=float(places[index]),
                iqm=float(middles[index]),
                iqm_interval=middle_ends[index] if middle_ends else None,
                win_rate=share,
                win_interval=share_interval(share, pairs),
                against=tuple(_against(encoders[other], float(won[index, other]), pairs) for other in others),
                experiments_beating_baseline=sum(entry.skill > 0 for entry in entries),
                run_ids=tuple(run_id for entry in entries for run_id in entry.run_ids),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.average_rank, -one.iqm, one.encoder)))


def _against(encoder: str, win_rate: float, pairs: float) -> Against:
    return Against(encoder, win_rate, share_interval(win_rate, pairs))


def _over_data_sets(table: Across) -> OverDataSets:
    """Friedman's test and the groups that Nemenyi's cannot tell apart."""
    places = np.array([[table.entry(one, name).rank for name in table.encoders] for one in table.experiments])
    chi_square, f, p = friedman(places)
    difference = critical_difference(len(table.encoders), len(table.experiments))
    groups = cliques([one.average_rank for one in table.standings], difference)
    named = tuple(tuple(table.encoders[place] for place in group) for group in groups)
    return OverDataSets(chi_square, f, p, difference, named)

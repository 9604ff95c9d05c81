"""The encoders and experiments of a summary, and what is left out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from rnnbench.comparison.across.base import Entry, Experiment
from rnnbench.comparison.across.statistics import ranks
from rnnbench.comparison.model import Comparison
from rnnbench.comparison.statistics.summary import mean_interval, skill
from rnnbench.core.errors import ComparisonError, UnknownNameError
from rnnbench.core.text import listed
from rnnbench.metrics import Metric

Labelled = Mapping[str, Comparison]
"""Comparisons by label, such as `sentiment on mr`."""


def ranked_encoders(tables: Labelled, wanted: Sequence[str]) -> tuple[list[str], dict[str, Comparison], list[str]]:
    """(encoders to rank, experiments that have all of them, sentences on what is left out).

    wanted: the encoders to rank; by default those that every experiment has.

    Raises: ComparisonError with what to type, where fewer than two encoders or two experiments are left.
    """
    scored = {label: {row.model for row in table.encoders if row.test is not None} for label, table in tables.items()}
    known = set().union(*scored.values())
    for model in wanted:
        if model not in known:
            raise UnknownNameError("model", model, known)
    models = sorted(set(wanted)) if wanted else sorted(set.intersection(*scored.values())) if scored else []
    kept = {label: table for label, table in tables.items() if scored[label] >= set(models)}
    _require_enough(models, kept, scored)
    notes = [
        f"Left out: {label}, which has no {listed(sorted(set(models) - scored[label]))}."
        for label in tables
        if label not in kept
    ]
    if not wanted:
        for model in sorted(known - set(models)):
            missing = [label for label in kept if model not in scored[label]]
            if len(missing) < len(kept):
                notes.append(f"Not ranked: {model}, which is missing on {listed(missing)}.")
    return models, kept, notes


def _require_enough(models: Sequence[str], kept: Labelled, scored: Mapping[str, set[str]]) -> None:
    if len(kept) < 2:
        confirmed = listed([*scored]) if scored else "none"
        which = f" that have {listed(models)}" if len(scored) > 1 else ""
        raise ComparisonError(
            f"a summary needs at least two experiments{which} (confirmed: {confirmed}). "
            "Type: rnnbench sweep TASK --data DATA, or name studies: rnnbench across STUDY STUDY"
        )
    if len(models) < 2:
        lines = "\n".join(f"  {label}: {', '.join(sorted(models))}" for label, models in scored.items())
        raise ComparisonError(
            f"fewer than two encoders were confirmed in every experiment:\n{lines}\n"
            "  name the encoders to rank; experiments without them are left out: rnnbench across --model A --model B"
        )


def incomparable(tables: Labelled) -> list[str]:
    """Every reason why these experiments are not comparable, a line each."""
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    protocols: dict[str, list[str]] = defaultdict(list)
    for label, table in tables.items():
        same[table.task, table.fingerprint].append(label)
        protocols[table.protocol].append(label)
    reasons = [f"{label} has runs that are not comparable" for label, table in tables.items() if table.is_forced]
    reasons += [f"{listed(labels)} are the same data, counted twice" for labels in same.values() if len(labels) > 1]
    if len(protocols) > 1:
        versions = "; ".join(f"{protocol} in {listed(labels)}" for protocol, labels in sorted(protocols.items()))
        reasons.append(f"versions of the protocol: {versions}")
    return reasons


def experiment(label: str, table: Comparison, models: Sequence[str]) -> Experiment:
    """The experiment with its skills, seed by seed, over the seeds that every ranked encoder completed.

    Raises: ComparisonError where no seed is common to all, or where no baseline defines the skill.
    """
    rows = [next(row for row in table.encoders if row.model == model) for model in models]
    seeds = sorted(set.intersection(*({seed for seed, _ in row.seed_scores} for row in rows)))
    if not seeds:
        raise ComparisonError(f"{label}: no seed was completed by all of {listed(models)}")
    scores = [[dict(row.seed_scores)[seed] for seed in seeds] for row in rows]
    baseline = table.best_baseline
    skills = [] if baseline is None else [_skills(table.metric, own, baseline.test) for own in scores]
    if baseline is None or baseline.test is None or not all(skills):
        raise ComparisonError(
            f"{label}: no baseline has an error to improve on, so there is no skill"
            + ("" if table.baselines else ". Repeat the command of its sweep: it computes the baselines")
        )
    return Experiment(
        label=label,
        task=table.task,
        data=table.data,
        fingerprint=table.fingerprint,
        metric=table.metric,
        baseline=baseline.model,
        baseline_test=baseline.test,
        baseline_run_ids=baseline.run_ids,
        seeds=tuple(seeds),
        trials=tuple(row.trials for row in rows),
        quick=table.quick,
        short_test=table.short_test,
        entries=tuple(
            Entry(
                encoder=row.model,
                test=float(np.mean(test_scores)),
                skill=float(np.mean(own)),
                interval=None if table.short_test else mean_interval(own),
                rank=float(place),
                seed_skills=tuple(own),
                run_ids=row.run_ids,
            )
            for row, test_scores, own, place in zip(rows, scores, skills, ranks(np.array(skills)), strict=True)
        ),
    )


def _skills(metric: Metric, scores: Sequence[float], baseline: float | None) -> list[float]:
    """The skill of each score; empty where the baseline has no error to improve on."""
    values = [] if baseline is None else [skill(metric, score, baseline) for score in scores]
    return [value for value in values if value is not None]

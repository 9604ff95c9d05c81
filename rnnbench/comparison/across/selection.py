"""Which encoders and experiments can be set side by side, and in words what is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from rnnbench.comparison.across.base import Entry, Experiment
from rnnbench.comparison.across.statistics import ranks
from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.statistics.summary import mean_interval, skill
from rnnbench.core.errors import ComparisonError, UnknownNameError
from rnnbench.core.text import listed
from rnnbench.metrics import Metric

Labelled = Mapping[str, Comparison]
"""`sentiment on mr` and the like to the comparison."""


def ranked_encoders(tables: Labelled, wanted: Sequence[str]) -> tuple[list[str], dict[str, Comparison], list[str]]:
    """The encoders to rank, the experiments that have them all, and what is left out in words.

    wanted: the encoders to rank; without any, those that every experiment has.

    Raises: ComparisonError where fewer than two encoders or two experiments are left, saying what to type.
    """
    has = {label: {row.model for row in table.encoders if row.test is not None} for label, table in tables.items()}
    known = set().union(*has.values()) if has else set()
    for model in wanted:
        if model not in known:
            raise UnknownNameError("model", model, known)
    models = sorted(set(wanted)) if wanted else sorted(set.intersection(*has.values())) if has else []
    kept = {label: table for label, table in tables.items() if has[label] >= set(models)}
    _require_enough(models, kept, has)
    notes = [
        f"Left out: {label}, which has no {listed(sorted(set(models) - has[label]))}."
        for label in tables
        if label not in kept
    ]
    for model in sorted(known - set(models)):
        there = [label for label in kept if model in has[label]]
        if there and not wanted:
            lacking = [label for label in kept if model not in has[label]]
            notes.append(f"Not ranked: {model}, which is missing on {listed(lacking)}.")
    return models, kept, notes


def _require_enough(models: Sequence[str], kept: Labelled, has: Mapping[str, set[str]]) -> None:
    if len(kept) < 2:
        there = listed([*has]) if has else "none"
        named = f" that have {listed(models)}" if len(has) > 1 else ""
        raise ComparisonError(
            f"there is nothing to sum up over fewer than two experiments{named} (confirmed: {there}). "
            "Type: rnnbench sweep TASK --data DATA, or name studies: rnnbench across STUDY STUDY"
        )
    if len(models) < 2:
        lines = "\n".join(f"  {label}: {', '.join(sorted(models))}" for label, models in has.items())
        raise ComparisonError(
            f"fewer than two encoders were confirmed in every experiment:\n{lines}\n"
            "  name the ones to rank, and experiments without them are left out: rnnbench across --model A --model B"
        )


def unlike(tables: Labelled) -> list[str]:
    """Every reason why these experiments may not stand in one summary, a line each."""
    reasons = []
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    protocols: dict[str, list[str]] = defaultdict(list)
    for label, table in tables.items():
        same[table.task, table.fingerprint].append(label)
        protocols[table.protocol].append(label)
        if table.is_forced:
            reasons.append(f"{label} is of unlike runs in itself")
    reasons += [f"{listed(labels)} are the same data, counted twice" for labels in same.values() if len(labels) > 1]
    if len(protocols) > 1:
        versions = "; ".join(f"{protocol} in {listed(labels)}" for protocol, labels in sorted(protocols.items()))
        reasons.append(f"versions of the protocol: {versions}")
    return reasons


def experiment(label: str, table: Comparison, models: Sequence[str]) -> Experiment:
    """The experiment with its skills, seed by seed, over the seeds that every ranked encoder completed.

    Raises: ComparisonError where no seed is common to all, or where no baseline gives skill a meaning.
    """
    rows = [next(row for row in table.encoders if row.model == model) for model in models]
    seeds = sorted(set.intersection(*({seed for seed, _ in row.seed_scores} for row in rows)))
    if not seeds:
        raise ComparisonError(f"{label}: no seed was completed by all of {listed(models)}")
    baseline = table.best_baseline
    skills = None if baseline is None else [_seed_skills(table.metric, row, seeds, baseline) for row in rows]
    if baseline is None or baseline.test is None or skills is None or not all(skills):
        raise ComparisonError(
            f"{label}: no baseline leaves an error to improve on, so there is no skill"
            + ("" if table.baselines else ". The command of its sweep, typed again, computes them")
        )
    places = ranks(np.array(skills))
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
        entries=tuple(
            Entry(
                encoder=row.model,
                test=float(np.mean([score for seed, score in row.seed_scores if seed in seeds])),
                skill=float(np.mean(own)),
                interval=mean_interval(own),
                rank=float(place),
                seed_skills=tuple(own),
                run_ids=row.run_ids,
            )
            for row, own, place in zip(rows, skills, places, strict=True)
        ),
    )


def _seed_skills(metric: Metric, row: Row, seeds: Sequence[int], baseline: Row) -> list[float]:
    """The skill on each seed; empty where the baseline leaves no error to remove."""
    if baseline.test is None:
        return []
    scores = dict(row.seed_scores)
    found = [skill(metric, scores[seed], baseline.test) for seed in seeds]
    return [one for one in found if one is not None]

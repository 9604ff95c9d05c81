"""Importance of the searched settings, from the records of a sweep.

PED-ANOVA measures which settings distinguish the best trials from the others; fANOVA measures the share of the score's
variance over the searched ranges that a setting explains by itself.

Pruned and diverged trials have no final score. PED-ANOVA counts them among the trials that are not the best. fANOVA
needs scores and uses completed trials only, so its result does not cover regions that were pruned early.

Source: Watanabe, Bansal and Hutter (2023), PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary
subspaces, arXiv:2304.10255; Hutter, Hoos and Leyton-Brown (2014), An efficient approach for assessing hyperparameter
importance, ICML.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator
from optuna.trial import FrozenTrial

from rnnbench.comparison.importance import (
    EVALUATORS,
    INTERVAL,
    TITLES,
    EvaluatorName,
    Importance,
    Importances,
    Share,
    TooFew,
)
from rnnbench.comparison.search_spaces import searched_of, usual_ranges
from rnnbench.core.settings import Choices, Floats, Range, range_from_stored
from rnnbench.experiment.config import from_plain
from rnnbench.storage.record import RunRecord
from rnnbench.sweeps.study import distribution_of

FEWEST_TRIALS = 10
RESAMPLES: dict[EvaluatorName, int] = {"ped_anova": 100, "fanova": 25}
"""Number of bootstrap resamples of the trials; fewer for fANOVA, whose forests take longer."""
_TREES = 32
_BEST_TRIALS, _BEST_SHARE = 5, 1 / 3
"""PED-ANOVA compares the best third of the trials, at least five, with all. The paper's tenth is for hundreds of
trials: with 40 synthetic trials and one decisive setting of three choices, that setting came first in 2 of 8 cases with
a tenth, and in 8 of 8 with a third. Below about 30 trials PED-ANOVA still favours settings with many values."""
_LARGEST_BEST_SHARE = 2 / 3
"""Where ties make the best trials more than this share of all, they cannot be distinguished from the others."""
_TIED = "too many trials share the best score to distinguish them from the others"
_AMONG_THE_REST = ("pruned", "diverged")


@dataclass(frozen=True)
class _Trials:
    """The trials of one encoder, in an order independent of the order of the records."""

    model: str
    higher_is_better: bool
    ranges: Mapping[str, Range]
    completed: tuple[RunRecord, ...]
    rest: tuple[RunRecord, ...]
    counted: int


def importances(
    records: Sequence[RunRecord],
    *,
    models: Sequence[str] = (),
    evaluators: Sequence[EvaluatorName] = EVALUATORS,
    seed: int = 0,
) -> Importances:
    """The importance of every searched setting for each encoder, with intervals over resampled trials.

    Args:
        records: records of one sweep; only its trials are used.
        models: short names; empty is all.
        seed: of the resampling and the forests; the same records and seed give the same result.
    """
    # a trial that failed at its start may have no configuration
    trials = [record for record in records if record.kind == "trial" and record.config]
    trials = [record for record in trials if not models or record.model in models]
    measured: list[Importance] = []
    refused: list[TooFew] = []
    for model in sorted({record.model for record in trials}):
        of_model = _trials_of(model, [record for record in trials if record.model == model])
        if (refusal := _refusal(of_model)) is not None:
            refused.append(refusal)
            continue
        for evaluator in evaluators:
            if (importance := _importance(of_model, evaluator, seed)) is not None:
                measured.append(importance)
            else:
                refused.append(TooFew(model, f"{TITLES[evaluator]}: {_TIED}", 0))
    first = trials[0] if trials else None
    task, data, metric = (first.task, first.data, first.metric) if first else ("", "", "")
    return Importances(task, data, metric, tuple(measured), tuple(refused))


def _trials_of(model: str, records: Sequence[RunRecord]) -> _Trials:
    """Trials of the ranges that most trials were drawn from, by outcome."""
    with_ranges = [_with_ranges(record) for record in records]
    ranges = {name: range_from_stored(plain) for name, plain in (usual_ranges(with_ranges) or {}).items()}
    inside = [
        record
        for record in sorted(with_ranges, key=lambda record: (int(record.tags.get("trial", "0")), record.run_id))
        if all(value in ranges[name] for name, value in _values(record, ranges).items())
    ]
    return _Trials(
        model=model,
        higher_is_better=records[0].higher_is_better,
        ranges=ranges,
        completed=tuple(r for r in inside if r.outcome == "completed" and math.isfinite(r.validation)),
        rest=tuple(record for record in inside if record.outcome in _AMONG_THE_REST),
        counted=len(records),
    )


def _with_ranges(record: RunRecord) -> RunRecord:
    """The record with the ranges it was drawn from, derived from its configuration if they were not stored."""
    if searched_of(record) is not None:
        return record
    ranges = from_plain(record.config).search_space.to_plain()
    return replace(record, config={**record.config, "searched": ranges})


def _values(record: RunRecord, ranges: Mapping[str, Range]) -> dict[str, Any]:
    return {name: record.config[name.partition(".")[0]][name.partition(".")[2]] for name in ranges}


def _refusal(trials: _Trials) -> TooFew | None:
    """Why an encoder's trials are too few or too equal to measure importance; None if they suffice."""
    settings, completed = len(trials.ranges), len(trials.completed)
    if not settings:
        return TooFew(trials.model, "nothing was searched", 0)
    needed = max(FEWEST_TRIALS, 2 * settings)
    if completed < needed:
        likely = math.ceil(needed * trials.counted / completed) if completed else needed
        counts = f"{completed} completed trial{'' if completed == 1 else 's'} of {settings} "
        counts += "setting" if settings == 1 else "settings"
        return TooFew(trials.model, f"{counts}, and {needed} are needed", max(likely, trials.counted + 1))
    if len({record.validation for record in trials.completed}) == 1:
        return TooFew(trials.model, "every completed trial has the same score", trials.counted + needed)
    return None


def _importance(trials: _Trials, evaluator: EvaluatorName, seed: int) -> Importance | None:
    """The shares of one encoder; None where in most resamples the best trials cannot be distinguished."""
    rest = trials.rest if evaluator == "ped_anova" else ()
    frozen = _frozen(trials, rest)
    generator = np.random.default_rng(seed)
    draws = [generator.integers(len(frozen), size=len(frozen)) for _ in range(RESAMPLES[evaluator])]
    drawn = [_shares(trials, frozen, numbers, evaluator, seed) for numbers in draws]
    if 2 * sum(map(bool, drawn)) < len(drawn):
        return None
    table = np.array([[shares[name] for name in trials.ranges] for shares in drawn if shares])
    means = table.mean(axis=0)
    low, high = np.quantile(table, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=0)
    shares = [Share(name, float(means[i]), float(low[i]), float(high[i])) for i, name in enumerate(trials.ranges)]
    shares.sort(key=lambda share: (-share.mean, share.setting))
    return Importance(trials.model, evaluator, len(trials.completed), len(rest), len(table), tuple(shares))


def _frozen(trials: _Trials, rest: Sequence[RunRecord]) -> list[FrozenTrial]:
    """The trials in Optuna's form; pruned and diverged ones get the worst completed score."""
    distributions = {name: distribution_of(_linear(searched)) for name, searched in trials.ranges.items()}
    scores = [record.validation for record in trials.completed]
    worst = min(scores) if trials.higher_is_better else max(scores)
    return [
        optuna.trial.create_trial(
            params=_linear_values(record, trials.ranges), distributions=distributions, value=score
        )
        for record, score in zip([*trials.completed, *rest], [*scores, *[worst] * len(rest)], strict=True)
    ]


def _is_log(searched: Range) -> bool:
    return not isinstance(searched, Choices) and searched.log


def _linear(searched: Range) -> Range:
    """The range on the scale of its draws: Optuna's fANOVA would give a learning rate of 0.01 ten times the weight."""
    if isinstance(searched, Choices) or not searched.log:
        return searched
    return Floats(math.log(searched.low), math.log(searched.high))


def _linear_values(record: RunRecord, ranges: Mapping[str, Range]) -> dict[str, Any]:
    values = _values(record, ranges)
    return {name: math.log(values[name]) if _is_log(searched) else values[name] for name, searched in ranges.items()}


def _shares(
    trials: _Trials, frozen: Sequence[FrozenTrial], drawn: np.ndarray, evaluator: EvaluatorName, seed: int
) -> dict[str, float]:
    """Shares of one resample; empty where all scores are equal or the best ones cannot be distinguished."""
    resampled = [frozen[number] for number in drawn]
    values = sorted((trial.value for trial in resampled), reverse=trials.higher_is_better)
    if values[0] == values[-1] or (evaluator == "ped_anova" and _is_tied(values)):
        return {}
    study = optuna.create_study(direction="maximize" if trials.higher_is_better else "minimize")
    study.add_trials(resampled)
    with warnings.catch_warnings():
        # `normalize` is experimental; PED-ANOVA warns and returns zeros where ties make all trials the best
        warnings.simplefilter("ignore")
        method = _evaluator(evaluator, len(resampled), seed)
        shares = optuna.importance.get_param_importances(study, evaluator=method, normalize=False)
    total = sum(shares.values()) if evaluator == "ped_anova" else 1.0
    return {name: float(share) / total for name, share in shares.items()} if total > 0 else {}


def _evaluator(name: EvaluatorName, count: int, seed: int) -> Any:
    if name == "fanova":
        return FanovaImportanceEvaluator(n_trees=_TREES, seed=seed)
    return PedAnovaImportanceEvaluator(target_quantile=_best_share(count))


def _best_share(count: int) -> float:
    return min(0.5, max(_BEST_SHARE, _BEST_TRIALS / count))


def _is_tied(best_first: Sequence[float]) -> bool:
    """Whether scores tied with the last of the best trials make most trials the best."""
    count = len(best_first)
    last = best_first[math.ceil(_best_share(count) * count) - 1]
    return best_first.index(last) + best_first.count(last) > _LARGEST_BEST_SHARE * count

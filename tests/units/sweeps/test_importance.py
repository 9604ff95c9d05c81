"""Importance of settings: a setting that alone determines the score gets the largest share."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from rnnbench.comparison.importance import EVALUATORS
from rnnbench.experiment.resolve import resolve
from rnnbench.reports.figures.importance import importance_figure
from rnnbench.storage.record import RunRecord
from rnnbench.sweeps.importance import importances

RANGES: dict[str, Any] = {
    "training.learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "encoder.hidden_size": {"low": 16, "high": 64, "log": False, "step": 1},
    "task.pooling": ["last", "mean", "max"],
    "encoder.num_layers": {"low": 2, "high": 2, "log": False, "step": 1},
}


def trial(number: int, decides: str, chance: random.Random, model: str = "gru", **changes: Any) -> RunRecord:
    """A trial drawn inside the ranges; `decides` alone makes the score, but for a little noise."""
    rate, size = 10 ** chance.uniform(-4, -1), chance.randint(16, 64)
    pooling = chance.choice(["last", "mean", "max"])
    score = {
        "training.learning_rate": 0.9 - 0.1 * (math.log10(rate) + 2.5) ** 2,
        "encoder.hidden_size": size / 64,
        "task.pooling": {"last": 0.5, "mean": 0.9, "max": 0.6}[pooling],
    }[decides] + chance.gauss(0, 0.005)
    config = {
        "training": {"learning_rate": rate},
        "encoder": {"hidden_size": size, "num_layers": 2},
        "task": {"pooling": pooling},
        "searched": RANGES,
    }
    record = RunRecord(
        "trial", "sentiment", "mr", "f" * 64, model, "accuracy", True, run_id=f"{model}-{number}", config=config,
        metrics={"validation/accuracy": score}, tags={"trial": str(number)},
    )  # fmt: skip
    return replace(record, **changes)


def trials(count: int, decides: str = "training.learning_rate", model: str = "gru") -> list[RunRecord]:
    chance = random.Random(7)
    return [trial(number, decides, chance, model) for number in range(count)]


@pytest.mark.parametrize("evaluator", EVALUATORS)
@pytest.mark.parametrize("decides", ["training.learning_rate", "encoder.hidden_size", "task.pooling"])
def test_the_setting_that_decides_gets_the_largest_share(decides: str, evaluator: Any) -> None:
    (found,) = importances(trials(40, decides), evaluators=[evaluator]).found
    assert found.shares[0].setting == decides
    assert found.shares[0].mean > 0.4
    if (evaluator, decides) != ("ped_anova", "task.pooling"):  # few choices are hard to tell for PED-ANOVA
        assert found.shares[0].low > found.shares[1].mean
    assert {share.setting: share for share in found.shares}["encoder.num_layers"].mean == 0, "it never varied"


def test_it_is_the_decisive_setting_where_low_scores_are_better_too() -> None:
    lower = [
        replace(one, metric="mase", higher_is_better=False, metrics={"validation/mase": 2 - one.validation})
        for one in trials(30, "encoder.hidden_size")
    ]
    for found in importances(lower).found:
        assert found.shares[0].setting == "encoder.hidden_size"


def test_shares_lie_in_their_intervals_and_are_shares() -> None:
    for found in importances(trials(20)).found:
        assert [share.mean for share in found.shares] == sorted((share.mean for share in found.shares), reverse=True)
        assert all(0 <= share.low <= share.high <= 1 + 1e-9 for share in found.shares)
        total = sum(share.mean for share in found.shares)
        assert total == pytest.approx(1) if found.evaluator == "ped_anova" else total <= 1 + 1e-9


def test_the_result_is_independent_of_the_order_of_records() -> None:
    records = [*trials(14), *trials(14, model="rnn")]
    expected = importances(records)
    again = importances(random.Random(1).sample(records, len(records)))
    assert again == expected
    assert importance_figure(again) == importance_figure(expected)
    (other,) = importances(trials(14), evaluators=["fanova"], seed=1).found
    (same,) = (one for one in expected.found if (one.model, one.evaluator) == ("gru", "fanova"))
    assert other.shares != same.shares


def test_too_few_trials_are_refused_with_how_many_would_do() -> None:
    records = [*trials(6), *trials(12, model="rnn")]
    found = importances(records, evaluators=["ped_anova"])
    assert [one.model for one in found.found] == ["rnn"]
    (refused,) = found.refused
    assert refused.reason == "6 completed trials of 4 settings, and 10 are needed"
    # all six completed, so ten will probably do
    assert (refused.model, refused.trials) == ("gru", 10)


def test_twice_as_many_trials_as_settings_are_needed() -> None:
    names = [f"task.setting_{number}" for number in range(6)]
    chance = random.Random(0)

    def with_more(one: RunRecord) -> RunRecord:
        drawn = {name.partition(".")[2]: chance.random() for name in names}
        ranges = RANGES | {name: {"low": 0.0, "high": 1.0, "log": False} for name in names}
        return replace(one, config={**one.config, "task": one.config["task"] | drawn, "searched": ranges})

    (refused,) = importances([with_more(one) for one in trials(15)]).refused
    assert refused.reason == "15 completed trials of 10 settings, and 20 are needed"


def test_pruned_and_diverged_trials_count_among_the_rest_for_ped_anova_alone() -> None:
    records = trials(24)
    poor = sorted(records, key=lambda one: one.validation)[:8]
    ended = {one.run_id: ("pruned" if place % 2 else "diverged") for place, one in enumerate(poor)}
    records = [replace(one, outcome=ended.get(one.run_id, "completed")) for one in records]
    records = [replace(one, metrics={}) if one.outcome == "diverged" else one for one in records]
    records.append(replace(records[0], outcome="failed", run_id="failed"))
    by_evaluator = {one.evaluator: one for one in importances(records).found}
    assert (by_evaluator["ped_anova"].completed, by_evaluator["ped_anova"].rest) == (16, 8)
    assert (by_evaluator["fanova"].completed, by_evaluator["fanova"].rest) == (16, 0)
    assert by_evaluator["ped_anova"].shares[0].setting == "training.learning_rate"


def test_ties_for_the_best_score_are_refused_by_ped_anova() -> None:
    tied = [
        replace(one, metrics={"validation/accuracy": 0.57 if number > 1 else 0.5})
        for number, one in enumerate(trials(14))
    ]
    found = importances(tied)
    assert [one.evaluator for one in found.found] == ["fanova"]
    assert found.refused[0].reason.startswith("PED-ANOVA: too many trials share the best score")


def test_equal_scores_and_an_empty_search_are_reported() -> None:
    same = [replace(one, metrics={"validation/accuracy": 0.5}) for one in trials(12)]
    assert importances(same).refused[0].reason == "every completed trial has the same score"
    nothing = [replace(one, config={**one.config, "searched": {}}) for one in trials(12)]
    assert importances(nothing).refused[0].reason == "nothing was searched"
    assert importances([]).found == importances([]).refused == ()


def test_a_trial_of_other_ranges_is_left_out() -> None:
    records = trials(12)
    records[0] = replace(records[0], config={**records[0].config, "encoder": {"hidden_size": 4096, "num_layers": 2}})
    assert importances(records, evaluators=["ped_anova"]).found[0].completed == 11


def test_ranges_that_were_not_stored_are_derived_from_the_configuration() -> None:
    base = resolve("sentiment", "gru", sets=["search.settings=[encoder.dropout, training.learning_rate]"])
    chance = random.Random(3)

    def made(number: int) -> RunRecord:
        dropout = chance.uniform(0.1, 0.6)
        values = {"encoder.dropout": dropout, "training.learning_rate": chance.uniform(0.0008, 0.006)}
        plain = base.with_values(values).to_plain()
        return RunRecord(
            "trial", "sentiment", "mr", "f", "gru", "accuracy", True, run_id=str(number), config=plain,
            metrics={"validation/accuracy": 1 - dropout}, tags={"trial": str(number)},
        )  # fmt: skip

    for found in importances([made(number) for number in range(16)]).found:
        assert found.shares[0].setting == "encoder.dropout"

"""Expected validation performance: worked by hand, enumerated, and silent where chance could have done it."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnbench.comparison.expectations import expectations
from rnnbench.comparison.expected_validation import (
    ExpectedCurve,
    biased_weights,
    curve_of,
    over_seconds,
    over_trials,
    unbiased_weights,
)
from rnnbench.comparison.optimism import optimism, optimism_in_words
from rnnbench.comparison.random_trials import random_draws
from rnnbench.reports.figures.expected_validation import expected_figure
from rnnbench.storage.record import RunRecord

NAN = float("nan")


def trials(
    model: str, scores: Sequence[float], seconds: Sequence[float] | None = None, *, higher: bool = True, **changes: Any
) -> list[RunRecord]:
    metric = "accuracy" if higher else "mase"
    made = []
    for number, score in enumerate(scores):
        record = RunRecord(
            "trial", "sentiment", "mr", "f" * 64, model, metric, higher, run_id=f"{model}-{number}",
            metrics={} if math.isnan(score) else {f"validation/{metric}": score},
            costs={} if seconds is None else {"wall_seconds": seconds[number]},
            tags={"draw": "random", "trial": str(number)},
        )  # fmt: skip
        made.append(replace(record, **changes))
    return made


def curve(scores: Sequence[float], seconds: Sequence[float] | None = None, **how: Any) -> ExpectedCurve:
    return curve_of(random_draws(trials("gru", scores, seconds, **how))["gru"])


def test_three_scores_worked_by_hand() -> None:
    found = curve([0.3, 0.1, 0.2])
    # without replacement, two of three: (1, 2), (1, 3), (2, 3) have best scores 2, 3, 3
    assert found.unbiased.mean == pytest.approx((0.2, 0.8 / 3, 0.3))
    # with replacement: 1 is the best of 1 pair of 9, 2 of 3, 3 of 5; of 27 triples 1, 7, 19
    assert found.biased.mean == pytest.approx((0.2, (0.1 + 3 * 0.2 + 5 * 0.3) / 9, (0.1 + 7 * 0.2 + 19 * 0.3) / 27))


def test_three_errors_worked_by_hand() -> None:
    found = curve([2.0, 3.0, 1.0], higher=False)
    assert found.unbiased.mean == pytest.approx((2.0, 4 / 3, 1.0))
    assert found.biased.mean == pytest.approx((2.0, (5 * 1 + 3 * 2 + 3) / 9, (19 * 1 + 7 * 2 + 3) / 27))


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("scores", [(0.5, 0.1, 0.4, 0.4, 0.9), (0.2, 0.2, 0.2, 0.7, 0.1, 0.3)])
def test_both_estimators_are_the_mean_over_every_choice_of_trials(scores: tuple[float, ...], higher: bool) -> None:
    best = max if higher else min
    draws = random_draws(trials("gru", scores, higher=higher))["gru"]
    count = len(scores)
    without, with_again = over_trials(draws, unbiased_weights(count)), over_trials(draws, biased_weights(count))
    for n in range(1, count + 1):
        chosen = [best(some) for some in itertools.combinations(scores, n)]
        assert without[n - 1] == pytest.approx(sum(chosen) / len(chosen))
        drawn = [best(some) for some in itertools.product(scores, repeat=n)]
        assert with_again[n - 1] == pytest.approx(sum(drawn) / len(drawn))


def test_two_trials_over_seconds_worked_by_hand() -> None:
    draws = random_draws(trials("gru", [0.5, 0.9], [10.0, 30.0]))["gru"]
    mean, done = over_seconds(draws, [9.0, 10.0, 30.0, 40.0], np.array([[[0, 1], [1, 0]]]))
    # after 10 s: 0.5 where it came first; where the other came first nothing has ended, which counts as the worst, 0.5
    assert mean[0] == pytest.approx([0.5, 0.5, (0.5 + 0.9) / 2, 0.9])
    assert done[0] == pytest.approx([0.0, 0.5, 1.0, 1.0])


@pytest.mark.parametrize(("count", "tolerance"), [(5, 1e-9), (7, 0.01)], ids=["all orders", "random orders"])
@pytest.mark.parametrize("higher", [True, False])
def test_the_curve_over_seconds_is_the_mean_over_every_order(higher: bool, count: int, tolerance: float) -> None:
    scores, seconds = [0.5, 0.1, 0.4, 0.9, 0.3, 0.6, 0.2][:count], [3.0, 8.5, 2.0, 14.0, 5.0, 6.0, 1.5][:count]
    found = curve(scores, seconds, higher=higher)
    assert found.seconds is not None
    best, worst = (max, min(scores)) if higher else (min, max(scores))
    every = [*itertools.permutations(range(count))]
    for place in range(0, len(found.seconds.at), 4):
        bests, started = [], 0
        for order in every:
            ends = itertools.accumulate(seconds[number] for number in order)
            ended = [scores[number] for number, end in zip(order, ends, strict=True) if end <= found.seconds.at[place]]
            bests.append(best([worst, *ended]))
            started += bool(ended)
        assert found.seconds.mean[place] == pytest.approx(sum(bests) / len(bests), abs=tolerance)
        assert found.done[place] == pytest.approx(started / len(every)), "each trial comes first equally often"


def test_where_every_trial_takes_as_long_seconds_are_trials() -> None:
    scores = [0.5, 0.1, 0.4, 0.9]
    draws = random_draws(trials("gru", scores, [0.1] * 4))["gru"]
    everyone = np.array([[*itertools.permutations(range(4))]])
    mean, _ = over_seconds(draws, [0.1, 0.2, 0.3, 0.4], everyone)
    assert mean[0] == pytest.approx(over_trials(draws, unbiased_weights(4)))


def test_the_unbiased_estimator_is_right_on_average_and_its_band_covers_the_truth() -> None:
    chance = np.random.default_rng(3)
    truth = 0.5 + 0.1 / math.sqrt(math.pi)  # the expected maximum of two normal scores
    found = [curve(chance.normal(0.5, 0.1, size=8)) for _ in range(150)]
    unbiased = np.array([one.unbiased.mean[1] for one in found])
    error = unbiased.std(ddof=1) / math.sqrt(len(found))
    assert abs(unbiased.mean() - truth) < 3 * error
    assert np.mean([one.biased.mean[1] for one in found]) < unbiased.mean()
    covered = np.mean([one.unbiased.low[1] <= truth <= one.unbiased.high[1] for one in found])
    assert 0.9 <= covered <= 0.99


def test_only_random_trials_count() -> None:
    alone = trials("gru", [0.5, 0.6, 0.7, 0.8])
    proposed = [replace(one, tags={"draw": "tpe", "trial": "9"}) for one in trials("gru", [0.99, 0.98])]
    again = [replace(one, tags={"draw": "fallback", "trial": "11"}) for one in trials("gru", [0.97])]
    confirmed = trials("gru", [0.96], kind="confirm")
    stopped = trials("gru", [0.1, 0.1], outcome="interrupted") + trials("gru", [0.1], outcome="running")
    assert expectations([*alone, *proposed, *again, *confirmed, *stopped]).curves == expectations(alone).curves


@pytest.mark.parametrize("outcome", ["diverged", "out_of_memory", "failed"])
@pytest.mark.parametrize("higher", [True, False])
def test_a_trial_that_failed_counts_as_the_worst_of_any_encoder(outcome: str, higher: bool) -> None:
    own = trials("gru", [0.6, 0.7, 0.8], higher=higher)
    # what it reached before it diverged does not count
    lost = [replace(one, run_id="lost") for one in trials("gru", [0.75], higher=higher, outcome=outcome)]
    others = trials("rnn", [0.2, 0.5, 0.9, 0.6], higher=higher)
    draws = random_draws([*own, *lost, *others])["gru"]
    assert sorted(draws.scores) == sorted([0.6, 0.7, 0.8, 0.2 if higher else 0.9])
    assert draws.failed == 1


def test_a_pruned_trial_counts_with_what_it_reached_and_a_note_says_so() -> None:
    found = expectations([*trials("gru", [0.6, 0.7, 0.8]), *trials("gru", [0.5, NAN], outcome="pruned")])
    assert found.curves[0].draws.pruned == 2
    assert sorted(found.curves[0].draws.scores) == [0.5, 0.5, 0.6, 0.7, 0.8]
    assert "gru 2" in found.notes[0]
    assert "only have been better" in found.notes[0]


def test_fewer_than_four_random_trials_are_refused_in_words() -> None:
    records = [*trials("gru", [0.5, 0.6, 0.7]), *trials("rnn", [0.5, 0.6, 0.7, 0.8]), *trials("lstm", [NAN] * 4)]
    found = expectations(records)
    assert [one.model for one in found.curves] == ["rnn"]
    reasons = {one.model: one.reason for one in found.refused}
    assert reasons == {
        "gru": "3 random trials, and 4 are needed",
        "lstm": "no random trial has a validation score",
    }


def crossing(count: int = 60) -> list[RunRecord]:
    """gru is always good and quick to say so; lstm is mostly poor, and best where it is good."""
    chance = np.random.default_rng(5)
    steady = 0.70 + 0.005 * chance.normal(size=count)
    rare = np.where(np.arange(count) % 4 == 0, 0.85, 0.55) + 0.005 * chance.normal(size=count)
    return [*trials("gru", steady, [10.0] * count), *trials("lstm", rare, [10.0] * count)]


def test_an_encoder_is_ahead_where_bands_do_not_overlap_by_trials_and_by_seconds() -> None:
    found = expectations(crossing())
    # 0.70 against 0.55 + 0.30 (1 - 0.75^n): level where 0.75^n = 1/2, at n = 2.4
    first, later = found.words[:2]
    assert first == "By random trials, gru is ahead of lstm at 1 (their bands do not overlap)."
    match = re.fullmatch(r"By random trials, lstm is ahead of gru at (\d+) to 30 \(their bands .*\)\.", later)
    assert match, later
    assert 3 <= int(match[1]) <= 8
    assert any(sentence.startswith("By seconds of search, lstm is ahead of gru at ") for sentence in found.words)
    bands = {one.model: one.unbiased for one in found.curves}
    for place in range(30):
        is_apart = bands["lstm"].low[place] > bands["gru"].high[place]
        assert is_apart == (place + 1 >= int(match[1])), "from the first such number on"


def test_where_bands_overlap_no_encoder_is_ahead() -> None:
    found = expectations([*trials("gru", [0.70, 0.71, 0.72, 0.71]), *trials("lstm", [0.60, 0.69, 0.71, 0.83])])
    gru, lstm = (one.unbiased.mean for one in found.curves)
    assert gru[0] > lstm[0]
    assert gru[-1] < lstm[-1]
    assert found.words[0] == "By random trials, the bands of all encoders overlap."
    assert not any("ahead" in sentence for sentence in found.words)


def test_of_an_error_the_lower_band_is_ahead() -> None:
    good, bad = [0.50, 0.51, 0.52, 0.51], [0.90, 0.91, 0.92, 0.91]
    found = expectations([*trials("gru", good, higher=False), *trials("lstm", bad, higher=False)])
    assert found.words[0] == "By random trials, gru is ahead of lstm at 1 to 2 (their bands do not overlap)."


@pytest.mark.parametrize("unit", ["random trials", "seconds"])
def test_a_slow_encoder_pays_for_its_time(unit: str) -> None:
    chance = np.random.default_rng(1)
    scores = 0.7 + 0.05 * chance.random(40)
    found = expectations([*trials("quick", scores, [10.0] * 40), *trials("slow", scores, [300.0] * 40)])
    ahead = [sentence for sentence in found.words if " is ahead of " in sentence and unit in sentence]
    assert len(ahead) == (1 if unit == "seconds" else 0)
    assert all("quick is ahead of slow" in sentence for sentence in ahead)


def test_neither_other_encoders_nor_the_order_of_records_matter() -> None:
    records = crossing(12)
    shuffled = random.Random(4).sample(records, len(records))
    one, other = expectations(records), expectations(shuffled)
    assert one == other
    assert expected_figure(one.curves) == expected_figure(other.curves)
    assert expectations(records, ["gru"]).curves[0] == one.curves[0]


def test_bands_hold_their_line_and_only_what_is_possible() -> None:
    for found in (curve([0.99, 0.2, 0.98, 0.97], [1.0] * 4), curve([0.01, 9.0, 0.02, 0.4], [1.0] * 4, higher=False)):
        for band in (found.unbiased, found.biased, found.seconds):
            assert band is not None
            for low, mean, high in zip(band.low, band.mean, band.high, strict=True):
                assert 0 <= low <= mean <= high
                assert high <= found.draws.metric.high


def test_plain_forms_hold_numbers_alone() -> None:
    found = expectations([*crossing(8), *trials("$x_$ <b>", [0.4] * 4), *trials("lost", [NAN] * 5)])
    plain = json.loads(json.dumps(found.to_plain(), allow_nan=False))
    assert plain["curves"][0]["unbiased"]["mean"][0] == pytest.approx(np.mean(found.curves[0].draws.scores))
    assert expected_figure(found.curves).startswith(b"\x89PNG")
    assert expected_figure([]).startswith(b"\x89PNG")


def test_a_trial_without_seconds_is_charged_the_mean_and_without_any_there_is_no_curve_over_seconds() -> None:
    assert random_draws(trials("gru", [0.1, 0.2, 0.3], [10.0, NAN, 30.0]))["gru"].seconds == (10.0, 20.0, 30.0)
    assert curve([0.1, 0.2, 0.3, 0.4]).seconds is None


def searched(best: float, confirmed: Sequence[float]) -> list[RunRecord]:
    found = [*trials("gru", [best, 0.7], tags={"choice": "a"}), *trials("gru", [0.99], tags={"choice": "b"})]
    return [*found, *trials("gru", confirmed, kind="confirm", tags={"choice": "a"})]


def test_luck_is_what_fresh_seeds_take_back_worked_by_hand() -> None:
    (one,) = optimism(searched(0.80, [0.77, 0.78, 0.79]))
    assert (one.search_score, one.confirmed_score, one.amount) == pytest.approx((0.80, 0.78, 0.02))
    # mean 0.78, standard deviation 0.01, t(95 %, 2) = 4.3027: 0.78 +- 0.02484
    assert one.interval is not None
    assert (one.interval.low, one.interval.high) == pytest.approx((-0.00484, 0.04484), abs=1e-5)
    assert optimism_in_words([one])[0].endswith("no optimism beyond the variation between seeds.")
    (sure,) = optimism_in_words(optimism(searched(0.80, [0.775, 0.776, 0.777, 0.776, 0.775, 0.777])))
    assert (
        "80.0 % on validation, the same configuration on 6 fresh seeds 77.6 %: optimism of 2.4 [2.3, 2.5] points"
        in sure
    )
    assert optimism_in_words(optimism(searched(0.80, [0.7])))[0].endswith(
        "optimism cannot be estimated from a single seed."
    )
    assert optimism(trials("gru", [0.5])) == []

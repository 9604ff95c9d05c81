"""Tables of runs that kept the score of every test example: intervals, decisions, chances and what is said of them."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Row
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.statistics.crossed_intervals import one_way, two_way
from rnnbench.comparison.statistics.probability_of_improvement import jeffreys
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import FORMATS, render
from rnnbench.reports.tables.terminal import terminal_table
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.storage.record import RunRecord

EXAMPLES = 1000


def run(
    kind: Any, model: str, seed: int | None, scores: np.ndarray, *, metric: str = "accuracy", block: int = 1
) -> RunRecord:
    examples = ExampleScores(scores, np.ones(scores.size), block)
    return RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, metric, metric == "accuracy", seed=seed, tags={"choice": "a"},
        run_id=f"{kind}-{model}-{seed}", examples={metric: examples},
        metrics={f"test/{metric}": examples.mean, f"validation/{metric}": 0.7},
    )  # fmt: skip


def scores_of(share: float, *, seeds: int = 6, seed: int = 0, common: float = 0.9) -> np.ndarray:
    """(seeds, examples) of 0 and 1: a share told right, the same easy texts first for everyone."""
    generator = np.random.default_rng([seed, int(share * 1e6)])
    hardness = np.random.default_rng(99).random(EXAMPLES)
    own = generator.random((seeds, EXAMPLES))
    return (common * hardness + (1 - common) * own < share).astype(float)


def confirms(model: str, scores: np.ndarray, **changes: Any) -> list[RunRecord]:
    return [run("confirm", model, seed, own, **changes) for seed, own in enumerate(scores)]


def row(table: Comparison, model: str) -> Row:
    return next(row for row in table.rows if row.model == model)


def records() -> list[RunRecord]:
    return [
        *confirms("lstm", scores_of(0.8)),
        *confirms("gru", scores_of(0.795, seed=1)),
        *confirms("rnn", scores_of(0.6, seed=2)),
        run("baseline", "bayes", None, scores_of(0.7, seeds=1)[0]),
        run("baseline", "majority", None, scores_of(0.5, seeds=1)[0]),
    ]


def without(runs: Sequence[RunRecord], *models: str) -> list[RunRecord]:
    return [replace(one, examples={}) if not models or one.model in models else one for one in runs]


def test_an_encoder_has_the_interval_over_seeds_and_examples_and_a_baseline_that_over_examples() -> None:
    table = compare(records())
    lstm, bayes = row(table, "lstm"), row(table, "bayes")
    for one, estimate in (
        (lstm, two_way(scores_of(0.8), np.ones(EXAMPLES), 1)),
        (bayes, one_way(scores_of(0.7, seeds=1)[0], np.ones(EXAMPLES), 1)),
    ):
        assert one.interval is not None
        assert one.test in one.interval
        assert one.interval.low == pytest.approx(float(estimate.mean - estimate.reach(0.95)))
        assert one.examples == EXAMPLES
    alone = row(compare(without(records())), "lstm")
    assert alone.interval is not None
    assert lstm.interval is not None
    assert lstm.interval.high - lstm.interval.low > 3 * (alone.interval.high - alone.interval.low)
    assert alone.examples == 0


def test_the_interval_of_hits_and_misses_of_a_baseline_is_nearly_the_binomial_one() -> None:
    bayes = row(compare(records()), "bayes")
    assert bayes.test is not None
    assert bayes.interval is not None
    expected = 1.96 * np.sqrt(bayes.test * (1 - bayes.test) / EXAMPLES)
    assert bayes.interval.high - bayes.test == pytest.approx(expected, rel=0.01)


def test_the_footnotes_state_what_the_intervals_cover() -> None:
    said = " ".join(compare(records()).footnotes)
    assert "over seeds and the 1,000 test examples together; for a baseline, over the examples." in said
    assert "Student" not in said
    assert "Worse requires both" in said
    mixed = " ".join(compare(without(records(), "gru")).footnotes)
    assert "Intervals of gru are 95 % Student t intervals over seeds only" in mixed
    assert "gru: tested over seeds only" in mixed
    bare = " ".join(compare(without(records())).footnotes)
    assert "Intervals are 95 % Student t intervals over seeds only" in bare
    assert "Worse requires both" not in bare
    of_one_seed = [record for record in records() if record.seed in (None, 0)]
    assert "tested over seeds only" not in " ".join(compare(of_one_seed).footnotes)
    series = " ".join(compare(confirms("lstm", scores_of(0.8), block=24)).footnotes)
    assert "neighbours within 36 of each other as dependent" in series


def test_a_rival_worse_on_every_seed_but_not_beyond_the_chance_of_examples_stays_in_the_bold_group() -> None:
    # Seeds hardly differ, so on these examples lstm is ahead in every one of them; by 8 texts of 1,000.
    generator = np.random.default_rng(0)
    ahead = (generator.random(EXAMPLES) < 0.75).astype(float)
    behind = ahead.copy()
    behind[generator.choice(np.flatnonzero(ahead == 1), 40, replace=False)] = 0
    behind[generator.choice(np.flatnonzero(ahead == 0), 32, replace=False)] = 1
    runs = [*confirms("lstm", np.tile(ahead, (6, 1))), *confirms("gru", np.tile(behind, (6, 1)))]
    table = compare(runs)
    gru = row(table, "gru")
    assert gru.p_value == 0.03125
    assert gru.behind_best is not None
    assert 0 in gru.behind_best
    assert gru.in_best_group
    assert any(note.startswith("gru: worse across seeds") for note in table.footnotes)
    assert "gru (p = 0.031, but the interval over test examples includes 0) is not distinguishable" in verdict(table)
    assert not row(compare(without(runs)), "gru").in_best_group, "what the seeds alone would have said"


def test_a_rival_worse_by_both_leaves_the_group() -> None:
    table = compare(records())
    rnn, gru = row(table, "rnn"), row(table, "gru")
    assert rnn.p_value == 0.03125
    assert rnn.behind_best is not None
    assert rnn.behind_best.low > 0.15
    assert not rnn.in_best_group
    assert gru.in_best_group
    assert row(table, "lstm").behind_best is None


def test_the_difference_from_the_best_is_paired_and_holds_for_all_pairs_at_once() -> None:
    table = compare(records())
    estimate = two_way(scores_of(0.8) - scores_of(0.6, seed=2), np.ones(EXAMPLES), 1)
    behind = row(table, "rnn").behind_best
    assert behind is not None
    # three encoders make three pairs
    assert behind.low == pytest.approx(float(estimate.mean - estimate.reach(0.95, 3)))
    assert behind.high == pytest.approx(float(estimate.mean + estimate.reach(0.95, 3)))


def test_where_lower_is_better_behind_and_ahead_are_still_counted_as_worse_and_better() -> None:
    # MASE of one minus what was right above: the same table with every sign turned
    runs = [
        *confirms("lstm", 1 - scores_of(0.8), metric="mase"),
        *confirms("rnn", 1 - scores_of(0.6, seed=2), metric="mase"),
        run("baseline", "last_value", None, 1 - scores_of(0.7, seeds=1)[0], metric="mase"),
    ]
    table = compare(runs)
    rnn, lstm = row(table, "rnn"), row(table, "lstm")
    assert rnn.behind_best is not None
    assert rnn.behind_best.low > 0
    assert lstm.ahead_of_baseline is not None
    assert lstm.ahead_of_baseline.low > 0
    assert rnn.ahead_of_baseline is not None
    assert rnn.ahead_of_baseline.high < 0
    assert row(table, "last_value").above_better is not None
    assert row(table, "last_value").above_better > 0.95  # type: ignore[operator]


def test_only_an_encoder_significantly_ahead_of_the_baseline_beats_it() -> None:
    near = [*confirms("lstm", scores_of(0.705)), run("baseline", "bayes", None, scores_of(0.7, seeds=1)[0])]
    table = compare(near)
    lstm = row(table, "lstm")
    assert lstm.beats_baseline
    assert lstm.surely_beats_baseline is False
    assert lstm.ahead_of_baseline is not None
    assert 0 in lstm.ahead_of_baseline
    assert "lstm is ahead of it, but only within the uncertainty of seeds and test examples." in verdict(table)
    clear = compare(records())
    assert row(clear, "lstm").surely_beats_baseline
    assert "lstm and gru beat the best baseline, bayes" in verdict(clear)


def test_the_probability_of_improvement_is_one_where_the_row_above_is_far_ahead_and_a_half_for_equal_rows() -> None:
    table = compare(records())
    assert row(table, "lstm").above_better is None, "nothing is above the first row"
    assert row(table, "rnn").above_better == pytest.approx(1.0, abs=0.001)
    low = row(table, "rnn").above_better_interval
    assert low is not None
    # six of six in every draw of the examples
    assert low.low == pytest.approx(stats.beta.ppf(0.025, 6.5, 0.5))
    gru = row(table, "gru")
    assert gru.above_better is not None
    assert gru.above_better_interval is not None
    assert 0.3 < gru.above_better < 0.95
    assert gru.above_better in gru.above_better_interval
    twins = compare([*confirms("a", scores_of(0.8)), *confirms("b", scores_of(0.8))])
    assert twins.rows[1].above_better == 0.5


def test_the_interval_of_a_chance_is_that_of_a_mixture_of_beta_distributions_really_drawn() -> None:
    wins = np.array([6.0] * 500 + [3.5] * 300 + [2.0] * 200)
    drawn = np.random.default_rng(0).beta(wins + 0.5, 6 - wins + 0.5, (400, 1000))
    found = jeffreys(wins, 6)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.004)
    one = jeffreys(np.full(1000, 4.0), 6)
    assert (one.low, one.high) == pytest.approx(stats.beta.interval(0.95, 4.5, 2.5))


def test_two_baselines_have_no_runs_to_pair() -> None:
    runs = [*records(), run("baseline", "other", None, scores_of(0.5, seeds=1, seed=3)[0])]
    table = compare(runs)
    names = [one.model for one in table.rows]
    below = table.rows[max(names.index("majority"), names.index("other"))]
    assert below.above_better is None


def test_without_examples_the_chance_is_the_share_of_seeds() -> None:
    runs = without([*confirms("lstm", scores_of(0.8)), *confirms("gru", scores_of(0.8, seed=1))])
    table = compare(runs)
    above, below = table.rows
    won = [first > second for (_, first), (_, second) in zip(above.seed_scores, below.seed_scores, strict=True)]
    ties = [first == second for (_, first), (_, second) in zip(above.seed_scores, below.seed_scores, strict=True)]
    assert below.above_better == pytest.approx((sum(won) + sum(ties) / 2) / 6)
    assert any("on these test examples. Wide with few seeds: if all 6 agree" in note for note in table.footnotes)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_runs_in_any_order_give_the_same_bytes(format: str) -> None:
    expected = render(compare(records()), format)
    for seed in range(3):
        assert render(compare(random.Random(seed).sample(records(), len(records()))), format) == expected


def test_every_new_number_is_in_json_and_csv() -> None:
    table = compare(records())
    read = json.loads(render(table, "json"))
    for own, written in zip(table.rows, read["rows"], strict=True):
        for key in ("p_value", "p_value_holm", "above_better", "surely_beats_baseline", "examples"):
            assert written[key] == getattr(own, key)
        for key in ("behind_best", "ahead_of_baseline", "above_better_interval", "interval"):
            interval = getattr(own, key)
            assert written[key] == ({"low": interval.low, "high": interval.high} if interval else None)
    header = render(table, "csv").splitlines()[0].split(",")
    for name in ("behind_best_low", "behind_best_high", "ahead_of_baseline_low", "above_better_high", "p_value"):
        assert name in header


def test_wide_formats_have_the_columns_and_the_terminal_shows_what_decides() -> None:
    table = compare(records())
    text = render(table, "md")
    for name in ("P(row above is better)", "behind the best (%)", "| p |", "p (Holm)"):
        assert name in text
    headers = [str(column.header) for column in terminal_table(comparison_table(table), 120).columns]
    assert "p" in headers
    assert "p (Holm)" not in headers


def test_runs_on_other_examples_are_not_paired() -> None:
    runs = records()
    fewer = [run("confirm", "gru", seed, scores_of(0.795, seed=1)[seed][:900]) for seed in range(6)]
    table = compare([one for one in runs if one.model != "gru"] + fewer)
    assert row(table, "gru").examples == 0
    assert row(table, "gru").behind_best is None
    assert row(table, "rnn").behind_best is not None


def test_scores_that_do_not_make_up_the_test_score_are_not_used() -> None:
    runs = [replace(one, metrics={"test/accuracy": 0.123}) if one.model == "gru" else one for one in records()]
    assert row(compare(runs), "gru").examples == 0


def test_a_test_split_too_short_for_its_dependence_is_noted_and_one_far_too_short_has_no_interval() -> None:
    enough, short, too_short = (compare(confirms("lstm", scores_of(0.8), block=block)) for block in (83, 200, 201))
    assert [row(table, "lstm").examples for table in (enough, short, too_short)] == [EXAMPLES, EXAMPLES, 0]
    warning = "The test split is short: 1000 examples, of which neighbours within 200 are dependent"
    assert any(warning in note for note in short.footnotes)
    assert not any("is short" in note for note in (*enough.footnotes, *too_short.footnotes))
    assert row(too_short, "lstm").interval is None


def test_one_seed_of_examples_has_no_interval() -> None:
    table = compare([*confirms("lstm", scores_of(0.8, seeds=1)), *confirms("gru", scores_of(0.7, seeds=1))])
    assert row(table, "lstm").interval is None
    assert row(table, "gru").behind_best is None
    assert row(table, "gru").in_best_group


def test_a_rival_that_lost_a_seed_is_compared_on_those_in_common() -> None:
    runs = [*confirms("lstm", scores_of(0.8, seeds=7)), *confirms("rnn", scores_of(0.6, seeds=6, seed=2))]
    rnn = row(compare(runs), "rnn")
    assert rnn.paired_seeds == 6
    assert rnn.p_value == 0.03125
    estimate = two_way(scores_of(0.8, seeds=7)[:6] - scores_of(0.6, seed=2), np.ones(EXAMPLES), 1)
    assert rnn.behind_best is not None
    assert rnn.behind_best.low == pytest.approx(float(estimate.mean - estimate.reach(0.95)))

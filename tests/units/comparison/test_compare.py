"""What the table says about runs, what it refuses, and what it puts into footnotes."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.model import Comparison, Note, Row
from rnnbench.comparison.notes.footnotes import short_notes
from rnnbench.comparison.notes.verdict import verdict
from rnnbench.comparison.statistics.summary import mean_interval
from rnnbench.core.errors import ComparisonError
from rnnbench.storage.record import RunRecord

BUDGET = {"updates": 2000, "parameters": 1_000_000}


def run(kind: Any, model: str, seed: int | None, test: float | None, **changes: Any) -> RunRecord:
    metrics = {"validation/accuracy": 0.7} | ({} if test is None else {"test/accuracy": test})
    record = RunRecord(
        kind, "sentiment", "mr", "f" * 64, model, "accuracy", True,
        seed=seed, run_id=f"{kind}-{model}-{seed}", metrics=metrics, config={"budget": BUDGET},
        costs={"parameters": 1000, "wall_seconds": 10.0, "peak_memory_bytes": 1e6 + (seed or 0)}, tags={"choice": "a"},
    )  # fmt: skip
    return replace(record, **changes)


def confirms(model: str, *scores: float, **changes: Any) -> list[RunRecord]:
    return [run("confirm", model, seed, score, **changes) for seed, score in enumerate(scores)]


def baseline(model: str, score: float, **changes: Any) -> RunRecord:
    return run("baseline", model, None, score, config={}, tags={}, **changes)


def row(table: Comparison, model: str) -> Row:
    return next(row for row in table.rows if row.model == model)


def with_metric(records: list[RunRecord], metric: str) -> list[RunRecord]:
    def renamed(record: RunRecord) -> RunRecord:
        metrics = {key.replace("accuracy", metric): value for key, value in record.metrics.items()}
        return replace(record, metric=metric, higher_is_better=False, metrics=metrics)

    return [renamed(record) for record in records]


SEVEN = (0.80, 0.81, 0.82, 0.80, 0.81, 0.82, 0.81)
LOWER = tuple(score - 0.05 for score in SEVEN)


def test_rows_are_sorted_best_first_with_baselines_among_them() -> None:
    table = compare([*confirms("rnn", 0.7, 0.72), *confirms("lstm", 0.8, 0.82), baseline("bayes", 0.77)])
    assert [(one.model, one.kind) for one in table.rows] == [
        ("lstm", "encoder"),
        ("bayes", "baseline"),
        ("rnn", "encoder"),
    ]
    assert table.title == "sentiment on mr"
    lstm = row(table, "lstm")
    assert lstm.test == pytest.approx(0.81)
    assert (lstm.seeds, lstm.parameters, lstm.wall_seconds, lstm.peak_memory_bytes) == (2, 1000, 10.0, 1e6 + 1)
    assert lstm.skill == pytest.approx(1 - 0.19 / 0.23)


def test_errors_are_sorted_lowest_first() -> None:
    runs = [*confirms("rnn", 0.7, 0.72), *confirms("lstm", 0.8, 0.82), baseline("last_value", 0.77)]
    table = compare(with_metric(runs, "mase"))
    assert [one.model for one in table.rows] == ["rnn", "last_value", "lstm"]
    assert row(table, "lstm").remarks == ("worse than baseline",)
    assert row(table, "rnn").skill == pytest.approx(1 - 0.71 / 0.77)


def test_an_encoder_that_does_not_beat_the_best_baseline_is_marked_in_words() -> None:
    table = compare([*confirms("rnn", 0.7, 0.7), *confirms("gru", 0.75, 0.75), baseline("bayes", 0.75)])
    assert row(table, "rnn").remarks == ("below baseline",)
    assert row(table, "gru").remarks == ("level with baseline",)
    assert row(table, "gru").beats_baseline is False
    assert verdict(table).endswith("No encoder beats the best baseline, bayes (75.0 %).")


def test_the_same_runs_in_any_order_make_the_same_table() -> None:
    runs = [*confirms("rnn", *LOWER), *confirms("lstm", *SEVEN), baseline("bayes", 0.77), baseline("majority", 0.5)]
    expected = compare(runs)
    for seed in range(10):
        assert compare(random.Random(seed).sample(runs, len(runs))) == expected


def test_an_encoder_worse_on_every_seed_leaves_the_bold_group_at_seven_seeds() -> None:
    close = (0.79, 0.82, 0.81, 0.81, 0.80, 0.82, 0.81)
    table = compare([*confirms("lstm", *SEVEN), *confirms("gru", *close), *confirms("rnn", *LOWER)])
    assert row(table, "rnn").p_value == 2 / 2**7
    assert row(table, "rnn").p_value_holm == 2 * 2 / 2**7
    assert not row(table, "rnn").in_best_group
    assert row(table, "gru").in_best_group
    assert not row(table, "gru").is_best
    assert row(table, "lstm").is_best
    assert row(table, "lstm").p_value_holm is None
    assert (
        "gru (p = 1.000) is not distinguishable from it; rnn is significantly worse on these test examples."
        in verdict(table)
    )


def test_six_seeds_are_enough_and_five_are_too_few_however_many_encoders_there_are() -> None:
    two = compare([*confirms("lstm", *SEVEN[:6]), *confirms("rnn", *LOWER[:6])])
    assert row(two, "rnn").p_value == row(two, "rnn").p_value_holm == 0.03125
    assert "lstm is best" in verdict(two)
    assert "the other encoder is significantly worse on these test examples (p = 0.031)" in verdict(two)
    three = compare([*confirms("lstm", *SEVEN[:6]), *confirms("rnn", *LOWER[:6]), *confirms("gru", *LOWER[:6])])
    assert [one.p_value for one in three.rows] == [None, 0.03125, 0.03125]
    assert row(three, "rnn").p_value_holm == 0.0625
    assert [one.in_best_group for one in three.rows] == [True, False, False]
    five = compare([*confirms("lstm", *SEVEN[:5]), *confirms("rnn", *LOWER[:5]), *confirms("gru", *LOWER[:5])])
    assert all(one.in_best_group for one in five.rows)
    assert any("smallest possible p is 0.062" in note and "At least 6 seeds" in note for note in five.footnotes)
    assert "lstm has the best mean" in verdict(five)
    assert "too few common seeds to compare gru and rnn with it (at least 6 needed)" in verdict(five)


def test_an_encoder_with_too_few_seeds_does_not_reduce_the_power_for_the_others() -> None:
    lstm, gru = confirms("lstm", *SEVEN[:6]), confirms("gru", *LOWER[:6])
    rnn = [run("confirm", "rnn", seed, 0.6) for seed in (0, 1)]
    table = compare([*lstm, *gru, *rnn])
    assert row(table, "gru").p_value == 0.03125
    assert not row(table, "gru").in_best_group
    assert row(table, "rnn").p_value == 0.5
    assert "too few common seeds to compare rnn with it" in verdict(table)


def test_an_encoder_better_on_every_common_seed_is_not_called_worse() -> None:
    first = confirms("lstm", *[0.78] * 6, *[0.9] * 6)
    second = confirms("gru", 0.79, 0.80, 0.79, 0.80, 0.79, 0.80)
    table = compare([*first, *second])
    assert row(table, "lstm").is_best
    assert row(table, "gru").p_value == 0.03125
    assert row(table, "gru").in_best_group


def test_seeds_that_all_score_the_same_do_not_make_a_baseline_surely_beaten() -> None:
    same = compare([*confirms("lstm", 0.8, 0.8), baseline("bayes", 0.79)])
    assert row(same, "lstm").beats_baseline
    assert not row(same, "lstm").surely_beats_baseline
    assert "lstm is ahead of it, but with too few seeds." in verdict(same)


def test_without_examples_the_seeds_have_to_leave_a_baseline_out_for_all_encoders_at_once() -> None:
    scores = (0.80, 0.81, 0.82)
    single = mean_interval(scores)
    assert single is not None
    between = baseline("bayes", single.low - 0.002)
    alone = compare([*confirms("lstm", *scores), between])
    among = compare([*confirms("lstm", *scores), *confirms("gru", *scores), *confirms("rnn", *scores), between])
    assert row(alone, "lstm").surely_beats_baseline
    assert not row(among, "lstm").surely_beats_baseline
    assert "are ahead of it, but only within the uncertainty of seeds (simultaneous for all encoders)." in verdict(
        among
    )


def test_one_seed_has_no_interval() -> None:
    table = compare([*confirms("lstm", 0.8), *confirms("rnn", 0.7), baseline("bayes", 0.75)])
    assert row(table, "lstm").interval is None
    assert "lstm has the best mean (80.0 % accuracy on 1 seed); too few common seeds" in verdict(table)
    assert "No encoder significantly beats the best baseline" in verdict(table)
    assert "lstm is ahead of it, but with too few seeds; rnn does not beat it" in verdict(table)


def test_an_encoder_whose_interval_holds_the_baseline_does_not_beat_it_clearly() -> None:
    table = compare([*confirms("lstm", 0.70, 0.80, 0.90), baseline("bayes", 0.79)])
    assert "No encoder significantly beats the best baseline, bayes (79.0 %)" in verdict(table)
    assert "lstm is ahead of it, but only within the uncertainty of seeds." in verdict(table)


def test_all_encoders_but_one_beat_the_baseline() -> None:
    runs = [*confirms("lstm", *SEVEN), *confirms("gru", *SEVEN), *confirms("tcn", *SEVEN), *confirms("rnn", *LOWER)]
    words = verdict(compare([*runs, baseline("bayes", 0.78)]))
    told = "All encoders but rnn beat the best baseline, bayes (78.0 %) (over seeds only)."
    assert words.endswith(told)


def test_an_encoder_without_a_test_score_is_not_among_all_encoders() -> None:
    lost = [replace(one, outcome="diverged") for one in confirms("tcn", *[float("nan")] * 6)]
    table = compare([*confirms("lstm", *SEVEN[:6]), *confirms("rnn", *LOWER[:6]), *lost, baseline("bayes", 0.5)])
    said = verdict(table)
    assert "the other encoder with a test score is significantly worse" in said
    assert "Both encoders with a test score beat the best baseline" in said
    assert said.endswith("tcn has no test score.")


def test_an_encoder_ahead_on_the_common_seeds_is_not_called_behind() -> None:
    """lstm has the best mean because gru was trained on six more seeds, all of them bad."""
    lstm = confirms("lstm", 0.80, 0.79, 0.81, 0.80, 0.79, 0.81)
    gru = confirms("gru", 0.81, 0.80, 0.82, 0.81, 0.80, 0.82, *[0.70] * 6)
    table = compare([*lstm, *gru])
    assert row(table, "lstm").is_best
    assert row(table, "gru").p_value == 0.03125
    assert row(table, "gru").in_best_group
    assert "gru (p = 0.031, but better on the seeds both completed)" in verdict(table)
    assert any("gru: better than the best mean on the seeds that both completed" in note for note in table.footnotes)
    assert not any("worse across seeds" in note for note in table.footnotes)


def test_the_note_on_chances_counts_the_seeds_of_the_pair_that_has_fewest() -> None:
    many = [0.7 + 0.001 * seed for seed in range(12)]
    table = compare(
        [
            *confirms("lstm", *[0.8 + one / 100 for one in many[:6]]),
            *confirms("gru", *many),
            *confirms("rnn", *LOWER, *many[7:]),
        ]
    )
    (note,) = [note for note in table.footnotes if note.startswith("P(row above is better)")]
    assert "if all 6 agree, its interval starts at 0.67" in note
    alone = compare([*confirms("lstm", *SEVEN[:6]), baseline("bayes", 0.5)])
    assert any("if all 6 agree" in note for note in alone.footnotes)


def test_the_skill_of_a_perplexity_is_of_what_lies_above_one() -> None:
    runs = with_metric([*confirms("gru", 0.4962, 0.4962), baseline("ngram", 0.5176)], "perplexity")
    runs = [replace(one, metrics={key: 10 * value for key, value in one.metrics.items()}) for one in runs]
    assert row(compare(runs), "gru").skill == pytest.approx(1 - 3.962 / 4.176)


def test_a_seed_that_diverged_is_counted_and_not_averaged() -> None:
    lost = run("confirm", "lstm", 5, None, outcome="diverged")
    table = compare([*confirms("lstm", 0.8, 0.8, 0.8, 0.8, 0.8), lost, *confirms("rnn", *LOWER[:6])])
    lstm = row(table, "lstm")
    assert lstm.test == pytest.approx(0.8)
    assert (lstm.seeds, lstm.seeds_planned) == (5, 6)
    assert lstm.remarks == ("1 of 6 seeds diverged",)
    assert lstm.lost_run_ids == ("confirm-lstm-5",)
    assert any(note.startswith("lstm: 1 of 6 seeds diverged") for note in table.footnotes)
    assert any("5 seeds in common with lstm" in note for note in table.footnotes)
    assert "over 5 seeds of 6" in verdict(table)


def test_a_completed_run_replaces_an_interrupted_one_of_the_same_seed_and_a_diverged_one_is_reported() -> None:
    again = run("confirm", "lstm", 0, None, outcome="interrupted", run_id="first")
    assert row(compare([*confirms("lstm", 0.8, 0.8), again]), "lstm").remarks == ()
    again = replace(again, outcome="diverged")
    assert row(compare([*confirms("lstm", 0.8, 0.8), again]), "lstm").remarks == ("seed 0 diverged in another attempt",)


def test_an_encoder_that_lost_every_seed_is_last_without_a_score() -> None:
    lost = [run("confirm", "rnn", seed, None, outcome="diverged") for seed in range(2)]
    table = compare([*lost, *confirms("lstm", 0.6, 0.6), baseline("bayes", 0.7)])
    assert table.rows[-1].model == "rnn"
    assert table.rows[-1].test is None
    assert not table.rows[-1].in_best_group
    assert verdict(compare(lost)) == "No encoder has a test score yet."


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_none(bad: float) -> None:
    table = compare([*confirms("lstm", 0.8, bad), baseline("bayes", bad)])
    assert row(table, "lstm").remarks == ("1 of 2 seeds without a test score",)
    assert row(table, "bayes").test is None
    assert table.best_baseline is None
    assert "No baseline has a test score, so there is no skill." in table.footnotes
    without = compare(confirms("lstm", 0.8)).footnotes
    assert any("Type: rnnbench sweep sentiment, with the same options" in note for note in without)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task": "forecasting"}, "task: forecasting in gru confirm seed 0"),
        ({"fingerprint": "e" * 64}, "data fingerprint: eeeeeeeeeeeeeeee in gru"),
        ({"metric": "mase", "higher_is_better": False}, "mase (lower is better) in gru"),
        ({"protocol": "0"}, "protocol: 0 in gru"),
        ({"config": {"budget": BUDGET | {"updates": 4000}}}, "budget.updates: 2000 in lstm"),
        ({"config": {"budget": {"updates": 2000}}}, "budget.parameters: 1000000 in lstm"),
    ],
)
def test_runs_that_are_not_comparable_are_refused_by_name_and_footnoted_under_force(
    changes: dict[str, Any], said: str
) -> None:
    runs = [*confirms("lstm", 0.8, 0.81), *confirms("gru", 0.7, **changes)]
    with pytest.raises(ComparisonError) as refusal:
        compare(runs)
    assert said in str(refusal.value)
    assert "[confirm-" in str(refusal.value)
    forced = compare(runs, force=True)
    assert forced.is_forced
    assert not forced.marks_best
    assert any(note.startswith("FORCED") and said in note for note in forced.footnotes)
    assert "no encoder is called best" in verdict(forced)


def test_every_difference_is_named_at_once() -> None:
    with pytest.raises(ComparisonError) as refusal:
        compare([*confirms("lstm", 0.8), *confirms("gru", 0.7, task="forecasting", protocol="0")])
    assert "task:" in str(refusal.value)
    assert "protocol:" in str(refusal.value)


def test_two_choices_of_one_encoder_are_refused() -> None:
    runs = [*confirms("lstm", 0.8), run("confirm", "lstm", 1, 0.9, tags={"choice": "b"})]
    with pytest.raises(ComparisonError, match=r"choice of lstm: a in .*confirm-.*; b in "):
        compare(runs)


def test_the_same_seed_twice_is_refused_and_counts_once_under_force() -> None:
    runs = [*confirms("lstm", 0.8, 0.9), run("confirm", "lstm", 0, 0.6, run_id="again")]
    with pytest.raises(ComparisonError, match="lstm completed the same seed more than once"):
        compare(runs)
    assert dict(row(compare(runs, force=True), "lstm").seed_scores) == pytest.approx({0: 0.7, 1: 0.9})


def test_a_baseline_with_two_scores_is_refused_and_with_one_score_twice_is_one_row() -> None:
    twice = [baseline("bayes", 0.7, run_id="one"), baseline("bayes", 0.7, run_id="two")]
    assert row(compare([*confirms("lstm", 0.8), *twice]), "bayes").run_ids == ("one", "two")
    with pytest.raises(ComparisonError, match=r"test score of baseline bayes: 0\.6 in "):
        compare([*confirms("lstm", 0.8), *twice, baseline("bayes", 0.6)])


def test_baselines_need_no_budget() -> None:
    other = baseline("bayes", 0.7, run_id="x")
    compare([*confirms("lstm", 0.8), replace(other, config={"budget": {"updates": 1}})])


def test_an_error_without_runs_names_the_command_to_type() -> None:
    with pytest.raises(ComparisonError, match=r"`rnnbench sweep TASK`"):
        compare([])
    with pytest.raises(ComparisonError, match=r"no encoder. Type `rnnbench sweep sentiment`\."):
        compare([baseline("bayes", 0.7)])
    with pytest.raises(ComparisonError, match=r"only trials.*rnnbench confirm sentiment"):
        compare([run("trial", "lstm", 0, None)])


def test_confirm_runs_without_a_seed_are_refused() -> None:
    with pytest.raises(ComparisonError, match="without a seed"):
        compare([run("confirm", "lstm", None, 0.8)])


def test_notes_on_other_runs_follow_the_reasons_of_a_forced_table() -> None:
    notes = compare(
        [*confirms("lstm", 0.8), *confirms("gru", 0.7, protocol="0")], force=True, notes=[Note("Seen.")]
    ).footnotes
    assert [note.partition(",")[0] for note in notes[:2]] == ["FORCED", "Seen."]


def test_plain_training_runs_are_left_out() -> None:
    table = compare([*confirms("lstm", 0.8), run("train", "rnn", 0, 0.9, protocol="0")])
    assert [one.model for one in table.rows] == ["lstm"]


def test_trials_are_counted_by_outcome_and_unequal_numbers_are_noted() -> None:
    outcomes = ["completed", "completed", "pruned", "diverged", "out_of_memory", "failed", "interrupted"]
    trials = [run("trial", "lstm", seed, None, outcome=outcome) for seed, outcome in enumerate(outcomes)]
    table = compare([*trials, *confirms("lstm", 0.8), *confirms("gru", 0.7), run("trial", "tcn", 0, None)])
    lstm = row(table, "lstm")
    assert (lstm.trials_completed, lstm.trials_pruned, lstm.trials_failed, lstm.trials) == (2, 1, 3, 6)
    assert len(lstm.trial_run_ids) == 7
    assert "The encoders have different numbers of trials: gru 0, lstm 6, tcn 1." in table.footnotes
    assert "Failed trials: lstm 1 diverged, lstm 1 out of memory, lstm 1 failed." in table.footnotes
    assert "1 trial of lstm stopped before the end or still running: not counted." in table.footnotes
    assert any("tcn has no row: it has trials but no confirmation" in note for note in table.footnotes)
    assert verdict(table).endswith("The encoders have different numbers of trials. tcn has no test score.")
    more = [run("trial", "gru", seed, None) for seed in range(3)]
    notes = compare([*trials, *more, *confirms("lstm", 0.8), *confirms("gru", 0.7)]).footnotes
    assert (
        "The encoders have different numbers of trials: gru 3, lstm 6. Each configuration was chosen among the first 3."
        in notes
    )
    # one of which nothing completed holds the others back as well
    diverged = [run("trial", "tcn", seed, None, outcome="diverged") for seed in range(2)]
    notes = compare([*trials[:3], *more, *diverged, *confirms("lstm", 0.8), *confirms("gru", 0.7)]).footnotes
    assert any(
        note.endswith("gru 3, lstm 3, tcn 2. Each configuration was chosen among the first 2.") for note in notes
    )


def test_a_trial_never_lends_its_score_to_the_table() -> None:
    runs = [*confirms("lstm", 0.8), run("trial", "lstm", 9, 0.99)]
    with pytest.raises(ComparisonError, match=r"the search used the test split: lstm trial seed 9 \[trial-ls\]"):
        compare(runs)
    assert row(compare(runs, force=True), "lstm").test == 0.8


def test_encoders_on_different_seeds_are_not_tested_and_a_footnote_reports_it() -> None:
    table = compare(
        [*confirms("lstm", *SEVEN), *[replace(one, seed=100 + (one.seed or 0)) for one in confirms("gru", *LOWER)]]
    )
    assert row(table, "gru").p_value_holm is None
    assert row(table, "gru").in_best_group
    assert "gru: 0 seeds in common with lstm, so not tested." in table.footnotes
    assert "too few common seeds to compare gru with it" in verdict(table)


def test_more_seeds_than_can_be_gone_through_still_make_a_table() -> None:
    table = compare([*confirms("lstm", *[0.8] * 20), *confirms("rnn", *[0.7] * 20)])
    assert row(table, "rnn").paired_seeds == row(table, "rnn").seeds == 20
    assert not row(table, "rnn").in_best_group
    assert any("65,536 random sign flips" in note for note in table.footnotes)


# what was searched

RATE = {"low": 0.004, "high": 0.02, "log": True}
SIZE = {"low": 96, "high": 192, "log": True, "step": 1}


def searched(model: str, drawn: dict[str, Any], *scores: float, **search: Any) -> list[RunRecord]:
    config = {"budget": BUDGET, "search": {"settings": ["basics"], **search}, "searched": drawn}
    runs = [*confirms(model, *(scores or (0.8,)), config=config), run("trial", model, 90, None, config=config)]
    return [replace(one, run_id=f"{one.run_id}-{len(drawn)}") for one in runs]


def notes_on_search(*runs: RunRecord) -> list[str]:
    return [note for note in compare(runs, force=True).footnotes if note.startswith("Searched")]


def test_a_footnote_lists_searched_settings_and_where_encoders_differ() -> None:
    shared = {"training.learning_rate": RATE, "encoder.hidden_size": SIZE}
    same = "learning_rate 0.004 to 0.02 (log), hidden_size 96 to 192 (log)"
    alone = [*searched("gru", shared), *searched("rnn", shared)]
    assert notes_on_search(*alone) == [f"Searched: {same}."]
    wider = shared | {"encoder.heads": [2, 4, 8]}
    assert notes_on_search(*alone, *searched("transformer", wider)) == [
        f"Searched: {same}; transformer also: heads 2, 4 or 8."
    ]
    narrower = shared | {"encoder.hidden_size": [96]}
    assert notes_on_search(*searched("gru", shared), *searched("rnn", narrower)) == [
        "Searched: learning_rate 0.004 to 0.02 (log); gru also: hidden_size 96 to 192 (log); rnn also: hidden_size 96."
    ]
    assert notes_on_search(*alone, *searched("lstm", narrower)) == [
        "Searched: learning_rate 0.004 to 0.02 (log); gru and rnn also: hidden_size 96 to 192 (log); "
        "lstm also: hidden_size 96."
    ]


def test_settings_with_one_name_are_listed_with_their_sections() -> None:
    ranges = {"encoder.dropout": {"low": 0.0, "high": 0.5, "log": False}, "task.dropout": [0.1]}
    assert notes_on_search(*searched("gru", ranges)) == [
        "Searched: encoder.dropout 0 to 0.5, task.dropout 0.1."
    ]  # fmt: skip


def test_a_search_of_nothing_is_noted_and_runs_without_stored_ranges_get_no_footnote() -> None:
    assert notes_on_search(*searched("gru", {})) == ["Searched: nothing."]
    assert notes_on_search(*confirms("gru", 0.8)) == []


def test_mixed_searches_are_refused() -> None:
    ranges = {"training.learning_rate": RATE}
    runs = [*searched("gru", ranges), *searched("rnn", ranges, settings=["regularization"])]
    with pytest.raises(ComparisonError, match=r'search.settings: \["basics"\] in .*; \["regularization"\] in '):
        compare(runs)
    forced = compare(runs, force=True)
    assert any(note.startswith("FORCED") and "search.settings" in note for note in forced.footnotes)
    with pytest.raises(ComparisonError, match=r"what was searched for gru: training.learning_rate 0.004 to 0.02"):
        compare([*searched("gru", ranges), run("trial", "gru", 91, None, config={
            "budget": BUDGET, "search": {"settings": ["basics"]}, "searched": {"training.learning_rate": [0.1]},
        })])  # fmt: skip


def unlike_ranges(*runs: RunRecord) -> str:
    with pytest.raises(ComparisonError) as refusal:
        compare(runs)
    assert any("range of" in note for note in compare(runs, force=True).footnotes if note.startswith("FORCED"))
    return str(refusal.value)


def test_a_setting_that_several_encoders_have_is_searched_in_one_range() -> None:
    wide, narrow = (
        {"training.learning_rate": RATE},
        {"training.learning_rate": {"low": 0.01, "high": 0.02, "log": True}},
    )
    said = unlike_ranges(*searched("gru", wide), *searched("rnn", wide), *searched("lstm", narrow))
    assert "range of training.learning_rate: 0.004 to 0.02 (log) in gru confirm seed 0" in said
    assert "; 0.01 to 0.02 (log) in lstm confirm seed 0" in said
    compare([*searched("gru", wide), *searched("transformer", wide | {"encoder.heads": [2, 4]})])


def having(runs: list[RunRecord], section: str, **settings: Any) -> list[RunRecord]:
    """The runs with these settings in their configuration."""
    return [replace(one, config={**one.config, section: one.config.get(section, {}) | settings}) for one in runs]


def test_no_encoder_is_denied_the_search_of_a_setting_that_it_has() -> None:
    rich = having(searched("gru", {"training.weight_decay": RATE}), "training", weight_decay=0.01)
    poor = having(searched("rnn", {}), "training", weight_decay=0.0)
    assert "range of training.weight_decay: 0.004 to 0.02 (log) in gru" in unlike_ranges(*rich, *poor)
    assert "; not searched in rnn confirm seed 0" in unlike_ranges(*rich, *poor)
    rich = having(searched("gru", {"encoder.zoneout": RATE}), "encoder", zoneout=0.1)
    compare([*rich, *having(searched("transformer", {}), "encoder", zoneout=0.0)])  # one that cannot honour it
    poor = having(searched("rnn", {}, ranges={"encoder.zoneout": None}), "encoder", zoneout=0.0)
    assert "; not searched in rnn confirm seed 0" in unlike_ranges(*rich, *poor)


def test_choices_that_an_encoder_cannot_honour_are_not_another_range() -> None:
    many, few = {"encoder.initialization": ["default", "xavier", "orthogonal"]}, {"encoder.initialization": ["xavier"]}
    compare([*searched("gru", many), *searched("transformer", few)])
    compare(searched("cell", {"encoder.dilations": [[1, 2], [1, 2, 4]]}))  # a choice may be a list itself
    stated = searched("rnn", few, ranges=few)
    assert "xavier in rnn confirm seed 0" in unlike_ranges(*searched("gru", many, ranges=many), *stated)


def test_variants_of_a_study_may_have_different_ranges() -> None:
    wide, narrow = {"training.learning_rate": RATE}, {"training.learning_rate": [0.01]}
    compare([*searched("lstm", wide), *having(searched("thin", narrow), "encoder", variant_of="lstm")])


def test_what_no_search_drew_may_not_change_from_run_to_run_of_one_encoder() -> None:
    ranges = {"training.learning_rate": RATE}
    trials = having(searched("gru", ranges, 0.8, 0.81), "encoder", hidden_size=64, dropout=0.1)
    changed = [replace(trials[-1], run_id="later"), *having(trials[:-1], "encoder", hidden_size=96)]
    said = "encoder.hidden_size of gru, which was not searched: 64 in gru trial .*; 96 in gru confirm seed 0"
    with pytest.raises(ComparisonError, match=said):
        compare(changed)
    matched = [replace(one, config={**one.config, "budget": BUDGET | {"match_parameters": 9}}) for one in changed]
    compare(matched)
    compare(having(trials[:1], "training", learning_rate=0.01) + having(trials[1:], "training", learning_rate=0.02))


def apart(*runs: RunRecord) -> list[str]:
    return [note for note in compare(runs).footnotes if note.startswith("Fixed settings that differ between encoders")]


def test_a_footnote_names_what_is_set_for_each_encoder_and_was_not_searched() -> None:
    wide = having(searched("gru", {}), "encoder", hidden_size=448, dropout=0.2)
    narrow = having(searched("transformer", {}), "encoder", hidden_size=160, dropout=0.2, heads=4)
    assert apart(*wide, *having(searched("rnn", {}), "encoder", hidden_size=448, dropout=0.2), *narrow) == [
        "Fixed settings that differ between encoders: hidden_size 448 (gru and rnn), 160 (transformer)."
    ]
    wide = having(wide, "training", schedule="constant", averaging=None)
    narrow = having(narrow, "training", schedule="linear", averaging="exponential")
    assert apart(*wide, *narrow) == [
        "Fixed settings that differ between encoders: averaging nothing (gru), exponential (transformer); "
        "schedule constant (gru), linear (transformer); hidden_size 448 (gru), 160 (transformer)."
    ]
    assert apart(*wide, *having(narrow, "encoder", variant_of="gru")) == []
    ranges = {"encoder.hidden_size": SIZE}
    both = [*searched("gru", ranges), *searched("rnn", ranges)]
    assert apart(*having(both[:2], "encoder", hidden_size=96), *having(both[2:], "encoder", hidden_size=192)) == []


def test_what_to_type_names_the_study() -> None:
    runs = [*confirms("gru", 0.8), run("trial", "rnn", 90, None)]
    notes = " ".join(compare(runs, name="my_study").footnotes)
    assert "rnnbench confirm my_study" in notes
    assert "rnnbench sweep my_study" in notes
    assert "rnnbench confirm sentiment" in " ".join(compare(runs).footnotes)


def test_a_terminal_shows_at_most_six_short_notes_the_most_serious_first() -> None:
    runs = [run("trial", "lstm", seed, 0.7, outcome="failed") for seed in range(3)]
    runs += [*confirms("lstm", 0.8), *confirms("gru", 0.7, protocol="0"), *confirms("rnn", 0.6)]
    table = compare(runs, force=True)
    shown = short_notes(table)
    assert len(shown) <= 6 < len(table.footnotes)
    assert shown[0].startswith("FORCED")
    assert not any(note.startswith(("P(row above", "Pareto front")) for note in shown), "the same below every table"
    assert len(table.footnotes) == len(table.notes)


CUT = "36 of 40 texts of training and validation are longer than task.max_tokens = 64 and are cut; word baselines"


def cut(note: str = CUT, share: float = 0.9) -> dict[str, str]:
    return {"choice": "a", "cut_inputs": note, "cut_share": f"{share:.4f}"}


def test_texts_that_are_cut_are_a_footnote() -> None:
    table = compare([*confirms("rnn", *LOWER, tags=cut()), *confirms("gru", *SEVEN, tags=cut())])
    assert table.footnotes.count(f"{CUT}.") == 1
    assert f"{CUT}." in short_notes(table)


def test_a_few_texts_that_are_cut_are_no_footnote_of_a_terminal() -> None:
    table = compare([*confirms("rnn", *LOWER, tags=cut(share=0.04)), *confirms("gru", *SEVEN, tags=cut(share=0.04))])
    assert f"{CUT}." in table.footnotes
    assert f"{CUT}." not in short_notes(table)


def test_encoders_that_read_texts_up_to_other_lengths_are_named() -> None:
    table = compare([*confirms("rnn", *LOWER, tags=cut()), *confirms("gru", *SEVEN)])
    assert f"rnn: {CUT}." in table.footnotes


def test_without_cut_texts_there_is_no_such_footnote() -> None:
    assert not any("are cut" in note for note in compare(confirms("gru", *SEVEN)).footnotes)

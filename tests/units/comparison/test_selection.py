"""What each search chooses, with and without training its best again; and how much of a best score was luck."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rnnbench.comparison.compare import compare
from rnnbench.comparison.optimism import best_score_optimism, excess, share_in_words
from rnnbench.comparison.other_metric import judged_by
from rnnbench.comparison.selection import candidates, chosen, chosen_length
from rnnbench.core.errors import ComparisonError, RnnbenchError
from rnnbench.metrics.classes import ACCURACY
from rnnbench.metrics.forecasts import MASE
from rnnbench.metrics.text import BITS_PER_CHARACTER
from rnnbench.reports import results
from rnnbench.storage.record import RunRecord


def run(kind: Any, model: str, choice: str, validation: float, **changes: Any) -> RunRecord:
    tags = {"choice": choice} | {key: str(changes.pop(key)) for key in ("trial",) if key in changes}
    seed = changes.get("seed")
    search = {"reselect": changes.pop("reselect", 2)}
    return replace(
        RunRecord(
            kind, "sentiment", "mr", "f" * 64, model, "accuracy", True,
            run_id=f"{kind}-{model}-{choice}-{seed}-{tags.get('trial')}", metrics={"validation/accuracy": validation},
            config={"budget": {"updates": 9}, "search": search}, tags=tags,
        ),
        **changes,
    )  # fmt: skip


def trials(model: str, *scores: float, **changes: Any) -> list[RunRecord]:
    """Trials a, b, c, ... with these validation scores."""
    named = zip("abcdefgh", scores, strict=False)
    return [run("trial", model, choice, score, trial=number, **changes) for number, (choice, score) in enumerate(named)]


def again(model: str, choice: str, *scores: float, **changes: Any) -> list[RunRecord]:
    return [run("reselect", model, choice, score, seed=1_100_000 + n, **changes) for n, score in enumerate(scores)]


def confirms(model: str, choice: str, *scores: float, **changes: Any) -> list[RunRecord]:
    found = [run("confirm", model, choice, score, seed=1 + n, **changes) for n, score in enumerate(scores)]
    return [replace(one, metrics={**one.metrics, "test/accuracy": 0.6}) for one in found]


def choices(records: list[RunRecord]) -> dict[str, str]:
    return {model: trial.tags["choice"] for model, trial in chosen(records).items()}


def names(records: list[RunRecord], most: int) -> dict[str, list[str]]:
    return {model: [one.tags["choice"] for one in found] for model, found in candidates(records, most).items()}


def test_without_training_again_the_best_single_score_is_chosen() -> None:
    assert choices(trials("gru", 0.7, 0.8, 0.75, reselect=0)) == {"gru": "b"}


def test_the_best_mean_of_three_is_chosen_and_not_the_best_single_score() -> None:
    records = [*trials("gru", 0.70, 0.80, 0.79), *again("gru", "b", 0.70, 0.72), *again("gru", "c", 0.78, 0.77)]
    assert choices(records) == {"gru": "c"}  # 0.780 against 0.740


def test_where_less_is_better_the_lowest_mean_is_chosen() -> None:
    records = [*trials("gru", 0.70, 0.60, 0.61), *again("gru", "b", 0.70, 0.72), *again("gru", "c", 0.62, 0.63)]
    lower = [
        replace(one, higher_is_better=False, metric="mase", metrics={"validation/mase": one.validation})
        for one in records
    ]
    assert choices(lower) == {"gru": "c"}
    assert choices([one for one in lower if one.kind == "trial"]) == {"gru": "b"}


def test_candidates_are_distinct_configurations_and_as_many_of_each_encoder() -> None:
    same = [replace(one, tags={**one.tags, "choice": "a"}) for one in trials("rnn", 0.5, 0.6, 0.7)]
    assert names([*trials("gru", 0.7, 0.8, 0.75), *same], 3) == {"gru": ["b"], "rnn": ["a"]}
    assert names([*trials("gru", 0.7, 0.8, 0.75), *trials("rnn", 0.5, 0.4, 0.6)], 2) == {
        "gru": ["b", "c"],
        "rnn": ["c", "a"],
    }


def test_candidates_are_taken_among_as_many_trials_as_every_encoder_has_had() -> None:
    found = names([*trials("gru", 0.7, 0.8, 0.9), *trials("rnn", 0.5, 0.4)], 2)
    assert found == {"gru": ["b", "a"], "rnn": ["a", "b"]}


def test_an_encoder_of_which_no_trial_completed_takes_no_candidates_from_the_others() -> None:
    lost = [replace(one, outcome="diverged") for one in trials("rnn", 0.5, 0.4)]
    assert names([*trials("gru", 0.7, 0.8), *lost], 2) == {"gru": ["b", "a"]}


def test_a_candidate_that_did_not_train_to_its_end_again_is_not_chosen() -> None:
    broken = [replace(one, outcome="diverged") for one in again("gru", "b", 0.9)]
    records = [*trials("gru", 0.7, 0.8), *again("gru", "b", 0.9, 0.9)[1:], *broken, *again("gru", "a", 0.5, 0.5)]
    assert choices(records) == {"gru": "a"}
    # and where none did, the best single score is all there is
    assert choices([*trials("gru", 0.7, 0.8), *broken]) == {"gru": "b"}


def test_the_table_is_of_what_was_chosen_in_the_end_and_leaves_out_what_is_no_candidate_any_more() -> None:
    records = [
        *trials("gru", 0.70, 0.80, 0.79), *again("gru", "b", 0.70, 0.72), *again("gru", "c", 0.78, 0.77),
        *again("gru", "a", 0.99, 0.99), *confirms("gru", "b", 0.7), *confirms("gru", "c", 0.77, 0.75),
    ]  # fmt: skip
    found = results.current(records)
    assert {one.tags["choice"] for one in found if one.kind == "confirm"} == {"c"}
    assert {one.tags["choice"] for one in found if one.kind == "reselect"} == {"b", "c"}


def test_configurations_that_were_scored_on_test_before_are_told() -> None:
    records = [
        *trials("gru", 0.70, 0.80),
        *trials("rnn", 0.6, 0.5),
        *confirms("gru", "a", 0.7, 0.7),
        *confirms("gru", "b", 0.8),
    ]
    opened = [replace(one, tags=one.tags | {"test_opened": "True"}) for one in records if one.kind == "confirm"]
    (note,) = results.earlier_looks([*records, *opened], {})
    assert note.text.startswith("Configurations that were chosen earlier and also scored on the test split: gru 1.")
    assert results.earlier_looks(records, {}) == [], "none of them had opened it"
    of_choice = [one for one in opened if one.tags["choice"] == "b"]
    assert results.earlier_looks([*records, *of_choice], {}) == []
    begun = [replace(one, outcome="running") for one in of_choice]
    assert results.earlier_looks([*trials("gru", 0.70, 0.80), *begun], {}) == [], "it is what is chosen"


def test_the_table_is_of_the_state_that_the_last_call_had_of_an_encoders_file() -> None:
    def of_state(records: list[RunRecord], code: str) -> list[RunRecord]:
        return [replace(one, config=one.config | {"encoder": {"code": code}}) for one in records]

    first = of_state([*trials("cell", 0.7), *confirms("cell", "a", 0.6)], "one")
    second = of_state([*trials("cell", 0.8), *confirms("cell", "a", 0.9)], "two")
    found = results.current([*first, *second], {"cell": "one"})
    assert {one.config["encoder"]["code"] for one in found} == {"one"}
    assert {one.config["encoder"]["code"] for one in results.current([*first, *second])} == {"two"}


def test_training_again_counts_as_no_trial_and_no_seed_and_can_be_traced() -> None:
    records = [
        *trials("gru", 0.70, 0.80), *again("gru", "b", 0.70, 0.72), *again("gru", "a", 0.6, 0.6),
        *confirms("gru", "b", 0.7, 0.7),
    ]  # fmt: skip
    table = compare(records)
    row = table.encoders[0]
    assert (row.trials, row.seeds) == (2, 2)
    assert row.validation == pytest.approx(0.7)
    assert row.reselect_run_ids == tuple(sorted(one.run_id for one in records if one.kind == "reselect"))
    assert {*row.reselect_run_ids} < {*table.run_ids}


def test_the_table_says_how_much_was_luck() -> None:
    records = [
        *trials("gru", 0.70, 0.80), *again("gru", "b", 0.78, 0.79), *again("gru", "a", 0.6, 0.6),
        *confirms("gru", "b", 0.7, 0.7),
    ]  # fmt: skip
    (said,) = [note for note in compare(records).footnotes if "ptimism" in note]
    assert said == (
        "The best 2 configurations of each encoder were trained on 2 more search seeds; the "
        "mean validation score decides. Optimism of the best single score: gru 1.5 points."
    )
    plain = [one for one in records if one.kind != "reselect"]
    without = [replace(one, config={**one.config, "search": {}}) for one in plain]
    assert not [note for note in compare(without).footnotes if "ptimism" in note]


def test_judged_by_another_metric_the_luck_told_is_still_that_of_the_search() -> None:
    def with_loss(record: RunRecord) -> RunRecord:
        # by log loss the search would have chosen another
        loss = {f"{key.split('/')[0]}/log_loss": value for key, value in record.metrics.items()}
        return replace(record, metrics={**record.metrics, **loss})

    records = [
        *trials("gru", 0.80, 0.79), *again("gru", "a", 0.70, 0.70), *again("gru", "b", 0.78, 0.80),
        *confirms("gru", "b", 0.7, 0.8),
    ]  # fmt: skip
    (own,) = [note for note in compare(records).footnotes if "ptimism" in note]
    judged = compare(judged_by([with_loss(record) for record in records], "log_loss"))
    assert own in judged.footnotes


def test_searches_that_trained_again_and_searches_that_did_not_are_not_mixed() -> None:
    records = [*trials("gru", 0.7), *trials("rnn", 0.7, reselect=0), *confirms("gru", "a", 0.7)]
    with pytest.raises(ComparisonError, match=r"search\.reselect: 0 in rnn trial.*; 2 in gru"):
        compare(records)
    old = [replace(one, config={**one.config, "search": {}}) for one in trials("rnn", 0.7)]
    none = [*trials("gru", 0.7, reselect=0), *confirms("gru", "a", 0.7, reselect=0)]
    mixed = [replace(one, config={**one.config, "search": {"sampler": None}}) for one in old]
    assert compare([*none, *mixed]).encoders  # a run from before this could be asked for did not do it


def test_luck_is_the_best_score_less_the_mean_on_seeds_that_had_no_say() -> None:
    assert excess(0.80, [0.78, 0.76], higher_is_better=True) == pytest.approx(0.03)
    assert excess(0.80, [0.84, 0.86], higher_is_better=False) == pytest.approx(0.05)
    assert excess(0.80, [0.82], higher_is_better=True) == pytest.approx(-0.02)


def test_luck_is_of_the_best_single_score_and_its_own_fresh_seeds_whatever_was_chosen() -> None:
    records = [*trials("gru", 0.70, 0.80, 0.79), *again("gru", "b", 0.70, 0.72), *again("gru", "c", 0.78, 0.77)]
    assert best_score_optimism(records) == {"gru": pytest.approx(0.80 - 0.71)}
    assert best_score_optimism([*trials("gru", 0.70, 0.80, reselect=0), *confirms("gru", "b", 0.70, reselect=0)]) == {}


def test_luck_in_words() -> None:
    assert share_in_words(0.008, ACCURACY) == "0.8 points"
    assert share_in_words(0.012, BITS_PER_CHARACTER) == "0.012 bits per character"
    assert share_in_words(0.0004, ACCURACY) == share_in_words(-0.03, MASE) == "none"


def test_the_length_of_a_refit_is_the_median_of_what_the_search_found_best():
    found = [
        replace(one, costs={"best_update": update})
        for one, update in zip([*trials("gru", 0.7, 0.8), *again("gru", "b", 0.75, 0.77)], (5, 40, 30, 90), strict=True)
    ]
    assert chosen_length(found, "b") == 40
    assert chosen_length(found, "a") == 5
    lost = [replace(one, outcome="diverged") if one.kind == "reselect" else one for one in found]
    assert chosen_length(lost, "b") == 40
    confirmed = [replace(one, costs={"best_update": 7.0}) for one in confirms("gru", "c", 0.7)]
    with pytest.raises(RnnbenchError, match="no trial of the chosen configuration is stored"):
        chosen_length([*found, *confirmed], "c")

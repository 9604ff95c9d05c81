"""The eighteen rules of `docs/protocol.md`: each fault is planted, and must be refused, told, or caught by a law."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import replace
from pathlib import Path

import planted_sweep
import pytest
import small_data
import test_data_sets
import test_tasks
from small_runs import a_config, use_data

from rnnbench.comparison.compare import compare
from rnnbench.comparison.statistics.summary import seeds_needed
from rnnbench.core.errors import BudgetError, ComparisonError, DataError, SealedSplitError, SettingsError
from rnnbench.data.batches.labelled import LabelledBatches
from rnnbench.data.batches.series import SeriesWindows
from rnnbench.data.kinds import Labelled
from rnnbench.data.series import PreparedSplit, prepare_series
from rnnbench.data.splitting import fingerprint
from rnnbench.experiment.config import from_plain
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.search_names import check_search
from rnnbench.reports import results
from rnnbench.reports.export import export
from rnnbench.reports.tables.columns import comparison_table
from rnnbench.reports.tables.formats import render
from rnnbench.runs.baselines import record_without_sweep
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import train
from rnnbench.storage.record import RunRecord
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps import ConfirmOptions, SweepOptions, SweepPlan, confirmation_plan, fewest_trials, sweep_plan
from rnnbench.sweeps.importance import importances
from rnnbench.sweeps.model import FIRST_RESELECT_SEED, FIRST_TRIAL_SEED
from rnnbench.sweeps.queue import Claim, Work, WorkQueue
from rnnbench.sweeps.study import Studies
from rnnbench.tasks.forecasting.task import Forecasting
from rnnbench.tasks.sentiment import task as sentiment

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every known data set is a small one."""
    use_data(monkeypatch)


@pytest.fixture(scope="module")
def swept(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SweepPlan, list[RunRecord]]:
    """A store with a finished sweep of two encoders whose scores are made up, its plan, and its records."""
    import shutil

    folder = tmp_path_factory.mktemp("swept") / "store"
    shutil.copytree(_empty_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder))
        use_data(patch)
        options = SweepOptions(models=("rnn", "gru"), trials=9, seeds=3)
        plan = planted_sweep.plant("sentiment", options)
        return folder, plan, Tracker().records(plan.experiment_id, plan.parent)


@pytest.fixture
def records(swept: tuple[Path, SweepPlan, list[RunRecord]], monkeypatch: pytest.MonkeyPatch) -> list[RunRecord]:
    """The records of the finished sweep, whose store is the one in use."""
    monkeypatch.setenv("RNNBENCH_STORE", str(swept[0]))
    return [*swept[2]]


def of_kind(records: list[RunRecord], kind: str, model: str = "gru") -> RunRecord:
    return next(one for one in records if (one.kind, one.model) == (kind, model))


def with_one(records: list[RunRecord], old: RunRecord, **changes: object) -> list[RunRecord]:
    return [replace(one, **changes) if one is old else one for one in records]


# data


def test_rule_1_a_run_on_other_splits_has_another_fingerprint_and_no_place_in_the_table(records):
    data = small_data.texts()
    changed = replace(
        data.splits, validation=Labelled(("one word", *data.splits.validation.texts[1:]), data.splits.validation.labels)
    )
    assert fingerprint(changed) != data.fingerprint
    said = {one.fingerprint for one in records if one.kind in ("trial", "confirm", "baseline")}
    assert said == {data.fingerprint}, "a run does not say what it was trained on"
    odd = with_one(records, of_kind(records, "trial"), fingerprint=fingerprint(changed))
    with pytest.raises(ComparisonError, match="data fingerprint"):
        compare(odd)


def test_rule_1_a_run_that_fails_says_what_it_was_trained_on_and_does_not_spoil_the_table(records, store, monkeypatch):
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "small_texts")
    monkeypatch.setattr(sentiment.Sentiment, "loss", lambda self, batch: 1 / 0)
    trial = of_kind(records, "trial")
    with pytest.raises(ZeroDivisionError):
        train_and_record(
            from_plain(trial.config), tracker=tracker, experiment_id=experiment, name="001-gru", kind="trial",
            parent="sweep", tags={"trial": "0", "draw": "random"},
        )  # fmt: skip
    (failed,) = tracker.records(experiment, "sweep")
    assert (failed.outcome, failed.fingerprint) == ("failed", small_data.texts().fingerprint)
    bare = replace(failed, fingerprint="", metric="", protocol="", config={})  # as they were before they said so
    for lost in (failed, bare):
        table = compare([lost if one is trial else one for one in records])
        assert "Failed trials: gru 1 failed." in table.footnotes


def test_rule_2_a_vocabulary_that_has_seen_validation_is_caught(monkeypatch):
    test_tasks.test_vocabulary_and_scale_come_from_training_alone("sentiment")
    honest = sentiment.Sentiment.prepare.__func__

    def learns_from_validation(cls, data, settings):
        both = Labelled(data.splits.train.texts + data.splits.validation.texts, data.splits.train.labels)
        wrong = replace(data, splits=replace(data.splits, train=both), fingerprint=f"{data.fingerprint} both")
        return honest(cls, wrong, settings)

    monkeypatch.setattr(sentiment.Sentiment, "prepare", classmethod(learns_from_validation))
    with pytest.raises(AssertionError):
        test_tasks.test_vocabulary_and_scale_come_from_training_alone("sentiment")


def test_rule_3_a_text_on_both_sides_and_a_window_over_the_border_are_caught():
    data = small_data.texts()
    alone = replace(data, splits=replace(
        data.splits, train=Labelled(("a",), data.splits.train.labels[:1]),
        validation=Labelled(("b",), data.splits.train.labels[:1]), _test=Labelled(("c",), data.splits.train.labels[:1]),
    ))  # fmt: skip
    test_data_sets.test_the_splits_are_disjoint(alone)
    leaking = replace(alone, splits=replace(alone.splits, _test=alone.splits.train))
    with pytest.raises(AssertionError):
        test_data_sets.test_the_splits_are_disjoint(leaking)

    split = prepare_series(small_data.series(), calendar=False).splits.opened().test
    honest = SeriesWindows(split, small_data.LOOKBACK, small_data.HORIZON, 8, train=False)
    forecasts_own_rows_alone(honest, split)
    for shift in (-1, 1):  # the last row before the split, and a row after its end
        over = SeriesWindows(split, small_data.LOOKBACK, small_data.HORIZON, 8, train=False)
        over.origins = over.origins + shift
        with pytest.raises(AssertionError, match="reaches over"):
            forecasts_own_rows_alone(over, split)


def forecasts_own_rows_alone(windows: SeriesWindows, split: PreparedSplit) -> None:
    """The law: no target lies before the split's own rows or after them."""
    assert windows.origins.min() >= split.history, "a window reaches over the beginning of its split"
    assert windows.origins.max() + windows.horizon <= len(split.levels), "a window reaches over the end of its split"


def test_rule_4_a_dropped_last_batch_is_caught(monkeypatch):
    monkeypatch.setattr("rnnbench.tasks.sentiment.prepared.EVALUATION_BATCH", 8)
    test_tasks.test_evaluation_covers_the_whole_split("sentiment")
    whole = LabelledBatches.__iter__

    def drops_the_last(self):
        yield from [*whole(self)][:-1] or ()

    monkeypatch.setattr(LabelledBatches, "__iter__", drops_the_last)
    with pytest.raises(AssertionError):
        test_tasks.test_evaluation_covers_the_whole_split("sentiment")


@pytest.mark.parametrize("kind", ["trial", "reselect"])
def test_rule_5_a_search_that_reaches_for_the_test_split_is_refused(kind):
    with pytest.raises(SealedSplitError, match="stays sealed"):
        train(a_config("sentiment"), kind=kind, open_test=True)


def test_rule_5_each_opening_of_the_test_split_is_stored(store):
    tracker = Tracker()
    experiment = tracker.experiment("forecasting", "small")
    for kind, opens in (("trial", False), ("confirm", True)):
        made = train_and_record(
            a_config("forecasting"), tracker=tracker, experiment_id=experiment, name="x", kind=kind, open_test=opens
        )
        tags = tracker.run(made.run_id).data.tags
        assert (tags["test_opened"], tags["fingerprint"]) == (str(opens), small_data.series().fingerprint)


def test_rule_5_an_opening_is_stored_though_the_run_does_not_live_to_tell_of_it(store, monkeypatch):
    tracker = Tracker()
    experiment = tracker.experiment("forecasting", "small")
    evaluate = Forecasting.evaluate

    def killed(self, split):
        found = evaluate(self, split)
        if split == "test":
            raise SystemExit("the machine went down")
        return found

    monkeypatch.setattr(Forecasting, "evaluate", killed)
    with pytest.raises(SystemExit):
        train_and_record(
            a_config("forecasting"), tracker=tracker, experiment_id=experiment, name="x", kind="confirm", open_test=True
        )
    (run,) = tracker.find(experiment, kind="confirm")
    assert (run.data.tags["outcome"], run.data.tags["test_opened"]) == ("interrupted", "True")


def test_rule_5_baselines_recorded_without_a_sweep_are_stored_openings_too(store):
    tracker = Tracker()
    found = [*record_without_sweep(a_config("sentiment"), tracker=tracker)]
    (experiment,) = tracker.experiments("sentiment").values()
    stored = tracker.find(experiment, kind="baseline", test_opened="True")
    assert [run.info.run_name for run in stored] == [one.model for one in found]


def test_rule_1_more_seeds_on_data_that_have_changed_are_refused_before_they_are_trained(records, monkeypatch):
    options = ConfirmOptions(seeds=12)
    assert confirmation_plan("sentiment", options).seeds == 12
    other = replace(small_data.of_kind("labelled_text"), fingerprint="0" * 64)
    use_data(monkeypatch, lambda kind: other)
    with pytest.raises(DataError, match="has changed since this sweep"):
        confirmation_plan("sentiment", options)


# search


def test_rule_6_more_parameters_updates_or_trials_than_the_others_are_refused_or_told(records):
    config = a_config("sentiment", "lstm", **{"budget.parameters": 100})
    with pytest.raises(BudgetError, match="above the ceiling of 100 that all encoders share"):
        build(config, prepare(config))
    gru = of_kind(records, "confirm")
    richer = {**gru.config, "budget": {**gru.config["budget"], "updates": 5000}}
    with pytest.raises(ComparisonError, match=r"budget\.updates: 1000 in .*; 5000 in gru-seed1"):
        compare(with_one(records, gru, config=richer))
    longer = {**gru.config, "task": {**gru.config["task"], "max_tokens": 999}}
    with pytest.raises(ComparisonError, match=r"task\.max_tokens: .*999 in gru-seed1"):
        compare(with_one(records, gru, config=longer))
    matched = {**gru.config, "budget": {**gru.config["budget"], "match_parameters": 30_000}}
    with pytest.raises(ComparisonError, match=r"budget\.match_parameters"):
        compare(with_one(records, gru, config=matched))
    fewer = [one for one in records if one is not of_kind(records, "trial")]
    assert (
        "The encoders have different numbers of trials: gru 8, rnn 9. Each configuration was chosen among the first 8."
        in compare(fewer).footnotes
    )
    for model in ("rnn", "gru"):
        own = [one for one in records if (one.kind, one.model) == ("trial", model)]
        assert len(own) == 9


def test_rule_7_encoders_take_turns_and_pruning_knows_the_own_study_alone(store, monkeypatch):
    plan = SweepPlan(
        key="turns", task="sentiment", data="small", experiment_id=Tracker().experiment("sentiment", "small"),
        parent="p", trials=4, seeds=1, searched=("rnn", "gru", "lstm"),
        configs={model: resolve("sentiment", model).to_plain() for model in ("rnn", "gru", "lstm")},
    )  # fmt: skip

    def order(queue: WorkQueue) -> list[str]:
        taken = []
        while isinstance(work := queue.next(), Work) and work.kind == "trial":
            taken.append(work.model)
            work.trial.report(0.1 if work.model == "rnn" else 0.9, 1)
            queue.studies.tell(work.model, work.trial, "completed", 0.9 if work.model == "gru" else 0.5)
        return taken

    def turns_are_taken(taken: list[str]) -> None:
        for end in range(1, len(taken) + 1):
            counts = [taken[:end].count(model) for model in plan.searched]
            assert max(counts) - min(counts) <= 1, f"after {end} trials the encoders have had {counts}"

    monkeypatch.setattr(WorkQueue, "_baselines", lambda self: [Claim("baselines", "", is_running=False)])
    for module in ("plan", "queue"):
        monkeypatch.setattr(f"rnnbench.sweeps.{module}.parameters_of", lambda config, prepared: 1)
    taken = order(WorkQueue(plan, Tracker()))
    assert len(taken) == 12
    turns_are_taken(taken)
    with pytest.raises(AssertionError, match="encoders have had"):
        turns_are_taken(sorted(taken))
    studies = Studies(plan)
    trial, _ = studies.draw("rnn", plan.config("rnn"))
    trial.report(0.1, 1)  # far below every trial of the others, and level with its own
    assert not trial.should_prune()
    among_the_others, _ = studies.draw("gru", plan.config("gru"))
    among_the_others.report(0.1, 1)
    assert among_the_others.should_prune(), "in one study for all, it would have been pruned"


def test_rule_8_the_number_of_trials_is_the_total_and_failures_count(records, swept):
    plan = swept[1]
    assert fewest_trials(plan) == 9
    assert WorkQueue(replace(plan, trials=5), Tracker()).count_left() == WorkQueue(plan, Tracker()).count_left()
    lost = with_one(records, of_kind(records, "trial"), outcome="out_of_memory")
    table = compare(results.current(lost))
    assert "Failed trials: gru 1 out of memory." in table.footnotes
    assert next(row for row in table.encoders if row.model == "gru").trials == 9


def test_rule_8_trials_of_a_sweep_that_was_deleted_count_for_no_other(store):
    options = SweepOptions(models=("rnn", "gru"), trials=2, seeds=2)
    first = planted_sweep.plant("sentiment", options)
    assert fewest_trials(sweep_plan(load("sentiment"), options)) == 2
    Tracker().client.delete_run(first.parent)
    again = sweep_plan(load("sentiment"), options)
    assert again.parent != first.parent
    assert fewest_trials(again) == 0


def test_rule_8_the_command_that_repeats_a_sweep_has_the_encoders_of_every_call(store):
    planted_sweep.plant("sentiment", SweepOptions(models=("rnn", "gru"), trials=2, seeds=2))
    plan = planted_sweep.plant("sentiment", SweepOptions(models=("lstm",), trials=2, seeds=2))
    assert Tracker().run(plan.parent).data.tags["command"] == (
        "rnnbench sweep sentiment --model rnn --model gru --model lstm"
    )


def test_rule_8_a_call_for_one_encoder_may_set_what_only_that_one_has(store):
    options = SweepOptions(models=("transformer",), sets=("encoder.heads=2",), trials=2, seeds=2)
    assert [*sweep_plan(load("sentiment"), options).configs] == ["transformer"]


def test_rule_8_what_was_chosen_is_trained_on_the_machine_that_is_asked_for_now(store):
    options = SweepOptions(models=("rnn", "gru"), trials=2, seeds=2)
    planted_sweep.plant("sentiment", options)
    later = sweep_plan(load("sentiment"), replace(options, sets=("hardware.threads=2",)))
    choices = WorkQueue(later, Tracker()).reselection.choices()
    assert {model: config.hardware.threads for model, config in choices.items()} == {"rnn": 2, "gru": 2}


def test_rule_8_encoders_that_another_call_searches_meanwhile_have_no_part_in_a_choice(store):
    plan = planted_sweep.plant("sentiment", SweepOptions(models=("rnn", "gru"), trials=3, seeds=2))
    tracker = Tracker()
    before = WorkQueue(plan, Tracker()).reselection.choices()
    first = of_kind(tracker.records(plan.experiment_id, plan.parent), "trial")
    planted_sweep.write(tracker, plan, replace(first, model="lstm"), "001-lstm")
    assert WorkQueue(plan, Tracker()).reselection.choices() == before


def test_rule_9_random_draws_are_marked_and_too_few_are_told(records):
    draws = {
        model: [one.tags["draw"] for one in records if (one.kind, one.model) == ("trial", model)]
        for model in ("rnn", "gru")
    }
    assert draws == {"rnn": ["random"] * 8 + ["tpe"], "gru": ["random"] * 8 + ["tpe"]}
    said = "are random and independent, fewer than 8"
    assert not [note for note in compare(records).footnotes if said in note]
    fewer = [
        replace(one, config={**one.config, "search": {**one.config["search"], "random_trials": 3}})
        if one.kind == "trial" else one for one in records
    ]  # fmt: skip
    assert [note for note in compare(fewer).footnotes if f"Only the first 3 trials {said}" in note]


@pytest.mark.parametrize("name", ["training.seed", "search.study_seed", "data.split_seed", "seed"])
def test_rule_10_a_seed_is_never_searched(name):
    for given in ({"search.settings": ([name], "--search")}, {"search.ranges": ({name: [1, 2]}, "--set")}):
        with pytest.raises(SettingsError, match="a seed is never searched"):
            check_search([resolve("sentiment", "gru", options=given).search_space])


# confirmation


def test_rule_11_confirmations_share_their_seeds_and_no_trial_has_them(records, monkeypatch):
    seeds = {
        kind: {
            model: {one.seed for one in records if (one.kind, one.model) == (kind, model)} for model in ("rnn", "gru")
        }
        for kind in ("trial", "confirm")
    }
    assert seeds["confirm"] == {"rnn": {1, 2, 3}, "gru": {1, 2, 3}}
    assert seeds["trial"]["rnn"] == seeds["trial"]["gru"]
    assert all(FIRST_TRIAL_SEED <= seed < FIRST_RESELECT_SEED for seed in seeds["trial"]["gru"])
    with pytest.raises(SettingsError, match="below 100000"):
        resolve("sentiment", "gru", sets=[f"search.seeds={FIRST_TRIAL_SEED}"])
    assert resolve("sentiment", "gru").search.seeds >= seeds_needed(1)
    apart = [
        replace(one, seed=one.seed + 10) if one.kind == "confirm" and one.model == "gru" else one for one in records
    ]
    assert [note for note in compare(apart).footnotes if "so not tested" in note]


def test_rule_11_batches_that_depend_on_the_encoder_are_caught(monkeypatch):
    monkeypatch.setattr(test_tasks, "ENCODERS", ["rnn", "gru"])
    test_tasks.test_every_encoder_is_given_the_same_batches_under_one_seed("sentiment", None, monkeypatch)
    honest = sentiment.PreparedTexts.training_batches
    calls = []

    def another_order_each_time(self, batch_size, seed):
        calls.append(seed)
        return honest(self, batch_size, seed + len(calls))

    monkeypatch.setattr(sentiment.PreparedTexts, "training_batches", another_order_each_time)
    with pytest.raises(AssertionError, match="was given other batches"):
        test_tasks.test_every_encoder_is_given_the_same_batches_under_one_seed("sentiment", None, monkeypatch)


def test_rule_12_a_trial_with_a_test_score_is_refused_and_lends_it_to_nobody(records):
    trial = of_kind(records, "trial")
    seen = with_one(records, trial, metrics={**trial.metrics, "test/accuracy": 0.99})
    with pytest.raises(ComparisonError, match="the search used the test split: 001-gru"):
        compare(seen)
    honest, forced = compare(records), compare(seen, force=True)
    assert [row.test for row in forced.rows] == [row.test for row in honest.rows]


def test_rule_12_the_test_score_is_that_of_the_update_which_validation_chose():
    config = a_config("sentiment", **{"training.learning_rate": 0.05, "budget.updates": 24, "budget.validations": 6})
    trained = train(config, kind="confirm", open_test=True)
    curve = trained.record.curves["validation/accuracy"]
    best = max(curve, key=lambda point: (point[1], -point[0]))
    assert trained.record.costs["best_update"] == best[0]
    assert trained.task.evaluate("test")["test/accuracy"] == trained.record.test


def test_rule_12_trained_on_validation_too_the_table_says_so_and_no_other_run_stands_beside_it(store):
    options = SweepOptions(models=("rnn", "gru"), trials=2, seeds=2, options={"search.refit": (True, "--refit")})
    plan = planted_sweep.plant("sentiment", options)
    queue, records = WorkQueue(plan, Tracker()), Tracker().records(plan.experiment_id, plan.parent)
    trial, config = results.chosen(records)["gru"], queue.reselection.choices()["gru"]
    assert queue._begin_confirmation("gru", config.with_values({}, seed=3)).refit == trial.costs["best_update"]
    table = compare(records)
    start = "Confirmed on training and validation data together"
    (note,) = [note for note in table.footnotes if note.startswith(start)]
    assert {row.model: row.validation for row in table.encoders}["gru"] == trial.validation
    assert "Baselines were fitted on the training split alone." in note
    refitted = [
        replace(record, tags={**record.tags, "refitted": "True"}) if record.kind == "baseline" else record
        for record in records
    ]
    (note,) = [note for note in compare(refitted).footnotes if note.startswith(start)]
    assert "Baselines were also fitted again on both." in note
    one = of_kind(records, "confirm")
    usual = {**one.config, "search": {**one.config["search"], "refit": False}}
    with pytest.raises(ComparisonError, match=r"search\.refit: false in gru-seed1.*; true in"):
        compare(with_one(records, one, config=usual))


def test_rule_12_a_schedule_that_needs_the_validation_score_is_refused_where_it_is_trained_on():
    options = {"search.refit": (True, "--refit")}
    with pytest.raises(SettingsError, match=r"needs a validation score, and search\.refit trains on that split"):
        resolve("sentiment", "gru", sets=["training.schedule=plateau"], options=options)
    searched = {"search.settings": (["training.schedule"], "--search")}
    usual = resolve("sentiment", "gru", options=searched).ranges()["training.schedule"].values
    refitted = resolve("sentiment", "gru", options={**options, **searched}).ranges()["training.schedule"].values
    assert {*usual} - {*refitted} == {"plateau"}


# the table


def test_rule_13_a_row_has_every_column_and_what_is_not_known_is_a_dash(records):
    table = compare(records)
    keys = [column.key for column in comparison_table(table).columns]
    wanted = {
        "model", "seeds", "test", "validation", "skill", "p_value_holm", "parameters", "updates", "wall_seconds",
        "training", "inference", "memory", "trials",
    }  # fmt: skip
    assert wanted <= {*keys}
    bare = compare([replace(one, costs={}) for one in records])
    made = comparison_table(bare)
    cells = dict(zip([column.key for column in made.columns], made.lines[0].cells, strict=True))
    assert {cells[key] for key in ("parameters", "updates", "wall_seconds", "training", "inference", "memory")} == {"–"}


def test_rule_14_one_seed_has_no_interval_and_nobody_is_called_worse_by_it(records):
    one_seed = [one for one in records if one.kind != "confirm" or one.seed == 1]
    table = compare(one_seed)
    assert all(row.interval is None and row.in_best_group for row in table.encoders)
    whole = compare(records)
    assert all(row.test in row.interval for row in whole.encoders)


def test_rule_15_who_does_not_beat_a_baseline_is_marked_in_words(records):
    rows = {row.model: row for row in compare(records).rows}
    assert {"majority_class", "naive_bayes"} <= rows.keys()
    assert rows["rnn"].remarks == ("below baseline",)
    assert rows["gru"].remarks == ()
    bare = compare([one for one in records if one.kind != "baseline"])
    assert [note for note in bare.footnotes if "No baseline has a test score" in note]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fingerprint": "0" * 64}, "data fingerprint"),
        ({"metric": "macro_f1"}, "metric"),
        ({"protocol": "0"}, "protocol"),
        ({"task": "forecasting"}, "task"),
    ],
)
def test_rule_16_unlike_runs_are_refused_by_name_and_force_says_so(records, changes, said):
    odd = with_one(records, of_kind(records, "confirm"), **changes)
    with pytest.raises(ComparisonError, match=f"{said}: .*gru-seed1"):
        compare(odd)
    forced = compare(odd, force=True)
    assert forced.is_forced
    assert forced.footnotes[0].startswith(f"FORCED, not a fair comparison. {said}: ")


def test_rule_17_every_run_of_the_table_is_named_in_the_export_and_two_exports_are_the_same_bytes(records, tmp_path):
    table = compare(records)
    behind = {one.run_id for one in records if one.kind in ("trial", "confirm", "baseline")}
    assert {*table.run_ids} == behind
    assert {*json.loads(render(table, "json"))["run_ids"]} == behind
    first = export(table, records, tmp_path / "first")
    again = export(compare([*reversed(records)]), [*reversed(records)], tmp_path / "again")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    other = with_one(records, of_kind(records, "confirm"), run_id="0" * 32)
    assert render(compare(other), "json") != render(table, "json"), "a number could come from any run"


def test_rule_18_importance_is_refused_where_trials_are_too_few(records):
    few = [one for one in records if one.kind == "trial"]
    found = importances(few, models=["gru"], evaluators=["ped_anova"])
    assert not found.found
    assert [one.model for one in found.refused] == ["gru"]


def test_every_rule_of_the_page_has_a_test_here():
    numbers = {
        int(line.split()[1].rstrip("."))
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("### ")
    }
    source = ast.parse(inspect.getsource(inspect.getmodule(test_every_rule_of_the_page_has_a_test_here)))
    names = [node.name for node in source.body if isinstance(node, ast.FunctionDef)]
    tested = {int(name.split("_")[2]) for name in names if name.startswith("test_rule_")}
    assert numbers == tested == {*range(1, 19)}

"""Each check of the selftest fails when its fault is planted into the program."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from rnnbench import data
from rnnbench.cli.commands import app
from rnnbench.comparison.compare import compare
from rnnbench.core.trust import trust
from rnnbench.data import series, splitting
from rnnbench.data.duplicates import Overlap
from rnnbench.data.settings import DataSettings
from rnnbench.data.splits import Splits
from rnnbench.encoders.gru import GRU
from rnnbench.encoders.layers import numpy_kernels
from rnnbench.metrics import Metric
from rnnbench.runs.prepare import _load, prepare
from rnnbench.storage.record import RunRecord, model_name
from rnnbench.tasks.dialogue.task import Dialogue
from rnnbench.tasks.methods import naive
from rnnbench.tasks.methods.ngram import WittenBell
from rnnbench.tasks.methods.ridge import RidgeSums
from rnnbench.tasks.sequence_to_sequence.base import SequenceToSequence
from rnnbench.tasks.text_generation.prepared import PreparedCorpus
from rnnbench.tasks.text_generation.task import TextGeneration
from rnnbench.testing.calibration.coverage import Share
from rnnbench.testing.selftest import baselines, chance, coverage, encoders, leaks, made, run, same_twice, scales, twins
from rnnbench.testing.selftest.base import Check, Context, temporary_store
from rnnbench.testing.selftest.twins import Pair


@pytest.fixture
def context(tmp_path):
    yield Context(tmp_path, is_quick=True, pairs=2)
    _load.cache_clear()


@pytest.fixture
def labelled(tmp_path):
    path = made.write_labelled(tmp_path / "labelled.csv", rows=120)
    return data.load(DataSettings(path=str(path)), "labelled_text")


# baselines


def test_a_classifier_that_drops_short_words_is_not_scikit_learns(labelled, monkeypatch):
    assert baselines.classifiers_equal_scikit_learn(labelled).passed
    original = baselines.classifiers.run
    shortened = lambda texts, *rest, **named: original([text[:9] for text in texts], *rest, **named)  # noqa: E731
    monkeypatch.setattr(baselines.classifiers, "run", shortened)
    assert not baselines.classifiers_equal_scikit_learn(labelled).passed


def test_a_season_that_is_off_by_one_is_not_statsforecasts(monkeypatch):
    assert baselines.forecasters_equal_statsforecast().passed
    monkeypatch.setattr(naive, "_repeated", lambda season, horizon: season[:, 1 + np.arange(horizon)])
    assert not baselines.forecasters_equal_statsforecast().passed


def test_a_penalty_that_is_not_per_window_is_not_ridge_regression(monkeypatch):
    assert baselines.ridge_equals_closed_form().passed
    original = RidgeSums.solve
    monkeypatch.setattr(
        RidgeSums, "solve", lambda self, penalty, *, is_shared: original(self, penalty / 2, is_shared=is_shared)
    )
    assert not baselines.ridge_equals_closed_form().passed


def test_probabilities_that_do_not_sum_to_one_are_seen(monkeypatch):
    assert baselines.ngram_sums_to_one().passed
    original = WittenBell.log_probabilities_by_order
    monkeypatch.setattr(
        WittenBell, "log_probabilities_by_order", lambda self, ids: (row + 0.001 for row in original(self, ids))
    )
    assert not baselines.ngram_sums_to_one().passed


# leaks


@pytest.fixture
def configs(tmp_path):
    return [made.small_config(task, "gru", path) for task, path in made.write_data(tmp_path).items()]


def test_a_scaler_fitted_on_every_row_is_caught(configs, monkeypatch):
    assert leaks.fitted_to_training_only(configs).passed
    original = series.prepare_series

    def on_every_row(read, calendar):
        whole = replace(read.splits.opened().test, history=0)
        parts = read.splits.opened()
        joined = replace(read, splits=Splits(whole, parts.validation, parts.test))
        return replace(original(joined, calendar), splits=original(read, calendar).splits)

    monkeypatch.setattr("rnnbench.tasks.forecasting.prepared.prepare_series", on_every_row)
    monkeypatch.setattr("rnnbench.tasks.forecasting.prepared.cached", lambda key, make: make())
    check = leaks.fitted_to_training_only(configs)
    assert not check.passed
    assert check.told == "fitted to the test split: forecasting"


def test_a_guard_against_learning_from_test_that_sees_nothing_is_caught(configs, monkeypatch):
    monkeypatch.setattr(leaks, "sees_the_test_split", lambda learn, loaded: False)
    assert "planted leak not detected" in leaks.fitted_to_training_only(configs).told


def test_a_count_of_copies_that_counts_nothing_is_caught(tmp_path, monkeypatch):
    assert leaks.duplicates_counted(tmp_path).passed
    monkeypatch.setattr(leaks, "overlap_of", lambda loaded: Overlap("texts", 0, 10, 0, 10))
    assert not leaks.duplicates_counted(tmp_path).passed


def test_splits_that_overlap_are_caught(tmp_path, monkeypatch):
    def overlapping(texts, labels, rows):
        train, validation, test = rows
        return splitting.labelled_splits(texts, labels, (np.concatenate([train, test[:5]]), validation, test))

    monkeypatch.setattr("rnnbench.data.readers.labelled.labelled_splits", overlapping)
    check = leaks.duplicates_counted(tmp_path)
    assert not check.passed
    assert "clean.csv 5 of 40 texts" in check.told


def test_a_test_split_without_a_seal_is_caught(configs, monkeypatch):
    assert leaks.sealed_test_split(configs).passed
    monkeypatch.setattr(Splits, "test", property(lambda self: self._test))
    check = leaks.sealed_test_split(configs)
    assert not check.passed
    assert check.told == "readable: dialogue, forecasting, sentiment, text_generation, translation"


def test_a_contract_of_causality_that_finds_nothing_is_caught(monkeypatch):
    assert leaks.non_causal_encoder_detected().passed
    monkeypatch.setattr(leaks, "does_not_look_ahead", lambda layer, settings: None)
    assert not leaks.non_causal_encoder_detected().passed


def test_a_contract_of_the_writer_that_finds_nothing_is_caught(monkeypatch):
    assert leaks.non_causal_writer_detected().passed
    monkeypatch.setattr(leaks, "writes_without_looking_ahead", lambda layer, settings: None)
    assert not leaks.non_causal_writer_detected().passed


def test_pairs_whose_test_sources_stay_in_training_are_caught(tmp_path, monkeypatch):
    assert leaks.copied_pairs_left_out(tmp_path).passed
    keeps_all = lambda pairs, split_of, kind: np.zeros(len(pairs), dtype=bool)  # noqa: E731
    monkeypatch.setattr("rnnbench.data.readers.pair_splits._leaking", keeps_all)
    check = leaks.copied_pairs_left_out(tmp_path)
    assert not check.passed
    assert check.told.startswith("15 of 30 in training")


# chance


def test_random_labels_are_predicted_where_test_rows_are_learned(context, monkeypatch):
    assert chance.random_labels(context).passed
    _load.cache_clear()

    def only_test_rows(texts, labels, rows):
        return splitting.labelled_splits(texts, labels, (rows[2], rows[1], rows[2]))

    monkeypatch.setattr("rnnbench.data.readers.labelled.labelled_splits", only_test_rows)
    check = chance.random_labels(context)
    assert not check.passed, check.told


def test_characters_cost_less_than_their_entropy_where_the_encoder_looks_ahead(context, monkeypatch):
    assert chance.random_characters(context).passed
    _load.cache_clear()
    original = TextGeneration._vectors
    # the next character is the one to predict
    monkeypatch.setattr(TextGeneration, "_vectors", lambda self, ids: original(self, ids.roll(-1, dims=1)))
    check = chance.random_characters(context)
    assert not check.passed, check.told


def test_characters_cost_less_than_their_entropy_where_bits_are_counted_three_percent_short(context, monkeypatch):
    monkeypatch.setattr(PreparedCorpus, "characters_per_token", lambda self, split: 1 / 0.97)
    assert not chance.random_characters(context).passed


def test_replies_cost_less_than_their_entropy_where_the_writer_is_given_the_next_token(context, monkeypatch):
    assert chance.random_replies(context).passed
    _load.cache_clear()
    original = SequenceToSequence._vectors
    monkeypatch.setattr(SequenceToSequence, "_vectors", lambda self, ids: original(self, ids.roll(-1, dims=1)))
    check = chance.random_replies(context)
    assert not check.passed, check.told


def test_a_context_gain_that_is_measured_wrongly_is_caught(context, monkeypatch):
    """A gain of random replies, where other contexts cost a fixed share more."""
    original = Dialogue._nats_after_other_contexts
    monkeypatch.setattr(Dialogue, "_nats_after_other_contexts", lambda self, pairs: 1.1 * original(self, pairs))
    check = chance.random_replies(context)
    assert not check.passed, check.told


def test_a_context_gain_that_finds_nothing_is_caught(context, monkeypatch):
    assert chance.replies_to_the_statement(context).passed
    _load.cache_clear()
    monkeypatch.setattr("rnnbench.tasks.dialogue.task.other_contexts", np.arange)
    check = chance.replies_to_the_statement(context)
    assert not check.passed, check.told


def test_a_bound_that_an_impossible_score_does_not_break_is_caught(context, monkeypatch):
    assert chance.impossible_score_detected(context).passed
    _load.cache_clear()
    monkeypatch.setattr(chance, "PEEKING", "from rnnbench.encoders.gru import GRU\n\n\nclass Peeking(GRU):\n    pass\n")
    check = chance.impossible_score_detected(context)
    assert not check.passed, check.told


def test_noise_is_forecast_where_the_future_is_in_the_past(context, monkeypatch):
    assert chance.white_noise(context).passed
    _load.cache_clear()
    original = series.PreparedSeries.scaled

    def shifted(self, rows, frequency, calendar):
        found = original(self, rows, frequency, calendar)
        return replace(found, inputs=np.roll(found.inputs, -1, axis=0))

    monkeypatch.setattr(series.PreparedSeries, "scaled", shifted)
    monkeypatch.setattr("rnnbench.tasks.forecasting.prepared.cached", lambda key, make: make())
    check = chance.white_noise(context)
    assert not check.passed, check.told


# encoders


def test_a_wrong_gradient_is_caught(monkeypatch):
    assert encoders.gradients_equal_torch().passed
    original = numpy_kernels._Recurrence.backward
    monkeypatch.setattr(
        numpy_kernels._Recurrence,
        "backward",
        staticmethod(lambda ctx, *errors: tuple(g if g is None else 1.001 * g for g in original(ctx, *errors))),
    )
    assert not encoders.gradients_equal_torch().passed


BROKEN_CELL = '''"""A cell that forgets its state between two calls."""

from rnnbench.encoders.gru import GRU


class Forgetful(GRU):
    def forward(self, x, lengths=None, state=None):
        return super().forward(x, lengths, None)
'''


def test_an_own_cell_that_breaks_a_contract_is_reported(tmp_path):
    (tmp_path / "forgetful.py").write_text(BROKEN_CELL)
    trust(tmp_path / "forgetful.py")
    check = encoders.keeps_contracts(str(tmp_path / "forgetful.py"), only=("one layer",))
    assert not check.passed
    assert check.name == "forgetful: keeps the encoder contracts"
    assert check.told.startswith("one layer: carries its state: cut at")


def test_a_correct_own_cell_is_tried_in_every_configuration(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(encoders, "CONTRACTS", (lambda layer, settings: seen.append(settings),))
    twin = str(twins.write_twin(tmp_path, "gru"))
    found = [*encoders.check(Context(tmp_path, is_quick=True, models=(twin,)))]
    assert [check.name for check in found if "twin" in check.name] == ["gru_twin: keeps the encoder contracts"]
    assert all(check.passed for check in found)
    assert len(seen) > 20


# the same encoder twice


def test_a_twin_has_other_weights_from_the_same_distribution_and_keeps_contracts(tmp_path):
    path = str(twins.write_twin(tmp_path, "gru"))
    built = []
    for model in ("gru", path, path):
        torch.manual_seed(5)
        layer = encoders.layer_class(model)
        built.append(torch.cat([part.flatten() for part in layer(4, GRU.Settings(hidden_size=64)).parameters()]))
    own, twin, again = (weights.detach().numpy() for weights in built)
    assert (twin == again).all()
    assert abs(np.corrcoef(own, twin)[0, 1]) < 0.05
    assert twin.std() == pytest.approx(own.std(), rel=0.02)
    assert encoders.keeps_contracts(path, only=("one layer",)).passed


def test_twins_are_given_the_same_batches(tmp_path):
    twin = str(twins.write_twin(tmp_path, "gru"))
    path = made.write_data(tmp_path)["sentiment"]
    batches = []
    for model in ("gru", twin):
        config = made.small_config("sentiment", model, path, seed=3)
        batches.append(next(prepare(config).training_batches(8, config.seed)))
    assert all(torch.equal(one, other) for one, other in zip(*batches, strict=True))


def confirmation(model: str, seed: int, score: float) -> RunRecord:
    record = RunRecord("confirm", "forecasting", "x", "f", model, "mase", False, seed=seed)
    return replace(record, metrics={"test/mase": score})


def test_a_pair_is_different_where_the_table_says_so():
    own = [confirmation("gru", seed, 1.0 + 0.01 * seed) for seed in range(1, 7)]
    worse = [confirmation("gru_twin", seed, 1.5 + 0.01 * seed) for seed in range(1, 7)]
    assert twins.compared(own + worse) == Pair("forecasting", "gru", True, pytest.approx(2 / 64), 0, 6)
    mixed = [confirmation("gru_twin", seed, 1.0 + 0.01 * seed * (-1) ** seed) for seed in range(1, 7)]
    assert not twins.compared(own + mixed).is_different
    assert twins.compared([*own, *(replace(one, model="gru_twin") for one in own)]).shared_scores == 6


def pairs_of(count: int, different: int) -> list[Pair]:
    return [Pair("forecasting", "gru", number < different, 0.5, 0, 6) for number in range(count)]


def test_as_many_pairs_may_be_called_different_as_the_binomial_allows():
    # P(at least k of 12 at 5 %): 2.2e-3 for 4, 1.8e-4 for 5; of 4: 1.4e-2 for 2, 4.8e-4 for 3
    assert same_twice.twins_are_not_distinguished(pairs_of(12, 4)).passed
    assert same_twice.twins_are_not_distinguished(pairs_of(4, 2)).passed
    assert not same_twice.twins_are_not_distinguished(pairs_of(4, 3)).passed
    check = same_twice.twins_are_not_distinguished(pairs_of(12, 5))
    assert not check.passed
    assert check.told.startswith("5 of 12 pairs called different: 41.7%, 95 % interval 15.2% to 72.3%")
    assert same_twice.twins_are_not_distinguished(pairs_of(40, 2)).passed


def test_the_interval_of_the_share_is_that_of_clopper_and_pearson():
    # no success in n: 1 - (0.025)^(1/n)
    assert f"to {1 - 0.025 ** (1 / 40):.1%}" in same_twice.twins_are_not_distinguished(pairs_of(40, 0)).told


def test_twins_with_one_randomness_have_tested_nothing():
    copies = [replace(pair, shared_scores=6) for pair in pairs_of(4, 0)]
    check = same_twice.twins_are_not_distinguished(copies)
    assert not check.passed
    assert "nothing was tested" in check.told


@pytest.mark.parametrize("count", [2, 3])
def test_every_encoder_meets_itself_on_every_task_and_no_seed_is_used_twice(count, tmp_path, monkeypatch):
    trained = []

    def confirmed(config, *, first_seed, seeds=twins.SEEDS):
        trained.append((config.task, model_name(config.model), first_seed))
        return [confirmation(model_name(config.model), seed, float(seed)) for seed in range(seeds)]

    data = [*made.write_data(tmp_path).items()][:count]
    monkeypatch.setattr(made, "write_data", lambda folder: dict(data))
    monkeypatch.setattr(twins, "confirmed", confirmed)
    pairs = count * len(twins.ENCODERS)
    assert len([*twins.pairs(tmp_path, pairs)]) == pairs
    assert len({(task, model) for task, model, _ in trained}) == 2 * pairs
    firsts = sorted({first for _, _, first in trained})
    assert firsts == [*range(1, 1 + pairs * twins.SEEDS, twins.SEEDS)]


def test_a_decision_that_always_finds_a_difference_is_caught(monkeypatch):
    generator = np.random.default_rng(0)
    records = [
        [confirmation(model, seed, score) for model in ("gru", "gru_twin") for seed, score in enumerate(scores[model])]
        for scores in ({m: generator.normal(size=6) for m in ("gru", "gru_twin")} for _ in range(8))
    ]
    assert same_twice.twins_are_not_distinguished([*map(twins.compared, records)]).passed
    original = twins.compare

    def always_different(given):
        made_table = original(given)
        return replace(made_table, rows=tuple(replace(row, in_best_group=row.is_best) for row in made_table.rows))

    monkeypatch.setattr(twins, "compare", always_different)
    assert not same_twice.twins_are_not_distinguished([*map(twins.compared, records)]).passed


def test_a_sweep_that_does_not_find_the_mute_encoder_is_caught():
    scores = {"gru": 0.2, "gru_twin": 0.21, "mute": 0.5}
    records = [confirmation(m, seed, s + 0.001 * seed) for m, s in scores.items() for seed in range(1, 8)]
    assert same_twice.sweep_finds_the_encoder_that_cannot_learn(records).passed
    level = [replace(one, metrics={"test/mase": 0.2 + 0.01 * (one.seed % 2)}) for one in records]
    assert not same_twice.sweep_finds_the_encoder_that_cannot_learn(level).passed
    assert not same_twice.sweep_finds_the_encoder_that_cannot_learn([one for one in records if one.seed != 7]).passed
    assert compare(records).best.model == "gru"


# scales


def test_scores_on_every_scale_come_out_of_the_table(context):
    with temporary_store():
        (found,) = scales.check(context)
    assert found.passed, found.told


def test_a_table_that_takes_every_score_for_a_share_is_caught(monkeypatch):
    monkeypatch.setattr(Metric, "bounds", property(lambda metric: (0.0, 1.0)))
    with temporary_store():
        found = scales.planted_scores()
    assert not found.passed
    assert "points: test_high of worse" in found.told
    assert "energy: test_low of better" in found.told


def test_a_store_that_forgets_what_the_task_says_of_its_metric_is_caught(monkeypatch):
    monkeypatch.setattr(scales, "own_metrics_tag", lambda metrics: {})
    with temporary_store():
        found = scales.planted_scores()
    assert not found.passed
    assert "points: skill of better is missing" in found.told


# coverage


def test_a_rate_of_false_calls_above_six_percent_fails(monkeypatch):
    def rates(in_use):
        share = {"flips alone": Share(98.0, 0.3), "both": Share(in_use, 0.5)}
        return lambda shape, seeds, encoders, replicates, seed: dict.fromkeys(encoders, share)

    monkeypatch.setattr(coverage, "false_positives", rates(6.0))
    check = coverage.false_calls(3, coverage.REPLICATES)
    assert check.passed
    assert check.name == "equal encoders: at most 6 % called worse with 3 blocks of test examples"
    assert "accuracy, 3 texts 6.0 \N{PLUS-MINUS SIGN} 0.5 % (over seeds alone 98.0" in check.told
    monkeypatch.setattr(coverage, "false_positives", rates(6.1))
    assert not coverage.false_calls(3, coverage.REPLICATES).passed
    assert coverage.false_calls(3, coverage.QUICK_REPLICATES).passed, "within the error of a few tables"


def test_coverage_is_measured_only_where_it_is_named(monkeypatch):
    assert "coverage" not in run.parts_of([])
    assert run.parts_of(["coverage", "leaks"]) == ["leaks", "coverage"]
    monkeypatch.setattr(run, "PARTS", {"coverage": lambda context: iter([Check("measured", True, "")])})
    done = CliRunner().invoke(app, ["selftest", "--coverage", "--json"])
    assert [check["name"] for check in json.loads(done.stdout)["checks"]] == ["measured"]


# all of them


def test_a_check_that_breaks_has_failed_and_the_others_go_on(context, monkeypatch):
    def broken(context):
        yield Check("first", True, "")
        raise RuntimeError("no such kernel")

    monkeypatch.setattr(run, "PARTS", {"one": broken, "two": lambda context: iter([Check("second", True, "")])})
    assert [*run.checks((), context)] == [
        Check("first", True, ""),
        Check("one: completed", False, "RuntimeError: no such kernel"),
        Check("second", True, ""),
    ]


def test_every_file_with_a_check_is_run():
    folder = Path(run.__file__).parent
    having = {path.stem for path in folder.glob("*.py") if "\ndef check(context: Context)" in path.read_text()}
    assert having == set(run.PARTS)


def test_ctrl_c_is_no_failed_check(context, monkeypatch):
    def stopped(context):
        raise run.SweepInterrupted("stopped")
        yield

    monkeypatch.setattr(run, "PARTS", {"one": stopped})
    with pytest.raises(KeyboardInterrupt):
        [*run.checks((), context)]


def test_the_store_is_put_back_and_nothing_is_left(monkeypatch):
    monkeypatch.setenv("RNNBENCH_STORE", "before")
    with temporary_store() as folder:
        assert Path(os.environ["RNNBENCH_STORE"]).parent == folder
        (folder / "file").touch()
    assert os.environ["RNNBENCH_STORE"] == "before"
    assert not folder.exists()
    monkeypatch.delenv("RNNBENCH_STORE")
    with temporary_store():
        pass
    assert "RNNBENCH_STORE" not in os.environ


@pytest.mark.parametrize("passed", [True, False])
def test_the_command_says_it_in_a_line_and_in_its_exit_code(passed, monkeypatch):
    monkeypatch.setattr(run, "PARTS", {"leaks": lambda context: iter([Check("a [b] c", passed, "1 of 2")])})
    done = CliRunner().invoke(app, ["selftest", "leaks"])
    assert done.exit_code == (0 if passed else 1)
    assert done.stdout.startswith(f"{'ok    ' if passed else 'FAILED'}  a [b] c\n        1 of 2\n")
    as_json = CliRunner().invoke(app, ["selftest", "--json"])
    assert as_json.exit_code == done.exit_code
    found = json.loads(as_json.stdout)
    assert found["checks"] == [{"name": "a [b] c", "passed": passed, "told": "1 of 2"}]
    assert found["passed"] is passed


def test_mistakes_are_reported_before_anything_is_trained():
    wrong = CliRunner().invoke(app, ["selftest", "leak"])
    assert wrong.exit_code == 2
    assert "Did you mean 'leaks'?" in wrong.output
    assert CliRunner().invoke(app, ["selftest", "--model", "gruu"]).exit_code == 2

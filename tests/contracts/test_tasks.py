"""Laws that hold for every task of the folder, on small data made by hand; and each task's metric worked by hand."""

import io
import json
import math
import sys
import typing
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import pytest
import small_data
import torch
from small_data import HORIZON, LOOKBACK, SEASON
from small_runs import SAME_MODEL, is_trained, use_data
from torch import nn

from rnnbench import metrics
from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, SealedSplitError
from rnnbench.data.code_points import points_of
from rnnbench.data.kinds import Labelled, Pairs, TextPairs
from rnnbench.data.series import Scaler
from rnnbench.data.tokenization import tokenizer_from_plain
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.resolve import resolve
from rnnbench.metrics.lookup import built_in
from rnnbench.runs.baselines import compute
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import Hooks, train
from rnnbench.storage.example_scores import ExampleScores
from rnnbench.tasks.sequence_to_sequence.prepared import PreparedPairs

TASKS = registry.names("tasks")
ENCODERS = registry.names("encoders")
SMALL = {"embedding_size": 16, "window": 16, "minimum_count": 1}
SMALL_OF_TASK = {task: {"vocabulary_size": 300} for task in ("translation", "dialogue")}
"""Settings that keep a task small, where it has them; every other one stays as it is."""
SPLIT_ITEMS = {"tokens": lambda split: len(split) - 1, "texts": len, "windows": lambda split: len(split) - HORIZON + 1}
"""How many items a split holds to be evaluated, by what a task counts, where this is known here."""
OTHER_MEANS = {
    "forecasting": {"mae", "smape", "mse_standardised", "mae_standardised"},
    "sentiment": {"log_loss"},
    "text_generation": {"cold_nats_per_character"},
    "translation": {"sentence_chrf", "exact_match"},
    "dialogue": {"context_gain", "hits_at_1", "hits_at_2", "hits_at_5"},
}
FLOAT32 = 1e-5
"""How far two ways of computing one number in float32 may differ: each of some hundred additions rounds by up to 6e-8,
and their order depends on how many numbers a processor adds at once."""
WITHOUT_EXAMPLES = {"text_generation": {"xz", "bz2"}}
"""Baselines whose score is no mean over parts of the split."""


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


def small_settings(task):
    small = {name: value for name, value in SMALL.items() if name in task_class(task).Settings.model_fields}
    return small | SMALL_OF_TASK.get(task, {})


def prepared_for(task, data=None, **settings):
    cls = task_class(task)
    settings = cls.Settings(**{**small_settings(task), **settings})
    return cls.prepare(data or small_data.of_kind(cls.data_kind), settings), settings


def built(task, model="gru", *, data=None, seed=0, encoder=None, **settings):
    """A task of its own with a small encoder, without dropout."""
    fields = task_class(task).Settings.model_fields
    switched_off = {name: 0.0 for name in fields if name.endswith("dropout") or name == "label_smoothing"}
    prepared, settings = prepared_for(task, data, **{**switched_off, **settings})
    layer = layer_class(model)
    torch.manual_seed(seed)
    own = layer.Settings(**{"hidden_size": 24, "num_layers": 1, "dropout": 0.0, **(encoder or {})})
    cls = task_class(task)
    return cls(cls.build_encoder(layer, prepared, own, settings), prepared, settings)


def first_batch(made, size=8, seed=0):
    return next(iter(made.prepared.training_batches(size, seed)))


def tensors_of(batch):
    return [part for part in batch if isinstance(part, torch.Tensor)]


@pytest.fixture
def small_runs(monkeypatch):
    """Runs read the small data sets instead of the known ones."""
    use_data(monkeypatch)


def small_config(task, model="gru", **values):
    sets = [f"task.{name}={value}" for name, value in small_settings(task).items()]
    config = resolve(task, model, sets=sets)
    small = {
        "encoder.hidden_size": 8, "encoder.num_layers": 1, "training.batch_size": 8, "training.patience": 0,
        "budget.updates": 6, "budget.validations": 2,
    }  # fmt: skip
    return config.with_values({**small, **values})


@cache
def trained_once(task, model):
    """A training of `small_config`, for tests that only look at it."""
    return train(small_config(task, model))


def without_seconds(curves):
    """What is decided by the seed: the clock is not."""
    return {key: points for key, points in curves.items() if key != "seconds"}


def set_evaluation_sizes(made, size, monkeypatch):
    """Evaluate in batches of this size; the names of the constants that say so."""
    modules = {sys.modules[cls.__module__] for cls in type(made.prepared).__mro__}
    sizes = [
        (module, name)
        for module in modules
        for name in ("EVALUATION_BATCH", "EVALUATION_WINDOW")
        if hasattr(module, name)
    ]
    for module, name in sizes:
        monkeypatch.setattr(module, name, size)
    return [name for _, name in sizes]


@pytest.fixture
def every_model(task, model):
    """An encoder of every task; two of a task whose model is that of another one."""
    if not is_trained(task, model):
        pytest.skip(f"{task} has the model of {SAME_MODEL[task]}, which is trained with every encoder")
    return model


# learning


@pytest.mark.parametrize("model", ENCODERS)
def test_one_batch_can_be_learned_by_heart(task, every_model):
    made = built(task, every_model)
    batch = first_batch(made)
    optimizer = torch.optim.Adam(made.parameters(), lr=0.01)
    made.train()
    first = loss = made.loss(batch)[0]
    for _ in range(200):
        optimizer.zero_grad()
        loss = made.loss(batch)[0]
        loss.backward()
        nn.utils.clip_grad_norm_(made.parameters(), 1.0)
        optimizer.step()
        if loss < 0.05 * first:
            break
    assert loss < 0.15 * first, f"after 200 updates the loss is still {loss:.3f}, at first {first:.3f}"


@pytest.mark.parametrize("model", ENCODERS)
def test_losses_and_metrics_are_finite(task, every_model):
    made = built(task, every_model, encoder={"num_layers": 2})
    loss, items = made.loss(first_batch(made))
    assert torch.isfinite(loss)
    assert items > 0
    found = made.evaluate("validation")
    assert f"validation/{made.metric.key}" in found
    assert all(math.isfinite(value) for value in found.values()), found
    assert all(key.split("/")[1] in built_in() for key in found)


def named_values():
    for name in TASKS:
        for setting, field in task_class(name).Settings.model_fields.items():
            if typing.get_origin(field.annotation) is typing.Literal:
                yield from ((name, setting, value) for value in typing.get_args(field.annotation))
            elif field.annotation is bool:
                yield from ((name, setting, value) for value in (False, True))


@pytest.mark.parametrize(("task", "setting", "value"), [*named_values()])
def test_every_named_value_of_a_setting_trains_every_parameter(task, setting, value):
    made = built(task, encoder={} if task_class(task).requires_causal else {"bidirectional": True}, **{setting: value})
    if getattr(made, "linear", None) is not None:
        nn.init.normal_(made.linear.weight)
    loss, _ = made.loss(first_batch(made))
    loss.backward()
    for name, parameter in made.named_parameters():
        assert parameter.grad is not None, f"{name} has no gradient"
        assert torch.isfinite(parameter.grad).all()
        assert parameter.grad.abs().max() > 0 or name == "attention.bias", f"the gradient of {name} is zero"
    assert all(math.isfinite(found) for found in made.evaluate("validation").values())


def test_ranges_lie_inside_their_bounds(task):
    cls = task_class(task).Settings
    for name, searched in cls.search_ranges().items():
        ends = getattr(searched, "values", None) or (searched.low, searched.high)
        for value in ends:
            assert getattr(cls(**{name: value}), name) == value
            assert value in searched
        assert "seed" not in name


def test_it_says_what_it_is(task):
    cls = task_class(task)
    assert all(built_in().get(one.key, one) == one for one in (cls.metric, *cls.other_metrics))
    assert cls.items
    assert registry.first_line("tasks", task).endswith(".")


# evaluation


def test_evaluation_covers_the_whole_split(task):
    made = built(task)
    data = small_data.of_kind(made.data_kind)
    made.evaluate("validation")
    validation = made.observed_items
    made.prepared.open_test()
    made.evaluate("test")
    test = made.observed_items - validation
    assert min(validation, test) > 0
    splits = (data.splits.validation, data.splits.opened().test)
    if isinstance(data, TextPairs):
        encode = made.prepared.tokenizer.encode_target
        tokens = [
            sum(len(encode(*pair)) + 1 for pair in zip(split.targets, split.sources, strict=True)) for split in splits
        ]
        assert [validation, test] == tokens  # with an end symbol for each target
    elif (count := SPLIT_ITEMS.get(made.items)) is not None:
        assert (validation, test) == tuple(map(count, splits))


@pytest.mark.parametrize("model", ["gru", "transformer"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_evaluation_batches_does_not_change_what_is_measured(task, model, size, monkeypatch):
    made = built(task, model, encoder={"normalization": "batch"})
    expected = made.evaluate("validation")
    assert set_evaluation_sizes(made, size, monkeypatch), "no constant says how large an evaluation batch is"
    assert made.evaluate("validation") == pytest.approx(expected, rel=1e-4)


def test_evaluating_twice_gives_the_same(task):
    made = built(task)
    assert made.evaluate("validation") == made.evaluate("validation")


def test_what_lightning_validates_is_what_evaluate_measures(task, small_runs):
    seen = {}

    def log(update, values):
        seen.update({key: value for key, value in values.items() if key.startswith("validation/")})

    trained = train(small_config(task, **{"budget.validations": 1}), hooks=Hooks(log=log))
    again = trained.task.evaluate("validation")
    assert {key: again[key] for key in seen} == pytest.approx(seen, rel=1e-5)  # Lightning keeps single precision


def test_the_test_split_is_sealed_until_it_is_opened(task):
    made = built(task)
    with pytest.raises(SealedSplitError, match="the test split is sealed"):
        [*made.prepared.evaluation_batches("test")]
    with pytest.raises(SealedSplitError):
        made.evaluate("test")
    made.prepared.open_test()
    assert f"test/{made.metric.key}" in made.evaluate("test")


def test_opening_the_test_split_of_one_run_leaves_it_sealed_for_the_next(task):
    data = small_data.of_kind(task_class(task).data_kind)
    prepared_for(task, data)[0].open_test()
    with pytest.raises(SealedSplitError):
        [*prepared_for(task, data)[0].evaluation_batches("test")]


def test_a_training_scores_the_test_split_only_when_told_to(task, small_runs):
    config = small_config(task)
    sealed = train(config).record
    assert not [key for key in sealed.metrics if key.startswith("test/")]
    opened = train(config, kind="confirm", open_test=True).record
    assert math.isfinite(opened.test)
    assert opened.validation == sealed.validation


# examples


@pytest.fixture
def opened(task):
    """A task whose test split was opened and scored, and what it scored."""
    made = built(task)
    made.prepared.open_test()
    return made, made.evaluate("test")


def test_the_mean_of_the_examples_is_the_test_metric(opened):
    made, scores = opened
    found = made.examples()
    assert made.metric.key in found
    for metric, examples in found.items():
        assert len(examples.scores) > (5 if metric == made.metric.key else 2)  # the small text has three crops
        # an untrained model writes nothing that matches
        assert examples.scores.std() > 0 or metric in ("exact_match", "sentence_chrf")
        assert examples.mean == pytest.approx(scores[f"test/{metric}"], rel=FLOAT32)
        assert ExampleScores.from_bytes(examples.to_bytes()) == examples


@pytest.mark.parametrize("task", OTHER_MEANS)
def test_other_metrics_that_are_means_have_the_scores_of_their_examples_too(opened, task):
    made, _ = opened
    assert set(made.examples()) - {made.metric.key} == OTHER_MEANS[task]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_evaluation_batches_does_not_change_the_examples(opened, size, monkeypatch):
    made, _ = opened
    expected = made.examples()
    set_evaluation_sizes(made, size, monkeypatch)
    made.evaluate("test")
    for metric, found in made.examples().items():
        assert found.scores == pytest.approx(expected[metric].scores, rel=1e-4, abs=1e-6)
        assert (found.weights.tolist(), found.block) == (expected[metric].weights.tolist(), expected[metric].block)


def test_every_encoder_is_scored_on_the_same_examples(task):
    found = []
    for model in ENCODERS:
        made = built(task, model, seed=len(found))
        made.evaluate("validation")
        found.append(made.examples())
    for metric, first in found[0].items():
        assert all(examples[metric].weights.tolist() == first.weights.tolist() for examples in found)
        assert all(examples[metric].block == first.block for examples in found)


def test_examples_are_those_of_the_last_evaluation(opened):
    made, _ = opened
    expected = made.examples()
    scores = made.evaluate("validation")
    for metric, examples in made.examples().items():
        assert examples.mean == pytest.approx(scores[f"validation/{metric}"], rel=FLOAT32)
    made.evaluate("test")
    assert made.examples() == expected


def test_baselines_are_scored_on_the_examples_of_the_encoders(task, small_runs, opened):
    made, _ = opened
    encoders = made.examples()
    results = [result for result in compute(small_config(task)) if not result.skipped]
    assert {result.model for result in results if not result.examples} == WITHOUT_EXAMPLES.get(task, set())
    for result in results:
        assert set(result.examples) <= set(encoders)
        if task not in ("translation", "dialogue"):  # whose baselines give either texts or probabilities
            assert not result.examples or set(encoders) - set(result.examples) <= {"cold_nats_per_character"}
        for metric, examples in result.examples.items():
            assert examples.mean == pytest.approx(result.metrics[f"test/{metric}"], rel=1e-6), result.model
            assert examples.block == encoders[metric].block
            # an n-gram scores the first character of a text too
            assert examples.weights[1:] == pytest.approx(encoders[metric].weights[1:])


def test_baselines_that_are_fitted_again_are_chosen_by_validation_before(task, small_runs):
    usual, refitted = (
        [one for one in compute(small_config(task, **{"search.refit": refit})) if not one.skipped]
        for refit in (False, True)
    )
    assert [one.model for one in usual] == [one.model for one in refitted]

    def scores(found, split):
        return [{key: value for key, value in one.metrics.items() if key.startswith(split)} for one in found]

    assert scores(usual, "validation") == scores(refitted, "validation")
    assert scores(usual, "test") != scores(refitted, "test")
    for one in refitted:
        for metric, examples in one.examples.items():
            assert examples.mean == pytest.approx(one.metrics[f"test/{metric}"], rel=1e-6), one.model


def test_examples_that_do_not_make_the_metric_are_refused(task, small_runs, monkeypatch):
    wrong = ExampleScores.of([123.0, 4.0])
    monkeypatch.setattr(task_class(task), "examples", lambda self: {self.metric.key: wrong})
    with pytest.raises(RnnbenchError, match=r"their weighted mean is 63\.5"):
        train(small_config(task), kind="confirm", open_test=True)
    assert not train(small_config(task)).record.examples
    monkeypatch.setattr(task_class(task), "examples", lambda self: {"charm": wrong})
    with pytest.raises(RnnbenchError, match="has examples of charm, which `summarize` does not compute"):
        train(small_config(task), kind="confirm", open_test=True)


# what is learned from which split


def changed(data, split):
    """The data set with other content in one split."""
    parts = {"train": data.splits.train, "validation": data.splits.validation, "_test": data.splits._test}
    part = parts[split]
    if isinstance(part, Labelled):
        part = Labelled(tuple(f"new {text} words" for text in part.texts), part.labels)
    elif isinstance(part, Pairs):
        part = Pairs(tuple(f"new {text}" for text in part.sources), tuple(f"{text} words" for text in part.targets))
    elif isinstance(part, np.ndarray):
        part = np.concatenate([part, points_of("new WORDS!")])
    else:
        part = replace(part, values=part.values * 3 + 5, covariates=part.covariates * 2)
    splits = replace(data.splits, **{split: part})
    return replace(data, splits=splits, fingerprint=f"{data.fingerprint}, {split} changed")


def test_vocabulary_and_scale_come_from_training_alone(task):
    data = small_data.of_kind(task_class(task).data_kind)
    learned = prepared_for(task, data)[0].to_plain()
    assert prepared_for(task, changed(data, "validation"))[0].to_plain() == learned
    assert prepared_for(task, changed(data, "_test"))[0].to_plain() == learned
    assert prepared_for(task, changed(data, "train"))[0].to_plain() != learned


def numbers(batches):
    return [part.double().numpy() for batch in batches for part in batch if isinstance(part, torch.Tensor)]


def epoch(prepared):
    """Everything that one epoch of training reads."""
    return numbers(islice(prepared.training_batches(4, seed=3), prepared.batches_per_epoch(4)))


def is_same(first, second):
    return len(first) == len(second) and all(map(np.array_equal, first, second))


def test_joined_with_validation_training_reads_both_splits_and_no_test(task):
    data = small_data.of_kind(task_class(task).data_kind)
    alone, joined, other_validation, other_test = (
        prepared_for(task, one)[0] for one in (data, data, changed(data, "validation"), changed(data, "_test"))
    )
    for prepared in (joined, other_validation, other_test):
        prepared.join_validation()
    assert joined.batches_per_epoch(4) > alone.batches_per_epoch(4)
    assert not is_same(epoch(joined), epoch(other_validation))
    assert is_same(epoch(joined), epoch(other_test))
    assert joined.to_plain() == alone.to_plain()
    evaluated = (numbers(prepared.evaluation_batches("validation")) for prepared in (joined, alone))
    assert is_same(*evaluated), "what is evaluated does not change"
    with pytest.raises(SealedSplitError):
        [*joined.evaluation_batches("test")]


def test_every_item_of_both_splits_is_read_once_in_an_epoch(task):
    if task == "text_generation":
        pytest.skip("an epoch of a long text leaves out the end of each stream")
    prepared, _ = prepared_for(task)

    def trained():
        return sum(len(batch[0]) for batch in islice(prepared.training_batches(4, 0), prepared.batches_per_epoch(4)))

    alone = trained()
    validated = sum(len(batch[0]) for batch in prepared.evaluation_batches("validation"))
    prepared.join_validation()
    # a window of a series may now cross from training into validation
    crossing = HORIZON - 1 if task == "forecasting" else 0
    assert trained() == alone + validated + crossing


@pytest.mark.parametrize("averaging", ["none", "exponential"])
def test_trained_on_validation_too_it_has_the_length_it_is_given_and_no_validation_score(task, small_runs, averaging):
    config = small_config(task).with_values({"training.averaging": averaging})
    whole = train(config, kind="confirm", open_test=True).record
    refitted = train(config, kind="confirm", open_test=True, refit=3).record
    assert refitted.costs["updates"] == refitted.costs["best_update"] == 3 < whole.costs["updates"]
    assert whole.validation == whole.validation
    assert not [key for key in (*refitted.metrics, *refitted.curves) if key.startswith("validation/")]
    assert math.isfinite(refitted.test)
    assert {key: refitted.metrics[key] for key in whole.metrics if key.startswith("test/")} != {
        key: score for key, score in whole.metrics.items() if key.startswith("test/")
    }
    assert refitted.fingerprint == whole.fingerprint


def test_what_was_learned_comes_back_from_plain_data(task):
    prepared, settings = prepared_for(task)
    plain = json.loads(json.dumps(prepared.to_plain()))
    if isinstance(prepared, PreparedPairs):
        again = type(prepared).from_plain(plain, settings)
        assert (again.tokenizer.size, again.names) == (prepared.tokenizer.size, prepared.names)
        texts = ["the cat sees {name}"]
        assert again.source_rows(texts).ids.tolist() == prepared.source_rows(texts).ids.tolist()
    elif "tokenizer" in plain:
        again = tokenizer_from_plain(plain["tokenizer"])
        assert again.size == prepared.tokenizer.size
        text = "the dog sat. good film"
        assert again.encode(text).tolist() == prepared.tokenizer.encode(text).tolist()
    else:
        again = Scaler.from_plain(plain["scaler"])
        rows = np.array([[9.5, 21.0]])
        assert again.transform(rows).tolist() == prepared.rows.scaler.transform(rows).tolist()


# chance


def test_the_same_seed_gives_the_same_batches_and_another_seed_others(task):
    def epochs(seed):
        prepared, _ = prepared_for(task)
        batches = prepared.training_batches(8, seed)
        count = 2 * prepared.batches_per_epoch(8)
        return [tensor for _, batch in zip(range(count), batches, strict=False) for tensor in tensors_of(batch)]

    first, again, other = epochs(1), epochs(1), epochs(2)
    assert all(map(torch.equal, first, again))
    assert any(
        left.shape != right.shape or not torch.equal(left, right) for left, right in zip(first, other, strict=False)
    )
    half = len(first) // 2
    assert any(left.shape != right.shape or not torch.equal(left, right)
               for left, right in zip(first[:half], first[half:], strict=True)), "every epoch is the same"  # fmt: skip


def test_every_encoder_is_given_the_same_batches_under_one_seed(task, small_runs, monkeypatch):
    cls = task_class(task)
    original = cls.loss
    seen = {}
    for model in ENCODERS:
        given = seen[model] = []

        def loss(self, batch, given=given):
            given.extend(part.clone() for part in tensors_of(batch))
            return original(self, batch)

        monkeypatch.setattr(cls, "loss", loss)
        train(small_config(task, model), kind="trial")
    first = seen[ENCODERS[0]]
    assert len(first) >= 6
    for model in ENCODERS[1:]:
        assert all(map(torch.equal, first, seen[model])), f"{model} was given other batches than {ENCODERS[0]}"
        assert len(seen[model]) == len(first)


@pytest.mark.parametrize("model", ENCODERS)
def test_the_same_seed_gives_the_same_training_to_the_last_bit(task, every_model, small_runs):
    first, again = trained_once(task, every_model), train(small_config(task, every_model))
    assert without_seconds(first.record.curves) == without_seconds(again.record.curves)
    assert first.record.metrics == again.record.metrics
    left, right = first.task.state_dict(), again.task.state_dict()
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_another_seed_gives_another_training(task, small_runs):
    other = train(replace(small_config(task), seed=6))
    assert trained_once(task, "gru").record.curves["train/loss"] != other.record.curves["train/loss"]


# weights


@pytest.mark.parametrize("model", ENCODERS)
def test_trained_weights_come_back_from_a_file(task, every_model, small_runs):
    config = small_config(task, every_model)
    trained = trained_once(task, every_model).task
    stream = io.BytesIO()
    torch.save(trained.state_dict(), stream)
    stream.seek(0)
    torch.manual_seed(99)
    fresh = build(config, prepare(config))
    before = fresh.evaluate("validation")
    fresh.load_state_dict(torch.load(stream, weights_only=True))
    assert fresh.evaluate("validation") == trained.evaluate("validation")
    assert before != fresh.evaluate("validation")


# text generation, by hand


def silenced(made):
    """Every symbol gets the same score."""
    nn.init.zeros_(made.head.weight)
    nn.init.zeros_(made.head.bias)
    return made


def test_a_uniform_model_on_characters_needs_the_logarithm_of_the_vocabulary():
    made = silenced(built("text_generation"))
    # t h e space c a d o g s . r n , : 14 signs, and two numbers for padding and the unknown
    signs = set("the cat a dog sat. ran, on")
    assert made.prepared.tokenizer.size == len(signs) + 2
    found = made.evaluate("validation")
    assert found["validation/bits_per_character"] == pytest.approx(math.log2(len(signs) + 2), rel=FLOAT32)
    assert found["validation/perplexity"] == pytest.approx(len(signs) + 2, rel=3 * FLOAT32)  # the exponent is about 3
    assert found["validation/cold_nats_per_character"] == pytest.approx(math.log(len(signs) + 2), rel=FLOAT32)


def test_bits_are_per_character_whatever_the_tokens_are():
    data = small_data.corpus(validation="the cat sat. " * 20)
    made = silenced(built("text_generation", data=data, tokenizer="words"))
    # words: the cat a dog sat . ran , on : 9 and two more; 'the cat sat. ' is 4 of them in 13 characters
    assert made.prepared.tokenizer.size == 11
    expected = math.log2(11) * 4 / 13
    assert made.evaluate("validation")["validation/bits_per_character"] == pytest.approx(expected, rel=FLOAT32)


def text_scores(made, tokens, start=0, end=None):
    """Nats of tokens[start + 1 : end + 1], read in one pass from an empty state."""
    end = len(tokens) - 1 if end is None else end
    ids = torch.from_numpy(tokens[start : end + 1].astype(np.int64))
    with torch.no_grad():
        scores, _ = made.eval()(ids[:-1].unsqueeze(0))
    return float(nn.functional.cross_entropy(scores[0], ids[1:], reduction="sum"))


@pytest.mark.parametrize("model", ENCODERS)
def test_a_carried_state_measures_what_one_pass_over_the_text_would(model, monkeypatch):
    module = sys.modules[task_class("text_generation").Prepared.__module__]
    monkeypatch.setattr(module, "EVALUATION_STREAMS", 1)
    monkeypatch.setattr(module, "EVALUATION_WINDOW", 13)
    made = built("text_generation", model, encoder={"num_layers": 2})
    tokens = made.prepared.encoded.splits.validation
    expected = text_scores(made, tokens) / (len(tokens) - 1) / math.log(2)
    assert made.evaluate("validation")["validation/bits_per_character"] == pytest.approx(expected, rel=1e-5)


def test_several_streams_measure_what_one_pass_over_each_part_would(monkeypatch):
    module = sys.modules[task_class("text_generation").Prepared.__module__]
    monkeypatch.setattr(module, "EVALUATION_STREAMS", 3)
    monkeypatch.setattr(module, "EVALUATION_WINDOW", 10)
    made = built("text_generation", "lstm")
    tokens = made.prepared.encoded.splits.validation
    pairs = len(tokens) - 1
    lengths = [pairs // 3 + (part < pairs % 3) for part in range(3)]
    starts = [0, lengths[0], lengths[0] + lengths[1]]
    nats = sum(text_scores(made, tokens, start, start + length) for start, length in zip(starts, lengths, strict=True))
    found = made.evaluate("validation")["validation/nats_per_character"]
    assert found == pytest.approx(nats / pairs, rel=1e-5)


def test_cold_crops_begin_with_no_context(monkeypatch):
    monkeypatch.setattr(sys.modules[task_class("text_generation").Prepared.__module__], "COLD_CHARACTERS", 20)
    made = built("text_generation", "lstm")
    tokens = made.prepared.encoded.splits.validation
    pairs = len(tokens) - 1
    nats = sum(text_scores(made, tokens, start, min(start + 20, pairs)) for start in range(0, pairs, 20))
    found = made.evaluate("validation")["validation/cold_nats_per_character"]
    assert found == pytest.approx(nats / pairs, rel=1e-5)


def test_pieces_of_a_text_are_scored_in_the_order_of_the_text_whatever_the_streams(monkeypatch):
    module = sys.modules[task_class("text_generation").Prepared.__module__]
    monkeypatch.setattr(module, "EVALUATION_STREAMS", 3)
    monkeypatch.setattr(module, "EVALUATION_WINDOW", 10)
    text = "".join(map(chr, small_data.corpus().splits.train[:320]))  # 5 pieces of 64
    made = built("text_generation", data=small_data.corpus(validation=text))
    known = torch.from_numpy(made.prepared.encoded.splits.validation.astype(np.int64))
    after = {int(symbol): 0.001 * place for place, symbol in enumerate(known[1:])}  # what each symbol costs
    cost = torch.tensor([after.get(symbol, 0.0) for symbol in range(made.prepared.tokenizer.size)])
    monkeypatch.setattr(
        made, "_score", lambda inputs, targets, lengths, state: (
            cost[targets] * (kept := torch.arange(targets.shape[1]) < lengths[:, None]), kept, ()
        )
    )  # fmt: skip
    made.start_evaluation()
    for batch in made.prepared.evaluation_batches("validation"):
        made.observe(batch)
    found = made.examples()["bits_per_character"]
    nats = np.concatenate([[0.0], cost[known[1:]].numpy()]).reshape(5, 64).sum(axis=1)
    assert found.weights.tolist() == [63, 64, 64, 64, 64]
    assert found.scores == pytest.approx(nats / math.log(2) / found.weights, rel=1e-5)


@pytest.mark.parametrize("carry", [True, False])
def test_in_training_the_state_goes_on_from_window_to_window_and_begins_anew_with_an_epoch(carry):
    made = built("text_generation", carry_state=carry)
    batches = made.prepared.training_batches(4, 0)
    first, second = next(batches), next(batches)
    assert first.is_first
    assert not second.is_first
    made.loss(first)
    _, state = made(first.inputs)
    expected = nn.functional.cross_entropy(
        made(second.inputs, state if carry else None)[0].flatten(0, 1), second.targets.flatten()
    )
    assert made.loss(second)[0].item() == pytest.approx(expected.item(), rel=FLOAT32)
    anew = made.loss(first)[0].item()
    assert anew == pytest.approx(
        nn.functional.cross_entropy(made(first.inputs)[0].flatten(0, 1), first.targets.flatten()).item(), rel=FLOAT32
    )


def test_a_share_of_the_windows_begins_with_an_empty_state_where_that_is_asked_for():
    made = built("text_generation", state_reset=0.25)
    given, forward = [], made.forward
    made.forward = lambda ids, state=None: given.append(state) or forward(ids, state)
    batches = made.prepared.training_batches(4, 0)
    follow = []
    for _ in range(400):
        batch = next(batches)
        made.loss(batch)
        if not batch.is_first:
            follow.append(given[-1] is None)
    # 0.25 +- 4 standard errors
    assert sum(follow) / len(follow) == pytest.approx(0.25, abs=4 * math.sqrt(0.25 * 0.75 / len(follow)))
    made.eval()
    made.evaluate("validation")
    assert [state is None for state in given[400:]].count(True) == 1 + len([*made.prepared.cold_batches("validation")])


def test_the_gradient_stops_at_the_edge_of_a_window():
    made = built("text_generation")
    batches = made.prepared.training_batches(4, 0)
    made.loss(next(batches))[0].backward()
    assert not any(part.requires_grad for part in made._training_state)
    made.loss(next(batches))[0].backward()  # would fail on the graph of the window before


# sentiment, by hand


def sentiment_that_says(answers, labels):
    """A sentiment task whose scores are given instead of computed."""
    made = built("sentiment")
    made.start_evaluation()
    given = torch.tensor(answers).log()
    made.forward = lambda ids, lengths: given
    places = torch.arange(len(labels))
    made.observe((torch.zeros(len(labels), 1), torch.ones(len(labels)), torch.tensor(labels), places))
    return made.summarize()


def test_accuracy_f1_and_log_loss_agree_with_a_hand_worked_example():
    found = sentiment_that_says([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]], [0, 0, 1, 1])
    assert found["accuracy"] == pytest.approx(3 / 4)
    # class 0: one true positive, one missed: 2 / (2 + 1); class 1: two, and one too many: 4 / (4 + 1)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found["log_loss"] == pytest.approx(-(math.log(0.9) + math.log(0.4) + math.log(0.8) + math.log(0.7)) / 4)


@pytest.mark.parametrize("pooling", ["last", "mean", "max", "attention"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_pooling_counts_valid_steps_alone(pooling, bidirectional):
    made = built("sentiment", encoder={"bidirectional": bidirectional}, pooling=pooling).eval()
    ids = torch.tensor([[2, 3, 4, 5, 6], [7, 8, 0, 0, 0]])
    both = made(ids, torch.tensor([5, 2]))
    alone = made(ids[1:, :2], torch.tensor([2]))
    dirty = made(
        ids.clone().index_put_((torch.tensor([1, 1]), torch.tensor([2, 4])), torch.tensor(9)), torch.tensor([5, 2])
    )
    assert torch.allclose(both[1], alone[0], atol=FLOAT32)
    assert torch.allclose(dirty, both, atol=FLOAT32)


def test_pooling_is_what_its_name_says():
    steps = torch.tensor([[[1.0, 5.0], [3.0, -1.0], [100.0, 100.0]]])
    lengths = torch.tensor([2])
    expected = {"last": [3, -1], "mean": [2, 2], "max": [3, 5], "attention": [2, 2]}
    for pooling, pooled in expected.items():
        made = built("sentiment", encoder={"hidden_size": 2}, pooling=pooling)
        if made.attention is not None:
            nn.init.zeros_(made.attention.weight)  # equal weights: the mean
        assert made._pool(steps, lengths)[0].tolist() == pooled


def test_longer_texts_are_cut_at_the_end():
    prepared, _ = prepared_for("sentiment", max_tokens=3)
    widths = [batch.ids.shape[1] for batch in prepared.evaluation_batches("validation")]
    assert max(widths) == 3
    whole = small_data.texts().splits.train.texts[0]
    assert prepared.encoded.splits.train.lengths[0] == min(3, len(whole.split()))


# regularization of the tasks' own, by hand


@pytest.mark.parametrize("task", ["text_generation", "sentiment"])
def test_smoothed_targets_are_shared_out_in_training_alone(task):
    plain, smoothed = built(task), built(task, label_smoothing=0.2)
    batch = first_batch(plain)
    scores = []
    plain.head.register_forward_hook(lambda module, given, result: scores.append(result.detach().double()))
    hard = plain.loss(batch)[0].item()
    logs = scores[0].flatten(0, -2).log_softmax(dim=-1)
    # a fifth of the target is spread evenly over all classes, the right one included
    expected = 0.8 * hard - 0.2 * logs.mean().item()
    assert smoothed.loss(batch)[0].item() == pytest.approx(expected, rel=1e-5)
    assert smoothed.evaluate("validation") == plain.evaluate("validation")


def test_a_dropped_word_is_gone_from_the_whole_batch():
    made = built("text_generation", word_dropout=0.5).train()
    nn.init.ones_(made.embedding.weight)
    torch.manual_seed(0)
    vectors = made._vectors(torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0]]))
    assert set(vectors.flatten().tolist()) == {0.0, 2.0}
    assert torch.equal(vectors[0], vectors[1].flip(0))
    assert (vectors.std(dim=-1) == 0).all()
    assert (made.eval()._vectors(torch.tensor([[0, 1]])) == 1).all()


@pytest.mark.parametrize("embedding_size", [24, 16])  # the encoder's size, and another
def test_tied_embeddings_score_with_the_vectors_they_read(embedding_size):
    made = built("text_generation", tied_embeddings=True, embedding_size=embedding_size)
    assert made.head.weight is made.embedding.weight
    made.eval()
    steps = []
    made.to_embedding.register_forward_hook(lambda module, given, result: steps.append(result))
    scores, _ = made(torch.tensor([[1, 2, 3]]))
    assert torch.allclose(scores, steps[0] @ made.embedding.weight.T + made.head.bias, atol=1e-5)


def test_each_text_is_told_right_or_wrong_at_its_own_place():
    made = built("sentiment")
    made.start_evaluation()
    made.forward = lambda ids, lengths: torch.tensor([[0.9, 0.1], [0.4, 0.6]]).log()
    for labels, places in (([0, 0], [3, 0]), ([1, 1], [1, 2])):
        made.observe((torch.zeros(2, 1), torch.ones(2), torch.tensor(labels), torch.tensor(places)))
    # always class 0, then class 1: right at 3, wrong at 0, wrong at 1, right at 2
    found = made.examples()
    assert found["accuracy"].scores.tolist() == [0, 0, 1, 1]
    assert found["log_loss"].scores == pytest.approx(-np.log([0.4, 0.1, 0.6, 0.9]), rel=1e-5)
    assert found["accuracy"].block == 1


# forecasting, by hand


def forecasting_of(value, **arguments):
    """A forecaster whose network says one scaled number, whatever it reads."""
    made = built("forecasting", **arguments)
    nn.init.zeros_(made.head.weight)
    nn.init.constant_(made.head.bias, value)
    return made


def naive_metrics(data, forecast):
    """Metrics of `forecast(values, origin)` over every origin of the validation split."""
    split = data.splits.validation
    origins = range(split.history, len(split.values) - HORIZON + 1)
    errors = metrics.ForecastErrors.from_training(data.splits.train.values, SEASON)
    actual = np.stack([split.values[origin : origin + HORIZON] for origin in origins])
    errors.add(actual, np.stack([forecast(split.values, origin) for origin in origins]))
    return {f"validation/{key}": value for key, value in errors.metrics().items()}


def test_a_network_that_adds_nothing_repeats_the_last_value():
    data = small_data.series()
    made = forecasting_of(0.0, data=data, reference="last")
    expected = naive_metrics(data, lambda values, origin: np.repeat(values[origin - 1 : origin], HORIZON, axis=0))
    assert made.evaluate("validation") == pytest.approx(expected, rel=1e-5)


def test_a_network_that_adds_nothing_repeats_the_mean_of_the_lookback():
    data = small_data.series()
    made = forecasting_of(0.0, data=data, reference="mean")
    expected = naive_metrics(
        data,
        lambda values, origin: np.repeat(values[origin - LOOKBACK : origin].mean(0, keepdims=True), HORIZON, axis=0),
    )
    assert made.evaluate("validation") == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("horizon", [4, 8])
def test_a_network_that_adds_nothing_repeats_the_season(horizon):
    made = forecasting_of(0.0, reference="season", horizon=horizon)
    inputs = torch.randn(3, LOOKBACK, made.prepared.input_size)
    past = inputs[..., : made.channels]
    expected = torch.stack([past[:, LOOKBACK - SEASON + step % SEASON] for step in range(horizon)], dim=1)
    assert torch.allclose(made(inputs), expected, atol=FLOAT32)


def test_a_lookback_shorter_than_a_season_has_no_season_to_repeat():
    made = forecasting_of(0.0, reference="season", lookback=SEASON - 1)
    inputs = torch.randn(3, SEASON - 1, made.prepared.input_size)
    expected = inputs[..., : made.channels].mean(dim=1, keepdim=True).expand(-1, HORIZON, -1)
    assert torch.allclose(made(inputs), expected, atol=FLOAT32)


def test_a_network_without_a_reference_forecasts_in_the_unit_of_the_series():
    data = small_data.series()
    made = forecasting_of(0.5, data=data, reference="none")
    train = data.splits.train.values
    level = train.mean(axis=0) + 0.5 * train.std(axis=0)
    expected = naive_metrics(data, lambda values, origin: np.tile(level, (HORIZON, 1)))
    assert made.evaluate("validation") == pytest.approx(expected, rel=1e-5)


def test_mase_agrees_with_a_hand_worked_example():
    data = small_data.series(channels=1)
    made = forecasting_of(0.0, data=data, reference="last")
    found = made.evaluate("validation")["validation/mase"]
    train, split = data.splits.train.values[:, 0], data.splits.validation
    scale = np.mean([abs(train[row] - train[row - SEASON]) for row in range(SEASON, len(train))])
    values = split.values[:, 0]
    errors = [
        abs(values[origin + step] - values[origin - 1])
        for origin in range(split.history, len(values) - HORIZON + 1)
        for step in range(HORIZON)
    ]
    assert found == pytest.approx(np.mean(errors) / scale, rel=1e-5)


@pytest.mark.parametrize("channels", [1, 2])
def test_zero_returns_repeat_the_last_price(channels):
    data = small_data.series(channels=channels, covariates=0, learn="log_returns")
    made = forecasting_of(0.0, data=data, reference="none")
    scaler = made.prepared.rows.scaler
    returns = np.diff(np.log(data.splits.train.values), axis=0)
    assert scaler.mean == pytest.approx(returns.mean(axis=0))
    assert scaler.deviation == pytest.approx(returns.std(axis=0))
    with torch.no_grad():
        zero = torch.from_numpy(-scaler.mean / scaler.deviation).float()
        made.head.bias.copy_(zero.repeat(HORIZON))  # (horizon, channels)
    expected = naive_metrics(data, lambda values, origin: np.repeat(values[origin - 1 : origin], HORIZON, axis=0))
    assert made.evaluate("validation") == pytest.approx(expected, rel=1e-4)


def test_returns_add_up_to_a_price():
    data = small_data.series(channels=1, covariates=0, learn="log_returns")
    rows = built("forecasting", data=data).prepared.rows
    scaled = rows.scaler.transform(np.log([[2.0], [3.0]]))  # twofold, then threefold
    assert rows.to_levels(scaled[None], np.array([[5.0]]))[0, :, 0] == pytest.approx([10, 30])


def test_the_same_rows_learned_as_returns_are_prepared_anew():
    values = built("forecasting", data=small_data.series()).prepared.rows
    returns = built("forecasting", data=small_data.series(learn="log_returns")).prepared.rows
    assert (values.learn, returns.learn) == ("values", "log_returns")


@pytest.mark.parametrize("reference", ["last", "mean", "season"])
def test_a_forecast_moves_with_the_level_it_is_measured_from(reference):
    made = built("forecasting", reference=reference, linear_path=True).eval()
    nn.init.normal_(made.linear.weight)
    inputs = torch.randn(3, LOOKBACK, made.prepared.input_size)
    moved = inputs.clone()
    moved[..., : made.channels] += torch.tensor([2.0, -3.0])
    assert torch.allclose(made(moved), made(inputs) + torch.tensor([2.0, -3.0]), atol=1e-5)


def test_the_linear_path_begins_as_nothing_and_treats_every_channel_alike():
    with_path, without = built("forecasting", linear_path=True), built("forecasting", linear_path=False)
    inputs = torch.randn(3, LOOKBACK, with_path.prepared.input_size)
    assert torch.equal(with_path(inputs), without(inputs))
    with torch.no_grad():
        with_path.linear.weight[0, -2] = 1.0  # first step ahead: what the step before the last was above the last
    added = with_path(inputs) - without(inputs)
    past = inputs[..., :2]
    assert torch.allclose(added[:, 0], past[:, -2] - past[:, -1], atol=FLOAT32)
    assert torch.equal(added[:, 1:], torch.zeros_like(added[:, 1:]))


def test_a_loss_is_what_its_name_says():
    target = small_data.series()
    expected = {
        "absolute": lambda gap: gap.abs().mean(),
        "squared": lambda gap: (gap**2).mean(),
        "huber": lambda gap: torch.where(gap.abs() < 1, 0.5 * gap**2, gap.abs() - 0.5).mean(),
    }
    for name, formula in expected.items():
        made = forecasting_of(0.3, data=target, reference="none", loss=name)
        batch = first_batch(made)
        assert made.loss(batch)[0].item() == pytest.approx(formula(0.3 - batch.targets).item(), rel=1e-5)


def test_windows_left_open_are_those_of_the_data_set():
    prepared, _ = prepared_for("forecasting")
    assert (prepared.lookback, prepared.horizon) == (LOOKBACK, HORIZON)
    prepared, _ = prepared_for("forecasting", lookback=5, horizon=2)
    assert (prepared.lookback, prepared.horizon) == (5, 2)


def test_a_segment_is_a_run_of_samples_read_at_once():
    made = built("forecasting", segment=5)  # two segments of five; the oldest two of twelve samples fill none
    assert (made.prepared.segment, made.encoder.layers[0].input_size) == (5, 5 * made.prepared.rows.input_size)
    samples = torch.arange(2 * LOOKBACK * 3, dtype=torch.float32).view(2, LOOKBACK, 3)
    steps = made._segments(samples)
    assert steps.shape == (2, 2, 15)
    assert torch.equal(steps[:, 0], samples[:, 2:7].flatten(1))
    assert torch.equal(steps[:, 1], samples[:, 7:].flatten(1))
    assert all(math.isfinite(value) for value in made.evaluate("validation").values())


def test_a_segment_left_open_is_a_season_where_the_lookback_holds_three():
    assert prepared_for("forecasting", lookback=3 * SEASON)[0].segment == SEASON
    assert prepared_for("forecasting", lookback=3 * SEASON - 1)[0].segment == 1


def test_a_segment_longer_than_the_lookback_is_refused():
    with pytest.raises(RnnbenchError, match=r"task.segment = 13 must be at most the lookback of 12 samples"):
        prepared_for("forecasting", segment=LOOKBACK + 1)


def test_each_window_has_the_mase_of_its_own_in_the_order_of_time():
    data = small_data.series()
    made = forecasting_of(0.0, data=data, reference="last")
    made.evaluate("validation")
    split, train = data.splits.validation, data.splits.train.values
    scale = np.abs(train[SEASON:] - train[:-SEASON]).mean(axis=0)
    origins = range(split.history, len(split.values) - HORIZON + 1)
    expected = [
        (np.abs(split.values[origin : origin + HORIZON] - split.values[origin - 1]).mean(axis=0) / scale).mean()
        for origin in origins
    ]
    found = made.examples()
    assert found["mase"].scores == pytest.approx(expected, rel=1e-4)
    assert found["mase"].block == 8  # twice the horizon of 4

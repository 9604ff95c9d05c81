"""Loading a stored run: same outputs as the trained task, without its data; and refusals."""

import json
from dataclasses import replace

import pytest
import small_data
import torch
from small_runs import a_config, stored, use_data

import rnnbench
from rnnbench.core import registry
from rnnbench.core.errors import DataError, RnnbenchError, UnknownNameError
from rnnbench.experiment.classes import task_class
from rnnbench.runs import record_run
from rnnbench.runs.load import load, restore
from rnnbench.runs.prepare import prepare
from rnnbench.runs.record_run import train_and_record
from rnnbench.runs.train import Hooks, train
from rnnbench.storage.tracker import Tracker
from rnnbench.tasks.inference import CanForecast, CanGenerate, CanPredict


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


@pytest.fixture
def tracker(store):
    return Tracker()


def no_data(*arguments, **others):
    raise AssertionError("a data set was read")


def first_batch(task):
    return next(iter(task.prepared.evaluation_batches("validation")))


# the same model


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_a_loaded_run_gives_the_outputs_of_the_task_that_was_trained_and_reads_no_data(task, tracker, monkeypatch):
    record, trained = stored(tracker, task)
    inputs = first_batch(trained)[: {"sentiment": 2, "translation": 4, "dialogue": 4}.get(task, 1)]
    monkeypatch.setattr("rnnbench.runs.prepare._load", no_data)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model = load(record.run_id)
    assert torch.equal(torch.get_rng_state(), before), "loading moved the common randomness"
    assert not model.task.training
    with torch.inference_mode():
        expected, found = trained(*inputs), model.task(*inputs)
    if task == "text_generation":
        expected, found = expected[0], found[0]
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_what_was_prepared_is_read_back_without_data_and_without_loss(task):
    config = a_config(task)
    prepared = prepare(config)
    plain = json.loads(json.dumps(prepared.to_plain()))
    again = type(prepared).from_plain(plain, config.task_settings)
    assert again.to_plain() == plain
    assert again.input_size == prepared.input_size
    with pytest.raises(DataError, match="loaded without its data set"):
        next(iter(again.training_batches(4, 0)))
    with pytest.raises(DataError, match="loaded without its data set"):
        [*again.evaluation_batches("validation")]


def test_nothing_is_unpickled(tracker, monkeypatch):
    record, _ = stored(tracker, "sentiment")
    asked = []
    original = torch.load
    monkeypatch.setattr(torch, "load", lambda *words, **named: asked.append(named) or original(*words, **named))
    load(record.run_id)
    assert [named["weights_only"] for named in asked] == [True]


# which run


def test_a_run_is_found_by_id_by_its_beginning_by_name_and_as_best(tracker):
    first, _ = stored(tracker, "sentiment")
    newest, _ = stored(tracker, "sentiment")
    for named in (first.run_id, first.run_id[:8], first.run_id[:6].upper()):
        assert load(named).run_id == first.run_id
    assert load("gru-seed0").run_id == newest.run_id, "of equal names the newest is meant"
    assert load().run_id == load("best", task="sentiment").run_id == newest.run_id


def a_sweep(tracker, monkeypatch, scores):
    """A confirmed sweep: (model, seed) to (validation, test) accuracy."""
    experiment = tracker.experiment("sentiment", "small")
    parent = tracker.start(experiment, "sweep-1", {"kind": "sweep", "task": "sentiment"}).run_id
    original = record_run.train
    found = {}
    for (model, seed), (validation, test) in scores.items():
        for kind in ("trial", "confirm") if seed == 1 else ("confirm",):

            def train(config, *, kind=kind, validation=validation, test=test, **others):
                trained = original(config, kind=kind, **{**others, "open_test": kind == "confirm"})
                metrics = {**trained.record.metrics, "validation/accuracy": validation}
                metrics |= {"test/accuracy": test} if kind == "confirm" else {}
                return replace(trained, record=replace(trained.record, metrics=metrics))

            monkeypatch.setattr(record_run, "train", train)
            tags = {"trial": "0"} if kind == "trial" else {}
            record = train_and_record(
                a_config("sentiment", model, seed), tracker=tracker, experiment_id=experiment, name=f"{model}-{kind}",
                kind=kind, parent=parent, open_test=kind == "confirm", tags=tags,
            )  # fmt: skip
        found[model, seed] = record.run_id
    return found


def test_best_is_the_best_encoders_seed_that_validated_best_and_never_tested_best(tracker, monkeypatch):
    stored(tracker, "sentiment")
    scores = {
        ("gru", 1): (0.70, 0.90), ("gru", 2): (0.80, 0.70),  # test mean 0.80: the best encoder
        ("rnn", 1): (0.95, 0.60), ("rnn", 2): (0.60, 0.65),
    }  # fmt: skip
    found = a_sweep(tracker, monkeypatch, scores)
    assert load("best", task="sentiment").run_id == found["gru", 2]


def test_a_trial_and_a_run_that_did_not_complete_have_no_weights(tracker):
    trial, _ = stored(tracker, "sentiment", kind="trial", name="trial 001")
    with pytest.raises(RnnbenchError, match=r"is a trial, whose weights are not stored.*rnnbench predict best"):
        load(trial.run_id)
    pruned = Hooks(report=lambda step, score: True)
    run, _ = stored(tracker, "sentiment", name="gone", hooks=pruned)
    with pytest.raises(RnnbenchError, match="ended as pruned and has no weights"):
        load(run.run_id)
    with pytest.raises(RnnbenchError, match=r"there is no trained run of sentiment. Type: rnnbench sweep sentiment"):
        load(task="sentiment")


def test_a_running_run_has_no_weights_yet(tracker):
    begun = tracker.start(tracker.experiment("sentiment", "small"), "gru-seed0", {"kind": "train", "task": "sentiment"})
    for named in (begun.run_id, begun.run_id[:7], "gru-seed0"):
        with pytest.raises(RnnbenchError, match="is still running: it has no weights yet"):
            load(named)


def test_a_run_of_another_task_is_refused_with_what_to_type(tracker):
    record, _ = stored(tracker, "sentiment")
    with pytest.raises(RnnbenchError) as caught:
        load(record.run_id, task="forecasting")
    short = record.run_id[:8]
    assert str(caught.value) == (
        f"run gru-seed0 ({short}) is of sentiment, not of forecasting. Type: rnnbench predict {short}"
    )


def test_a_command_takes_the_newest_run_of_the_tasks_whose_models_can_do_it(tracker):
    first, _ = stored(tracker, "sentiment")
    other, _ = stored(tracker, "forecasting", name="other")
    assert load(capability=CanPredict).run_id == first.run_id
    assert load(capability=CanForecast).run_id == other.run_id
    assert load(first.run_id[:8], capability=CanPredict).run_id == first.run_id
    with pytest.raises(RnnbenchError) as caught:
        load("other", capability=CanPredict)
    short = other.run_id[:8]
    assert str(caught.value) == (
        f"run other ({short}) is of forecasting, which `rnnbench predict` cannot use. Type: rnnbench forecast {short}"
    )
    with pytest.raises(RnnbenchError, match=r"there is no trained run of text_generation\. Type: rnnbench sweep"):
        load(capability=CanGenerate)


def test_runs_of_a_task_without_inference_are_refused_in_words(tracker, monkeypatch):
    record, _ = stored(tracker, "sentiment")
    monkeypatch.setattr(task_class("sentiment"), "inference", None)
    for arguments in ({}, {"capability": CanPredict}, {"task": "sentiment"}):
        with pytest.raises(RnnbenchError, match=r"sentiment has no inference, so its runs cannot be used"):
            load(record.run_id, **arguments)
    with pytest.raises(RnnbenchError, match="there is no trained run of any task"):
        load(capability=CanPredict)


def test_an_unknown_run_is_refused_with_the_nearest_name_and_the_newest_runs(tracker):
    record, _ = stored(tracker, "sentiment")
    with pytest.raises(RnnbenchError, match=r"there is no run 'gru-sed0' in .* Did you mean 'gru-seed0'\?") as caught:
        load("gru-sed0")
    assert f"Newest runs: gru-seed0 ({record.run_id[:8]})." in str(caught.value)
    with pytest.raises(RnnbenchError, match="too short for the start of a run id: type at least 6 digits"):
        load("abc")
    with pytest.raises(UnknownNameError, match="Did you mean 'sentiment'"):
        load(task="sentimnt")


@pytest.mark.parametrize("name", ["prepared.json", "weights.pt"])
def test_missing_weights_are_reported(name, tracker, store):
    record, _ = stored(tracker, "sentiment")
    (kept,) = store.glob(f"artifacts/**/{name}")
    kept.unlink()
    with pytest.raises(RnnbenchError, match=rf"has no {name} in the store: train it again"):
        load(record.run_id)


def test_a_run_of_an_earlier_version_is_refused(tracker, store):
    record, _ = stored(tracker, "forecasting")
    (kept,) = store.glob("artifacts/**/prepared.json")
    plain = json.loads(kept.read_text(encoding="utf-8"))
    del plain["covariate_scaler"]
    kept.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(RnnbenchError, match="was stored by an earlier version of rnnbench, without 'covariate_scaler'"):
        load(record.run_id)


USES = {
    "sentiment": lambda model: model.predict(["a good film", "the dog"]),
    "text_generation": lambda model: model.generate("the ", length=8),
    "forecasting": lambda model: model.forecast(),
    "translation": lambda model: model.translate("a good film"),
    "dialogue": lambda model: model.reply("a good film"),
}
OTHER_TYPES = [None, True, -1, 0, 1.5, "x", "", [], [None, []], [[1.0]], ["a", "a"], {}, {"a": [1]}]


def fields_of(plain):
    """Ways to put another value in the place of one field, of the whole and of its parts."""
    for name, value in plain.items():
        for other in OTHER_TYPES:
            yield plain | {name: other}
            if isinstance(value, dict):
                yield from (plain | {name: value | {inner: other}} for inner in value)
            if isinstance(value, list) and value:
                yield plain | {name: [*value[:-1], other]}


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_a_field_of_another_type_is_used_or_refused_in_one_line(task, tracker, store):
    record, _ = stored(tracker, task)
    (kept,) = store.glob("artifacts/**/prepared.json")
    plain = json.loads(kept.read_text(encoding="utf-8"))
    refusals = []
    for number, damaged in enumerate([*fields_of(plain), *OTHER_TYPES]):
        kept.write_text(json.dumps(damaged), encoding="utf-8")
        try:
            model = restore(tracker, record)
            if number % 10 == 0:
                USES[task](model)
        except RnnbenchError as error:
            refusals.append(str(error))
    assert len(refusals) > 20
    assert not [said for said in refusals if "\n" in said]


# text


def test_text_continues_a_prompt_and_can_be_streamed(tracker):
    stored(tracker, "text_generation")
    model = rnnbench.load(task="text_generation")
    text = model.generate("the cat ", 50, seed=3)
    assert len(text) == 50
    pieces = [*model.stream("the cat ", 50, seed=3)]
    assert "".join(pieces) == text
    assert len(pieces) == 50, "characters come one by one"
    for prompt, words in {
        "": "the prompt is empty",
        "the 漢 cat %": r"lacks '漢', '%': leave that out of the prompt",
    }.items():
        with pytest.raises(RnnbenchError, match=words):
            model.stream(prompt, 5)
    with pytest.raises(RnnbenchError, match="the length must be at least 1 character, not 0"):
        model.generate("the ", 0)


# sentiment


def test_probabilities_are_those_of_the_trained_task_whatever_the_order_and_the_padding(tracker):
    _, trained = stored(tracker, "sentiment")
    model = load(task="sentiment")
    texts = ["the film is so very good and fine", "bad", "plot so dull", "unheard words only"]
    found = model.predict(texts)
    assert [*map(model.predict, texts)] != []
    for text, row in zip(texts, found, strict=True):
        assert sum(row.values()) == pytest.approx(1)
        assert [*row.values()] == sorted(row.values(), reverse=True)
        ids = torch.tensor(trained.prepared.tokenizer.encode(text))[None]
        with torch.inference_mode():
            expected = trained(ids, torch.tensor([ids.shape[1]])).softmax(dim=1)[0]
        assert [row["negative"], row["positive"]] == pytest.approx(expected.tolist(), abs=1e-5)
    # float32: a batch of one takes other routes through a processor than a batch of four
    assert model.predict("bad") == [pytest.approx(found[1], abs=1e-5)]
    assert model.unknown_share("unheard words only") == 1
    with pytest.raises(RnnbenchError, match="text 2 of 2 is empty"):
        model.predict(["fine", "  "])


# samples as training goes


def test_samples_are_kept_at_every_validation_and_training_does_not_notice(tracker):
    config = a_config("text_generation", **{"encoder.dropout": 0.3, "budget.updates": 12, "budget.validations": 3})
    samples = {}
    plain = train(config).record
    watched = train(config, hooks=Hooks(keep_sample=lambda text, path: samples.update({path: text}))).record
    assert {**watched.curves, "seconds": None} == {**plain.curves, "seconds": None}
    assert watched.metrics == plain.metrics
    assert [*samples] == [f"samples/update-{update:06d}.txt" for update in (4, 8, 12)]
    validation = "".join(map(chr, small_data.corpus().splits.validation[:16]))
    for text in samples.values():
        assert text.startswith(f"[{validation}]")
        assert len(text) == 16 + 2 + 200 + 1


@pytest.mark.parametrize(("kind", "count"), [("train", 2), ("confirm", 2), ("trial", 0)])
def test_runs_whose_weights_are_kept_have_samples_in_the_store(kind, count, tracker):
    record, _ = stored(tracker, "text_generation", kind=kind)
    found = [item.path for item in tracker.client.list_artifacts(record.run_id, "samples")]
    assert len(found) == count


@pytest.mark.parametrize(
    "name", ["it's", '"', 'it\'s "so"', "'; DROP TABLE runs; --", "a\\", "`", "%", "[/red]", "'" * 50]
)
def test_a_name_with_quotes_is_looked_up_like_any_other(name, tracker):
    with pytest.raises(RnnbenchError, match="there is no run"):
        load(name)

"""A stored run put to use: the same outputs as the task that was trained, without its data; and what cannot be used."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_data
import torch
from small_data import HORIZON, LOOKBACK

import rnnbench
from rnnbench import registry, runs
from rnnbench.errors import DataError, RnnbenchError, SettingsError, UnknownNameError
from rnnbench.experiment import resolve, task_class
from rnnbench.tracking import Tracker
from rnnbench.use.loading import load


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(runs, "load_data", lambda config: small_data.of_kind(task_class(config.task).data_kind))


@pytest.fixture
def tracker(store):
    return Tracker()


SMALL_TASK = {
    "text_generation": {"task.embedding_size": 16, "task.window": 16, "task.tokenizer": "characters"},
    "sentiment": {"task.embedding_size": 16, "task.minimum_count": 1},
    "forecasting": {},
}


def a_config(task, model="gru", seed=0, **values):
    tiny = {
        "encoder.hidden_size": 8, "encoder.num_layers": 1, "training.batch_size": 16, "training.patience": 0,
        "budget.updates": 4, "budget.validations": 2,
    }  # fmt: skip
    return resolve(task, model).with_values({**tiny, **SMALL_TASK[task], **values}, seed=seed)


def stored(tracker, task, *, kind="train", name="gru-seed0", data="small", **arguments):
    """A run of the store and the task that it trained."""
    config = arguments.pop("config", None) or a_config(task)
    experiment = tracker.experiment(task, data)
    record = runs.tracked(config, tracker=tracker, experiment_id=experiment, name=name, kind=kind, **arguments)
    return record, runs.train(config, kind=kind).task.eval()


def no_data(*arguments, **others):
    raise AssertionError("a data set was read")


def first_batch(task):
    return next(iter(task.prepared.evaluation_batches("validation")))


# the same model


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_a_loaded_run_gives_the_outputs_of_the_task_that_was_trained_and_reads_no_data(task, tracker, monkeypatch):
    record, trained = stored(tracker, task)
    inputs = first_batch(trained)[: 2 if task == "sentiment" else 1]
    monkeypatch.setattr(runs, "load_data", no_data)
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
    prepared = runs.prepare(config)
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
    original = runs.train
    found = {}
    for (model, seed), (validation, test) in scores.items():
        for kind in ("trial", "confirm") if seed == 1 else ("confirm",):

            def train(config, *, kind=kind, validation=validation, test=test, **others):
                trained = original(config, kind=kind, **{**others, "open_test": kind == "confirm"})
                metrics = {**trained.record.metrics, "validation/accuracy": validation}
                metrics |= {"test/accuracy": test} if kind == "confirm" else {}
                return replace(trained, record=replace(trained.record, metrics=metrics))

            monkeypatch.setattr(runs, "train", train)
            tags = {"trial": "0"} if kind == "trial" else {}
            record = runs.tracked(
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
    with pytest.raises(RnnbenchError, match=r"is a trial, which keeps no weights.*rnnbench predict best"):
        load(trial.run_id)
    pruned = runs.Hooks(report=lambda step, score: True)
    run, _ = stored(tracker, "sentiment", name="gone", hooks=pruned)
    with pytest.raises(RnnbenchError, match="ended as pruned: it left no weights"):
        load(run.run_id)
    with pytest.raises(RnnbenchError, match=r"nothing of sentiment was trained yet. Type: rnnbench sweep sentiment"):
        load(task="sentiment")


def test_a_run_that_goes_on_has_no_weights_yet(tracker):
    begun = tracker.start(tracker.experiment("sentiment", "small"), "gru-seed0", {"kind": "train", "task": "sentiment"})
    for named in (begun.run_id, begun.run_id[:7], "gru-seed0"):
        with pytest.raises(RnnbenchError, match="has not ended yet: it has no weights so far"):
            load(named)


def test_a_run_of_another_task_is_refused_with_what_to_type(tracker):
    record, _ = stored(tracker, "sentiment")
    with pytest.raises(RnnbenchError) as caught:
        load(record.run_id, task="forecasting")
    short = record.run_id[:8]
    assert str(caught.value) == (
        f"run gru-seed0 ({short}) is of sentiment, not of forecasting. Type: rnnbench predict {short}"
    )


def test_an_unknown_run_is_told_with_the_nearest_and_the_newest(tracker):
    record, _ = stored(tracker, "sentiment")
    with pytest.raises(RnnbenchError, match=r"there is no run 'gru-sed0' in .* Did you mean 'gru-seed0'\?") as caught:
        load("gru-sed0")
    assert f"The newest: gru-seed0 ({record.run_id[:8]})." in str(caught.value)
    with pytest.raises(RnnbenchError, match="too short for the beginning of a run id: type at least 6 digits"):
        load("abc")
    with pytest.raises(UnknownNameError, match="Did you mean 'sentiment'"):
        load(task="sentimnt")


@pytest.mark.parametrize("name", ["prepared.json", "weights.pt"])
def test_weights_that_were_taken_away_are_told(name, tracker, store):
    record, _ = stored(tracker, "sentiment")
    (kept,) = store.glob(f"artifacts/**/{name}")
    kept.unlink()
    with pytest.raises(RnnbenchError, match=rf"has no {name} in the store any more: train it again"):
        load(record.run_id)


def test_a_run_of_an_earlier_version_says_so(tracker, store):
    record, _ = stored(tracker, "forecasting")
    (kept,) = store.glob("artifacts/**/prepared.json")
    plain = json.loads(kept.read_text(encoding="utf-8"))
    del plain["covariate_scaler"]
    kept.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(RnnbenchError, match="was stored by an earlier rnnbench, without 'covariate_scaler'"):
        load(record.run_id)


# text


def test_text_goes_on_from_a_prompt_and_can_be_streamed(tracker):
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
        assert [row["negative"], row["positive"]] == pytest.approx(expected.tolist(), abs=1e-6)
    assert model.predict("bad") == [pytest.approx(found[1])]
    assert model.unknown_share("unheard words only") == 1
    with pytest.raises(RnnbenchError, match="text 2 of 2 is empty"):
        model.predict(["fine", "  "])


# forecasts


@pytest.fixture
def forecaster(tracker):
    record, trained = stored(tracker, "forecasting")
    return load(record.run_id), trained


def frame(series, rows=slice(None)):
    """The small series as pandas."""
    splits = series.splits.opened()
    parts = [splits.train, splits.validation, splits.test]
    values = np.concatenate([np.concatenate([part.values, part.covariates], axis=1)[part.history :] for part in parts])
    times = np.concatenate([part.times[part.history :] for part in parts])
    return pd.DataFrame(values, index=times, columns=[*series.targets, *series.covariate_names])[rows]


def test_a_forecast_is_what_the_trained_task_says_of_the_same_rows(forecaster):
    model, trained = forecaster
    series = small_data.series()
    rows = trained.prepared.rows.splits.validation
    origin = rows.history + 20  # of the split's rows; row 200 + 20 of the series
    with torch.inference_mode():
        scaled = trained(torch.from_numpy(rows.inputs[None, origin - LOOKBACK : origin])).numpy()[0]
    expected = trained.prepared.rows.to_levels(scaled, rows.levels[origin - 1])
    found = model.forecast(frame(series, slice(0, 220)))
    np.testing.assert_allclose(found.values, expected, rtol=1e-5)
    assert found.times[0] == np.datetime64("2020-01-06T00", "ns") + np.timedelta64(220, "h")
    assert len(found.times) == HORIZON


def test_beyond_the_trained_horizon_forecasts_are_read_back(forecaster):
    model, _ = forecaster
    table = frame(small_data.series())
    found = model.forecast(table, 3 * HORIZON - 1)
    assert found.values.shape == (3 * HORIZON - 1, 2)
    # by hand: the first block goes to the end of the table, its covariate held at the last value
    first = model.forecast(table, HORIZON)
    np.testing.assert_allclose(found.values[:HORIZON], first.values, rtol=1e-6)
    read_back = pd.DataFrame(first.values, index=first.times, columns=table.columns[:2])
    read_back[table.columns[2]] = table.iloc[-1, 2]
    second = model.forecast(pd.concat([table, read_back]), HORIZON)
    np.testing.assert_allclose(found.values[HORIZON : 2 * HORIZON], second.values, rtol=1e-5)
    assert any("read back as if observed" in note for note in found.notes)
    assert any("held at the last value there: covariate_0" in note for note in found.notes)


def test_the_band_is_made_of_the_errors_of_the_validation_split_step_by_step(forecaster):
    model, trained = forecaster
    errors = []
    for inputs, _, last, levels, _ in trained.prepared.evaluation_batches("validation"):
        with torch.inference_mode():
            forecast = trained.prepared.rows.to_levels(trained(inputs).numpy(), last.numpy())
        errors.append(np.abs(forecast - levels.numpy()))
    expected = np.quantile(np.concatenate(errors), 0.8, axis=0)
    found = model.forecast(horizon=4 * HORIZON)
    np.testing.assert_allclose((found.high - found.values)[:HORIZON], expected, rtol=1e-5)
    # 16 steps of 4: twice as wide as at the last trained step
    np.testing.assert_allclose((found.high - found.values)[-1], 2 * expected[-1], rtol=1e-5)
    np.testing.assert_allclose(found.values - found.low, found.high - found.values)
    with pytest.raises(RnnbenchError, match=r"the coverage must be one of 0.5, 0.8, 0.9, 0.95, not 0.7"):
        model.forecast(coverage=0.7)


def test_a_run_of_its_own_goes_on_from_the_end_of_its_data_and_refuses_changed_data(forecaster, monkeypatch):
    model, _ = forecaster
    found = model.forecast()
    np.testing.assert_allclose(found.values, model.forecast(frame(small_data.series())).values)
    monkeypatch.setattr(runs, "load_data", lambda config: small_data.series(scale=(1, 1, 2)))
    with pytest.raises(DataError, match="is not what it was when gru-seed0 was trained"):
        model.forecast()


def test_log_returns_are_added_up_over_all_blocks(tracker, monkeypatch):
    prices = small_data.series(learn="log_returns")
    monkeypatch.setattr(runs, "load_data", lambda config: prices)
    stored(tracker, "forecasting")
    model = load(task="forecasting")
    found = model.forecast(horizon=2 * HORIZON)
    table = frame(prices)
    first = model.forecast(table)
    read_back = pd.DataFrame(first.values, index=first.times, columns=table.columns[:2])
    read_back[table.columns[2]] = table.iloc[-1, 2]
    second = model.forecast(pd.concat([table, read_back]))
    np.testing.assert_allclose(found.values, np.concatenate([first.values, second.values]), rtol=1e-5)


def test_a_file_is_read_by_the_columns_that_the_run_learned(forecaster, tmp_path):
    model, _ = forecaster
    table = frame(small_data.series()).rename_axis("time")
    path = tmp_path / "new.csv"
    table.to_csv(path)
    np.testing.assert_allclose(model.forecast(path).values, model.forecast(table).values, rtol=1e-6)

    table.rename(columns={"channel_0": "a", "channel_1": "b", "covariate_0": "c"}).to_csv(path)
    named = {"target": ["a", "b"], "covariates": ["c"]}
    np.testing.assert_allclose(model.forecast(path, **named).values, model.forecast(table).values, rtol=1e-6)
    with pytest.raises(DataError, match=r"new.csv: the run also reads covariate_0: name as many columns"):
        model.forecast(path)
    with pytest.raises(DataError, match=r"the run forecasts 2 columns \(channel_0, channel_1\): name as many"):
        model.forecast(path, target=["a"], covariates=["c"])
    with pytest.raises(SettingsError, match="must be one of: none, interpolate, forward"):
        model.forecast(path, fill="zero", **named)

    table[: LOOKBACK - 1].to_csv(path)
    with pytest.raises(DataError, match=r"new.csv has 11 rows, and gru-seed0 looks back on 12: give a longer series"):
        model.forecast(path)
    table[::2].to_csv(path)
    with pytest.raises(DataError, match=r"new.csv has a value every 2h, and the run was trained on one every 1h"):
        model.forecast(path)
    table.drop(table.index[100:103]).to_csv(path)
    with pytest.raises(DataError, match=r"3 of 310 rows are missing"):
        model.forecast(path)
    assert model.forecast(path, fill="interpolate").values.shape == (HORIZON, 2)


def test_a_forecast_is_drawn_with_its_band(forecaster, tmp_path):
    model, _ = forecaster
    found = model.forecast(horizon=6)
    found.plot(tmp_path / "forecast.png")
    assert (tmp_path / "forecast.png").read_bytes().startswith(b"\x89PNG")
    plain = found.to_plain()
    assert [*plain["forecast"][0]] == [
        "time", "channel_0", "channel_0/low", "channel_0/high", "channel_1", "channel_1/low", "channel_1/high",
    ]  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain
    with pytest.raises(RnnbenchError, match=r"forecast.gif: pictures end in .pdf, .png, .svg"):
        found.plot(tmp_path / "forecast.gif")


# samples as training goes


def test_samples_are_kept_at_every_validation_and_training_does_not_notice(tracker):
    config = a_config("text_generation", **{"encoder.dropout": 0.3, "budget.updates": 12, "budget.validations": 3})
    samples = {}
    plain = runs.train(config).record
    watched = runs.train(config, hooks=runs.Hooks(keep_sample=lambda text, path: samples.update({path: text}))).record
    assert watched.curves == plain.curves
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

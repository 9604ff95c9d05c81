"""A filled value is an input and never the truth: whatever it is, no loss, score, band, choice or example changes."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import small_data
import torch
from small_data import HORIZON, SEASON
from small_runs import a_config, use_data

from rnnbench import metrics
from rnnbench.data.duplicates import overlap_of
from rnnbench.data.kinds import Series, SeriesSplit
from rnnbench.data.splitting import fingerprint
from rnnbench.runs.baselines import compute
from rnnbench.runs.train import train
from rnnbench.tasks.methods.windows import Chunk, RollingWindows

POISON = 1e6
SHARE = 0.1


def with_filled(series: Series, share: float = SHARE, seed: int = 3) -> Series:
    """The series, of which a share of the values in each split is said to be filled, among them a whole horizon."""
    generator = np.random.default_rng(seed)
    observed = generator.random((310, len(series.targets))) >= share
    observed[100 : 100 + 2 * HORIZON] = observed[230 : 230 + HORIZON] = observed[280 : 280 + 2 * HORIZON] = False
    starts = {"train": 0, "validation": 200, "test": 260}

    def masked(name: str, split: SeriesSplit) -> SeriesSplit:
        first = starts[name] - split.history
        return replace(split, observed=observed[first : first + len(split.values)])

    splits = series.splits.map(masked)
    return replace(series, splits=splits, fingerprint=fingerprint(splits))


@pytest.fixture
def gappy(monkeypatch: pytest.MonkeyPatch) -> Series:
    series = with_filled(small_data.series())
    use_data(monkeypatch, lambda kind: series)
    return series


def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, filled values are a million wherever they are compared with a forecast, and as before as inputs."""
    prepared = sys.modules["rnnbench.data.series"]
    original = prepared.PreparedSeries.scaled
    chunks = RollingWindows.chunks

    def scaled(self, rows, frequency, calendar):
        split = original(self, rows, frequency, calendar)
        if split.observed is None:
            return split
        targets, levels = (np.where(split.observed, part, POISON) for part in (split.targets, split.levels))
        return replace(split, targets=targets.astype(np.float32), levels=levels)

    def poisoned_chunks(self):
        for past, future, observed in chunks(self):
            yield Chunk(past, future if observed is None else np.where(observed, future, POISON), observed)

    monkeypatch.setattr(prepared.PreparedSeries, "scaled", scaled)
    monkeypatch.setattr(RollingWindows, "chunks", poisoned_chunks)
    monkeypatch.setattr(sys.modules["rnnbench.tasks.forecasting.prepared"], "cached", lambda key, make: make())


def plain_examples(examples):
    return {key: (scores.scores.tolist(), scores.weights.tolist()) for key, scores in examples.items()}


def trained(**values):
    """What a run stores: weights, scores, band, details, examples and samples."""
    result = train(a_config("forecasting", **values))
    task = result.task
    weights = [parameter.detach().clone() for parameter in task.parameters()]
    validation = task.evaluate("validation")
    task.prepared.open_test()
    test = task.evaluate("test")
    return weights, (
        validation,
        test,
        task.details(),
        plain_examples(task.examples()),
        task.past_errors(),
        task.showcase(),
    )


@pytest.mark.parametrize("loss", ["absolute", "squared", "huber"])
def test_filled_values_change_neither_weights_nor_scores_nor_the_band(gappy, monkeypatch, loss):
    weights, stored = trained(**{"task.loss": loss})
    poisoned(monkeypatch)
    again, stored_again = trained(**{"task.loss": loss})
    assert all(torch.equal(one, other) for one, other in zip(weights, again, strict=True))
    assert stored_again == stored
    assert max(stored[1].values()) < POISON / 100


def test_a_run_fitted_on_training_and_validation_learns_from_no_filled_value(gappy, monkeypatch):
    config = a_config("forecasting")
    first = train(config, kind="confirm", open_test=True, refit=3)
    poisoned(monkeypatch)
    second = train(config, kind="confirm", open_test=True, refit=3)
    assert [key for key in first.record.metrics if key.startswith("test/")]
    assert all(first.record.metrics[key] == second.record.metrics[key] for key in first.record.metrics if "/" in key)
    weights = (trained.task.state_dict() for trained in (first, second))
    assert all(torch.equal(*pair) for pair in zip(*(state.values() for state in weights), strict=True))


@pytest.mark.parametrize("refit", [False, True])
def test_filled_values_change_no_baseline(gappy, monkeypatch, refit):
    def stored():
        return {
            result.model: (result.metrics, result.note, result.details, plain_examples(result.examples))
            for result in compute(a_config("forecasting", **{"search.refit": refit}))
        }

    before = stored()
    poisoned(monkeypatch)
    assert stored() == before
    assert {"last_value", "ridge", "auto_ets", "auto_theta"} <= set(before)
    assert all(found[0]["test/rmse"] < POISON / 100 for found in before.values() if found[0])


def test_examples_average_to_the_metric_and_windows_without_a_known_value_weigh_nothing(gappy):
    task = train(a_config("forecasting")).task
    task.prepared.open_test()
    scores = task.evaluate("test")
    plain = {key.removeprefix("test/"): value for key, value in scores.items()}
    examples = task.checked_examples(plain)
    assert set(examples) == set(task.examples())
    split = gappy.splits.opened().test
    origins = range(split.history, len(split.values) - HORIZON + 1)
    shares = [split.observed[origin : origin + HORIZON].mean() for origin in origins]
    assert min(shares) == 0
    assert examples["mase"].weights == pytest.approx(shares)


def test_the_errors_of_observed_values_are_counted_one_by_one(gappy):
    """Every metric worked out by loops over the observed values alone, channels pooled."""
    task = train(a_config("forecasting")).task
    scores = task.evaluate("validation")
    split, training = gappy.splits.validation, gappy.splits.train
    pairs = [
        [abs(training.values[row, channel] - training.values[row - SEASON, channel])
         for row in range(SEASON, 200) if training.observed[row, channel] and training.observed[row - SEASON, channel]]
        for channel in range(2)
    ]  # fmt: skip
    scale = [float(np.mean(differences)) for differences in pairs]
    absolute, squared, scaled = [], [], []
    for origin, forecast, _ in task._forecasts("validation"):
        for step in range(HORIZON):
            for channel in range(2):
                if split.observed[origin + step, channel]:
                    error = abs(forecast[step, channel] - split.values[origin + step, channel])
                    absolute.append(error)
                    squared.append(error**2)
                    scaled.append(error / scale[channel])
    assert scores["validation/mae"] == pytest.approx(np.mean(absolute), rel=1e-6)
    assert scores["validation/rmse"] == pytest.approx(np.sqrt(np.mean(squared)), rel=1e-6)
    assert scores["validation/mase"] == pytest.approx(np.mean(scaled), rel=1e-6)


def test_a_mask_of_observed_values_alone_is_no_mask(monkeypatch):
    plain = small_data.series()
    masked = with_filled(plain, share=0.0)
    observed = replace(
        masked, splits=masked.splits.map(lambda _, split: replace(split, observed=split.observed | True))
    )
    assert fingerprint(observed.splits) == plain.fingerprint
    assert masked.fingerprint != plain.fingerprint
    found = []
    for series in (plain, observed):
        use_data(monkeypatch, lambda kind, series=series: series)
        task = train(a_config("forecasting", **{"budget.updates": 1, "budget.validations": 1})).task
        found.append(task.evaluate("validation"))
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_other_filled_cells_are_another_data_set():
    series = small_data.series()
    assert with_filled(series, seed=1).fingerprint != with_filled(series, seed=2).fingerprint


def test_filled_runs_of_rows_are_no_copies():
    generator = np.random.default_rng(0)
    block = generator.standard_normal((60, 1))
    values = np.concatenate([generator.standard_normal((200, 1)), block, generator.standard_normal((60, 1)), block])

    def split(first: int, last: int, observed: np.ndarray | None) -> SeriesSplit:
        times = np.arange(last).astype("datetime64[ns]")
        mask = None if observed is None else observed[:last]
        return SeriesSplit(values[:last], np.empty((last, 0)), times, first, mask)

    def overlap(observed: np.ndarray | None):
        series = small_data.series(channels=1, covariates=0)
        parts = (split(0, 260, observed), split(260, 320, observed), split(320, 380, observed))
        return overlap_of(replace(series, splits=type(series.splits)(*parts)))

    whole = overlap(None)
    assert (whole.test, whole.test_items) == (37, 37)  # 60 rows have 37 runs of 24
    observed = np.ones((380, 1), bool)
    observed[330] = False  # leaves the 26 runs from row 331 to the end
    partly = overlap(observed)
    assert (partly.test, partly.test_items) == (26, 26)
    in_training = np.ones((380, 1), bool)
    in_training[200] = False  # the first run of the block is none in training
    assert overlap(in_training).test == 36


def test_a_sample_has_gaps_where_values_are_filled(gappy):
    task = train(a_config("forecasting")).task
    task.prepared.open_test()
    windows = task.showcase()["windows"]
    split = gappy.splits.opened().test
    for window in windows:
        channel = gappy.targets.index(window["channel"])
        (row,) = np.flatnonzero(split.times == np.datetime64(window["time"]))
        observed = split.observed[row : row + HORIZON, channel]
        assert [value is not None for value in window["actual"]] == observed.tolist()
        assert any(observed)
    assert any(None in window["actual"] + window["history"] for window in windows)


def test_the_scale_of_mase_is_of_pairs_of_observed_values():
    train_rows = np.array([[0.0], [5.0], [1.0], [99.0], [4.0], [7.0]])
    observed = np.array([[True], [True], [True], [False], [True], [True]])
    # season 2: |1-0| = 1, 99 is filled, |4-1| = 3, 7 less the filled one does not count
    assert metrics.naive_scale(train_rows, 2, observed).tolist() == [2.0]
    assert metrics.naive_scale(train_rows, 2, np.zeros((6, 1), bool)).tolist() == [0.0]
    known = metrics.ForecastErrors.from_training(train_rows, 2, observed)
    assert known.deviation == pytest.approx([np.std([0, 5, 1, 4, 7])])

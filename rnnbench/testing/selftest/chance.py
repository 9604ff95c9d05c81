"""Where there is nothing to learn, nothing is learned: labels by a coin, characters by lot, white noise.

What reaches the scores of the test split by any way but the input would show here as skill. The bounds are exact for
any model: a prediction made before the outcome is drawn cannot gain on the true chances by more than chance allows.

    labels      hits of n are binomial, whatever was predicted: p of as many hits or more
    characters  sum log2 q(c) / p(c) of the model's q and the true p is above 20 bits once in a million
    noise       sum ((y - mean)^2 - (y - f)^2) / (2 variance) is above ln(10^6) once in a million

The last two are Ville's inequality for the likelihood ratio, which has mean 1 whatever the model.

Source: Ville 1939, Étude critique de la notion de collectif, chapter 5; Howard, Ramdas, McAuliffe and Sekhon 2020,
Time-uniform Chernoff bounds via nonnegative supermartingales, arXiv:1808.03204.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats

from rnnbench.data.kinds import LabelledTexts
from rnnbench.runs.prepare import load_data
from rnnbench.runs.train import train
from rnnbench.testing.selftest import made
from rnnbench.testing.selftest.base import LOWEST_P, Bench, Check

ODDS = 1e6
CHARACTERS = dict(zip("etaoin .", (0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05), strict=True))
NOISE_MEAN, NOISE_DEVIATION = 10.0, 2.0
TEST_SHARE = 0.3


def check(bench: Bench) -> Iterator[Check]:
    """Labels, characters and a series without anything in them to be learned."""
    bench.say("labels drawn by a coin")
    yield shuffled_labels(bench)
    bench.say("characters drawn one by one")
    yield drawn_characters(bench)
    bench.say("white noise")
    yield white_noise(bench)


def shuffled_labels(bench: Bench) -> Check:
    """A classifier on labels that a coin has drawn hits as many as a coin."""
    path = made.write_labelled(bench.folder / "coin.csv", rows=600, is_told=False)
    values = {"budget.updates": 100, "encoder.hidden_size": 16, "budget.epochs": 20, "data.test_share": TEST_SHARE}
    config = made.small_config("sentiment", "gru", path, values)
    accuracy = train(config, kind="confirm", open_test=True).record.test
    data = load_data(config)
    assert isinstance(data, LabelledTexts)
    labels = data.splits.opened().test.labels
    majority = float(np.bincount(labels).max() / len(labels))
    hits = round(accuracy * len(labels))
    p_value = float(stats.binomtest(hits, len(labels), majority, alternative="greater").pvalue)
    told = f"{hits} of {len(labels)} right, where one class for all has {majority:.1%}: p = {p_value:.2g}"
    return Check("labels drawn by a coin are told no better than by a coin", p_value >= LOWEST_P, told)


def drawn_characters(bench: Bench) -> Check:
    """A language model of characters drawn by lot needs the entropy of the lot, and not less."""
    count = 12_000
    text = made.write_characters(bench.folder / "lot.txt", CHARACTERS, count=count)
    values = {"budget.updates": 60 if bench.is_quick else 150, "data.test_share": TEST_SHARE}
    config = made.small_config("text_generation", "lstm", bench.folder / "lot.txt", values)
    found = train(config, kind="confirm", open_test=True).record.test
    test = text[-round(count * TEST_SHARE) :]
    least = -sum(math.log2(CHARACTERS[sign]) for sign in test) / len(test)
    gained = (least - found) * len(test)
    passed = gained <= math.log2(ODDS) and found < math.log2(len(CHARACTERS))
    told = f"{found:.3f} bits per character; the lot itself gives {least:.3f}, equal shares {math.log2(8):.3f}"
    return Check("characters drawn by lot cost their entropy, not less", passed, told)


def white_noise(bench: Bench) -> Check:
    """A forecaster of white noise is no better than its mean."""
    rows = 2000
    values = NOISE_MEAN + NOISE_DEVIATION * np.random.default_rng(1).standard_normal(rows)
    path = made.write_series(bench.folder / "noise.csv", values)
    settings = {"task.horizon": 1, "task.loss": "squared", "data.test_share": TEST_SHARE, "task.reference": "mean"}
    config = made.small_config("forecasting", "gru", path, {**settings, "budget.updates": 100})
    record = train(config, kind="confirm", open_test=True).record
    test = values[-round(rows * TEST_SHARE) :]
    own, mean = record.metrics["test/rmse"], math.sqrt(float(np.mean((test - NOISE_MEAN) ** 2)))
    gained = len(test) * (mean**2 - own**2) / (2 * NOISE_DEVIATION**2)
    told = f"root mean squared error {own:.3f}; the mean of the noise has {mean:.3f}"
    return Check("white noise is forecast no better than by its mean", gained <= math.log(ODDS), told)

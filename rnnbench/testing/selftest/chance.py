"""Checks that nothing is learned from data without structure: random labels, random characters, white noise.

Information about the test split that leaks into training or scoring would appear here as skill. The bounds are exact
for any model:

    labels      the number of correct predictions is binomial: p-value of at least as many
    characters  P(sum log2 q(c) / p(c) > 20 bits) < 1e-6 for the model's q and the true distribution p
    noise       P(sum ((y - mean)^2 - (y - f)^2) / (2 variance) > ln(1e6)) < 1e-6 for the forecast f

The last two follow from Ville's inequality for the likelihood ratio, whose mean is 1 for any model.

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
from rnnbench.testing.selftest.base import LOWEST_P, Check, Context

ODDS = 1e6
CHARACTERS = dict(zip("etaoin .", (0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05), strict=True))
NOISE_MEAN, NOISE_DEVIATION = 10.0, 2.0
TEST_SHARE = 0.3


def check(context: Context) -> Iterator[Check]:
    """Check labels, characters and a series that contain nothing to learn."""
    context.progress("random labels")
    yield random_labels(context)
    context.progress("random characters")
    yield random_characters(context)
    context.progress("white noise")
    yield white_noise(context)


def random_labels(context: Context) -> Check:
    """Check that a classifier trained on random labels is no better than chance."""
    path = made.write_labelled(context.folder / "coin.csv", rows=600, informative=False)
    values = {"budget.updates": 100, "encoder.hidden_size": 16, "budget.epochs": 20, "data.test_share": TEST_SHARE}
    config = made.small_config("sentiment", "gru", path, values)
    accuracy = train(config, kind="confirm", open_test=True).record.test
    data = load_data(config)
    assert isinstance(data, LabelledTexts)
    labels = data.splits.opened().test.labels
    majority = float(np.bincount(labels).max() / len(labels))
    hits = round(accuracy * len(labels))
    p_value = float(stats.binomtest(hits, len(labels), majority, alternative="greater").pvalue)
    details = f"{hits} of {len(labels)} correct; majority class {majority:.1%}; p = {p_value:.2g}"
    return Check("random labels: no better than chance", p_value >= LOWEST_P, details)


def random_characters(context: Context) -> Check:
    """Check that a language model of independent random characters needs at least their entropy."""
    count = 12_000
    text = made.write_characters(context.folder / "lot.txt", CHARACTERS, count=count)
    values = {"budget.updates": 60 if context.is_quick else 150, "data.test_share": TEST_SHARE}
    config = made.small_config("text_generation", "lstm", context.folder / "lot.txt", values)
    bits = train(config, kind="confirm", open_test=True).record.test
    test = text[-round(count * TEST_SHARE) :]
    entropy = -sum(math.log2(CHARACTERS[character]) for character in test) / len(test)
    gained = (entropy - bits) * len(test)
    passed = gained <= math.log2(ODDS) and bits < math.log2(len(CHARACTERS))
    details = f"{bits:.3f} bits per character; true distribution {entropy:.3f}, uniform distribution {math.log2(8):.3f}"
    return Check("random characters: no fewer bits than their entropy", passed, details)


def white_noise(context: Context) -> Check:
    """Check that a forecast of white noise is no better than the true mean."""
    rows = 2000
    values = NOISE_MEAN + NOISE_DEVIATION * np.random.default_rng(1).standard_normal(rows)
    path = made.write_series(context.folder / "noise.csv", values)
    settings = {"task.horizon": 1, "task.loss": "squared", "data.test_share": TEST_SHARE, "task.reference": "mean"}
    config = made.small_config("forecasting", "gru", path, {**settings, "budget.updates": 100})
    record = train(config, kind="confirm", open_test=True).record
    test = values[-round(rows * TEST_SHARE) :]
    own, mean = record.metrics["test/rmse"], math.sqrt(float(np.mean((test - NOISE_MEAN) ** 2)))
    gained = len(test) * (mean**2 - own**2) / (2 * NOISE_DEVIATION**2)
    details = f"root mean squared error {own:.3f}; of the true mean {mean:.3f}"
    return Check("white noise: no better than the true mean", gained <= math.log(ODDS), details)

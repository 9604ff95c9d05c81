"""Checks that nothing is learned from data without structure: random labels, characters and replies, white noise.

Information about the test split that leaks into training or scoring would appear here as skill. The bounds are exact
for any model:

    labels      the number of correct predictions is binomial: p-value of at least as many
    characters  P(sum log2 q(c) / p(c) > 20 bits) < 1e-6 for the model's q and the true distribution p
    replies     as characters, with the words of a reply for q and p
    noise       P(sum ((y - mean)^2 - (y - f)^2) / (2 variance) > ln(1e6)) < 1e-6 for the forecast f

All but the first follow from Ville's inequality for the likelihood ratio, whose mean is 1 for any model.

Source: Ville 1939, Étude critique de la notion de collectif, chapter 5; Howard, Ramdas, McAuliffe and Sekhon 2020,
Time-uniform Chernoff bounds via nonnegative supermartingales, arXiv:1808.03204.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from rnnbench.core.trust import write_trusted
from rnnbench.data.kinds import LabelledTexts
from rnnbench.metrics.dialogue import CONTEXT_GAIN
from rnnbench.metrics.text import BITS_PER_CHARACTER
from rnnbench.runs.prepare import load_data
from rnnbench.runs.train import train
from rnnbench.testing.selftest import made
from rnnbench.testing.selftest.base import LOWEST_P, Check, Context

ODDS = 1e6
CHARACTERS = dict(zip("etaoin .", (0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05), strict=True))
NOISE_MEAN, NOISE_DEVIATION = 10.0, 2.0
TEST_SHARE = 0.3
PEEKING = '''"""A GRU that also receives the next step's input."""

import torch

from rnnbench.encoders.gru import GRU


class Peeking(GRU):
    """A GRU whose input is that of this step and the next."""

    def forward(self, x, lengths=None, state=None):
        ahead = torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], dim=1)
        return super().forward(x + ahead, lengths, state)
'''


def check(context: Context) -> Iterator[Check]:
    """Check labels, characters, replies and a series that contain nothing to learn."""
    context.progress("random labels")
    yield random_labels(context)
    context.progress("random characters")
    yield random_characters(context)
    context.progress("random replies")
    yield random_replies(context)
    context.progress("replies to what was said")
    yield replies_to_the_statement(context)
    context.progress("a writer that sees later steps")
    yield impossible_score_detected(context)
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


def random_replies(context: Context) -> Check:
    """Check that replies independent of what was said need at least their entropy, and have no context gain."""
    score = _replies(context, "gru", informative=False)
    passed = score.is_possible and score.gain_p >= LOWEST_P
    return Check("random replies: no fewer bits than their entropy, no context gain", passed, str(score))


def replies_to_the_statement(context: Context) -> Check:
    """Check that replies that depend on what was said have a context gain: the check of random replies can fail."""
    score = _replies(context, "gru", informative=True)
    return Check("replies to what was said: context gain found", score.gain > 0 and score.gain_p < LOWEST_P, str(score))


def impossible_score_detected(context: Context) -> Check:
    """Check that a writer that sees the later steps of random replies gets fewer bits than their entropy."""
    path = context.folder / "peeking_writer.py"
    write_trusted(path, PEEKING)
    score = _replies(context, str(path), informative=False)
    return Check("writer that sees later steps: its score is impossible", not score.is_possible, str(score))


@dataclass(frozen=True)
class _ReplyScore:
    """Bits per reply of a model and of the true distribution of random replies, and the gain by the context.

    gain, gain_p: bits that the context is worth per reply, and the p-value of so much or more without any (Wilcoxon).
    """

    bits: float
    entropy: float
    replies: int
    gain: float
    gain_p: float

    @property
    def is_possible(self) -> bool:
        return (self.entropy - self.bits) * self.replies <= math.log2(ODDS)

    def __str__(self) -> str:
        return (
            f"{self.bits:.2f} bits per reply; of random replies {self.entropy:.2f}; "
            f"context gain {self.gain:.2f} bits, p = {self.gain_p:.2g}"
        )


def _replies(context: Context, model: str, *, informative: bool) -> _ReplyScore:
    """Train on synthetic dialogues and score the replies of the test split."""
    name = "told" if informative else "chatter"
    path = made.write_dialogue(context.folder / f"{name}.tsv", rows=600, informative=informative)
    values = {
        "budget.updates": 150,
        "budget.epochs": 30,
        "encoder.hidden_size": 32,
        "task.embedding_size": 32,
        "task.label_smoothing": 0.0,
        "training.learning_rate": 0.02,
    }
    config = made.small_config("dialogue", model, path, {**values, "data.test_share": TEST_SHARE})
    examples = train(config, kind="confirm", open_test=True).record.examples
    own, gain = (examples[key] for key in (BITS_PER_CHARACTER.key, CONTEXT_GAIN.key))
    characters = own.weights
    bits = float((own.scores * characters).sum() / len(own.scores))
    gains = gain.scores * characters
    entropy = made.REPLY_LENGTH * math.log2(sum(map(len, made.REPLY_WORDS)))
    # a model that ignores the context has no gain at all, of which Wilcoxon's test makes no number
    p_value = float(stats.wilcoxon(gains, alternative="greater").pvalue) if gains.any() else 1.0
    return _ReplyScore(bits, entropy, len(gains), float(gains.mean()), p_value)


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

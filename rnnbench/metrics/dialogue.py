"""Metrics of a dialogue: what the context is worth, the rank of the true reply, and how varied replies are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

WORD = re.compile(r"\w+|[^\w\s]")

CONTEXT_GAIN = Metric("context_gain", "gain from context, bits per character", higher_is_better=True, decimals=3)
"""Bits per character of the replies under another row's context minus those under their own.

0 for a language model that ignores the context.
"""

HITS_AT_1 = Metric("hits_at_1", "hits@1", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")
HITS_AT_2 = Metric("hits_at_2", "hits@2", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")
HITS_AT_5 = Metric("hits_at_5", "hits@5", higher_is_better=True, low=0, high=1, decimals=1, scale=100, unit="%")
_HITS = {1: HITS_AT_1, 2: HITS_AT_2, 5: HITS_AT_5}

DISTINCT_1 = Metric("distinct_1", "distinct-1", higher_is_better=True, low=0, high=1, decimals=3)
DISTINCT_2 = Metric("distinct_2", "distinct-2", higher_is_better=True, low=0, high=1, decimals=3)
MOST_FREQUENT_REPLY = Metric(
    "most_frequent_reply", "share of the most frequent reply", low=0, high=1, decimals=1, scale=100, unit="%"
)


def hit_shares(scores: ArrayLike, best: int) -> np.ndarray:
    """(rows,) whether the true reply, in column 0, is among the `best` candidates with the highest scores, 0 to 1.

    Between 0 and 1 where candidates have the same score: the probability over a random order of those, so that a method
    that gives all candidates the same score is at chance.
    """
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or not scores.size or np.isnan(scores).any():
        raise ValueError(f"scores must be (rows, candidates) without NaN, got shape {scores.shape}")
    of_true = scores[:, :1]
    above, level = (scores > of_true).sum(axis=1), (scores == of_true).sum(axis=1)
    return np.clip((best - above) / level, 0.0, 1.0)


def hits(scores: ArrayLike) -> dict[str, float]:
    """The share of rows whose true reply, in column 0, is among the 1, 2 and 5 best candidates, by key."""
    return {metric.key: float(hit_shares(scores, best).mean()) for best, metric in _HITS.items()}


def hit_examples(scores: ArrayLike) -> dict[str, ExampleScores]:
    """The same for each row, by key."""
    return {metric.key: ExampleScores.of(hit_shares(scores, best)) for best, metric in _HITS.items()}


def reply_diversity(replies: Sequence[str]) -> dict[str, float]:
    """Distinct-1 and distinct-2 and the share of the most frequent reply, by key.

    Distinct-n is the number of different n-grams by the number of all n-grams, over all replies together: it falls with
    the number of replies, so compare only equally many. Words are lower-cased, and punctuation marks are words. 0 where
    there is no n-gram.

    Source: Li et al. (2016), A diversity-promoting objective function for neural conversation models.
    """
    if not replies:
        raise ValueError("at least one reply is needed")
    words = [WORD.findall(reply.lower()) for reply in replies]
    pairs = [pair for reply in words for pair in pairwise(reply)]
    singles = [word for reply in words for word in reply]
    most = Counter(" ".join(reply) for reply in words).most_common(1)[0][1]
    return {
        DISTINCT_1.key: len(set(singles)) / max(len(singles), 1),
        DISTINCT_2.key: len(set(pairs)) / max(len(pairs), 1),
        MOST_FREQUENT_REPLY.key: most / len(replies),
    }

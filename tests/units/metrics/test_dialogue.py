"""Ranks of the true reply, with ties at chance, and the variety of replies."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.metrics.dialogue import hit_examples, hit_shares, hits, reply_diversity
from rnnbench.metrics.lookup import built_in


@pytest.mark.parametrize(("scores", "at_1", "at_2"), [
    ([3, 1, 2], 1, 1),
    ([2, 3, 1], 0, 1),
    ([1, 2, 3], 0, 0),
    ([2, 2, 1], 1 / 2, 1),
    ([2, 2, 2], 1 / 3, 2 / 3),
    ([1, 2, 1], 0, 1 / 2),
    ([-np.inf, -np.inf, 0], 0, 1 / 2),
])  # fmt: skip
def test_a_hit_is_the_true_reply_among_the_best(scores: list[float], at_1: float, at_2: float) -> None:
    assert hit_shares([scores], 1) == pytest.approx([at_1])
    assert hit_shares([scores], 2) == pytest.approx([at_2])


def test_hits_are_shares_of_rows() -> None:
    scores = np.zeros((4, 10))
    scores[:, 1:] = np.arange(1, 10)
    scores[0, 0] = 10  # first
    scores[1, 0] = 8.5  # second
    scores[2, 0] = 5.5  # fifth
    assert hits(scores) == pytest.approx({"hits_at_1": 1 / 4, "hits_at_2": 2 / 4, "hits_at_5": 3 / 4})
    for key, examples in hit_examples(scores).items():
        assert examples.mean == pytest.approx(hits(scores)[key])


def test_equal_scores_are_at_chance() -> None:
    assert hits(np.ones((3, 10))) == pytest.approx({"hits_at_1": 0.1, "hits_at_2": 0.2, "hits_at_5": 0.5})


@pytest.mark.parametrize("scores", [np.zeros(3), np.zeros((0, 10)), np.array([[1.0, np.nan]])])
def test_scores_that_cannot_be_ranked_are_refused(scores: np.ndarray) -> None:
    with pytest.raises(ValueError, match="scores must be"):
        hits(scores)


def test_diversity_counts_different_words_and_pairs_of_all_replies() -> None:
    # words: i know . | I know . | no; pairs: (i know) (know .) twice
    found = reply_diversity(["i know.", "I know .", "no"])
    assert found == pytest.approx({"distinct_1": 4 / 7, "distinct_2": 2 / 4, "most_frequent_reply": 2 / 3})


def test_replies_without_words_have_no_variety() -> None:
    assert reply_diversity(["", " "]) == {"distinct_1": 0, "distinct_2": 0, "most_frequent_reply": 1}
    with pytest.raises(ValueError, match="at least one reply"):
        reply_diversity([])


def test_every_metric_is_found_by_its_key() -> None:
    keys = {"context_gain", "hits_at_1", "hits_at_2", "hits_at_5", "distinct_1", "distinct_2", "most_frequent_reply"}
    assert keys <= set(built_in())
    assert not built_in()["most_frequent_reply"].higher_is_better
    assert built_in()["context_gain"].low == -np.inf, "a context can mislead"

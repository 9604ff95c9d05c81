"""Metrics of texts are per character, and pieces of a text have scores of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnnbench.metrics.text import bits_per_character, nats, text_examples, text_metrics


def test_text_metrics_are_per_character_whatever_the_tokens_were() -> None:
    # three tokens of probability 1/4 stand for six characters: one bit each
    total = nats(np.log([0.25, 0.25, 0.25]))
    scores = text_metrics(total, 6)
    assert scores["bits_per_character"] == pytest.approx(1.0)
    assert scores["nats_per_character"] == pytest.approx(math.log(2))
    assert scores["perplexity"] == pytest.approx(2.0)
    assert text_metrics(8000.0, 10)["perplexity"] == math.inf, "more than a float holds"


def test_pieces_of_a_text_have_bits_of_their_own() -> None:
    by_symbol = np.repeat([1.0, 2.0], 64) * math.log(2)
    whole = text_examples(by_symbol, symbols=128, characters=128)
    assert whole.scores == pytest.approx([1, 2])
    assert whole.weights.tolist() == [64, 64]
    # without the first symbol, the pieces are where they were
    later = text_examples(by_symbol[1:], symbols=128, characters=128)
    assert later.scores == pytest.approx([1, 2])
    assert later.weights.tolist() == [63, 64]


@pytest.mark.parametrize(("symbols", "characters"), [(2, 2), (2, 5000), (100, 64), (1000, 4321), (4321, 4321)])
def test_the_mean_over_pieces_is_the_bits_of_the_text_whatever_a_symbol_spells(symbols: int, characters: int) -> None:
    by_symbol = np.random.default_rng(0).exponential(size=symbols - 1)
    scores = text_examples(by_symbol, symbols=symbols, characters=characters)
    scored = (symbols - 1) * characters / symbols
    assert scores.mean == pytest.approx(by_symbol.sum() / math.log(2) / scored)
    assert scores.weights.sum() == pytest.approx(scored)
    assert (scores.weights > 0).all()


def test_a_symbol_belongs_to_the_piece_that_it_begins_in() -> None:
    # 128 characters in three symbols: two pieces of 64, and the second symbol begins in the first of them
    scores = text_examples(np.array([1.0, 2.0, 4.0, 1.0]) * math.log(2), symbols=4, characters=128,
                                  lengths=[40, 30, 50, 8])  # fmt: skip
    assert scores.weights == pytest.approx([70, 58])
    assert scores.scores == pytest.approx([3 / 70, 5 / 58])


def test_a_piece_in_which_nothing_begins_counts_nothing() -> None:
    scores = text_examples(np.ones(8), symbols=8, characters=256, lengths=[10, 200, 10, 10, 10, 6, 5, 5])
    assert scores.weights[1:3].tolist() == [0, 0]
    assert scores.scores[1:3].tolist() == [0, 0]
    assert scores.mean == pytest.approx(8 / math.log(2) / 256)


def test_a_text_without_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one character"):
        bits_per_character(1.0, 0)

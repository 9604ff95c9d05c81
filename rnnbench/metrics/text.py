"""Metrics of predicted texts, per character."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

PIECE_CHARACTERS = 64
LARGEST_NATS = 700
"""Above this many nats per character, exp overflows a float (diverged training): perplexity is then infinite."""


def nats(log_probabilities: ArrayLike) -> float:
    """The total negative log likelihood of a text: - sum_t ln p(x_t | x_<t)."""
    return -math.fsum(np.asarray(log_probabilities, dtype=float).ravel())


NATS_PER_CHARACTER = Metric(
    "nats_per_character", "nats per character", low=0, decimals=3, multiple_of=("bits_per_character", math.log(2))
)
COLD_NATS_PER_CHARACTER = Metric(
    "cold_nats_per_character", "nats per character with an empty context", low=0, decimals=3
)


def nats_per_character(total_nats: float, characters: float) -> float:
    """Total nats / characters: comparable across tokenizers."""
    if characters < 1:
        raise ValueError(f"a text needs at least one character, got {characters}")
    return total_nats / characters


BITS_PER_CHARACTER = Metric("bits_per_character", "bits per character", low=0, decimals=3)


def bits_per_character(total_nats: float, characters: float) -> float:
    """Total nats / (ln 2 x characters): the code length of an ideal compressor that uses these predictions."""
    return nats_per_character(total_nats, characters) / math.log(2)


PERPLEXITY = Metric("perplexity", "perplexity", low=1)


def perplexity(total_nats: float, characters: float) -> float:
    """exp(nats per character): the number of equally likely characters with the same loss."""
    per_character = nats_per_character(total_nats, characters)
    return math.exp(per_character) if per_character < LARGEST_NATS else math.inf


def text_metrics(total_nats: float, characters: float) -> dict[str, float]:
    """Bits and nats per character and perplexity, by key."""
    return {
        "bits_per_character": bits_per_character(total_nats, characters),
        "nats_per_character": nats_per_character(total_nats, characters),
        "perplexity": perplexity(total_nats, characters),
    }


def text_examples(
    nats_by_symbol: ArrayLike, *, symbols: int, characters: int, lengths: ArrayLike | None = None
) -> ExampleScores:
    """Bits per character of consecutive pieces of about 64 characters; the weighted mean is that of the text.

    A symbol belongs to the piece in which it begins. The number of pieces depends on the size of the text alone, so
    that the pieces are the same for all tokenizers, up to a symbol at their borders: scores of a subword encoder can be
    paired with those of a character n-gram.

    Args:
        nats_by_symbol: of the last symbols of the text, in order; a model that needs a first symbol as context leaves
            that one out.
        symbols, characters: of the whole text.
        lengths: (symbols,) the length of each symbol when spelled out, in any unit; equal by default.
    """
    scored_nats = np.asarray(nats_by_symbol, dtype=float)
    spelled = np.ones(symbols, dtype=np.int64) if lengths is None else np.asarray(lengths, dtype=np.int64)
    pieces = max(1, min(characters // PIECE_CHARACTERS, symbols // 2))
    begins = np.cumsum(spelled) - spelled
    first = symbols - len(scored_nats)
    piece = begins[first:] * pieces // int(spelled.sum())
    # each left-out symbol removes the characters of an average symbol, as in the metric
    scored = np.bincount(piece, weights=spelled[first:], minlength=pieces)
    weights = scored / scored.sum() * characters * len(scored_nats) / symbols
    bits = np.bincount(piece, weights=scored_nats, minlength=pieces) / math.log(2)
    # a long symbol can span a piece in which no symbol begins: that piece has weight 0
    scores = np.divide(bits, weights, out=np.zeros(pieces), where=weights > 0)
    return ExampleScores.consecutive(scores, weights)


def pair_examples(nats_by_target: ArrayLike, characters: ArrayLike) -> ExampleScores:
    """Bits per character of each target text, weighted by its characters."""
    weights = np.asarray(characters, dtype=float)
    bits = np.asarray(nats_by_target, dtype=float) / math.log(2) / weights
    return ExampleScores.of(bits, weights)

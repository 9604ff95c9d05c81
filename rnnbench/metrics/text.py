"""How well a text was predicted, per character."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.metrics.metric import Metric
from rnnbench.storage.example_scores import ExampleScores

PIECE_CHARACTERS = 64
LARGEST_NATS = 700
"""Per character: the exponential of more does not fit a float, as where a training has gone astray."""


def nats(log_probabilities: ArrayLike) -> float:
    """The total surprise of a text: - sum_t ln p(x_t | x_<t)."""
    return -math.fsum(np.asarray(log_probabilities, dtype=float).ravel())


NATS_PER_CHARACTER = Metric(
    "nats_per_character", "nats per character", low=0, decimals=3, multiple_of=("bits_per_character", math.log(2))
)
COLD_NATS_PER_CHARACTER = Metric(
    "cold_nats_per_character", "nats per character with an empty context", low=0, decimals=3
)


def nats_per_character(total_nats: float, characters: float) -> float:
    """Total nats over the number of characters, whatever the tokens were."""
    if characters < 1:
        raise ValueError(f"a text of at least one character is needed, got {characters}")
    return total_nats / characters


BITS_PER_CHARACTER = Metric("bits_per_character", "bits per character", low=0, decimals=3)


def bits_per_character(total_nats: float, characters: float) -> float:
    """Total nats / (ln 2 x characters): what an ideal compressor using these predictions would need."""
    return nats_per_character(total_nats, characters) / math.log(2)


PERPLEXITY = Metric("perplexity", "perplexity", low=1)


def perplexity(total_nats: float, characters: float) -> float:
    """exp(nats per character): the number of equally likely characters that would surprise as much."""
    nats_of_one = nats_per_character(total_nats, characters)
    return math.exp(nats_of_one) if nats_of_one < LARGEST_NATS else math.inf


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
    """Bits per character of consecutive pieces of about 64 characters; their weighted mean is that of the text.

    A symbol belongs to the piece in which it begins, and how many pieces there are depends on the text's size alone. So
    pieces are the same places of the text whatever read them, to within a symbol at their borders: encoders that read
    subwords are paired with an n-gram that reads characters.

    Args:
        nats_by_symbol: of the last symbols of the text, in its order: a model that needs a symbol to begin with leaves
            out the first.
        symbols, characters: of the text as a whole.
        lengths: (symbols,) how long each symbol of the text is when spelled out, in any unit; all the same by default.
    """
    found = np.asarray(nats_by_symbol, dtype=float)
    spelled = np.ones(symbols, dtype=np.int64) if lengths is None else np.asarray(lengths, dtype=np.int64)
    pieces = max(1, min(characters // PIECE_CHARACTERS, symbols // 2))
    begins = np.cumsum(spelled) - spelled
    first = symbols - len(found)
    piece = begins[first:] * pieces // int(spelled.sum())
    # a symbol that is left out leaves out the characters of an average one, as the metric has it
    scored = np.bincount(piece, weights=spelled[first:], minlength=pieces)
    weights = scored / scored.sum() * characters * len(found) / symbols
    bits = np.bincount(piece, weights=found, minlength=pieces) / math.log(2)
    # one very long symbol can span a piece in which no other begins: it counts nothing
    scores = np.divide(bits, weights, out=np.zeros(pieces), where=weights > 0)
    return ExampleScores.consecutive(scores, weights)

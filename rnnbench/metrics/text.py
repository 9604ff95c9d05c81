"""How well a text was predicted, per character."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from rnnbench.example_scores import ExampleScores

PIECE_CHARACTERS = 64


def nats(log_probabilities: ArrayLike) -> float:
    """The total surprise of a text: - sum_t ln p(x_t | x_<t)."""
    return -math.fsum(np.asarray(log_probabilities, dtype=float).ravel())


def nats_per_character(total_nats: float, characters: int) -> float:
    """Total nats over the number of characters, whatever the tokens were."""
    if characters < 1:
        raise ValueError(f"a text of at least one character is needed, got {characters}")
    return total_nats / characters


def bits_per_character(total_nats: float, characters: int) -> float:
    """Total nats / (ln 2 x characters): what an ideal compressor using these predictions would need."""
    return nats_per_character(total_nats, characters) / math.log(2)


def perplexity(total_nats: float, characters: int) -> float:
    """exp(nats per character): the number of equally likely characters that would surprise as much."""
    return math.exp(nats_per_character(total_nats, characters))


def text_metrics(total_nats: float, characters: int) -> dict[str, float]:
    """Bits and nats per character and perplexity, by key."""
    return {
        "bits_per_character": bits_per_character(total_nats, characters),
        "nats_per_character": nats_per_character(total_nats, characters),
        "perplexity": perplexity(total_nats, characters),
    }


def text_examples(nats_by_symbol: ArrayLike, *, symbols: int, characters: int) -> ExampleScores:
    """Bits per character of consecutive pieces of about 64 characters; their weighted mean is that of the text.

    Where the pieces begin depends on the text's size alone: a symbol belongs to the piece in which it would lie if all
    spelled equally many characters. So pieces are the same whatever read them, to the character where symbols are
    characters.

    Args:
        nats_by_symbol: of the last symbols of the text, in its order: a model that needs a symbol to begin with leaves
            out the first.
        symbols, characters: of the text as a whole.
    """
    found = np.asarray(nats_by_symbol, dtype=float)
    pieces = max(1, min(characters // PIECE_CHARACTERS, symbols // 2))
    piece = np.arange(symbols - len(found), symbols) * pieces // symbols
    weights = np.bincount(piece, minlength=pieces) * characters / symbols
    bits = np.bincount(piece, weights=found, minlength=pieces) / math.log(2)
    return ExampleScores.consecutive(bits / weights, weights)

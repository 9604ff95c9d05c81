"""How well a text was predicted, per character."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


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

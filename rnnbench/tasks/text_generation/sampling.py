"""Sample a text of a number of characters, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from jaxtyping import Int
from torch import Tensor

from rnnbench.data.decoding import Decode
from rnnbench.tasks.decoding import Sampling, Step, sampled

__all__ = ["Sampling", "generated"]

MOST_TOKENS_PER_CHARACTER = 16
"""Bounded, since untrained weights may sample bytes that never complete a character."""


def generated(
    step: Step, prompt_ids: Int[Tensor, "1 time"], length: int, sampling: Sampling, decode: Decode
) -> Iterator[str]:
    """Pieces of text with `length` characters in total; fewer only where the sampled tokens decode to no characters."""
    remaining = length
    for number in sampled(step, prompt_ids, sampling, most_tokens=MOST_TOKENS_PER_CHARACTER * length):
        piece = decode(number)[:remaining]
        remaining -= len(piece)
        if piece:
            yield piece
        if remaining <= 0:
            return

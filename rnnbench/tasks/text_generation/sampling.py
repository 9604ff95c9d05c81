"""Sample a text token by token: temperature, top-k, top-p, and the loop that carries the state.

    prompt ─► step ─► logits, state ─► one token sampled ─► step ─► logits, state ─► ...

Each step reads one token and the state before it, so its cost does not depend on the length of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from rnnbench.core.errors import RnnbenchError
from rnnbench.data.decoding import Decode
from rnnbench.encoders.base import State

Step = Callable[[list[int], State | None], tuple[Tensor, State]]
"""Tokens and the state before them to the logits of the next token, (vocabulary,), and the state after."""

PROMPT_PIECE = 256
"""Tokens of a prompt per step, which bounds the memory of attention."""
SPECIALS = 2
"""Padding and unknown, the first two ids of every vocabulary: never sampled."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is sampled.

    temperature: logits are divided by it; 0 always takes the most probable token.
    top_k: sample among the k most probable tokens only (Fan, Lewis and Dauphin, 2018, arXiv:1805.04833).
    top_p: sample among the smallest set of tokens with this total probability (Holtzman et al., 2020,
        arXiv:1904.09751).

    Raises: RnnbenchError for a value out of bounds.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise RnnbenchError(
                f"the temperature must be at least 0 (0: always the most probable), not {self.temperature}"
            )
        if self.top_k is not None and self.top_k < 1:
            raise RnnbenchError(f"top-k must be at least 1, not {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise RnnbenchError(f"top-p must be above 0 and at most 1, not {self.top_p}")
        if self.seed < 0:
            raise RnnbenchError(f"the seed must be at least 0, not {self.seed}")


def probabilities(scores: Float[Tensor, " vocabulary"], sampling: Sampling) -> Float[Tensor, " vocabulary"]:
    """The distribution of the next token: temperature, then top-k, then top-p over the tokens that top-k kept.

    Raises: RnnbenchError where the logits are not finite: the weights have diverged.
    """
    if not bool(torch.isfinite(scores).all()):
        raise RnnbenchError("the scores are not finite: these weights have diverged")
    scores = scores.clone()
    scores[:SPECIALS] = float("-inf")
    if sampling.temperature == 0:
        return torch.nn.functional.one_hot(scores.argmax(), len(scores)).to(scores.dtype)
    # the maximum is subtracted first, so that a small temperature overflows nothing
    scores = (scores - scores.max()) / max(sampling.temperature, torch.finfo(scores.dtype).tiny)
    # stable: of equal logits the first is kept, as by argmax
    ordered, order = scores.sort(descending=True, stable=True)
    if sampling.top_k is not None:
        ordered[sampling.top_k :] = float("-inf")
    shares = ordered.softmax(dim=0)
    if sampling.top_p is not None:
        before = shares.cumsum(dim=0) - shares
        shares = shares.masked_fill(before >= sampling.top_p, 0.0)
        shares = shares / shares.sum()
    return torch.zeros_like(shares).scatter(0, order, shares)


def generated(step: Step, prompt_ids: Sequence[int], length: int, sampling: Sampling, decode: Decode) -> Iterator[str]:
    """Pieces of text with `length` characters in total; fewer only where the sampled tokens decode to no characters.

    Uses a generator of its own: torch's global ones are not affected.
    """
    generator = torch.Generator().manual_seed(sampling.seed)
    state: State | None = None
    with torch.inference_mode():
        for start in range(0, len(prompt_ids), PROMPT_PIECE):
            scores, state = step([*map(int, prompt_ids[start : start + PROMPT_PIECE])], state)
    remaining = length
    # bounded, since untrained weights may sample bytes that never complete a character
    for _ in range(16 * length):
        if remaining <= 0:
            return
        with torch.inference_mode():
            number = int(torch.multinomial(probabilities(scores, sampling), 1, generator=generator))
        piece = decode(number)[:remaining]
        remaining -= len(piece)
        if piece:
            yield piece
        if remaining > 0:
            with torch.inference_mode():
                scores, state = step([number], state)

"""A text drawn token by token from scores: temperature, top-k, top-p, and the loop that carries the state.

    prompt ─► step ─► scores, state ─► one token drawn ─► step ─► scores, state ─► ...

Each step is given one token and the state before it, so it costs the same however long the text has become.
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
"""Given tokens and the state before them: scores of the next token, (vocabulary,), and the state after."""

PROMPT_PIECE = 256
"""Tokens of a prompt that are read at once: attention over a long prompt stays small."""
SPECIALS = 2
"""Padding and the unknown, the first two numbers of every vocabulary: never drawn."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn.

    temperature: scores are divided by it; 0 always takes the most probable.
    top_k: only so many of the most probable may be drawn (Fan, Lewis and Dauphin, 2018, arXiv:1805.04833).
    top_p: only the fewest that together have this probability (Holtzman et al., 2020, arXiv:1904.09751).

    Raises: RnnbenchError with the rule that a value breaks.
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
    """The distribution that is drawn from: first the temperature, then top-k, then top-p over what top-k left.

    Raises: RnnbenchError where the scores are not finite: the weights have diverged.
    """
    if not bool(torch.isfinite(scores).all()):
        raise RnnbenchError("the scores are not finite: these weights have diverged")
    scores = scores.clone()
    scores[:SPECIALS] = float("-inf")
    if sampling.temperature == 0:
        return torch.nn.functional.one_hot(scores.argmax(), len(scores)).to(scores.dtype)
    # shifted first: a small temperature must not turn the largest score into infinity, nor be a zero to divide by
    scores = (scores - scores.max()) / max(sampling.temperature, torch.finfo(scores.dtype).tiny)
    # of equals, the first is kept: as in greedy choice
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
    """Pieces of text that together have `length` characters; fewer only where what is drawn makes no characters.

    Randomness is the generation's own: the common generators of torch are neither read nor moved.
    """
    generator = torch.Generator().manual_seed(sampling.seed)
    state: State | None = None
    with torch.inference_mode():
        for start in range(0, len(prompt_ids), PROMPT_PIECE):
            scores, state = step([*map(int, prompt_ids[start : start + PROMPT_PIECE])], state)
    left = length
    # untrained weights may draw bytes that never make a character: that has to end too
    for _ in range(16 * length):
        if left <= 0:
            return
        with torch.inference_mode():
            number = int(torch.multinomial(probabilities(scores, sampling), 1, generator=generator))
        piece = decode(number)[:left]
        left -= len(piece)
        if piece:
            yield piece
        if left > 0:
            with torch.inference_mode():
                scores, state = step([number], state)

"""Sampling as the chooser: temperature, top-k and top-p; greedy at temperature 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.decoding.loop import NEVER, SPECIALS, Choice, Step, allowed_scores, choices, without_repeats


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
    """The distribution of the next token: temperature, then top-k, then top-p over the tokens that top-k kept."""
    if sampling.temperature == 0:
        return functional.one_hot(scores.argmax(), len(scores)).to(scores.dtype)
    # the maximum is subtracted first, so that a small temperature overflows nothing
    scores = (scores - scores.max()) / max(sampling.temperature, torch.finfo(scores.dtype).tiny)
    # stable: of equal logits the first is kept, as by argmax
    ordered, order = scores.sort(descending=True, stable=True)
    if sampling.top_k is not None:
        ordered[sampling.top_k :] = NEVER
    shares = ordered.softmax(dim=0)
    if sampling.top_p is not None:
        before = shares.cumsum(dim=0) - shares
        shares = shares.masked_fill(before >= sampling.top_p, 0.0)
        shares = shares / shares.sum()
    return torch.zeros_like(shares).scatter(0, order, shares)


def sampled(
    step: Step,
    first: Int[Tensor, "1 time"],
    sampling: Sampling,
    *,
    most_tokens: int,
    end_id: int | None = None,
    forbidden_ids: Sequence[int] = SPECIALS,
    no_repeat: int = 0,
) -> Iterator[int]:
    """The ids that continue `first`, up to the end symbol and without it, at most `most_tokens`.

    Uses a generator of its own: torch's global ones are not affected.

    Args:
        end_id: None for a model without an end symbol.
        forbidden_ids: never sampled.
        no_repeat: no so many ids in a row are written twice; 0 allows it.

    Raises: RnnbenchError where the scores are not finite: the weights have diverged.
    """
    generator = torch.Generator().manual_seed(sampling.seed)
    written: list[int] = []

    def choose(scores: Tensor) -> Choice | None:
        # on the processor, so that a seed gives the same text on every device
        scores = allowed_scores(scores.float().cpu(), forbidden_ids)
        if no_repeat:
            scores = without_repeats(scores, torch.tensor([written], dtype=torch.long), no_repeat)
            if not bool((scores > NEVER).any()):  # every id would repeat something
                return None
        number = torch.multinomial(probabilities(scores[0], sampling), 1, generator=generator)
        if int(number) == end_id:
            return None
        written.append(int(number))
        return Choice(number.to(first.device))

    for _ in islice(choices(step, first, choose), most_tokens):
        yield written[-1]

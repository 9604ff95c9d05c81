"""Write a sequence token by token: one loop, and choosers of what is read next, for sampling and for beam search.

    first ─► step ─► scores, state ─► chooser ─► ids ─► step ─► scores, state ─► chooser ─► ...

Each step reads one token per row and the state before it, so its cost does not depend on what was written. Greedy
decoding is sampling at temperature 0, and a beam of width 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rnnbench.core.errors import RnnbenchError
from rnnbench.encoders.base import State

Step = Callable[[Tensor, State | None], tuple[Tensor, State]]
"""Ids (rows, time) and the state before them to the scores of the next id, (rows, vocabulary), and the state after.

Scores are logits; the state's tensors are batch first.
"""

PROMPT_PIECE = 256
"""Tokens of a prompt per step, which bounds the memory of attention."""
SPECIALS = (0, 1)
"""Padding and unknown, the first two ids of every vocabulary."""
NEVER = float("-inf")


class Choice(NamedTuple):
    """What a chooser takes after a step.

    ids: the next id of each row, (rows,). origins: the row of the state that each continues; None: its own.
    remaining: the rows of `first` that are still written; None: no row was dropped.
    """

    ids: Int[Tensor, " rows"]
    origins: Int[Tensor, " rows"] | None = None
    remaining: Int[Tensor, " remaining"] | None = None


Chooser = Callable[[Tensor], Choice | None]
"""From the scores of the next id, (rows, vocabulary), to what is read next; None ends the loop."""


@torch.inference_mode()
def choices(
    step: Step, first: Int[Tensor, "rows time"], choose: Chooser, narrowed: Callable[[Tensor], Step] | None = None
) -> Iterator[Choice]:
    """The loop: what the chooser takes after each step. A choice is read when the next one is asked for."""
    first_piece, *others = first.split(PROMPT_PIECE, dim=1)
    scores, state = step(first_piece, None)
    for piece in others:
        scores, state = step(piece, state)
    while (choice := choose(scores)) is not None:
        yield choice
        if choice.origins is not None:
            state = tuple(part.index_select(0, choice.origins) for part in state)
        if narrowed is not None and choice.remaining is not None:
            step = narrowed(choice.remaining)
        scores, state = step(choice.ids.unsqueeze(1), state)


def allowed_scores(
    scores: Float[Tensor, "rows vocabulary"], forbidden_ids: Sequence[int]
) -> Float[Tensor, "rows vocabulary"]:
    """The scores, minus infinity for ids that are never written.

    Raises: RnnbenchError for scores that are not finite: the weights have diverged.
    """
    if not bool(torch.isfinite(scores.sum())):  # one pass: a sum with a number that is not finite is none either
        raise RnnbenchError("the scores are not finite: these weights have diverged")
    return scores.index_fill(1, torch.tensor(forbidden_ids, dtype=torch.long, device=scores.device), NEVER)


def without_repeats(
    scores: Float[Tensor, "rows vocabulary"], written: Int[Tensor, "rows time"], length: int
) -> Float[Tensor, "rows vocabulary"]:
    """The scores, minus infinity for ids that would end a second occurrence of some `length` ids in a row."""
    if length < 1:
        raise ValueError(f"no {length} ids in a row can repeat")
    starts = written.shape[1] - length + 1
    if starts < 1:
        return scores
    is_match = torch.ones(len(written), starts, dtype=torch.bool, device=written.device)
    for place in range(length - 1):
        is_match &= written[:, place : place + starts] == written[:, starts + place].unsqueeze(1)
    # a column beyond the vocabulary takes the ends of what does not match
    ends = written[:, length - 1 :].where(is_match, scores.shape[1])
    is_repeat = torch.zeros(len(scores), scores.shape[1] + 1, dtype=torch.bool, device=scores.device)
    return scores.masked_fill(is_repeat.scatter(1, ends, True)[:, :-1], NEVER)

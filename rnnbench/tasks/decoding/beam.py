"""Beam search as the chooser: the most probable texts of many rows at once; greedy with a width of 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.decoding.finished import Candidate, Finished, LengthNormalization
from rnnbench.tasks.decoding.loop import NEVER, SPECIALS, Choice, Step, allowed_scores, choices, without_repeats

NARROWED_SHARE = 0.75
"""Rows that are done are dropped when at most this share of the rows is left, since dropping copies the others."""
DEFAULT_NORMALIZATION = LengthNormalization()


WIDEST = 1000
"""Hypotheses of a search; memory and time grow with them."""


def beam_search(
    step: Step,
    first: Int[Tensor, "rows 1"],
    *,
    width: int,
    end_id: int,
    most_tokens: Sequence[int],
    forbidden_ids: Sequence[int] = SPECIALS,
    no_repeat: int = 0,
    best: int | None = None,
    normalization: LengthNormalization = DEFAULT_NORMALIZATION,
    narrowed: Callable[[Tensor], Step] | None = None,
) -> list[list[Candidate]]:
    """The most probable continuations of each row of `first`, best first; width 1 is greedy.

    The `width` most probable extensions of a row's hypotheses are kept after each step; those with the end symbol are
    put aside. A row is done when none of its hypotheses can become one of the `best`. At a row's limit the end symbol
    is the only extension.

    Args:
        step: called with rows * width rows, the hypotheses of a row next to each other.
        most_tokens: the limit of each row, the end symbol not counted.
        forbidden_ids: never written, such as padding, unknown and the begin symbol.
        no_repeat: no so many ids in a row are written twice in one hypothesis; 0 allows it.
        best: the number of candidates of each row, at most `width`, which is the default; fewer take less time.
        narrowed: the step for these rows of `first` alone; with it, rows that are done are not computed any more.

    Raises: RnnbenchError for a width or number out of bounds, and for scores that are not finite.
    """
    best = width if best is None else best
    if width < 1:
        raise RnnbenchError(f"the beam must be at least 1 hypothesis wide, not {width}")
    if width > WIDEST:
        raise RnnbenchError(f"the beam must be at most {WIDEST:,} hypotheses wide, not {width:,}")
    if not 1 <= best <= width:
        raise RnnbenchError(f"a beam of {width} gives 1 to {width} texts, not {best}: widen the beam or ask for fewer")
    if end_id in forbidden_ids or len(most_tokens) != len(first):
        raise ValueError("the end symbol must be allowed, and each row needs a limit")
    rows, device = len(first), first.device
    totals = torch.full((rows, width), NEVER, dtype=torch.double, device=device)
    totals[:, 0] = 0.0  # every place holds the same start: one of them is extended
    beams = _Beams(
        width=width,
        end_id=end_id,
        forbidden_ids=forbidden_ids,
        no_repeat=no_repeat,
        normalization=normalization,
        can_narrow=narrowed is not None,
        candidates=[[] for _ in range(rows)],
        remaining=torch.arange(rows, device=device),
        limits=torch.tensor(most_tokens, device=device),
        totals=totals,
        written=torch.zeros(rows * width, 0, dtype=torch.long, device=device),
        finished=Finished.none(rows, best, device),
    )
    if rows:
        for _ in choices(step, first.repeat_interleave(width, dim=0), beams, narrowed):
            pass
    return beams.candidates


@dataclass
class _Beams:
    """The chooser of `beam_search`, with the hypotheses of the rows that are still written.

    candidates: of every row that is done. remaining, limits: the other rows, and their limits of tokens.
    totals: log probabilities, (rows, width); minus infinity where a place is empty. written: ids, (rows * width, time).
    """

    width: int
    end_id: int
    forbidden_ids: Sequence[int]
    no_repeat: int
    normalization: LengthNormalization
    can_narrow: bool
    candidates: list[list[Candidate]]
    remaining: Tensor
    limits: Tensor
    totals: Tensor
    written: Tensor
    finished: Finished

    def __call__(self, scores: Float[Tensor, "hypotheses vocabulary"]) -> Choice | None:
        totals, ids, origins = self._extensions(scores)
        is_end = ids == self.end_id
        before = self.written[origins.flatten()]
        ended = totals.masked_fill(~is_end, NEVER)
        divisor = self.normalization.divisor(before.shape[1] + 1)
        self.finished = self.finished.with_more(ended, ended / divisor, before.view(*ids.shape, -1))
        self.totals = totals.masked_fill(is_end, NEVER)
        self.written = torch.cat([before, ids.view(-1, 1)], dim=1)
        is_done = self._is_done()
        kept = (~is_done).nonzero().squeeze(1)
        if not len(kept):
            self._collect(self.remaining, self.finished)
            return None
        if not self.can_narrow or len(kept) > NARROWED_SHARE * len(ids):
            return Choice(ids.flatten(), origins.flatten())
        self._collect(self.remaining[is_done], self.finished.of_rows(is_done))
        self.remaining, self.limits, self.totals = self.remaining[kept], self.limits[kept], self.totals[kept]
        self.written = self.written.unflatten(0, ids.shape)[kept].flatten(0, 1)
        self.finished = self.finished.of_rows(kept)
        return Choice(ids[kept].flatten(), origins[kept].flatten(), self.remaining)

    def _extensions(self, scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The most probable extensions of each row, (rows, width): log probabilities, ids, hypotheses extended."""
        scores = scores.float()
        normalizers = scores.logsumexp(dim=1, keepdim=True)
        scores = allowed_scores(scores, self.forbidden_ids)
        if self.no_repeat:
            scores = without_repeats(scores, self.written, self.no_repeat)
        values, ids = _largest(scores, self.width)
        is_last = (self.limits <= self.written.shape[1]).repeat_interleave(self.width).unsqueeze(1)
        end_alone = torch.full_like(values, NEVER)
        end_alone[:, 0] = scores[:, self.end_id]
        values, ids = end_alone.where(is_last, values), ids.masked_fill(is_last, self.end_id)
        extended = self.totals.view(-1, 1) + (values - normalizers).double()
        totals, places = extended.view(len(self.totals), -1).topk(self.width)
        origins = places // ids.shape[1] + torch.arange(0, len(ids), self.width, device=ids.device).unsqueeze(1)
        return totals, ids.view(len(totals), -1).gather(1, places), origins

    def _is_done(self) -> Tensor:
        """Rows of which no hypothesis can become one of the best: log probabilities only fall, up to the limit."""
        most_possible = self.totals.amax(dim=1) / self.normalization.divisor(self.limits + 1)
        return most_possible <= self.finished.scores[:, -1]

    def _collect(self, rows: Tensor, finished: Finished) -> None:
        for row, texts in zip(rows.tolist(), finished.candidates(), strict=True):
            self.candidates[row] = texts


def _largest(scores: Float[Tensor, "hypotheses vocabulary"], count: int) -> tuple[Tensor, Tensor]:
    """The largest scores of each hypothesis and their ids, (hypotheses, count), fewer in a smaller vocabulary."""
    if count == 1:  # faster, and of equal scores the first is taken, as by greedy sampling
        return scores.max(dim=1, keepdim=True)
    return scores.topk(min(count, scores.shape[1]))

"""Hypotheses of beam search that have ended, and the score that orders texts of unequal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.decoding.loop import NEVER

N = TypeVar("N", int, Tensor)


@dataclass(frozen=True)
class LengthNormalization:
    """The score of a text: its log probability / ((offset + tokens) / (offset + 1)) ** power, with the end symbol.

    Without it, beam search prefers short texts. The formula and its offset: Wu et al. (2016), arXiv:1609.08144,
    equation 14; the power: Vaswani et al. (2017), arXiv:1706.03762, section 6.1. Offset 0 and power 1 give the mean
    log probability per token (`PER_TOKEN`), power 0 the log probability itself (`UNNORMALIZED`).

    Raises: RnnbenchError for a negative value.
    """

    offset: float = 5.0
    power: float = 0.6

    def __post_init__(self) -> None:
        if not (self.offset >= 0 and self.power >= 0):
            raise RnnbenchError(f"length normalization needs an offset and a power of at least 0, not {self}")

    def divisor(self, tokens: N) -> N:
        """What the log probability of so many tokens is divided by, at least 1."""
        return ((self.offset + tokens) / (self.offset + 1)) ** self.power


PER_TOKEN = LengthNormalization(offset=0.0, power=1.0)
UNNORMALIZED = LengthNormalization(power=0.0)


@dataclass(frozen=True)
class Candidate:
    """A text that has ended: its ids without the end symbol, and the natural logarithm of its probability with it."""

    ids: tuple[int, ...]
    log_probability: float


class Finished(NamedTuple):
    """The best hypotheses of each row that have ended, best first; minus infinity where there are fewer.

    totals: log probabilities. scores: normalized. lengths: of `written`, whose ids are padded.
    """

    totals: Float[Tensor, "rows best"]
    scores: Float[Tensor, "rows best"]
    lengths: Int[Tensor, "rows best"]
    written: Int[Tensor, "rows best time"]

    @classmethod
    def none(cls, rows: int, best: int, device: torch.device) -> Finished:
        never = torch.full((rows, best), NEVER, dtype=torch.double, device=device)
        lengths = torch.zeros(rows, best, dtype=torch.long, device=device)
        return cls(never, never, lengths, lengths.new_zeros(rows, best, 0))

    def with_more(self, totals: Tensor, scores: Tensor, written: Int[Tensor, "rows more time"]) -> Finished:
        """The best of these and of others, which are at least as long; a total of minus infinity is none."""
        time = written.shape[2]
        padded = functional.pad(self.written, (0, time - self.written.shape[2]))
        lengths = torch.full_like(totals, time, dtype=torch.long)
        best_scores, places = torch.cat([self.scores, scores], dim=1).topk(self.scores.shape[1])
        return Finished(
            torch.cat([self.totals, totals], dim=1).gather(1, places),
            best_scores,
            torch.cat([self.lengths, lengths], dim=1).gather(1, places),
            torch.cat([padded, written], dim=1).gather(1, places.unsqueeze(2).expand(-1, -1, time)),
        )

    def of_rows(self, rows: Tensor) -> Finished:
        """Those of some rows, given by index or by a mask."""
        return Finished(*(part[rows] for part in self))

    def candidates(self) -> list[list[Candidate]]:
        """Those of each row as plain numbers.

        Raises: RnnbenchError for a row without any.
        """
        texts = [
            [
                Candidate(tuple(ids[:length]), total)
                for total, length, ids in zip(totals, lengths, written, strict=True)
                if total > NEVER
            ]
            for totals, lengths, written in zip(
                self.totals.tolist(), self.lengths.tolist(), self.written.tolist(), strict=True
            )
        ]
        if not all(texts):
            raise RnnbenchError("the scores are not finite: these weights have diverged")
        return texts

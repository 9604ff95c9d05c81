"""Dropout of features, with a new mask at each step or one mask per sequence."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


def keep_mask(
    like: Float[Tensor, "*shape"], share: float, generator: torch.Generator | None = None
) -> Float[Tensor, "*shape"]:
    """A dropout mask in the shape of `like`: 0 with probability `share`, else 1 / (1 - share).

    Its mean is 1, so that evaluation needs no scaling.
    """
    return torch.empty_like(like).bernoulli_(1.0 - share, generator=generator) / (1.0 - share)


class FeatureDropout(nn.Module):
    """Dropout of features in (batch, time, features): a new mask at each step, or, locked, one mask per sequence.

    Source: Srivastava et al. (2014), Dropout; locked: Gal and Ghahramani (2016), arXiv:1512.05287.
    """

    def __init__(self, share: float, *, locked: bool = False) -> None:
        super().__init__()
        self.share, self.locked = share, locked

    def forward(self, x: Float[Tensor, "batch time features"]) -> Float[Tensor, "batch time features"]:
        if not self.training or not self.share:
            return x
        if not self.locked:
            return functional.dropout(x, self.share)
        return x * keep_mask(x[:, :1], self.share)

    def extra_repr(self) -> str:
        return f"{self.share}, locked={self.locked}"

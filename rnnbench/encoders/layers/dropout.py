"""Kinds of dropout that several encoders use: locked over time, and on weights."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


def keep_mask(
    like: Float[Tensor, "*shape"], share: float, generator: torch.Generator | None = None
) -> Float[Tensor, "*shape"]:
    """Zero for a random `share` of the places, one over the share kept elsewhere: what is kept stands for the rest.

    Dividing in training by the share that is kept leaves the mean as it was, so that evaluation changes nothing.
    """
    return torch.empty_like(like).bernoulli_(1.0 - share, generator=generator) / (1.0 - share)


class FeatureDropout(nn.Module):
    """Dropout of the features of (batch, time, features): anew at each step, or locked for a whole sequence.

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

"""Positional encodings of attention."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor


def sinusoids(positions: Int[Tensor, "batch time"], size: int) -> Float[Tensor, "batch time size"]:
    """Sines and cosines of geometrically spaced wavelengths, one row per absolute position.

    Source: Vaswani et al. (2017), Attention is all you need, arXiv:1706.03762.
    """
    half = (size + 1) // 2
    rates = torch.exp(torch.arange(half, device=positions.device) * (-math.log(10_000.0) / max(half, 1)))
    angles = positions.unsqueeze(-1) * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)[..., :size]


def rotate(
    x: Float[Tensor, "batch heads time size"], positions: Int[Tensor, "batch time"]
) -> Float[Tensor, "batch heads time size"]:
    """Rotates pairs of features by an angle proportional to the position, so that dot products depend on distance.

    Source: Su et al. (2021), RoFormer: enhanced transformer with rotary position embedding, arXiv:2104.09864.
    """
    half = x.shape[-1] // 2
    rates = torch.exp(torch.arange(half, device=x.device) * (-math.log(10_000.0) / half))
    angles = (positions.unsqueeze(-1) * rates).unsqueeze(1)
    # angles stay in single precision: half precision cannot represent large angles with useful accuracy
    cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


def distance_penalties(heads: int, distances: Int[Tensor, "query key"]) -> Float[Tensor, "heads query key"]:
    """Biases of attention: minus the distance, times a slope per head.

    Source: Press, Smith and Lewis (2021), Train short, test long (ALiBi), arXiv:2108.12409.
    """
    slopes = 2.0 ** (-8.0 * torch.arange(1, heads + 1, device=distances.device) / heads)
    return -slopes.view(-1, 1, 1) * distances.abs()

"""Attention of the steps of a target sequence to what was read of a source sequence."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional


class Memory(NamedTuple):
    """What was read of a batch of sources: one vector per step, and the number of valid steps of each row."""

    steps: Float[Tensor, "batch read width"]
    lengths: Int[Tensor, " batch"]

    @property
    def is_valid(self) -> Tensor:
        """Which steps are no padding, (batch, read)."""
        return torch.arange(self.steps.shape[1], device=self.steps.device) < self.lengths.unsqueeze(1)

    def mean(self) -> Float[Tensor, "batch width"]:
        """The mean of each row's valid steps."""
        return (self.steps * self.is_valid.unsqueeze(2)).sum(dim=1) / self.lengths.unsqueeze(1)

    def rows(self, chosen: Int[Tensor, " rows"]) -> Memory:
        """The memory of some rows."""
        return Memory(self.steps[chosen], self.lengths[chosen])

    def repeated(self, times: int) -> Memory:
        """The memory with each row `times` times, one after the other: the hypotheses of a beam share their source."""
        return Memory(self.steps.repeat_interleave(times, dim=0), self.lengths.repeat_interleave(times, dim=0))


class CrossAttention(nn.Module):
    """x + leave(attention(norm(x), memory)): every step attends to all valid steps of the memory, in several heads.

    Source: Bahdanau, Cho and Bengio (2015), arXiv:1409.0473; the dot product: Luong, Pham and Manning (2015),
    arXiv:1508.04025; heads and residual: Vaswani et al. (2017), arXiv:1706.03762.
    """

    def __init__(self, size: int, memory_size: int, heads: int, dropout: nn.Module) -> None:
        super().__init__()
        self.heads = heads
        inner = heads * -(-size // heads)
        self.norm = nn.LayerNorm(size)
        self.to_queries = nn.Linear(size, inner)
        self.to_keys, self.to_values = nn.Linear(memory_size, inner), nn.Linear(memory_size, inner)
        self.leave, self.dropout = nn.Linear(inner, size), dropout

    def forward(self, x: Float[Tensor, "batch time size"], memory: Memory) -> Float[Tensor, "batch time size"]:
        queries, keys, values = (
            self._by_head(part)
            for part in (self.to_queries(self.norm(x)), self.to_keys(memory.steps), self.to_values(memory.steps))
        )
        mask = memory.is_valid[:, None, None]
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        return x + self.dropout(self.leave(mixed.transpose(1, 2).flatten(2)))

    def weights(self, x: Float[Tensor, "batch time size"], memory: Memory) -> Float[Tensor, "batch time read"]:
        """The attention weights of each step, their mean over the heads; each step's sum to 1."""
        queries, keys = self._by_head(self.to_queries(self.norm(x))), self._by_head(self.to_keys(memory.steps))
        scores = queries @ keys.transpose(2, 3) / keys.shape[3] ** 0.5
        return scores.masked_fill(~memory.is_valid[:, None, None], float("-inf")).softmax(dim=-1).mean(dim=1)

    def _by_head(self, part: Tensor) -> Tensor:
        return part.unflatten(-1, (self.heads, -1)).transpose(1, 2)

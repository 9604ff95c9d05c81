"""Attention of the steps of a target sequence to what was read of a source sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional


class Memory(NamedTuple):
    """What was read of a batch of sources: one vector per step, and the number of valid steps of each row.

    keys_and_values: of attentions to it, where they are computed already (`EncoderDecoder.with_keys`).
    """

    steps: Float[Tensor, "batch read width"]
    lengths: Int[Tensor, " batch"]
    keys_and_values: Mapping[nn.Module, tuple[Tensor, Tensor]] = MappingProxyType({})

    @property
    def is_valid(self) -> Tensor:
        """Which steps are no padding, (batch, read)."""
        return torch.arange(self.steps.shape[1], device=self.steps.device) < self.lengths.unsqueeze(1)

    def mean(self) -> Float[Tensor, "batch width"]:
        """The mean of each row's valid steps."""
        return (self.steps * self.is_valid.unsqueeze(2)).sum(dim=1) / self.lengths.unsqueeze(1)

    def rows(self, chosen: Int[Tensor, " rows"]) -> Memory:
        """The memory of some rows."""
        return self._with_each(lambda part: part[chosen])

    def repeated(self, times: int) -> Memory:
        """The memory with each row `times` times, one after the other: the hypotheses of a beam share their source."""
        return self._with_each(lambda part: part.repeat_interleave(times, dim=0))

    def _with_each(self, change: Callable[[Tensor], Tensor]) -> Memory:
        both = {attention: (change(keys), change(values)) for attention, (keys, values) in self.keys_and_values.items()}
        return Memory(change(self.steps), change(self.lengths), both)


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
        queries = self._by_head(self.to_queries(self.norm(x)))
        keys, values = memory.keys_and_values.get(self) or self.keys_and_values(memory)
        mask = memory.is_valid[:, None, None]
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        return x + self.dropout(self.leave(mixed.transpose(1, 2).flatten(2)))

    def keys_and_values(self, memory: Memory) -> tuple[Tensor, Tensor]:
        """What the queries of every step are compared with, and what is mixed: each (batch, heads, read, width)."""
        return self._by_head(self.to_keys(memory.steps)), self._by_head(self.to_values(memory.steps))

    def weights(self, x: Float[Tensor, "batch time size"], memory: Memory) -> Float[Tensor, "batch time read"]:
        """The attention weights of each step, their mean over the heads; each step's sum to 1."""
        queries, keys = self._by_head(self.to_queries(self.norm(x))), self._by_head(self.to_keys(memory.steps))
        scores = queries @ keys.transpose(2, 3) / keys.shape[3] ** 0.5
        return scores.masked_fill(~memory.is_valid[:, None, None], float("-inf")).softmax(dim=-1).mean(dim=1)

    def _by_head(self, part: Tensor) -> Tensor:
        return part.unflatten(-1, (self.heads, -1)).transpose(1, 2)

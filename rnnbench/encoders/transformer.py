"""The Transformer: self-attention over a window of steps, causal or bidirectional."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from rnnbench.core.settings import Choices, Group, Ints
from rnnbench.encoders.base import Encoded, EncoderSettings, Layer, State
from rnnbench.encoders.layers.dropout import FeatureDropout
from rnnbench.encoders.layers.positions import distance_penalties, rotate, sinusoids


class TransformerSettings(EncoderSettings):
    """Settings of attention.

    context: steps that one layer attends to, the current one included; the state has `context` - 1 steps at most.
    feedforward_multiple: width of the feedforward layer, in multiples of the hidden size.
    """

    num_layers: Annotated[int, Field(ge=1, le=32), Ints(1, 3), Group("architecture")] = 2
    heads: Annotated[int, Field(ge=1, le=64), Choices(2, 4, 8), Group("architecture")] = 4
    positions: Annotated[
        Literal["rotary", "sinusoidal", "alibi", "none"],
        Choices("rotary", "sinusoidal", "alibi"),
        Group("architecture"),
    ] = "rotary"
    feedforward_multiple: Annotated[int, Field(ge=1, le=16), Choices(2, 4), Group("architecture")] = 4
    context: Annotated[int, Field(ge=1)] = 256


class _Window(NamedTuple):
    """Positions of queries and keys in one call, and the attention mask.

    allowed: None for plain causal attention or, in a bidirectional encoder, for attention to all steps.
    """

    queries: Int[Tensor, "batch time"]
    keys: Int[Tensor, "batch keys"]
    distances: Int[Tensor, "time keys"]
    allowed: Bool[Tensor, "batch time keys"] | None


class Transformer(Layer):
    """One pre-normalized Transformer block. Its state is (keys, values, number of steps so far).

        x = x + attention(norm(x))
        x = x + feedforward(norm(x))

    Causal attention reads the last `context` steps. The state has the last `context` - 1 keys and values of each row,
    right-aligned. With `bidirectional`, each step attends to all valid steps, and there is no state.
    Dropout is applied to the residual branches and not to attention weights, so that fused kernels can be used.

    Source: Vaswani et al. (2017), arXiv:1706.03762; normalization first: Xiong et al. (2020), arXiv:2002.04745;
    state carried over segments: Dai et al. (2019), Transformer-XL, arXiv:1901.02860.
    """

    Settings: ClassVar[type[EncoderSettings]] = TransformerSettings
    settings: TransformerSettings
    state_count: ClassVar[int] = 3
    handles_bidirectional: ClassVar[bool] = True
    needs_final_normalization: ClassVar[bool] = True

    @classmethod
    def unsupported(cls, settings: EncoderSettings) -> dict[str, str]:
        reasons = dict.fromkeys(
            ("recurrent_dropout", "zoneout", "state_normalization"), "attention has no recurrent state"
        )
        reasons["weight_dropout"] = "attention has no recurrent weights"
        reasons = {name: why for name, why in reasons.items() if getattr(settings, name)}
        if settings.initialization == "identity":
            reasons["initialization"] = "identity is for recurrent weights, and attention has none"
        return reasons

    def __init__(self, input_size: int, settings: TransformerSettings) -> None:
        super().__init__(input_size, settings)
        size = settings.hidden_size
        # the head size is rounded up to an even number (rotary needs pairs), so that any hidden size can be used
        self.head_size = 2 * -(-size // (2 * settings.heads))
        inner = self.head_size * settings.heads
        self.enter = nn.Identity() if input_size == size else nn.Linear(input_size, size)
        self.attention_norm = nn.LayerNorm(size)
        self.to_queries, self.to_keys = nn.Linear(size, inner), nn.Linear(size, inner)
        self.to_values, self.leave = nn.Linear(size, inner), nn.Linear(inner, size)
        self.feedforward = nn.Sequential(
            nn.LayerNorm(size),
            nn.Linear(size, settings.feedforward_multiple * size),
            nn.GELU(),
            FeatureDropout(settings.dropout, locked=settings.locked_dropout),
            nn.Linear(settings.feedforward_multiple * size, size),
        )
        self.dropout = FeatureDropout(settings.dropout, locked=settings.locked_dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        x = self.enter(x)
        keys_before, values_before, past_steps = state if state is not None else self._empty(x)
        normalized = self.attention_norm(x)
        queries, keys, values = self.to_queries(normalized), self.to_keys(normalized), self.to_values(normalized)
        keys, values = torch.cat([keys_before, keys], dim=1), torch.cat([values_before, values], dim=1)
        window = self._window(past_steps, keys_before.shape[1], x.shape[1], lengths)
        x = x + self.dropout(self.leave(self._attend(queries, keys, values, window)))
        x = x + self.dropout(self.feedforward(x))
        if self.settings.bidirectional:
            return Encoded(x, ())
        return Encoded(x, self._carry(keys, values, past_steps, keys_before.shape[1], x.shape[1], lengths))

    def _empty(self, x: Tensor) -> State:
        empty = x.new_zeros(x.shape[0], 0, self.head_size * self.settings.heads)
        return empty, empty, torch.zeros(x.shape[0], dtype=torch.long, device=x.device)

    def _window(self, past_steps: Tensor, before: int, time: int, lengths: Tensor | None) -> _Window:
        """Positions and mask of a call; key k is at step k - before of the call."""
        steps = torch.arange(time, device=past_steps.device)
        key_steps = torch.arange(-before, time, device=past_steps.device)
        distances = steps.unsqueeze(1) - key_steps.unsqueeze(0)
        queries, keys = past_steps.unsqueeze(1) + steps, past_steps.unsqueeze(1) + key_steps
        if self.settings.bidirectional:
            allowed = None if lengths is None else (key_steps < lengths.unsqueeze(1)).unsqueeze(1)
            return _Window(queries, keys, distances, allowed)
        if before == 0 and time <= self.settings.context:  # plain causal attention: the kernel needs no mask
            return _Window(queries, keys, distances, None)
        near = (distances >= 0) & (distances < self.settings.context)
        # in a row with fewer steps so far than the state's width, the first slots of the state are empty
        exists = key_steps.unsqueeze(0) >= -past_steps.unsqueeze(1)
        return _Window(queries, keys, distances, near & exists.unsqueeze(1) if before else near.unsqueeze(0))

    def _attend(self, queries: Tensor, keys: Tensor, values: Tensor, window: _Window) -> Tensor:
        batch, time, _ = queries.shape
        if self.settings.positions == "sinusoidal":
            queries = queries + sinusoids(window.queries, queries.shape[-1]).to(queries.dtype)
            keys = keys + sinusoids(window.keys, keys.shape[-1]).to(keys.dtype)
        heads = [part.unflatten(-1, (self.settings.heads, -1)).transpose(1, 2) for part in (queries, keys, values)]
        if self.settings.positions == "rotary":
            heads[0], heads[1] = rotate(heads[0], window.queries), rotate(heads[1], window.keys)
        mask = None if window.allowed is None else window.allowed.unsqueeze(1)
        is_plain_causal = mask is None and not self.settings.bidirectional
        if self.settings.positions == "alibi":
            if is_plain_causal:
                mask, is_plain_causal = (window.distances >= 0)[None, None], False
            penalties = distance_penalties(self.settings.heads, window.distances).to(queries.dtype).unsqueeze(0)
            mask = penalties if mask is None else penalties.masked_fill(~mask, float("-inf"))
        # no dropout_p: with it, the fused kernel could not be used
        mixed = functional.scaled_dot_product_attention(
            heads[0], heads[1], heads[2], attn_mask=mask, is_causal=is_plain_causal
        )
        return mixed.transpose(1, 2).reshape(batch, time, -1)

    def _carry(
        self, keys: Tensor, values: Tensor, past_steps: Tensor, before: int, time: int, lengths: Tensor | None
    ) -> State:
        """The state: the last keys and values of each row, right-aligned at its last valid step."""
        width = min(self.settings.context - 1, before + time)
        if lengths is None:
            start = before + time - width
            return keys[:, start:], values[:, start:], past_steps + time
        slots = torch.arange(-width, 0, device=keys.device) + before + lengths.unsqueeze(1)
        picked = slots.clamp(min=0).unsqueeze(2).expand(-1, -1, keys.shape[2])
        return keys.gather(1, picked), values.gather(1, picked), past_steps + lengths

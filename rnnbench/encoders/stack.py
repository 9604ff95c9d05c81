"""Depth, direction, normalization, dropout and residual connections: the same for every layer.

x ─► [ layer ─► normalization ─► dropout ─► (+ input) ] x num_layers ─► steps
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from rnnbench.encoders.base import Encoded, Encoder, EncoderSettings, Layer, State


class Stack(Encoder):
    """`num_layers` layers of one kind as an encoder.

    With `bidirectional`, each layer runs over the valid part of the sequence both ways and the two halves are
    concatenated (Schuster and Paliwal, 1997, Bidirectional recurrent neural networks); such an encoder has no state.
    """

    def __init__(self, layer: type[Layer], input_size: int, settings: EncoderSettings) -> None:
        super().__init__()
        self.settings = settings
        self.is_causal = not settings.bidirectional
        self.two_copies = settings.bidirectional and not layer.sees_both_ways
        self.state_count = layer.state_count
        width = settings.hidden_size * (2 if self.two_copies else 1)
        sizes = [input_size] + [width] * (settings.num_layers - 1)
        self.layers = nn.ModuleList(layer(size, settings) for size in sizes)
        self.backward_layers = nn.ModuleList(layer(size, settings) for size in sizes if self.two_copies)
        self.normalizations = nn.ModuleList(_normalization(settings.normalization, width) for _ in sizes)
        self.last = nn.LayerNorm(width) if layer.wants_final_normalization else nn.Identity()
        self.dropout = nn.Dropout(settings.dropout)
        self.output_size = width

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        if state is not None and not self.is_causal:
            raise ValueError("an encoder that looks ahead has no state to go on from")
        states: list[Tensor] = []
        for index, normalization in enumerate(self.normalizations):
            own = None if state is None else state[index * self.state_count : (index + 1) * self.state_count]
            steps, after = self._both_ways(index, x, lengths, own)
            steps = self.dropout(normalization(steps, lengths))
            x = x + steps if self.settings.residual and x.shape == steps.shape else steps
            states.extend(after)
        return Encoded(self.last(x), tuple(states) if self.is_causal else ())

    def last_step(
        self, steps: Float[Tensor, "batch time hidden"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        end = super().last_step(steps, lengths)
        if not self.two_copies:
            return end
        half = self.output_size // 2  # the reversed copy has seen the whole row at its first step
        return torch.cat([end[:, :half], steps[:, 0, half:]], dim=1)

    def _both_ways(self, index: int, x: Tensor, lengths: Tensor | None, state: State | None) -> Encoded:
        forward: Encoded = self.layers[index](x, lengths, state)
        if not self.two_copies:
            return forward
        mirrored = reverse(x, lengths)
        backward: Encoded = self.backward_layers[index](mirrored, lengths, None)
        return Encoded(torch.cat([forward.steps, reverse(backward.steps, lengths)], dim=-1), ())


def reverse(
    x: Float[Tensor, "batch time size"], lengths: Int[Tensor, " batch"] | None
) -> Float[Tensor, "batch time size"]:
    """Each row's valid steps in reverse; padding stays where it is."""
    if lengths is None:
        return x.flip(1)
    time = torch.arange(x.shape[1], device=x.device).unsqueeze(0)
    mirrored = torch.where(time < lengths.unsqueeze(1), lengths.unsqueeze(1) - 1 - time, time)
    return x.gather(1, mirrored.unsqueeze(2).expand_as(x))


class _Keep(nn.Module):
    def forward(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        return x


class _OverFeatures(nn.LayerNorm):
    """Layer normalization (Ba, Kiros and Hinton, 2016, arXiv:1607.06450), step by step: padding cannot matter."""

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        return super().forward(x)


class _OverBatch(nn.BatchNorm1d):
    """Batch normalization (Ioffe and Szegedy, 2015, arXiv:1502.03167) over all valid steps of the batch.

    Training statistics come from valid steps alone; evaluation uses the running ones, so it stays causal.
    """

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        if lengths is None:
            return super().forward(x.flatten(0, 1)).view_as(x)
        valid = torch.arange(x.shape[1], device=x.device).unsqueeze(0) < lengths.unsqueeze(1)
        normalized = x.clone()
        normalized[valid] = super().forward(x[valid])
        return normalized


def _normalization(name: str, size: int) -> nn.Module:
    kinds: dict[str, type[nn.Module]] = {"layer": _OverFeatures, "batch": _OverBatch}
    return kinds[name](size) if name in kinds else _Keep()

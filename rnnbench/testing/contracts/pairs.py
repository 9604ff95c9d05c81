"""Inputs of the contracts of reader and writer: an encoder-decoder in float64, sources and targets.

Tasks add the projected mean of the memory to the writer's first input; `write` does so with a fixed projection, so that
a writer without attention is given what was read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnbench.encoders.base import Encoded, EncoderSettings, Layer, State
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.layers.attention import Memory
from rnnbench.testing.contracts.base import INPUT, TIME, random_input

READ = 9
"""Steps of the longest source; `TIME` is that of the longest target."""


class Sequences(NamedTuple):
    """A batch of sources, or of targets."""

    x: Tensor
    lengths: Tensor

    @property
    def is_padding(self) -> Tensor:
        """Which steps are padding, (batch, time)."""
        return torch.arange(self.x.shape[1]) >= self.lengths.unsqueeze(1)

    def row(self, index: int) -> Sequences:
        """One row alone, without padding."""
        length = int(self.lengths[index])
        return Sequences(self.x[index : index + 1, :length], self.lengths[index : index + 1])

    def with_other_padding(self, more: int) -> Sequences:
        """The same valid steps, with other values in the padding and `more` steps of it."""
        batch, time, size = self.x.shape
        other = 50.0 * random_input(batch, time + more, size, seed=5)
        other[:, :time][~self.is_padding] = self.x[~self.is_padding]
        return Sequences(other, self.lengths)


def sources(*lengths: int, seed: int = 2) -> Sequences:
    """Random sources of these lengths; without lengths three of 4, 9 and 1 steps."""
    return _sequences(lengths or (4, READ, 1), seed)


def targets(*lengths: int, seed: int = 3) -> Sequences:
    """Random targets of these lengths; without lengths three of 5, 11 and 2 steps."""
    return _sequences(lengths or (5, TIME, 2), seed)


def _sequences(lengths: tuple[int, ...], seed: int) -> Sequences:
    return Sequences(random_input(len(lengths), max(lengths), INPUT, seed=seed), torch.tensor(lengths))


def build_pair(
    layer: type[Layer], settings: EncoderSettings, *, attention: bool = True, seed: int = 1
) -> EncoderDecoder:
    """Build a reader and writer as `build` does a stack: float64, evaluation mode, running statistics updated once."""
    torch.manual_seed(seed)
    encoder = EncoderDecoder(layer, INPUT, settings, attention=attention).double().train()
    with torch.no_grad():
        memory = encoder.read(torch.randn(8, 5, INPUT, dtype=torch.float64) * 2 + 1, torch.full((8,), 5))
        encoder(torch.randn(8, 6, INPUT, dtype=torch.float64) * 2 + 1, None, None, memory)
    return encoder.eval()


def with_and_without_attention(layer: type[Layer], settings: EncoderSettings) -> Iterator[tuple[str, EncoderDecoder]]:
    """Both kinds of reader and writer, each with the words that name it in a message."""
    for attention in (True, False):
        yield f"{'with' if attention else 'without'} attention", build_pair(layer, settings, attention=attention)


def write(
    encoder: EncoderDecoder, memory: Memory, x: Tensor, lengths: Tensor | None = None, state: State | None = None
) -> Encoded:
    """What the writer makes of targets, or of a part of each with the `state` of the part before it."""
    return encoder(x if state else with_mean(memory, x), lengths, state, memory)


def with_mean(memory: Memory, x: Tensor) -> Tensor:
    """Targets whose first step is given the memory's mean under a fixed projection."""
    given = memory.mean() @ random_input(memory.steps.shape[2], x.shape[2], seed=7)
    return torch.cat([x[:, :1] + given.unsqueeze(1), x[:, 1:]], dim=1)


def encode(encoder: EncoderDecoder, read: Sequences, written: Sequences) -> Encoded:
    """What the writer makes of targets after their sources were read."""
    return write(encoder, encoder.read(*read), *written)

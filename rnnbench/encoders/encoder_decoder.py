"""An encoder of a source sequence and one of a target sequence that attends to it, of the same layer.

    source ─► reader: Stack (bidirectional where the settings say so) ─► Memory(steps, lengths)
    target ─► writer: Stack (causal, attends to the memory after each layer) ─► steps, state

Source: Cho et al. (2014), arXiv:1406.1078; Sutskever, Vinyals and Le (2014), arXiv:1409.3215; with attention Bahdanau,
Cho and Bengio (2015), arXiv:1409.0473, without its input feeding, so that fused kernels remain usable.
"""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from rnnbench.encoders.base import Encoded, Encoder, EncoderSettings, Layer, State
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.encoders.stack import Stack


class EncoderDecoder(Encoder):
    """The causal encoder of targets (`writer`), with the encoder of their sources (`reader`).

    attention: whether the writer attends to the memory; without, it is given the memory's mean alone, by its caller.
    """

    def __init__(
        self,
        layer: type[Layer],
        input_size: int,
        settings: EncoderSettings,
        *,
        attention: bool = True,
        attention_heads: int = 4,
    ) -> None:
        super().__init__()
        self.reader = Stack(layer, input_size, settings)
        self.writer = Stack(
            layer,
            input_size,
            settings.model_copy(update={"bidirectional": False}),
            memory_size=self.reader.output_size if attention else None,
            attention_heads=attention_heads,
        )
        self.attends = attention
        self.is_causal = True
        self.memory_size = self.reader.output_size
        self.output_size = self.writer.output_size
        self.output_dropout = self.writer.output_dropout

    def read(self, x: Float[Tensor, "batch read input"], lengths: Int[Tensor, " batch"]) -> Memory:
        """What the reader makes of a batch of sources."""
        return Memory(self.reader(x, lengths).steps, lengths)

    def with_keys(self, memory: Memory) -> Memory:
        """The memory with the keys and values of every layer's attention, computed once for all steps of targets."""
        attentions = [attention for attention in self.writer.attentions if isinstance(attention, CrossAttention)]
        return memory._replace(keys_and_values={each: each.keys_and_values(memory) for each in attentions})

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
        memory: Memory | None = None,
    ) -> Encoded:
        """Encodes a batch of targets, or a part of each with the `state` of the part before it.

        Raises: ValueError without a memory.
        """
        if memory is None:
            raise ValueError("a target is encoded with the memory of its source")
        return self.writer(x, lengths, state, memory if self.attends else None)

    def write(
        self, x: Float[Tensor, "batch time input"], lengths: Int[Tensor, " batch"], memory: Memory
    ) -> Float[Tensor, "batch time hidden"]:
        """The steps of a batch of whole targets, as in training: faster than `forward`, which returns a state too.

        Padding on the right changes no step before it, so that lengths are needed by batch normalization alone.
        """
        is_over_steps = self.writer.settings.normalization == "batch"
        return self(x, lengths if is_over_steps else None, None, memory).steps

    def last_step(
        self, steps: Float[Tensor, "batch time hidden"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        return self.writer.last_step(steps, lengths)

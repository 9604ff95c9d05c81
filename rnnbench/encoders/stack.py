"""Stack layers into an encoder: depth, direction, normalization, dropout and skip connections, for all layers.

x ─► input dropout ─► [ layer ─► normalization ─► dropout ─► connection ] x num_layers ─► output dropout ─► steps

A stack that writes a second sequence attends to a memory of the first after each connection.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from rnnbench.core.errors import RnnbenchError
from rnnbench.encoders.base import Encoded, Encoder, EncoderSettings, Layer, State
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.encoders.layers.dropout import FeatureDropout


class Stack(Encoder):
    """An encoder of `num_layers` layers of one class.

    With `bidirectional`, each layer runs over the valid steps in both directions and the outputs are concatenated
    (Schuster and Paliwal, 1997, Bidirectional recurrent neural networks); such an encoder returns no state.

    memory_size: features per step of the memory that every layer attends to, in `attention_heads` heads; None without.
    """

    def __init__(
        self,
        layer: type[Layer],
        input_size: int,
        settings: EncoderSettings,
        *,
        memory_size: int | None = None,
        attention_heads: int = 4,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.is_causal = not settings.bidirectional
        self.two_copies = settings.bidirectional and not layer.handles_bidirectional
        self.state_count = layer.state_count
        width = settings.hidden_size * (2 if self.two_copies else 1)
        sizes = [input_size] + [width] * (settings.num_layers - 1)
        self.layers = nn.ModuleList(layer(size, settings) for size in sizes)
        self.backward_layers = nn.ModuleList(layer(size, settings) for size in sizes if self.two_copies)
        self.normalizations = nn.ModuleList(_normalization(settings.normalization, width) for _ in sizes)
        self.last = nn.LayerNorm(width) if layer.needs_final_normalization else nn.Identity()
        self.highways = nn.ModuleDict(
            {str(index): _Highway(width) for index, size in enumerate(sizes) if size == width}
            if settings.connection == "highway"
            else {}
        )
        locked = settings.locked_dropout
        output_dropout = settings.dropout if settings.output_dropout is None else settings.output_dropout
        self.input_dropout = FeatureDropout(settings.input_dropout, locked=locked)
        self.dropout = FeatureDropout(settings.dropout, locked=locked)
        self.output_dropout = FeatureDropout(output_dropout, locked=locked)
        self.attentions = nn.ModuleList()
        if memory_size is not None:
            self.attentions.extend(CrossAttention(width, memory_size, attention_heads, self.dropout) for _ in sizes)
        self.output_size = width
        self._check_weight_dropout(layer)

    def _check_weight_dropout(self, layer: type[Layer]) -> None:
        if self.settings.weight_dropout and not _recurrent_matrices(self.layers[0]):
            raise RnnbenchError(
                f"encoder.weight_dropout: {layer.__name__} has no recurrent weights. In your own cell, their names "
                "must contain 'recurrent' or 'hh'"
            )

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
        memory: Memory | None = None,
    ) -> Encoded:
        if state is not None and not self.is_causal:
            raise ValueError("a bidirectional encoder takes no state")
        if (memory is None) == bool(self.attentions):
            raise ValueError("a stack with `memory_size` needs a memory at each call, and one without takes none")
        states: list[Tensor] = []
        x = self.input_dropout(x)
        for index, normalization in enumerate(self.normalizations):
            before = None if state is None else state[index * self.state_count : (index + 1) * self.state_count]
            steps, after = self._run_directions(index, x, lengths, before)
            steps = normalization(steps, lengths)
            if index + 1 < len(self.layers):
                steps = self.dropout(steps)
            x = self._connected(index, x, steps)
            if memory is not None:
                x = self.attentions[index](x, memory)
            states.extend(after)
        return Encoded(self.output_dropout(self.last(x)), tuple(states) if self.is_causal else ())

    def _connected(self, index: int, x: Tensor, steps: Tensor) -> Tensor:
        """A layer's output, with its skip connection where input and output sizes are equal."""
        if self.settings.connection == "none" or x.shape != steps.shape:
            return steps
        return x + steps if self.settings.connection == "residual" else self.highways[str(index)](x, steps)

    def last_step(
        self, steps: Float[Tensor, "batch time hidden"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        end = super().last_step(steps, lengths)
        if not self.two_copies:
            return end
        half = self.output_size // 2  # the reversed copy has read the whole row at step 0
        return torch.cat([end[:, :half], steps[:, 0, half:]], dim=1)

    def _run_directions(self, index: int, x: Tensor, lengths: Tensor | None, state: State | None) -> Encoded:
        forward = self._run(self.layers[index], x, lengths, state)
        if not self.two_copies:
            return forward
        mirrored = reverse(x, lengths)
        backward = self._run(self.backward_layers[index], mirrored, lengths, None)
        return Encoded(torch.cat([forward.steps, reverse(backward.steps, lengths)], dim=-1), ())

    def _run(self, layer: nn.Module, x: Tensor, lengths: Tensor | None, state: State | None) -> Encoded:
        """One layer, in training with weight dropout of its recurrent matrices."""
        rate = self.settings.weight_dropout if self.training else 0.0
        if not rate:
            return layer(x, lengths, state)
        recurrent = {id(matrix) for matrix in _recurrent_matrices(layer)}
        dropped = {
            name: functional.dropout(weight, rate)
            for name, weight in layer.named_parameters()
            if id(weight) in recurrent
        }
        return torch.func.functional_call(layer, dropped, (x, lengths, state))


def _recurrent_matrices(layer: nn.Module) -> list[Tensor]:
    assert isinstance(layer, Layer)
    return layer.recurrent_matrices()


def reverse(
    x: Float[Tensor, "batch time size"], lengths: Int[Tensor, " batch"] | None
) -> Float[Tensor, "batch time size"]:
    """Each row's valid steps in reverse order; padding stays in place."""
    if lengths is None:
        return x.flip(1)
    time = torch.arange(x.shape[1], device=x.device).unsqueeze(0)
    mirrored = torch.where(time < lengths.unsqueeze(1), lengths.unsqueeze(1) - 1 - time, time)
    return x.gather(1, mirrored.unsqueeze(2).expand_as(x))


class _Highway(nn.Module):
    """gate * output + (1 - gate) * input, with gate = sigmoid(W input + b).

    The bias is -1 at the start, so that the gate is nearly closed.
    Source: Srivastava, Greff and Schmidhuber (2015), Highway networks, arXiv:1505.00387.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(size, size)
        nn.init.constant_(self.gate.bias, -1.0)

    def forward(self, x: Tensor, steps: Tensor) -> Tensor:
        gate = torch.sigmoid(self.gate(x))
        return gate * steps + (1.0 - gate) * x


class _NoNormalization(nn.Module):
    def forward(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        return x


class _LayerNorm(nn.LayerNorm):
    """Layer normalization (Ba, Kiros and Hinton, 2016, arXiv:1607.06450) of each step."""

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        return super().forward(x)


class _BatchNorm(nn.BatchNorm1d):
    """Batch normalization (Ioffe and Szegedy, 2015, arXiv:1502.03167) over the valid steps of the batch.

    Evaluation uses running statistics, so that it is causal; so does training where a batch has only one valid step.
    """

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        if lengths is None:
            return self._normalized(x.flatten(0, 1)).view_as(x)
        valid = torch.arange(x.shape[1], device=x.device).unsqueeze(0) < lengths.unsqueeze(1)
        normalized = x.clone()
        normalized[valid] = self._normalized(x[valid])
        return normalized

    def _normalized(self, steps: Float[Tensor, "steps size"]) -> Float[Tensor, "steps size"]:
        if len(steps) > 1:
            return super().forward(steps)
        return functional.batch_norm(
            steps, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
        )


def _normalization(name: str, size: int) -> nn.Module:
    classes: dict[str, type[nn.Module]] = {"layer": _LayerNorm, "batch": _BatchNorm}
    return classes[name](size) if name in classes else _NoNormalization()

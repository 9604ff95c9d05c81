"""The contract of sequence encoders.

    x        (batch, time, input)   input: one vector per step, padding on the right
    steps    (batch, time, hidden)  output: one vector per step
    state    tensors, batch first   returned by each call; pass it to the next call to continue the sequence

A layer is one recurrence or attention block. Depth, direction, dropout, residual connections and normalization are in
`stack.py`, for all layers.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from rnnbench.core.settings import Choices, Range
from rnnbench.encoders.layers.dropout import keep_mask
from rnnbench.encoders.settings import EncoderSettings

__all__ = ["Cell", "Encoded", "Encoder", "EncoderSettings", "Layer", "State"]

State = tuple[Tensor, ...]


class Encoded(NamedTuple):
    """The output of an encoder: one vector per step, and the state after each row's last valid step."""

    steps: Float[Tensor, "batch time hidden"]
    state: State


class Encoder(nn.Module):
    """Maps a sequence to one vector per step."""

    is_causal: bool
    output_size: int
    output_dropout: nn.Module
    """The last module that every step passes."""

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """Encodes a batch, from the initial state or from the `state` of an earlier call.

        Raises: ValueError for a state and an encoder that is not causal.
        """
        raise NotImplementedError

    def last_step(
        self, steps: Float[Tensor, "batch time hidden"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        """The vector of each row's last valid step, (batch, hidden)."""
        if lengths is None:
            return steps[:, -1]
        return steps.gather(1, (lengths - 1).view(-1, 1, 1).expand(-1, 1, steps.shape[2])).squeeze(1)


class Layer(nn.Module):
    """One layer of an encoder, with `output_size` features per step.

    An encoder file defines exactly one subclass.
    """

    Settings: ClassVar[type[EncoderSettings]] = EncoderSettings
    state_count: ClassVar[int] = 1
    """Number of tensors in the state."""
    handles_bidirectional: ClassVar[bool] = False
    """True for a layer that implements `bidirectional`; for others the stack runs a second copy in reverse."""
    needs_final_normalization: ClassVar[bool] = False
    """True for layers that normalize their input: the stack then normalizes the output of the last one."""

    @classmethod
    def unsupported(cls, settings: EncoderSettings) -> dict[str, str]:
        """Settings that this layer does not support, each with the reason; they are refused, not ignored."""
        reasons: dict[str, str] = {}
        if settings.regularizes_state and not cls.can_regularize_state():
            why = "only a cell that defines `regularized_step` supports it"
            reasons |= dict.fromkeys(("recurrent_dropout", "zoneout", "state_normalization"), why)
        return {name: why for name, why in reasons.items() if getattr(settings, name)}

    @classmethod
    def can_regularize_state(cls) -> bool:
        """Whether recurrent dropout, zoneout and state normalization are supported."""
        return False

    @classmethod
    def supported_range(cls, setting: str, searched: Range) -> Range | None:
        """The part of a range that this layer supports; None where it leaves nothing to search."""

        def is_unsupported(value: object) -> bool:
            # not validated here: ranges outside the setting's bounds are reported by `SearchSpace.problems`
            return setting in cls.unsupported(cls.Settings.model_construct(**{setting: value}))  # type: ignore[arg-type]

        if not isinstance(searched, Choices):
            return None if is_unsupported(searched.high) else searched
        kept = [value for value in searched.values if not is_unsupported(value)]
        if len(kept) == len(searched.values):
            return searched
        return Choices(*kept) if len(kept) > 1 else None

    @classmethod
    def search_ranges(cls) -> dict[str, Range]:
        """The supported part of each setting's default range."""
        ranges = {name: cls.supported_range(name, searched) for name, searched in cls.Settings.search_ranges().items()}
        return {name: searched for name, searched in ranges.items() if searched is not None}

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__()
        self.input_size = input_size
        self.output_size = settings.hidden_size
        self.settings = settings

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """Encodes a batch with this layer; see `Encoder.forward`."""
        raise NotImplementedError

    def recurrent_matrices(self) -> list[Tensor]:
        """Weights from the state to itself, (gates x hidden, hidden), for initialization and weight dropout."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if parameter.dim() == 2 and ("hh" in name or "recurrent" in name)
        ]


class Cell(Layer):
    """A recurrence, defined by one step; this class adds the loop over time, padding and the state.

    A cell defines `step`, or `regularized_step` to support recurrent dropout, zoneout and state normalization.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        self.state_norm = nn.LayerNorm(settings.hidden_size) if settings.state_normalization else None

    def step(self, x: Float[Tensor, "batch input"], state: State) -> tuple[Float[Tensor, "batch hidden"], State]:
        """One step: the input and the state before it to the output and the state after it."""
        return self.regularized_step(x, state, state[0])

    def regularized_step(
        self, x: Float[Tensor, "batch input"], state: State, recurrent_input: Float[Tensor, "batch hidden"]
    ) -> tuple[Float[Tensor, "batch hidden"], State]:
        """One step whose recurrent weights read `recurrent_input`: state[0] after dropout and normalization.

        Values that bypass the recurrent weights (a leaky unit's old value, an LSTM's cell) are read from `state`.
        """
        raise NotImplementedError

    @classmethod
    def can_regularize_state(cls) -> bool:
        return cls.regularized_step is not Cell.regularized_step

    def initial_state(self, x: Float[Tensor, "batch time input"]) -> State:
        """The state before the first step: zeros of (batch, hidden)."""
        return tuple(x.new_zeros(x.shape[0], self.output_size) for _ in range(self.state_count))

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence without regularization of the state; overridden where a fused kernel is faster."""
        return self.step_by_step(x, lengths, state)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        encode = self.step_by_step if self.settings.regularizes_state else self.sequence
        return encode(x, lengths, state)

    def step_by_step(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The loop over time: slower than a fused kernel, but supports regularization of the state."""
        state = self.initial_state(x) if state is None else state
        rate = self.settings.recurrent_dropout if self.training else 0.0
        mask = keep_mask(state[0], rate) if rate else None
        outputs = []
        for time, x_t in enumerate(x.unbind(dim=1)):
            output, after = self._regularized(x_t, state, mask)
            if lengths is not None:  # past its end, a row keeps the state of its last valid step
                is_valid = (time < lengths).unsqueeze(1)
                after = tuple(torch.where(is_valid, new, old) for new, old in zip(after, state, strict=True))
            outputs.append(output)
            state = after
        return Encoded(torch.stack(outputs, dim=1), state)

    def _regularized(self, x: Tensor, state: State, mask: Tensor | None) -> tuple[Tensor, State]:
        if not self.settings.regularizes_state:
            return self.step(x, state)
        recurrent_input = state[0] if self.state_norm is None else self.state_norm(state[0])
        recurrent_input = recurrent_input if mask is None else recurrent_input * mask
        output, after = self.regularized_step(x, state, recurrent_input)
        if self.settings.zoneout:
            is_state = output is after[0]
            after = tuple(self._zoned_out(old, new) for old, new in zip(state, after, strict=True))
            output = after[0] if is_state else output
        return output, after

    def _zoned_out(self, old: Tensor, new: Tensor) -> Tensor:
        """Zoneout: random units keep their old value; in evaluation, the expected value."""
        rate = self.settings.zoneout
        if not self.training:
            return rate * old + (1.0 - rate) * new
        return torch.where(torch.rand_like(new) < rate, old, new)

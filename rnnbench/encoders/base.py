"""The contract that every sequence encoder keeps.

    x        (batch, time, input)   one vector per input step, padding on the right
    steps    (batch, time, hidden)  one vector per step back
    state    tensors, batch first   hand it back in to go on where the last call stopped

A layer is one recurrence (or attention block). Depth, direction, dropout, residual connections and normalization
are written once, in `stack.py`, and apply to every layer.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from rnnbench.config import Choices, Floats, Group, Ints, Settings

State = tuple[Tensor, ...]


class Encoded(NamedTuple):
    """What an encoder makes of a batch: a vector per step, and the state after each row's last valid step."""

    steps: Float[Tensor, "batch time hidden"]
    state: State


class EncoderSettings(Settings):
    """Settings that every encoder has. A layer adds its own by subclassing."""

    hidden_size: Annotated[int, Field(ge=1), Ints(32, 256, log=True), Group("basics")] = 128
    num_layers: Annotated[int, Field(ge=1, le=32), Ints(1, 3), Group("architecture")] = 1
    dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = 0.1
    residual: Annotated[bool, Choices(False, True), Group("architecture")] = False
    normalization: Annotated[Literal["none", "layer", "batch"], Choices("none", "layer"), Group("architecture")] = (
        "none"
    )
    bidirectional: Annotated[bool, Choices(False, True), Group("architecture")] = False
    initialization: Annotated[
        Literal["default", "xavier", "he", "orthogonal"],
        Choices("default", "xavier", "orthogonal"),
        Group("architecture"),
    ] = "default"


class Encoder(nn.Module):
    """A sequence to one vector per step."""

    is_causal: bool
    output_size: int

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """Encodes a batch, from the beginning or from a `state` that an earlier call returned.

        Raises: ValueError when a state is given to an encoder that also looks ahead.
        """
        raise NotImplementedError

    def last_step(
        self, steps: Float[Tensor, "batch time hidden"], lengths: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        """The vector of each row's last valid step, which has seen the whole row."""
        if lengths is None:
            return steps[:, -1]
        return steps.gather(1, (lengths - 1).view(-1, 1, 1).expand(-1, 1, steps.shape[2])).squeeze(1)


class Layer(nn.Module):
    """One layer of an encoder: `output_size` features per step, and the state to go on from.

    An encoder file defines exactly one subclass; its name on the command line is the file's.
    """

    Settings: ClassVar[type[EncoderSettings]] = EncoderSettings
    state_count: ClassVar[int] = 1
    """How many tensors this layer carries."""
    sees_both_ways: ClassVar[bool] = False
    """True where the layer itself honours `bidirectional`; otherwise the stack runs a second, reversed copy."""
    wants_final_normalization: ClassVar[bool] = False
    """True for blocks that normalize their input: the stack then normalizes after the last of them."""

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
        """Encodes a batch with this layer alone."""
        raise NotImplementedError

    def recurrent_matrices(self) -> list[Tensor]:
        """Weights that map the state to itself, (gates x hidden, hidden): initialized gate by gate."""
        return [
            parameter
            for name, parameter in self.named_parameters()
            if parameter.dim() == 2 and ("hh" in name or "recurrent" in name)
        ]


class Cell(Layer):
    """A recurrence written as one step; this class supplies the loop over time, padding and the state."""

    def step(self, x: Float[Tensor, "batch input"], state: State) -> tuple[Float[Tensor, "batch hidden"], State]:
        """One step: the input now and the state before give the output and the state after."""
        raise NotImplementedError

    def initial_state(self, x: Float[Tensor, "batch time input"]) -> State:
        """The state before the first step: zeros of (batch, hidden)."""
        return tuple(x.new_zeros(x.shape[0], self.output_size) for _ in range(self.state_count))

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        state = self.initial_state(x) if state is None else state
        outputs = []
        for time, now in enumerate(x.unbind(dim=1)):
            output, after = self.step(now, state)
            if lengths is not None:  # a row that has ended keeps the state of its last valid step
                goes_on = (time < lengths).unsqueeze(1)
                after = tuple(torch.where(goes_on, new, old) for new, old in zip(after, state, strict=True))
            outputs.append(output)
            state = after
        return Encoded(torch.stack(outputs, dim=1), state)

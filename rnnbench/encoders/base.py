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

from rnnbench.core.settings import Choices, Floats, Group, Ints, Range, Settings
from rnnbench.encoders.layers.dropout import keep_mask

State = tuple[Tensor, ...]


class Encoded(NamedTuple):
    """What an encoder makes of a batch: a vector per step, and the state after each row's last valid step."""

    steps: Float[Tensor, "batch time hidden"]
    state: State


class EncoderSettings(Settings):
    """Settings that every encoder has. A layer adds its own by subclassing.

    input_dropout, dropout, output_dropout: share of features hidden in training before the first layer, between layers,
        and after the last; without an output_dropout of its own the last layer takes `dropout`.
    locked_dropout: these three hide the same features at every step of a sequence (Gal and Ghahramani, 2016, A
        theoretically grounded application of dropout in recurrent neural networks, arXiv:1512.05287).
    recurrent_dropout: share of the state hidden from the gates, the same units for a whole sequence (ibid.).
    zoneout: share of the state that stays as it was; in evaluation the two states are mixed in that proportion
        (Krueger et al., 2017, Zoneout, arXiv:1606.01305).
    weight_dropout: share of recurrent weights set to zero for a whole sequence: DropConnect (Wan et al., 2013; for
        recurrences Merity et al., 2018, Regularizing and optimizing LSTM language models, arXiv:1708.02182).
    normalization: after every layer. state_normalization: layer normalization of the state on its way to the gates
        (Ba, Kiros and Hinton, 2016, arXiv:1607.06450).
    connection: `residual` adds each layer's input to its output where they have one size (He et al., 2016,
        arXiv:1512.03385); `highway` mixes the two by a learned gate (Srivastava et al., 2015, arXiv:1505.00387).
    """

    hidden_size: Annotated[int, Field(ge=1), Ints(32, 256, log=True), Group("basics")] = 128
    num_layers: Annotated[int, Field(ge=1, le=32), Ints(1, 3), Group("architecture")] = 1
    input_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = 0.0
    dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = 0.1
    output_dropout: Annotated[float | None, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = None
    locked_dropout: Annotated[bool, Choices(False, True), Group("regularization")] = False
    recurrent_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = 0.0
    zoneout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.3), Group("regularization")] = 0.0
    weight_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5), Group("regularization")] = 0.0
    connection: Annotated[
        Literal["none", "residual", "highway"], Choices("none", "residual", "highway"), Group("architecture")
    ] = "none"
    normalization: Annotated[Literal["none", "layer", "batch"], Choices("none", "layer"), Group("architecture")] = (
        "none"
    )
    state_normalization: Annotated[bool, Choices(False, True), Group("architecture")] = False
    bidirectional: Annotated[bool, Choices(False, True), Group("architecture")] = False
    initialization: Annotated[
        Literal["default", "xavier", "xavier_normal", "he", "orthogonal", "identity"],
        Choices("default", "xavier", "orthogonal"),
        Group("architecture"),
    ] = "default"

    @property
    def acts_on_the_state(self) -> bool:
        """Whether something happens to the state between two steps, which no fused kernel can do."""
        return bool(self.recurrent_dropout or self.zoneout or self.state_normalization)


class Encoder(nn.Module):
    """A sequence to one vector per step."""

    is_causal: bool
    output_size: int
    output_dropout: nn.Module
    """What every step passes last."""

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

    @classmethod
    def refused(cls, settings: EncoderSettings) -> dict[str, str]:
        """Settings that this layer cannot honour, each with the reason in words: nothing is ignored in silence."""
        reasons: dict[str, str] = {}
        if settings.acts_on_the_state and not cls.opens_its_state():
            why = "its state reaches the gates where the harness cannot see it: a cell with `step_seeing` can have this"
            reasons |= dict.fromkeys(("recurrent_dropout", "zoneout", "state_normalization"), why)
        return {name: why for name, why in reasons.items() if getattr(settings, name)}

    @classmethod
    def opens_its_state(cls) -> bool:
        """Whether the harness may act on the state between two steps."""
        return False

    @classmethod
    def honoured(cls, setting: str, searched: Range) -> Range | None:
        """The part of a range that this layer can honour, or None where that is nothing worth a search."""

        def is_refused(value: object) -> bool:
            # not validated: a range that leaves the setting's bounds is told elsewhere, in words
            return setting in cls.refused(cls.Settings.model_construct(**{setting: value}))  # type: ignore[arg-type]

        if not isinstance(searched, Choices):
            return None if is_refused(searched.high) else searched
        kept = [value for value in searched.values if not is_refused(value)]
        if len(kept) == len(searched.values):
            return searched
        return Choices(*kept) if len(kept) > 1 else None

    @classmethod
    def search_ranges(cls) -> dict[str, Range]:
        """The range beside each setting, as far as this layer can honour it."""
        found = {name: cls.honoured(name, searched) for name, searched in cls.Settings.search_ranges().items()}
        return {name: searched for name, searched in found.items() if searched is not None}

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
    """A recurrence written as one step; this class supplies the loop over time, padding and the state.

    A cell that writes `step_seeing` in place of `step` can be regularized inside the recurrence as well.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        self.state_norm = nn.LayerNorm(settings.hidden_size) if settings.state_normalization else None

    def step(self, x: Float[Tensor, "batch input"], state: State) -> tuple[Float[Tensor, "batch hidden"], State]:
        """One step: the input now and the state before give the output and the state after."""
        return self.step_seeing(x, state, state[0])

    def step_seeing(
        self, x: Float[Tensor, "batch input"], state: State, seen: Float[Tensor, "batch hidden"]
    ) -> tuple[Float[Tensor, "batch hidden"], State]:
        """One step whose matrix products read `seen`: the first tensor of the state, perhaps dropped or normalized.

        What is handed on past the gates (a leaky unit's old value, an LSTM's cell) comes from `state`.
        """
        raise NotImplementedError

    @classmethod
    def opens_its_state(cls) -> bool:
        return cls.step_seeing is not Cell.step_seeing

    def initial_state(self, x: Float[Tensor, "batch time input"]) -> State:
        """The state before the first step: zeros of (batch, hidden)."""
        return tuple(x.new_zeros(x.shape[0], self.output_size) for _ in range(self.state_count))

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence, with nothing done to the state between steps. Override it where a kernel is faster."""
        return self.step_by_step(x, lengths, state)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        whole = self.step_by_step if self.settings.acts_on_the_state else self.sequence
        return whole(x, lengths, state)

    def step_by_step(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The loop over time; slower than a kernel, and open to what acts on the state."""
        state = self.initial_state(x) if state is None else state
        hidden = self.settings.recurrent_dropout if self.training else 0.0
        mask = keep_mask(state[0], hidden) if hidden else None
        outputs = []
        for time, now in enumerate(x.unbind(dim=1)):
            output, after = self._regularized(now, state, mask)
            if lengths is not None:  # a row that has ended keeps the state of its last valid step
                goes_on = (time < lengths).unsqueeze(1)
                after = tuple(torch.where(goes_on, new, old) for new, old in zip(after, state, strict=True))
            outputs.append(output)
            state = after
        return Encoded(torch.stack(outputs, dim=1), state)

    def _regularized(self, x: Tensor, state: State, mask: Tensor | None) -> tuple[Tensor, State]:
        if not self.settings.acts_on_the_state:
            return self.step(x, state)
        seen = state[0] if self.state_norm is None else self.state_norm(state[0])
        output, after = self.step_seeing(x, state, seen if mask is None else seen * mask)
        if self.settings.zoneout:
            is_state = output is after[0]
            after = tuple(self._zoned_out(old, new) for old, new in zip(state, after, strict=True))
            output = after[0] if is_state else output
        return output, after

    def _zoned_out(self, old: Tensor, new: Tensor) -> Tensor:
        """Some units keep their old value; in evaluation every unit keeps that share of it."""
        share = self.settings.zoneout
        if not self.training:
            return share * old + (1.0 - share) * new
        return torch.where(torch.rand_like(new) < share, old, new)

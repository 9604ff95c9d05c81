"""Settings of all encoders: size, depth, regularization, connections, normalization and initialization."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group, Ints, Settings


class EncoderSettings(Settings):
    """Settings of all encoders; a layer with further ones subclasses this.

    input_dropout, dropout, output_dropout: dropout rate before the first layer, between layers, and after the last
        layer, where None takes `dropout`.
    locked_dropout: these three use one mask for all steps of a sequence (Gal and Ghahramani, 2016, A theoretically
        grounded application of dropout in recurrent neural networks, arXiv:1512.05287).
    recurrent_dropout: dropout rate of the state as the recurrent weights read it, one mask per sequence (ibid.).
    zoneout: probability that a unit keeps its old value; in evaluation, the weight of the old value (Krueger et al.,
        2017, Zoneout, arXiv:1606.01305).
    weight_dropout: share of recurrent weights set to zero for a whole sequence: DropConnect (Wan et al., 2013; for
        recurrences Merity et al., 2018, Regularizing and optimizing LSTM language models, arXiv:1708.02182).
    normalization: after every layer. state_normalization: layer normalization of the state as the recurrent weights
        read it (Ba, Kiros and Hinton, 2016, arXiv:1607.06450).
    connection: `residual` adds each layer's input to its output where their sizes are equal (He et al., 2016,
        arXiv:1512.03385); `highway` mixes them by a learned gate (Srivastava et al., 2015, arXiv:1505.00387).
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
    def regularizes_state(self) -> bool:
        """Whether the state is changed between two steps, for which fused kernels cannot be used."""
        return bool(self.recurrent_dropout or self.zoneout or self.state_normalization)

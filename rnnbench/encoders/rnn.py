"""The simple (Elman) recurrent network."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from rnnbench.core.settings import Choices, Group
from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.kernels import can_run, run_kernel, weights_of


class RNNSettings(EncoderSettings):
    """nonlinearity: tanh, or relu, which is sensitive to initialization."""

    nonlinearity: Annotated[Literal["tanh", "relu"], Choices("tanh", "relu"), Group("architecture")] = "tanh"


class RNN(Cell):
    """One simple recurrent layer. Its state is (h,).

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    It has no gates: gradients through time shrink or grow with the powers of W_hh.

    Source: Elman (1990), Finding structure in time.
    """

    Settings: ClassVar[type[EncoderSettings]] = RNNSettings

    def __init__(self, input_size: int, settings: RNNSettings) -> None:
        super().__init__(input_size, settings)
        self.kernel = nn.RNN(input_size, settings.hidden_size, batch_first=True, nonlinearity=settings.nonlinearity)

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        cell = torch.rnn_tanh_cell if self.kernel.nonlinearity == "tanh" else torch.rnn_relu_cell
        after = cell(x, recurrent_input, *weights_of(self.kernel))
        return after, (after,)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        if not can_run(self.kernel, x):  # no fused kernel for this device and precision
            return self.step_by_step(x, lengths, state)
        return Encoded(*run_kernel(self.kernel, x, lengths, state))

"""Long short-term memory (LSTM)."""

from __future__ import annotations

from typing import Annotated, ClassVar

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from rnnbench.core.settings import Floats, Group
from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.kernels import can_run, run_kernel, weights_of


class LSTMSettings(EncoderSettings):
    """forget_bias: initial bias of the forget gate; at 1 the cell forgets slowly at first (Jozefowicz et al., 2015)."""

    forget_bias: Annotated[float, Field(ge=-10, le=10), Floats(0.0, 2.0), Group("architecture")] = 1.0


class LSTM(Cell):
    """One LSTM layer. Its state is (h, c).

        input_gate = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)
        forget     = sigmoid(W_if x_t + b_if + W_hf h_{t-1} + b_hf)
        candidate  = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
        output     = sigmoid(W_io x_t + b_io + W_ho h_{t-1} + b_ho)
        c_t = forget * c_{t-1} + input_gate * candidate
        h_t = output * tanh(c_t)

    No peephole connections: the gates do not read c.

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory; forget gate: Gers et al. (2000), Learning to
    forget; forget bias of 1: Jozefowicz et al. (2015), An empirical exploration of recurrent network architectures.
    """

    Settings: ClassVar[type[EncoderSettings]] = LSTMSettings
    state_count: ClassVar[int] = 2

    def __init__(self, input_size: int, settings: LSTMSettings) -> None:
        super().__init__(input_size, settings)
        self.kernel = nn.LSTM(input_size, settings.hidden_size, batch_first=True)
        # torch adds two biases per gate: the forget bias is the first, the second is 0
        forget = slice(settings.hidden_size, 2 * settings.hidden_size)
        biases = dict(self.kernel.named_parameters())
        with torch.no_grad():
            biases["bias_ih_l0"][forget] = settings.forget_bias
            biases["bias_hh_l0"][forget] = 0.0

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        hidden, cell = torch.lstm_cell(x, (recurrent_input, state[1]), *weights_of(self.kernel))
        return hidden, (hidden, cell)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        if not can_run(self.kernel, x):  # no fused kernel for this device and precision
            return self.step_by_step(x, lengths, state)
        return Encoded(*run_kernel(self.kernel, x, lengths, state))

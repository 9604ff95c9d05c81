"""The LSTM in NumPy, forward and backward, from `rnnbench.scratch`."""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import linear

from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.numpy_kernels import recurrent_parameters, run_numpy_cell
from rnnbench.encoders.lstm import LSTMSettings


class ScratchLSTM(Cell):
    """One LSTM layer, with the equations and weight shapes of `lstm`. Its state is (h, c).

        input_gate, forget, output = sigmoid(W_i x_t + b_i + W_h h_{t-1} + b_h), each with its own weights
        candidate                  = tanh   (W_i x_t + b_i + W_h h_{t-1} + b_h)
        c_t = forget * c_{t-1} + input_gate * candidate
        h_t = output * tanh(c_t)

    Sequences are computed in NumPy with hand-written backpropagation through time. Regularization of the state
    uses `regularized_step`, the same equations in torch.
    """

    Settings: ClassVar[type[EncoderSettings]] = LSTMSettings
    state_count: ClassVar[int] = 2

    def __init__(self, input_size: int, settings: LSTMSettings) -> None:
        super().__init__(input_size, settings)
        parameters = recurrent_parameters("lstm", input_size, settings.hidden_size)
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = parameters
        # two biases per gate: the forget bias is the first, the second is 0
        forget = slice(settings.hidden_size, 2 * settings.hidden_size)
        with torch.no_grad():
            self.bias_ih[forget] = settings.forget_bias
            self.bias_hh[forget] = 0.0

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        sums = linear(x, self.weight_ih, self.bias_ih) + linear(recurrent_input, self.weight_hh, self.bias_hh)
        input_gate, forget, candidate, output = sums.chunk(4, dim=-1)
        cell = torch.sigmoid(forget) * state[1] + torch.sigmoid(input_gate) * torch.tanh(candidate)
        hidden = torch.sigmoid(output) * torch.tanh(cell)
        return hidden, (hidden, cell)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence in NumPy."""
        parameters = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Encoded(*run_numpy_cell("lstm", x, parameters, lengths, state))

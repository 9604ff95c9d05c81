"""Long short-term memory of `rnnbench.scratch`: NumPy, forward and back."""

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
    """One long short-term memory layer, with the equations of `lstm` and weights that fit it. Its state is (h, c).

        input_gate, forget, output = sigmoid(W_i x_t + b_i + W_h h_{t-1} + b_h), each with weights of its own
        candidate                  = tanh   (W_i x_t + b_i + W_h h_{t-1} + b_h)
        c_t = forget * c_{t-1} + input_gate * candidate
        h_t = output * tanh(c_t)

    A whole sequence runs in NumPy, with backpropagation through time written out. Where something acts on
    the state between two steps, the loop of `Cell` runs `step_seeing`, which is the same in torch.
    """

    Settings: ClassVar[type[EncoderSettings]] = LSTMSettings
    state_count: ClassVar[int] = 2

    def __init__(self, input_size: int, settings: LSTMSettings) -> None:
        super().__init__(input_size, settings)
        parameters = recurrent_parameters("lstm", input_size, settings.hidden_size)
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = parameters
        # there are two biases; the whole of the forget bias goes into the first
        forget = slice(settings.hidden_size, 2 * settings.hidden_size)
        with torch.no_grad():
            self.bias_ih[forget] = settings.forget_bias
            self.bias_hh[forget] = 0.0

    def step_seeing(self, x: Tensor, state: State, seen: Tensor) -> tuple[Tensor, State]:
        sums = linear(x, self.weight_ih, self.bias_ih) + linear(seen, self.weight_hh, self.bias_hh)
        input_gate, forget, candidate, output = sums.chunk(4, dim=-1)
        cell = torch.sigmoid(forget) * state[1] + torch.sigmoid(input_gate) * torch.tanh(candidate)
        now = torch.sigmoid(output) * torch.tanh(cell)
        return now, (now, cell)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence at once, in NumPy."""
        parameters = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Encoded(*run_numpy_cell("lstm", x, parameters, lengths, state))

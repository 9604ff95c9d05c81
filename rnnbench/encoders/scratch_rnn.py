"""The simple recurrent network of `rnnbench.scratch`: NumPy, forward and back."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import linear

from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.numpy_kernels import recurrent_parameters, run_numpy_cell


class ScratchRNN(Cell):
    """One simple recurrent layer, with the equations of `rnn` and weights that fit it.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    A whole sequence runs in NumPy, with backpropagation through time written out. Where something acts on
    the state between two steps, the loop of `Cell` runs `step_seeing`, which is the same in torch.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        parameters = recurrent_parameters("rnn", input_size, settings.hidden_size)
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = parameters

    def step_seeing(self, x: Tensor, state: State, seen: Tensor) -> tuple[Tensor, State]:
        now = torch.tanh(linear(x, self.weight_ih, self.bias_ih) + linear(seen, self.weight_hh, self.bias_hh))
        return now, (now,)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence at once, in NumPy."""
        parameters = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Encoded(*run_numpy_cell("rnn", x, parameters, lengths, state))

"""The simple recurrent network in NumPy, forward and backward, from `rnnbench.scratch`."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import linear

from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.numpy_kernels import recurrent_parameters, run_numpy_cell


class ScratchRNN(Cell):
    """One simple recurrent layer, with the equations and weight shapes of `rnn`.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Sequences are computed in NumPy with hand-written backpropagation through time. Regularization of the state
    uses `regularized_step`, the same equations in torch.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        parameters = recurrent_parameters("rnn", input_size, settings.hidden_size)
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = parameters

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        sums = linear(x, self.weight_ih, self.bias_ih) + linear(recurrent_input, self.weight_hh, self.bias_hh)
        after = torch.tanh(sums)
        return after, (after,)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence in NumPy."""
        parameters = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Encoded(*run_numpy_cell("rnn", x, parameters, lengths, state))

"""The GRU in NumPy, forward and backward, from `rnnbench.scratch`."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import linear

from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.numpy_kernels import recurrent_parameters, run_numpy_cell


class ScratchGRU(Cell):
    """One GRU layer, with the equations and weight shapes of `gru`.

        reset       = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
        update_gate = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
        candidate   = tanh(W_in x_t + b_in + reset * (W_hn h_{t-1} + b_hn))
        h_t         = (1 - update_gate) * candidate + update_gate * h_{t-1}

    Sequences are computed in NumPy with hand-written backpropagation through time. Regularization of the state
    uses `regularized_step`, the same equations in torch.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        parameters = recurrent_parameters("gru", input_size, settings.hidden_size)
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = parameters

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        reset_in, update_in, candidate_in = linear(x, self.weight_ih, self.bias_ih).chunk(3, dim=-1)
        reset_rec, update_rec, candidate_rec = linear(recurrent_input, self.weight_hh, self.bias_hh).chunk(3, dim=-1)
        reset, update_gate = torch.sigmoid(reset_in + reset_rec), torch.sigmoid(update_in + update_rec)
        candidate = torch.tanh(candidate_in + reset * candidate_rec)
        after = (1 - update_gate) * candidate + update_gate * state[0]
        return after, (after,)

    def sequence(
        self,
        x: Float[Tensor, "batch time input"],
        lengths: Int[Tensor, " batch"] | None = None,
        state: State | None = None,
    ) -> Encoded:
        """The whole sequence in NumPy."""
        parameters = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Encoded(*run_numpy_cell("gru", x, parameters, lengths, state))

"""The gated recurrent unit (GRU)."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, State
from rnnbench.encoders.layers.kernels import can_run, run_kernel, weights_of


class GRU(Cell):
    """One GRU layer. Its state is (h,).

        reset       = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
        update_gate = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
        candidate   = tanh(W_in x_t + b_in + reset * (W_hn h_{t-1} + b_hn))
        h_t         = (1 - update_gate) * candidate + update_gate * h_{t-1}

    This is the variant of torch and cuDNN, which applies the reset gate after the matrix product; the paper applies it
    before: W_hn (reset * h_{t-1}).

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078.
    """

    def __init__(self, input_size: int, settings: EncoderSettings) -> None:
        super().__init__(input_size, settings)
        self.kernel = nn.GRU(input_size, settings.hidden_size, batch_first=True)

    def regularized_step(self, x: Tensor, state: State, recurrent_input: Tensor) -> tuple[Tensor, State]:
        weight_input, weight_state, bias_input, bias_state = weights_of(self.kernel)
        from_input = functional.linear(x, weight_input, bias_input).chunk(3, dim=1)
        from_state = functional.linear(recurrent_input, weight_state, bias_state).chunk(3, dim=1)
        reset = torch.sigmoid(from_input[0] + from_state[0])
        update_gate = torch.sigmoid(from_input[1] + from_state[1])
        candidate = torch.tanh(from_input[2] + reset * from_state[2])
        after = (1 - update_gate) * candidate + update_gate * state[0]
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

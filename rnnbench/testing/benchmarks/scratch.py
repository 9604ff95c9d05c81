"""Forward and backward pass of the NumPy cells against torch's kernels, on one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import nn

from rnnbench.experiment.classes import layer_class
from rnnbench.testing.benchmarks.base import Measurement, one_thread, paired_seconds

HIDDEN, BATCH, TIME, INPUT = 128, 32, 128, 128
ROUNDS = 20
REFERENCES = {"scratch_rnn": nn.RNN, "scratch_lstm": nn.LSTM, "scratch_gru": nn.GRU}


def measure() -> Iterator[Measurement]:
    """Milliseconds of a forward and backward pass in single precision, with gradients of weights and input."""
    with one_thread():
        for name, kernel in REFERENCES.items():
            layer = layer_class(name)
            ours = layer(INPUT, layer.Settings(hidden_size=HIDDEN))
            reference = kernel(INPUT, HIDDEN, batch_first=True)
            paired = paired_seconds(_forward_and_backward(ours), _forward_and_backward(reference), rounds=ROUNDS)
            yield Measurement(name, paired.first * 1000, "ms", f"torch.nn.{kernel.__name__}", paired.ratio)


def _forward_and_backward(module: nn.Module) -> Callable[[], None]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(BATCH, TIME, INPUT, generator=generator, requires_grad=True)
    error = torch.randn(BATCH, TIME, HIDDEN, generator=generator)

    def call() -> None:
        module.zero_grad()
        x.grad = None
        module(x)[0].backward(error)

    return call

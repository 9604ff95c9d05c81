"""torch's kernels under the encoder contract: ragged rows equal packed sequences."""

import pytest
import torch
from torch import nn

from rnnbench.encoders.layers import kernels
from rnnbench.encoders.layers.kernels import can_run, run_kernel

KERNELS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


def a_kernel(name):
    torch.manual_seed(0)
    return KERNELS[name](3, 4, batch_first=True).double()


def parts_of(state):
    return state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("lengths", [[5, 5, 5], [1, 1, 1], [5, 1, 3], [2, 4, 4], [3, 2, 1]])
@pytest.mark.parametrize("has_state", [False, True])
@torch.no_grad()
def test_ragged_rows_equal_packed_sequences(name, lengths, has_state):
    kernel, x = a_kernel(name), torch.randn(3, 5, 3, dtype=torch.float64)
    given = tuple(torch.randn(3, 4, dtype=torch.float64) for _ in range(2 if name == "lstm" else 1))
    first = tuple(part.unsqueeze(0) for part in given)
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    torchs = (first if name == "lstm" else first[0]) if has_state else None
    out, expected_state = kernel(packed, torchs)
    expected, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=5)
    steps, state = run_kernel(kernel, x, torch.tensor(lengths), given if has_state else None)
    assert steps.shape == (3, 5, 4)
    for row, length in enumerate(lengths):
        assert torch.allclose(steps[row, :length], expected[row, :length], atol=1e-12)
    for own, theirs in zip(state, parts_of(expected_state), strict=True):
        assert own.shape == (3, 4)
        assert torch.allclose(own, theirs[0], atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
@torch.no_grad()
def test_rows_without_lengths_equal_the_kernel(name):
    kernel, x = a_kernel(name), torch.randn(2, 5, 3, dtype=torch.float64)
    expected, last = kernel(x)
    steps, state = run_kernel(kernel, x, None, None)
    assert torch.equal(steps, expected)
    assert all(torch.equal(own, theirs[0]) for own, theirs in zip(state, parts_of(last), strict=True))


@pytest.mark.parametrize("name", KERNELS)
def test_gradients_of_ragged_rows_equal_those_of_packed_sequences(name):
    found = []
    x, lengths = torch.randn(3, 5, 3, dtype=torch.float64), torch.tensor([5, 1, 3])
    valid = torch.arange(5) < lengths.unsqueeze(1)
    weights = torch.randn(3, 5, 4, dtype=torch.float64)
    for is_packed in (False, True):
        kernel, inputs = a_kernel(name), x.clone().requires_grad_()
        if is_packed:
            packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
            steps, _ = nn.utils.rnn.pad_packed_sequence(kernel(packed)[0], batch_first=True)
        else:
            steps, _ = run_kernel(kernel, inputs, lengths, None)
        (steps * weights)[valid].sum().backward()
        found.append([inputs.grad, *(parameter.grad for parameter in kernel.parameters())])
    assert all(torch.allclose(left, right, atol=1e-12) for left, right in zip(*found, strict=True))


# what a machine has


@pytest.fixture
def untried():
    """An empty cache of kernel trials, emptied again after the test."""
    kernels._runs.cache_clear()
    yield
    kernels._runs.cache_clear()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kernel", [nn.LSTM, nn.GRU, nn.RNN, lambda *sizes: nn.RNN(*sizes, nonlinearity="relu")])
def test_every_processor_has_each_kernel_in_full_precision(kernel, dtype, untried):
    assert can_run(kernel(3, 4).to(dtype), torch.zeros(1, 1, 3, dtype=dtype))


@pytest.mark.parametrize("mode", ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"])
def test_the_trial_kernel_has_the_same_class_and_uses_no_random_numbers(mode, untried):
    before = torch.get_rng_state()
    assert kernels._zero_kernel(mode, torch.device("cpu"), torch.float32).mode == mode
    kernels._try_kernel(mode, torch.device("cpu"), torch.float32, torch.float32, None)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_kernel_is_tried_once_per_class_and_precision(untried, monkeypatch):
    tried = []
    monkeypatch.setattr(kernels, "_try_kernel", lambda *given: tried.append((given[0], given[4])))
    lstm, gru, x = nn.LSTM(3, 4), nn.GRU(3, 4), torch.zeros(1, 1, 3)
    for _ in range(2):
        assert can_run(lstm, x)
        assert can_run(nn.LSTM(9, 9), x)
        assert can_run(gru, x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert can_run(lstm, x)
    assert tried == [("LSTM", None), ("GRU", None), ("LSTM", torch.bfloat16)]


@pytest.mark.parametrize("when", ["forward", "backward"])
@pytest.mark.parametrize("has_gradients", [True, False])
def test_a_kernel_that_fails_forward_or_backward_cannot_run(when, has_gradients, untried, monkeypatch):
    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, steps):
            if when == "forward":
                raise RuntimeError("could not create a primitive descriptor")
            return steps.clone()

        @staticmethod
        def backward(ctx, error):
            raise RuntimeError("could not create a primitive descriptor")

    def failing(mode, device, dtype):
        kernel = nn.LSTM(2, 2, batch_first=True)
        kernel.register_forward_hook(lambda module, given, result: (Failing.apply(result[0]), result[1]))
        return kernel

    monkeypatch.setattr(kernels, "_zero_kernel", failing)
    with torch.set_grad_enabled(has_gradients):
        assert not can_run(nn.LSTM(3, 4), torch.zeros(1, 1, 3))


def test_a_kernel_can_be_tried_in_inference_mode(untried):
    with torch.inference_mode():
        assert can_run(nn.GRU(3, 4), torch.zeros(1, 1, 3))


def test_out_of_memory_is_raised_and_not_cached(untried, monkeypatch):
    def full(*given):
        raise torch.OutOfMemoryError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(kernels, "_try_kernel", full)
        with pytest.raises(torch.OutOfMemoryError):
            can_run(nn.GRU(3, 4), torch.zeros(1, 1, 3))
    assert can_run(nn.GRU(3, 4), torch.zeros(1, 1, 3))

"""torch's kernels behind the contract: ragged rows give what packed sequences give."""

import pytest
import torch
from torch import nn

from rnnbench.layers.kernels import run_kernel

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
def test_ragged_rows_give_what_packed_sequences_give(name, lengths, has_state):
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
def test_rows_without_lengths_give_what_the_kernel_gives(name):
    kernel, x = a_kernel(name), torch.randn(2, 5, 3, dtype=torch.float64)
    expected, last = kernel(x)
    steps, state = run_kernel(kernel, x, None, None)
    assert torch.equal(steps, expected)
    assert all(torch.equal(own, theirs[0]) for own, theirs in zip(state, parts_of(last), strict=True))


@pytest.mark.parametrize("name", KERNELS)
def test_gradients_of_ragged_rows_are_those_of_packed_sequences(name):
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

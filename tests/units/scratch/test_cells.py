"""The cells from scratch against torch's autograd and against finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from rnnbench.scratch import CELLS, Weights, initialize

KERNELS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
NAMES = [*KERNELS]
sizes = some.integers(1, 5)


def drawn(name, *, batch, time, inputs, hidden, seed=0):
    """Weights, an input, a state to begin from and errors from above, all far from zero."""
    generator = np.random.default_rng(seed)
    cell = CELLS[name]
    weights = initialize(cell.GATES, inputs, hidden, generator)
    x = generator.standard_normal((batch, time, inputs))
    state = tuple(generator.standard_normal((batch, hidden)) for _ in range(cell.STATES))
    steps_error = generator.standard_normal((batch, time, hidden))
    state_error = tuple(generator.standard_normal((batch, hidden)) for _ in range(cell.STATES))
    return weights, x, state, steps_error, state_error


def torchs(name, weights, x, state, lengths):
    """Steps, last state and leaves of torch's kernel with the same weights; ragged rows are packed."""
    hidden = weights.weight_hh.shape[1]
    kernel = KERNELS[name](x.shape[2], hidden, batch_first=True).double()
    kernel.load_state_dict({f"{key}_l0": torch.from_numpy(value) for key, value in weights._asdict().items()})
    leaf = torch.from_numpy(x).requires_grad_()
    first = [torch.from_numpy(part).unsqueeze(0).requires_grad_() for part in state]
    given = tuple(first) if name == "lstm" else first[0]
    if lengths is None:
        steps, last = kernel(leaf, given)
    else:
        packed = nn.utils.rnn.pack_padded_sequence(
            leaf, torch.from_numpy(lengths), batch_first=True, enforce_sorted=False
        )
        out, last = kernel(packed, given)
        steps, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
    last = last if name == "lstm" else (last,)
    return steps, [part.squeeze(0) for part in last], [*kernel.parameters()], leaf, first


def close(own, theirs):
    theirs = theirs.detach().numpy()
    assert own.shape == theirs.shape
    assert np.abs(own - theirs).max() <= 1e-9 * max(1e-3, np.abs(theirs).max())


@given(name=some.sampled_from(NAMES), batch=sizes, time=some.integers(1, 12), inputs=sizes, hidden=sizes,
       is_ragged=some.booleans(), seed=some.integers(0, 1000))  # fmt: skip
@settings(derandomize=True, deadline=None, max_examples=80)
def test_outputs_and_gradients_are_torchs(name, batch, time, inputs, hidden, is_ragged, seed):
    weights, x, state, steps_error, state_error = drawn(
        name, batch=batch, time=time, inputs=inputs, hidden=hidden, seed=seed
    )
    lengths = np.random.default_rng(seed).integers(1, time + 1, batch) if is_ragged else None
    if lengths is not None:  # torch's padding is no part of its graph
        steps_error = steps_error * (np.arange(time) < lengths[:, np.newaxis])[..., np.newaxis]
    steps, last, parameters, leaf, first = torchs(name, weights, x, state, lengths)
    torch.autograd.backward([steps, *last], [torch.from_numpy(part) for part in (steps_error, *state_error)])

    encoded = CELLS[name].forward(x, weights, state, lengths)
    valid = np.arange(time) < (np.full(batch, time) if lengths is None else lengths)[:, np.newaxis]
    close(encoded.steps[valid], steps[torch.from_numpy(valid)])
    for own, theirs in zip(encoded.state, last, strict=True):
        close(own, theirs)
    found = CELLS[name].backward(encoded.trace, steps_error, state_error)
    close(found.x, leaf.grad)
    for own, parameter in zip(found.weights, parameters, strict=True):
        close(own, parameter.grad)
    for own, theirs in zip(found.state, first, strict=True):
        close(own, theirs.grad[0])


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_central_differences(name):
    weights, x, state, steps_error, state_error = drawn(name, batch=2, time=4, inputs=3, hidden=2)
    lengths = np.array([4, 2])

    def loss():
        encoded = CELLS[name].forward(x, weights, state, lengths)
        of_state = sum((part * error).sum() for part, error in zip(encoded.state, state_error, strict=True))
        return (encoded.steps * steps_error).sum() + of_state

    found = CELLS[name].backward(CELLS[name].forward(x, weights, state, lengths).trace, steps_error, state_error)
    for array, gradient in zip((*weights, x, *state), (*found.weights, found.x, *found.state), strict=True):
        for place in np.ndindex(array.shape):
            kept, losses = array[place], []
            for shift in (1e-5, -1e-5):
                array[place] = kept + shift
                losses.append(loss())
            array[place] = kept
            assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_what_comes_in(name, dtype):
    parts = drawn(name, batch=2, time=3, inputs=2, hidden=4)
    weights, x, state = Weights(*(part.astype(dtype) for part in parts[0])), parts[1].astype(dtype), parts[2]
    encoded = CELLS[name].forward(x, weights, tuple(part.astype(dtype) for part in state))
    found = CELLS[name].backward(encoded.trace, parts[3].astype(dtype))
    for array in (encoded.steps, *encoded.state, *found.weights, found.x, *found.state):
        assert array.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_going_back_twice_gives_the_same_and_changes_nothing(name):
    weights, x, state, steps_error, state_error = drawn(name, batch=2, time=3, inputs=2, hidden=4)
    before = [part.copy() for part in (*weights, x, *state, steps_error, *state_error)]
    trace = CELLS[name].forward(x, weights, state).trace
    first, second = (CELLS[name].backward(trace, steps_error, state_error) for _ in range(2))
    assert all(map(np.array_equal, (*first.weights, first.x, *first.state), (*second.weights, second.x, *second.state)))
    assert all(map(np.array_equal, before, (*weights, x, *state, steps_error, *state_error)))
    assert CELLS[name].backward(trace, steps_error, needs_x=False).x is None


@pytest.mark.parametrize("name", NAMES)
def test_a_row_without_steps_ends_where_it_began(name):
    weights, x, state, steps_error, state_error = drawn(name, batch=2, time=3, inputs=2, hidden=4)
    encoded = CELLS[name].forward(x, weights, state, np.array([0, 3]))
    assert all(np.array_equal(after[0], before[0]) for after, before in zip(encoded.state, state, strict=True))
    found = CELLS[name].backward(encoded.trace, np.zeros_like(steps_error), state_error)
    assert all(np.array_equal(own[0], error[0]) for own, error in zip(found.state, state_error, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_large_sums_saturate_without_a_warning(name):
    weights, x, *_ = drawn(name, batch=1, time=3, inputs=2, hidden=2)
    encoded = CELLS[name].forward((x * 1e6).astype(np.float32), Weights(*(part.astype(np.float32) for part in weights)))
    found = CELLS[name].backward(encoded.trace, np.ones((1, 3, 2), np.float32))
    assert all(np.isfinite(part).all() for part in (encoded.steps, *found.weights, found.x))


@pytest.mark.parametrize("name", NAMES)
def test_weights_begin_where_torchs_begin(name):
    drawn_weights = initialize(CELLS[name].GATES, 30, 100, np.random.default_rng(0))
    kernel = KERNELS[name](30, 100)
    for own, parameter in zip(drawn_weights, kernel.parameters(), strict=True):
        assert own.shape == tuple(parameter.shape)
        assert np.abs(own).max() <= 0.1  # 1 / sqrt(100)
        assert np.abs(own).max() > 0.09
        # the mean of n draws has a standard deviation of 0.1 / sqrt(3 n)
        assert abs(own.mean()) < 4 * 0.1 / np.sqrt(3 * own.size)

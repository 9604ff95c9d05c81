"""The NumPy cells as autograd functions: gradients and number of threads."""

import pytest
import threadpoolctl
import torch

from rnnbench.encoders.layers import numpy_kernels
from rnnbench.encoders.layers.numpy_kernels import recurrent_parameters, run_numpy_cell

CELLS = {"rnn": 1, "lstm": 2, "gru": 1}


def a_cell(name):
    torch.manual_seed(0)
    return recurrent_parameters(name, 3, 4)


@pytest.mark.parametrize("name", CELLS)
def test_parameters_are_initialized_as_torch_does(name):
    torch.manual_seed(0)
    own = recurrent_parameters(name, 30, 100)
    torchs = getattr(torch.nn, name.upper())(30, 100)
    for parameter, expected in zip(own, torchs.parameters(), strict=True):
        assert parameter.shape == expected.shape
        assert 0.09 < parameter.abs().max() <= 0.1  # 1 / sqrt(100)


@pytest.mark.parametrize("name", CELLS)
def test_a_loss_of_the_last_state_has_gradients_for_every_weight(name):
    parameters, x = a_cell(name), torch.ones(2, 5, 3, requires_grad=True)
    _, state = run_numpy_cell(name, x, tuple(parameters), torch.tensor([5, 2]), None)
    state[-1].sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in parameters)
    assert (x.grad[1, 2:] == 0).all()
    assert (x.grad[1, :2] != 0).all()


@pytest.mark.parametrize("name", CELLS)
def test_an_input_that_requires_no_gradient_gets_none(name):
    x, parameters = torch.ones(1, 2, 3), a_cell(name)
    steps, _ = run_numpy_cell(name, x, tuple(parameters), None, None)
    steps.sum().backward()
    assert x.grad is None
    with torch.no_grad():
        steps, _ = run_numpy_cell(name, x, tuple(parameters), None, None)
    assert not steps.requires_grad


def test_a_second_backward_pass_needs_retain_graph():
    x, parameters = torch.ones(1, 2, 3), a_cell("gru")
    steps, _ = run_numpy_cell("gru", x, tuple(parameters), None, None)
    steps.sum().backward(retain_graph=True)
    once = parameters[0].grad.clone()
    steps.sum().backward()
    assert torch.equal(parameters[0].grad, 2 * once)
    with pytest.raises(RuntimeError, match="second time"):
        steps.sum().backward()


def test_a_weight_changed_before_the_backward_pass_is_detected():
    x, parameters = torch.ones(1, 2, 3), a_cell("rnn")
    steps, _ = run_numpy_cell("rnn", x, tuple(parameters), None, None)
    with torch.no_grad():
        parameters[1].zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        steps.sum().backward()


def test_products_use_the_threads_of_torch_and_restore_the_limit():
    def taken():
        return {library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}

    before, of_torch = taken(), torch.get_num_threads()
    if not before:
        pytest.skip("this NumPy's BLAS cannot be told how many threads to take")
    torch.set_num_threads(2)
    try:
        with numpy_kernels._as_many_threads_as_torch():
            assert taken() == {2}
        assert taken() == before
    finally:
        torch.set_num_threads(of_torch)

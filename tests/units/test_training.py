"""Optimizer, schedule, initialization and budget, by hand."""

import math

import pytest
import torch
from torch import nn

from rnnbench.encoders.base import Cell
from rnnbench.encoders.stack import Stack
from rnnbench.experiment import layer_class
from rnnbench.settings import BudgetSettings, TrainingSettings
from rnnbench.training.fitting import count_updates
from rnnbench.training.initialization import initialize
from rnnbench.training.optimization import make_optimizer, parameter_groups, rate_factor

# schedule


def test_a_constant_schedule_climbs_and_stays():
    factor = rate_factor("constant", updates=10, warmup=0.4)  # climbs over 4 updates
    assert [factor(update) for update in range(7)] == [0.25, 0.5, 0.75, 1, 1, 1, 1]


def test_a_cosine_schedule_climbs_and_falls_to_two_percent():
    factor = rate_factor("cosine", updates=12, warmup=2 / 12)  # climbs over 2 updates, falls over 10
    assert [factor(0), factor(1)] == [0.5, 1.0]
    assert factor(2) == pytest.approx(1.0)
    assert factor(7) == pytest.approx(0.02 + 0.98 / 2)  # half way down
    assert factor(12) == pytest.approx(0.02)
    assert factor(50) == pytest.approx(0.02)  # and no further
    assert factor(4) == pytest.approx(0.02 + 0.49 * (1 + math.cos(math.pi / 5)))


def test_without_a_climb_the_first_update_has_the_whole_rate():
    for schedule in ("constant", "cosine"):
        assert rate_factor(schedule, updates=100, warmup=0.0)(0) == 1.0


def test_a_schedule_of_one_update_works():
    assert rate_factor("cosine", updates=1, warmup=0.05)(0) == 1.0


# optimizer


def test_matrices_decay_and_biases_and_gains_do_not():
    module = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Embedding(4, 3))
    decaying, kept = parameter_groups(module, 0.3)
    assert [decaying["weight_decay"], kept["weight_decay"]] == [0.3, 0.0]
    assert {id(part) for part in decaying["params"]} == {id(module[0].weight), id(module[2].weight)}
    assert {id(part) for part in kept["params"]} == {id(part) for part in (module[0].bias, *module[1].parameters())}


def test_the_optimizer_takes_its_rate_from_the_schedule():
    settings = TrainingSettings(learning_rate=0.1, schedule="constant", warmup=0.5, weight_decay=0.0)
    module = nn.Linear(2, 1)
    optimizer, schedule = make_optimizer(module, settings, updates=8)  # climbs over 4
    rates = []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        module(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])


def test_decay_is_decoupled_from_the_gradient():
    module = nn.Linear(1, 1)
    nn.init.constant_(module.weight, 2.0)
    nn.init.constant_(module.bias, 2.0)
    settings = TrainingSettings(learning_rate=0.5, schedule="constant", warmup=0.0, weight_decay=0.2)
    optimizer, _ = make_optimizer(module, settings, updates=10)
    (0 * module(torch.ones(1, 1))).sum().backward()
    optimizer.step()
    assert module.weight.item() == pytest.approx(2.0 * (1 - 0.5 * 0.2))
    assert module.bias.item() == 2.0


# initialization

RECURRENT = ["rnn", "gru", "lstm"]


def stack_of(model, kind, size=32, input_size=8, num_layers=2):
    layer = layer_class(model)
    torch.manual_seed(0)
    encoder = Stack(layer, input_size, layer.Settings(hidden_size=size, num_layers=num_layers))
    before = {name: value.clone() for name, value in encoder.named_parameters()}
    initialize(encoder, kind)
    return encoder, before


@pytest.mark.parametrize("model", RECURRENT)
def test_orthogonal_state_matrices_are_orthogonal_gate_by_gate(model):
    encoder, _ = stack_of(model, "orthogonal")
    gates = {"rnn": 1, "gru": 3, "lstm": 4}[model]
    for layer in encoder.layers:
        matrix = layer.kernel.weight_hh_l0.detach()
        assert matrix.shape == (gates * 32, 32)
        for gate in matrix.split(32):
            assert torch.allclose(gate.T @ gate, torch.eye(32), atol=1e-5)
        first, *others = matrix.split(32)
        assert all(not torch.equal(first, other) for other in others)


@pytest.mark.parametrize("model", RECURRENT)
@pytest.mark.parametrize("kind", ["xavier", "orthogonal"])
def test_xavier_matrices_fill_their_bound_gate_by_gate(model, kind):
    encoder, _ = stack_of(model, kind)
    for index, inputs in enumerate((8, 32)):
        matrix = encoder.layers[index].kernel.weight_ih_l0.detach()
        bound = math.sqrt(6 / (inputs + 32))
        for gate in matrix.split(32):
            assert gate.abs().max() <= bound
            assert gate.abs().max() > 0.9 * bound  # 256 uniform draws and more


@pytest.mark.parametrize("model", RECURRENT)
def test_he_matrices_have_their_deviation(model):
    encoder, _ = stack_of(model, "he", size=64, input_size=64)
    for layer in encoder.layers:
        for matrix in (layer.kernel.weight_ih_l0, layer.kernel.weight_hh_l0):
            # 4096 draws and more: the deviation is known to about 1 %
            assert matrix.std().item() == pytest.approx(math.sqrt(2 / 64), rel=0.05)


def test_a_matrix_without_gates_is_drawn_as_a_whole():
    encoder, _ = stack_of("transformer", "xavier", size=32)
    wide = encoder.layers[0].feedforward[1].weight
    assert wide.shape == (128, 32)
    bound = math.sqrt(6 / (32 + 128))
    assert 0.95 * bound < wide.abs().max() <= bound


@pytest.mark.parametrize("model", [*RECURRENT, "transformer"])
@pytest.mark.parametrize("kind", ["xavier", "he", "orthogonal"])
def test_biases_and_gains_keep_their_values_and_every_matrix_changes(model, kind):
    encoder, before = stack_of(model, kind)
    for name, value in encoder.named_parameters():
        assert torch.equal(value, before[name]) == (value.dim() < 2), name


def test_the_default_leaves_everything_as_torch_drew_it():
    encoder, before = stack_of("gru", "default")
    assert all(torch.equal(value, before[name]) for name, value in encoder.named_parameters())


def test_both_directions_are_drawn():
    layer = layer_class("gru")
    encoder = Stack(layer, 8, layer.Settings(hidden_size=16, bidirectional=True))
    initialize(encoder, "orthogonal")
    for half in (encoder.layers[0], encoder.backward_layers[0]):
        for gate in half.kernel.weight_hh_l0.detach().split(16):
            assert torch.allclose(gate.T @ gate, torch.eye(16), atol=1e-5)


def test_a_cell_of_ones_own_says_which_matrices_are_recurrent_by_their_name():
    class Mine(Cell):
        def __init__(self, input_size, settings):
            super().__init__(input_size, settings)
            self.enter = nn.Linear(input_size, 2 * settings.hidden_size)
            self.recurrent = nn.Linear(settings.hidden_size, 2 * settings.hidden_size)

    torch.manual_seed(0)
    encoder = Stack(Mine, 4, Mine.Settings(hidden_size=16))
    initialize(encoder, "orthogonal")
    for gate in encoder.layers[0].recurrent.weight.detach().split(16):
        assert torch.allclose(gate.T @ gate, torch.eye(16), atol=1e-5)
    assert encoder.layers[0].enter.weight.abs().max() > 0.9 * math.sqrt(6 / (4 + 16))


def test_the_same_seed_initializes_alike():
    first, _ = stack_of("lstm", "orthogonal")
    second, _ = stack_of("lstm", "orthogonal")
    assert all(torch.equal(left, right) for left, right in zip(first.parameters(), second.parameters(), strict=True))


# budget


@pytest.mark.parametrize(
    ("updates", "epochs", "batches", "validations", "expected"),
    [
        (1000, 20, 1000, 5, (1000, 200)),  # updates end it
        (1000, 2, 100, 5, (200, 40)),  # epochs end it
        (1000, 0.5, 100, 5, (50, 10)),
        (1000, 20, 1000, 6, (996, 166)),  # the last update is a validation
        (3, 20, 100, 5, (3, 1)),  # fewer updates than validations
        (1, 20, 100, 1, (1, 1)),
        (10, 0.001, 100, 5, (1, 1)),  # never less than one
    ],
)
def test_updates_are_counted_under_both_ceilings(updates, epochs, batches, validations, expected):
    budget = BudgetSettings(updates=updates, epochs=epochs, validations=validations)
    assert count_updates(budget, batches) == expected


def test_no_budget_is_exceeded_and_the_last_update_is_always_validated():
    for updates in range(1, 60):
        for validations in range(1, 9):
            total, interval = count_updates(BudgetSettings(updates=updates, validations=validations), 1000)
            assert 1 <= total <= updates
            assert total % interval == 0
            assert total > updates - interval

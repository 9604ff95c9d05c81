"""Optimizer, schedule, initialization and budget, by hand."""

import math

import pytest
import torch
from torch import nn

from rnnbench.encoders.base import Cell
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class
from rnnbench.experiment.sections import BudgetSettings, TrainingSettings
from rnnbench.runs.training.averaging import WeightAveraging
from rnnbench.runs.training.fitting import count_updates, planned_updates
from rnnbench.runs.training.initialization import initialize
from rnnbench.runs.training.optimization import make_optimizer, parameter_groups
from rnnbench.runs.training.penalties import (
    Penalties,
    activation_penalty,
    penalties_of,
    temporal_activation_penalty,
    weight_penalty,
)
from rnnbench.runs.training.schedules import Plateau, rate_factor

# schedule


def factor_of(schedule, updates, warmup=0.0, plateau=None, **values):
    return rate_factor(TrainingSettings(schedule=schedule, warmup=warmup, **values), updates, plateau)


def test_a_constant_schedule_climbs_and_stays():
    factor = factor_of("constant", updates=10, warmup=0.4)  # climbs over 4 updates
    assert [factor(update) for update in range(7)] == [0.25, 0.5, 0.75, 1, 1, 1, 1]


def test_a_cosine_schedule_climbs_and_falls_to_two_percent():
    factor = factor_of("cosine", updates=12, warmup=2 / 12)  # climbs over 2 updates, falls over 10
    assert [factor(0), factor(1)] == [0.5, 1.0]
    assert factor(2) == pytest.approx(1.0)
    assert factor(7) == pytest.approx(0.02 + 0.98 / 2)  # half way down
    assert factor(12) == pytest.approx(0.02)
    assert factor(50) == pytest.approx(0.02)  # and no further
    assert factor(4) == pytest.approx(0.02 + 0.49 * (1 + math.cos(math.pi / 5)))


def test_a_linear_schedule_climbs_and_falls_to_nothing_like_torchs():
    factor = factor_of("linear", updates=12, warmup=2 / 12)
    assert [factor(0), factor(1)] == [0.5, 1.0]
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=1e-12, total_iters=10)
    for update in range(2, 12):
        assert factor(update) == pytest.approx(theirs.get_last_lr()[0])
        optimizer.step()
        theirs.step()
    assert factor(12) == factor(50) == 0.0


def test_a_step_schedule_falls_after_every_quarter():
    factor = factor_of("step", updates=8, decay_factor=0.5, decay_every=0.25)
    assert [factor(update) for update in range(8)] == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]
    assert factor_of("step", updates=8, warmup=0.25, decay_factor=0.5)(0) == 0.5  # half way up the climb of two


def test_one_cycle_is_torchs():
    module = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(module.parameters(), lr=1.0, momentum=0.9)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=50)
    factor = factor_of("one_cycle", updates=50)
    for update in range(50):
        assert factor(update) == pytest.approx(schedule.get_last_lr()[0], rel=1e-6)
        optimizer.step()
        if update < 49:
            schedule.step()


@pytest.mark.parametrize("patience", [0, 2])
@pytest.mark.parametrize("higher_is_better", [True, False])
def test_a_plateau_is_torchs(patience, higher_is_better):
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="max" if higher_is_better else "min", factor=0.3, patience=patience, threshold=0.0, eps=0.0
    )
    ours = Plateau(0.3, patience, higher_is_better=higher_is_better)
    for score in (5.0, 6.0, 6.0, 5.5, 5.4, 7.0, 6.0, 6.9, 7.1, 7.0, 7.0, 7.0, 7.0):
        theirs.step(score)
        ours.report(score)
        assert ours.now == pytest.approx(optimizer.param_groups[0]["lr"])
    assert ours.now < 1.0
    assert factor_of("plateau", updates=10, warmup=0.2, plateau=ours)(0) == pytest.approx(ours.now / 2)


@pytest.mark.parametrize("schedule", ["constant", "step", "plateau", "cosine", "linear"])
def test_without_a_climb_the_first_update_has_the_whole_rate(schedule):
    assert factor_of(schedule, updates=100)(0) == 1.0


@pytest.mark.parametrize("schedule", ["constant", "step", "plateau", "cosine", "linear", "one_cycle"])
def test_a_schedule_of_one_update_works(schedule):
    assert 0 < factor_of(schedule, updates=1, warmup=0.05)(0) <= 1.0


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


def stepped(module, settings, updates=3):
    """The parameters after some updates on fixed gradients."""
    optimizer, _ = make_optimizer(module, settings, updates=updates)
    for number in range(updates):
        for place, parameter in enumerate(module.parameters()):
            generator = torch.Generator().manual_seed(10 * number + place)
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizer.step()
    return [parameter.detach().clone() for parameter in module.parameters()]


def test_sgd_is_nesterovs_by_hand():
    settings = TrainingSettings(
        optimizer="sgd", learning_rate=0.1, momentum=0.5, weight_decay=0.0, schedule="constant", warmup=0.0
    )
    module = nn.Linear(1, 1, bias=False)
    nn.init.constant_(module.weight, 1.0)
    optimizer, _ = make_optimizer(module, settings, updates=2)
    for gradient in (2.0, 4.0):
        module.weight.grad = torch.full((1, 1), gradient)
        optimizer.step()
    # velocity 2, step 2 + 0.5 * 2 = 3; velocity 0.5 * 2 + 4 = 5, step 4 + 0.5 * 5 = 6.5
    assert module.weight.item() == pytest.approx(1.0 - 0.1 * 3.0 - 0.1 * 6.5)


def test_adam_decays_through_the_gradient_and_adamw_beside_it():
    twins = []
    for optimizer in ("adam", "adamw"):
        torch.manual_seed(0)
        settings = TrainingSettings(optimizer=optimizer, weight_decay=0.3, schedule="constant", warmup=0.0)
        twins.append(stepped(nn.Linear(3, 2), settings))
    torch.manual_seed(0)
    module = nn.Linear(3, 2)
    theirs = torch.optim.Adam(parameter_groups(module, 0.3), lr=settings.learning_rate)
    for number in range(3):
        for place, parameter in enumerate(module.parameters()):
            generator = torch.Generator().manual_seed(10 * number + place)
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        theirs.step()
    for ours, other in zip(twins[0], module.parameters(), strict=True):
        assert torch.allclose(ours, other, atol=1e-7)
    assert not torch.allclose(twins[0][0], twins[1][0])
    assert torch.allclose(twins[0][1], twins[1][1])  # biases do not decay


def test_muon_moves_a_matrix_alike_in_every_direction():
    module = nn.Sequential(nn.Linear(6, 6))
    before = module[0].weight.detach().clone()
    settings = TrainingSettings(optimizer="muon", learning_rate=0.1, weight_decay=0.0, schedule="constant", warmup=0.0)
    optimizer, schedule = make_optimizer(module, settings, updates=4)
    module[0].weight.grad = torch.diag(torch.tensor([100.0, 50.0, 10.0, 5.0, 1.0, 0.5]))
    optimizer.step()
    sizes = torch.linalg.svdvals(before - module[0].weight.detach())
    assert sizes.max() / sizes.min() < 2.5  # the gradient's own are 200 to 1
    schedule.step()
    assert {group["lr"] for group in optimizer.param_groups} == {0.1}


@pytest.mark.parametrize("steps", [1, 3, 5])
def test_muon_takes_the_configured_number_of_newton_schulz_steps(steps):
    module = nn.Sequential(nn.Linear(4, 4))
    before = module[0].weight.detach().clone()
    settings = TrainingSettings(
        optimizer="muon", learning_rate=0.1, weight_decay=0.0, schedule="constant", warmup=0.0,
        orthogonalization_steps=steps,
    )  # fmt: skip
    optimizer, _ = make_optimizer(module, settings, updates=4)
    sizes = torch.tensor([8.0, 4.0, 2.0, 1.0])
    module[0].weight.grad = torch.diag(sizes)
    optimizer.step()
    sizes = sizes / sizes.norm()
    for _ in range(steps):  # the polynomial of Jordan et al. (2024), one singular value at a time
        sizes = 3.4445 * sizes - 4.775 * sizes**3 + 2.0315 * sizes**5
    moved = torch.diag(before - module[0].weight.detach()) / (0.1 * 0.2 * 4**0.5)
    assert torch.allclose(moved, sizes, rtol=0.08)  # torch's products are in bfloat16


def test_muon_leaves_embeddings_scores_and_vectors_to_adamw():
    class Task(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.encoder, self.head = nn.Embedding(5, 3), nn.Linear(3, 3), nn.Linear(3, 5)

    task = Task()
    optimizer, _ = make_optimizer(task, TrainingSettings(optimizer="muon"), updates=4)
    by_muon = {id(part) for group in optimizer._muon.param_groups for part in group["params"]}
    by_adamw = {id(part) for group in optimizer._adamw.param_groups for part in group["params"]}
    assert by_muon == {id(task.encoder.weight)}
    assert by_adamw == {id(part) for part in task.parameters()} - by_muon


# penalties


def test_weight_penalties_by_hand():
    module = nn.Linear(2, 1)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([[3.0, -4.0]]))
        module.bias.fill_(100.0)  # vectors are not penalized
    assert weight_penalty(module, 0.1, 0.0).item() == pytest.approx(0.1 * 7)
    assert weight_penalty(module, 0.0, 0.2).item() == pytest.approx(0.2 * 25 / 2)


def test_activation_penalties_by_hand_and_without_padding():
    steps = torch.tensor([[[1.0], [3.0], [50.0]], [[2.0], [2.0], [5.0]]])
    lengths = torch.tensor([2, 3])
    assert activation_penalty(steps, lengths).item() == pytest.approx((1 + 9 + 4 + 4 + 25) / 5)
    assert temporal_activation_penalty(steps, lengths).item() == pytest.approx((4 + 0 + 9) / 3)
    assert activation_penalty(steps, None).item() == pytest.approx((1 + 9 + 2500 + 4 + 4 + 25) / 6)
    assert temporal_activation_penalty(steps[:, :1], None).item() == 0.0


def test_penalties_see_what_the_encoder_puts_out():
    layer = layer_class("gru")
    encoder = Stack(layer, 3, layer.Settings(hidden_size=4, output_dropout=0.5)).train()
    settings = TrainingSettings(activation_penalty=2.0, temporal_activation_penalty=3.0)
    penalties = Penalties(encoder, encoder, settings)
    lengths = torch.tensor([5, 2])
    torch.manual_seed(0)
    dropped = encoder(torch.randn(2, 5, 3), lengths).steps
    raw = penalties._raw
    expected = 2.0 * activation_penalty(dropped, lengths) + 3.0 * temporal_activation_penalty(raw, lengths)
    assert not torch.equal(raw, dropped)
    assert penalties().item() == pytest.approx(expected.item(), rel=1e-5)  # float32, summed twice
    penalties().backward()
    assert all(parameter.grad is not None for parameter in encoder.parameters())


def test_without_penalties_nothing_is_added():
    layer = layer_class("gru")
    encoder = Stack(layer, 3, layer.Settings(hidden_size=4))
    assert penalties_of(encoder, encoder, TrainingSettings()) is None


# averages of weights


class AtUpdate:
    global_step = 0


@pytest.mark.parametrize("averaging", ["exponential", "stochastic"])
def test_averages_are_torchs(averaging):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    rule = torch.optim.swa_utils.get_ema_multi_avg_fn(0.7) if averaging == "exponential" else None
    theirs = torch.optim.swa_utils.AveragedModel(module, multi_avg_fn=rule, use_buffers=True)
    ours = WeightAveraging(TrainingSettings(averaging=averaging, averaging_decay=0.7), updates=10)
    for _ in range(4):
        module(torch.randn(8, 2))
        with torch.no_grad():
            for parameter in module.parameters():
                parameter += torch.randn_like(parameter)
        theirs.update_parameters(module)
        ours.update(module)
    for name, value in theirs.module.state_dict().items():
        if value.is_floating_point():
            assert torch.allclose(ours.average[name], value, atol=1e-6), name


def test_the_average_is_validated_and_training_continues_from_the_weights():
    module = nn.Linear(1, 1, bias=False)
    watch, trainer = WeightAveraging(TrainingSettings(averaging="stochastic", averaging_start=0.5), 4), AtUpdate()
    for update, weight in enumerate((1.0, 2.0, 4.0, 8.0), start=1):
        nn.init.constant_(module.weight, weight)
        trainer.global_step = update
        watch.on_train_batch_end(trainer, module)
    watch.on_validation_start(trainer, module)
    assert module.weight.item() == 6.0  # the mean after the third and fourth update
    watch.on_train_batch_start(trainer, module)
    assert module.weight.item() == 8.0


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
def test_identity_state_matrices_hand_the_state_on(model):
    encoder, _ = stack_of(model, "identity")
    for layer in encoder.layers:
        assert all(torch.equal(gate, torch.eye(32)) for gate in layer.kernel.weight_hh_l0.detach().split(32))


@pytest.mark.parametrize("model", RECURRENT)
def test_normal_xavier_matrices_have_their_deviation(model):
    encoder, _ = stack_of(model, "xavier_normal", size=96)
    for gate in encoder.layers[1].kernel.weight_ih_l0.detach().split(96):
        assert gate.std().item() == pytest.approx(math.sqrt(2 / (96 + 96)), rel=0.03)


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


@pytest.mark.parametrize("kind", ["xavier", "he", "orthogonal", "identity"])
def test_attention_to_a_memory_is_drawn_as_matrices_that_read_no_state(kind):
    layer = layer_class("gru")
    torch.manual_seed(0)
    encoder = EncoderDecoder(layer, 8, layer.Settings(hidden_size=64, bidirectional=True))
    attention = encoder.writer.attentions[0]
    gains = attention.norm.weight.detach().clone()
    initialize(encoder, kind)
    weight = attention.to_keys.weight.detach()
    assert weight.shape == (64, 128)
    if kind == "he":
        assert weight.std().item() == pytest.approx(math.sqrt(2 / 128), rel=0.05)
    else:  # uniform: torch's default would end at sqrt(1 / 128), half as far
        assert 0.99 * math.sqrt(6 / (64 + 128)) < weight.abs().max().item() <= math.sqrt(6 / (64 + 128))
    assert torch.equal(attention.norm.weight.detach(), gains)
    for stack in (encoder.reader, encoder.writer):
        gate = stack.layers[0].kernel.weight_hh_l0.detach()[:64]
        if kind == "identity":
            assert torch.equal(gate, torch.eye(64))
        if kind == "orthogonal":
            assert torch.allclose(gate.T @ gate, torch.eye(64), atol=1e-5)


def test_the_recurrent_matrices_of_a_user_cell_are_found_by_name():
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


@pytest.mark.parametrize(
    ("updates", "epochs", "batches", "refit", "expected"),
    [
        (1000, 20, 1000, None, 1000),
        (1000, 2, 100, None, 200),  # epochs end it
        (1000, 2, 100, 130, 130),  # a refit ends where the search was best
        (100, 20, 1000, 130, 100),  # and never later than the budget
    ],
)
def test_the_updates_of_a_training_are_known_before_it_begins(updates, epochs, batches, refit, expected):
    assert planned_updates(BudgetSettings(updates=updates, epochs=epochs, validations=5), batches, refit) == expected

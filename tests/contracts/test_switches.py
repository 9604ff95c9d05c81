"""For every encoder and every switch: on changes the training and leaves evaluation deterministic, or it is refused."""

from __future__ import annotations

import math
from functools import cache

import pytest
import torch
from small_runs import use_data

from rnnbench.core import registry
from rnnbench.core.errors import SettingsError
from rnnbench.core.settings import Choices
from rnnbench.encoders.base import Cell, EncoderSettings
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.compatibility import SWITCHES, matrix, reason_against
from rnnbench.experiment.resolve import resolve
from rnnbench.experiment.sections import TrainingSettings
from rnnbench.runs.build import build
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import Hooks, train
from rnnbench.runs.training.hardware import missing_kernels
from rnnbench.storage.record import HARDWARE_NOTE

SMALL = (
    "task.embedding_size=12", "task.window=8", "task.word_dropout=0", "encoder.hidden_size=10", "encoder.num_layers=2",
    "encoder.dropout=0", "training.batch_size=8", "training.patience=0", "training.schedule=cosine", "budget.updates=8",
    "budget.validations=4", "training.learning_rate=0.01", "training.weight_decay=0", "training.gradient_clip=1",
)  # fmt: skip
SET_WITH = {
    "encoder.locked_dropout": {"encoder.dropout": 0.3},
    "training.optimizer": {"training.weight_decay": 0.3},
    "training.momentum": {"training.optimizer": "sgd"},
    "training.gradient_clip_by": {"training.gradient_clip": 0.01},
    "training.patience": {"training.minimum_change": 100.0},
    "training.minimum_change": {"training.patience": 1},
}
"""What else has to be set for a switch to have something to act on."""
CASES = [(switch, value) for switch, values in SWITCHES.items() for value in values]
NOT_SWITCHES = {
    "hidden_size", "num_layers", "bidirectional", "learning_rate", "batch_size", "decay_factor", "averaging_decay",
    "embedding_size", "window",
}  # fmt: skip
"""Searched as well, but not on or off: sizes, and strengths of another switch."""


@pytest.fixture(autouse=True)
def _small_data(monkeypatch):
    use_data(monkeypatch)


def pytest_generate_tests(metafunc):
    if "model" in metafunc.fixturenames:
        metafunc.parametrize("model", [*registry.names("encoders"), *metafunc.config.getoption("--model", [])])


def config_with(model, **values):
    sets = [item for item in SMALL if item.split("=")[0] not in values]
    return resolve("text_generation", model, sets=[*sets, *(f"{name}={value}" for name, value in values.items())])


@cache
def trained(model, values):
    """Training losses, validation scores and two evaluations of the best weights."""
    done = train(config_with(model, **dict(values)))
    curves = done.record.curves
    scores = [value for _, value in curves["validation/bits_per_character"]]
    return curves["train/loss"] + scores, [done.task.evaluate("validation") for _ in range(2)]


@pytest.mark.parametrize(("switch", "value"), CASES)
def test_on_differs_from_off_and_evaluation_stays_deterministic(model, switch, value):
    if reason_against(model, switch, value):
        pytest.skip("refused: tested below")
    beside = dict(SET_WITH.get(switch, {}))
    off, _ = trained(model, tuple(beside.items()))
    on, (first, second) = trained(model, (*beside.items(), (switch, value)))
    assert on != off, f"{switch} = {value} changes nothing"
    assert first == second, f"with {switch} = {value}, two evaluations differ"
    assert all(math.isfinite(score) for score in first.values())


@pytest.mark.parametrize(("switch", "value"), CASES)
def test_what_is_refused_is_refused_in_words_before_training(model, switch, value):
    why = reason_against(model, switch, value)
    if not why:
        resolve("text_generation", model, sets=[f"{switch}={value}"])
        return
    with pytest.raises(SettingsError) as caught:
        resolve("text_generation", model, sets=[f"{switch}={value}"])
    told = str(caught.value)
    assert switch in told
    assert why in told
    assert "--set" in told


def test_nothing_that_is_refused_is_searched(model):
    layer = layer_class(model)
    for name, searched in layer.search_ranges().items():
        ends = searched.values if isinstance(searched, Choices) else (searched.high,)
        for value in ends:
            assert name not in layer.unsupported(layer.Settings(**{name: value}))
    ranges = resolve("sentiment", model, sets=["search.settings=[encoder.*]"]).ranges()
    assert not {name.partition(".")[2] for name in ranges} - set(layer.search_ranges())


def test_every_searched_setting_that_can_be_on_is_a_switch():
    sections = (
        ("encoder", EncoderSettings, {"forget_bias"}),  # of LSTMs alone
        ("training", TrainingSettings, set()),
        ("task", task_class("text_generation").Settings, set()),
    )
    for section, cls, more in sections:
        searched = set(cls.search_ranges()) - NOT_SWITCHES
        assert searched | more == {name.partition(".")[2] for name in SWITCHES if name.startswith(section)}


def test_the_matrix_names_every_switch_and_every_reason():
    models = registry.names("encoders")
    found = matrix(models)
    assert len(found) == len(CASES)
    assert found["encoder.zoneout"]["lstm"] == ""
    assert "attention" in found["encoder.zoneout"]["transformer"]


# inside the recurrence, by hand


class Leaky(Cell):
    """h_t = h_{t-1} + x_t + recurrent_input, from a state of ones."""

    def regularized_step(self, x, state, recurrent_input):
        after = state[0] + x + recurrent_input
        return after, (after,)

    def initial_state(self, x):
        return (x.new_ones(x.shape[0], self.output_size),)


def leaky(**values):
    return Leaky(4, EncoderSettings(hidden_size=4, **values))


def test_recurrent_dropout_hides_the_same_units_at_every_step_and_leaves_the_way_past_the_gates():
    cell = leaky(recurrent_dropout=0.5)
    torch.manual_seed(1)
    steps = cell(torch.zeros(3, 2, 4)).steps
    # hidden units see nothing: 1 -> 1 -> 1; the others see twice their state: 1 -> 1 + 2 -> 3 + 6
    for row, unit in torch.cartesian_prod(torch.arange(3), torch.arange(4)).tolist():
        assert steps[row, :, unit].tolist() in ([1.0, 1.0], [3.0, 9.0])
    assert len(steps[:, 1].unique()) == 2
    assert cell.eval()(torch.zeros(1, 2, 4)).steps[0, :, 0].tolist() == [2.0, 4.0]


def test_zoneout_keeps_old_values_in_training_and_mixes_in_evaluation():
    cell = leaky(zoneout=0.25)
    torch.manual_seed(1)
    first = cell(torch.zeros(50, 1, 4)).steps
    assert set(first.flatten().tolist()) == {1.0, 2.0}
    assert abs((first == 1.0).float().mean().item() - 0.25) < 0.1
    encoded = cell.eval()(torch.zeros(1, 2, 4))
    # 0.25 * 1 + 0.75 * 2 = 1.75; 0.25 * 1.75 + 0.75 * 3.5 = 3.0625
    assert encoded.steps[0, :, 0].tolist() == [1.75, 3.0625]
    assert encoded.state[0][0, 0].item() == 3.0625


def test_a_normalized_state_is_normalized_on_its_way_to_the_gates_alone():
    cell = leaky(state_normalization=True).eval()
    state = torch.tensor([[1.0, 2.0, 3.0, 6.0]])
    seen = torch.nn.functional.layer_norm(state, (4,))
    assert torch.allclose(
        cell(torch.zeros(1, 1, 4), None, (state,)).steps[0], state + seen, atol=1e-5
    )  # float32, values up to 7


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_the_slow_path_is_the_kernel_step_by_step(name):
    layer = layer_class(name)
    torch.manual_seed(0)
    cell = layer(3, layer.Settings(hidden_size=5)).double()
    x, lengths = torch.randn(4, 7, 3, dtype=torch.float64), torch.tensor([7, 1, 4, 6])
    fast, slow = cell.sequence(x, lengths), cell.step_by_step(x, lengths)
    for row, length in enumerate(lengths.tolist()):
        assert torch.allclose(fast.steps[row, :length], slow.steps[row, :length], atol=1e-12)
    for one, other in zip(fast.state, slow.state, strict=True):
        assert torch.allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_dropped_recurrent_weights_are_gone_for_the_whole_sequence_and_back_afterwards(name, monkeypatch):
    from rnnbench.encoders import stack

    layer = layer_class(name)
    torch.manual_seed(0)
    encoder = stack.Stack(layer, 3, layer.Settings(hidden_size=5, weight_dropout=0.5, dropout=0.0)).train()
    kept = encoder.layers[0].kernel.weight_hh_l0.detach().clone()
    monkeypatch.setattr(stack.functional, "dropout", lambda weight, share: weight * 0.0)
    thinned = encoder(torch.ones(1, 6, 3)).steps
    thinned.sum().backward()
    assert torch.equal(encoder.layers[0].kernel.weight_hh_l0, kept)
    with torch.no_grad():
        encoder.layers[0].kernel.weight_hh_l0.zero_()
    assert torch.allclose(
        encoder.eval()(torch.ones(1, 6, 3)).steps, thinned, atol=1e-6
    )  # the kernel of training is another one
    assert (encoder.layers[0].kernel.weight_hh_l0.grad == 0).all()


@torch.no_grad()
def test_locked_dropout_hides_the_same_features_at_every_step():
    from rnnbench.encoders.layers.dropout import FeatureDropout

    torch.manual_seed(0)
    locked = FeatureDropout(0.5, locked=True)(torch.ones(3, 7, 64))
    assert torch.equal(locked, locked[:, :1].expand_as(locked))
    assert set(locked.flatten().tolist()) == {0.0, 2.0}  # what is kept stands for the rest
    loose = FeatureDropout(0.5)(torch.ones(3, 7, 64))
    assert not torch.equal(loose, loose[:, :1].expand_as(loose))


def test_a_highway_begins_nearly_closed_and_mixes_by_its_gate():
    from rnnbench.encoders.stack import _Highway

    gate = _Highway(2)
    torch.nn.init.zeros_(gate.gate.weight)
    share = 1 / (1 + math.exp(1))
    found = gate(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[5.0, -2.0]]])).flatten().tolist()
    assert found == pytest.approx([1 + share * 4, 2 - share * 4])


@pytest.mark.parametrize("kind", ["norm", "value"])
def test_a_clipped_gradient_is_as_large_as_the_setting_says(kind):
    values = {
        "training.optimizer": "sgd", "training.learning_rate": 1.0, "training.momentum": 1e-6, "training.warmup": 0,
        "training.schedule": "constant", "training.gradient_clip": 0.003, "training.gradient_clip_by": kind,
        "budget.updates": 1, "budget.validations": 1,
    }  # fmt: skip
    config = config_with("gru", **values)
    torch.manual_seed(config.seed)
    before = torch.cat([part.detach().flatten() for part in build(config, prepare(config)).parameters()])
    after = torch.cat([part.detach().flatten() for part in train(config).task.parameters()])
    # with a rate of 1 and next to no momentum, the one update is the clipped gradient itself
    moved = after - before
    size = moved.norm() if kind == "norm" else moved.abs().max()
    assert size.item() == pytest.approx(0.003, rel=1e-3)
    assert (moved != 0).float().mean() > 0.5


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed", "64-true"])
def test_it_trains_in_other_precisions_and_says_what_the_machine_cannot_do(model, precision):
    told = []
    config = config_with(model, **{"hardware.precision": precision, "hardware.device": "cpu", "budget.updates": 2})
    done = train(config, hooks=Hooks(note=told.append))
    assert done.record.outcome == "completed"
    assert math.isfinite(done.record.validation)
    # whether a processor has a kernel in bfloat16 differs from one to the next: then the step loop, and a note
    lowered = precision.endswith("mixed")
    with torch.autocast("cpu", dtype=torch.bfloat16 if lowered else None, enabled=lowered):
        expected = missing_kernels(done.task)
    if precision == "16-mixed":
        expected.insert(0, "16-mixed needs a GPU: trained in bf16-mixed")
    assert told == (["; ".join(expected)] if expected else [])
    assert done.record.tags.get(HARDWARE_NOTE, "") == "; ".join(expected)

"""Contracts that hold for every encoder of the folder, and for yours: --model path/to/my_cell.py.

The contracts are in `rnnbench/testing/contracts/`. Where torch has the same network, outputs equal torch's, weight
for weight.
"""

from functools import lru_cache

import pytest
import torch
from torch import nn

from rnnbench.core import registry
from rnnbench.encoders.base import Cell, Encoded, EncoderSettings
from rnnbench.encoders.layers.positions import distance_penalties
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class
from rnnbench.testing.contracts import CLASS_CONTRACTS, CONTRACTS, assert_same, build, random_input, settings_to_try

NAMES = registry.names("encoders")
RECURRENT = {
    "rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM,
    "scratch_rnn": nn.RNN, "scratch_gru": nn.GRU, "scratch_lstm": nn.LSTM,
}  # fmt: skip
SCRATCH = [name for name in RECURRENT if name.startswith("scratch_")]
INPUT = 5
tried = lru_cache(maxsize=None)(lambda name: settings_to_try(layer_class(name)))


def pytest_generate_tests(metafunc):
    names = [*NAMES, *(metafunc.config.getoption("--model", None) or [])]
    if "settings_name" in metafunc.fixturenames:
        metafunc.parametrize(("model", "settings_name"), [(name, label) for name in names for label in tried(name)])
    elif "model" in metafunc.fixturenames:
        metafunc.parametrize("model", names)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_encoder(contract, model, settings_name):
    contract(layer_class(model), tried(model)[settings_name])


@pytest.mark.parametrize("contract", CLASS_CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_layer_class(contract, model):
    contract(layer_class(model), layer_class(model).Settings())


def test_the_four_that_everyone_asks_for_are_here():
    assert {"rnn", "lstm", "gru", "transformer"} <= set(NAMES)


def test_shapes_are_checked_in_tests(model):
    encoder = Stack(layer_class(model), INPUT, layer_class(model).Settings(hidden_size=8))
    with pytest.raises(TypeError, match="checking the parameters"):
        encoder(torch.zeros(3, INPUT))


# torch's own networks


def torch_twin(name, encoder, **extra):
    """torch's network of the same kind, with the encoder's weights."""
    settings = encoder.settings
    twin = RECURRENT[name](
        INPUT,
        settings.hidden_size,
        settings.num_layers,
        batch_first=True,
        bidirectional=settings.bidirectional,
        **extra,
    ).double()
    weights = {}
    for suffix, layers in (("", encoder.layers), ("_reverse", encoder.backward_layers)):
        for index, layer in enumerate(layers):
            for key, value in getattr(layer, "kernel", layer).state_dict().items():
                weights[f"{key.removesuffix('_l0')}_l{index}{suffix}"] = value
    twin.load_state_dict(weights)
    return twin


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, [3, 7, 1, 7]])
@torch.no_grad()
def test_it_is_torchs_network_weight_for_weight(name, num_layers, bidirectional, lengths):
    layer = layer_class(name)
    settings = layer.Settings(hidden_size=6, num_layers=num_layers, bidirectional=bidirectional, dropout=0.0)
    encoder = build(layer, settings)
    x = random_input(4, 7, INPUT)
    twin = torch_twin(name, encoder)
    if lengths is None:
        (expected, state), encoded = twin(x), encoder(x)
        assert_same(encoded.steps, expected, "steps differ from torch's")
    else:
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        out, state = twin(packed)
        expected, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
        encoded = encoder(x, torch.tensor(lengths))
        for row, length in enumerate(lengths):
            assert_same(encoded.steps[row, :length], expected[row, :length], f"row {row} differs from torch's")
    if bidirectional:
        return
    parts = state if isinstance(state, tuple) else (state,)
    interleaved = [part[index] for index in range(num_layers) for part in parts]
    for own, torchs in zip(encoded.state, interleaved, strict=True):
        assert_same(own, torchs, "the state differs from torch's")


@torch.no_grad()
def test_a_relu_network_is_torchs():
    layer = layer_class("rnn")
    encoder = build(layer, layer.Settings(hidden_size=6, nonlinearity="relu", dropout=0.0))
    x = random_input(4, 7, INPUT)
    assert_same(encoder(x).steps, torch_twin("rnn", encoder, nonlinearity="relu")(x)[0], "steps differ from torch's")


@pytest.mark.parametrize("name", RECURRENT)
@torch.no_grad()
def test_it_is_torchs_network_in_single_precision_too(name):
    layer = layer_class(name)
    encoder = build(layer, layer.Settings(hidden_size=32, num_layers=2, dropout=0.0))
    x, lengths = random_input(4, 20, INPUT), torch.tensor([20, 11, 4, 17])
    exact = torch_twin(name, encoder)(x)[0]
    found = encoder.float()(x.float(), lengths).steps.double()
    for row, length in enumerate(lengths.tolist()):
        assert (found[row, :length] - exact[row, :length]).abs().max() < 1e-6


@pytest.mark.parametrize("name", ["lstm", "scratch_lstm"])
def test_the_forget_gate_starts_open_by_as_much_as_the_setting_says(name):
    layer = layer_class(name)
    for bias in (0.0, 1.0, 1.75):
        biases = [
            value
            for key, value in layer(INPUT, layer.Settings(hidden_size=4, forget_bias=bias)).state_dict().items()
            if "bias" in key
        ]
        both = biases[0] + biases[1]
        assert both[4:8].tolist() == [bias] * 4  # torch's order: input, forget, candidate, output
        assert (both[[*range(4), *range(8, 16)]] != bias).all()


@pytest.mark.parametrize("name", SCRATCH)
@pytest.mark.parametrize("lengths", [None, [3, 7, 1, 7]])
def test_a_cell_from_scratch_has_torchs_gradients(name, lengths):
    layer = layer_class(name)
    encoder = build(layer, layer.Settings(hidden_size=6, num_layers=2, dropout=0.0))
    twin = torch_twin(name, encoder)
    x = [random_input(4, 7, INPUT).requires_grad_() for _ in range(2)]
    mask = torch.arange(7) < torch.tensor(lengths or [7] * 4).unsqueeze(1)
    weights = random_input(4, 7, 6, seed=3) * mask.unsqueeze(2)
    (encoder(x[0], None if lengths is None else torch.tensor(lengths)).steps * weights).sum().backward()
    (twin(x[1])[0] * weights).sum().backward()
    assert_same(x[0].grad, x[1].grad, "the input's gradient differs")
    for index, own in enumerate(encoder.layers):
        for key, parameter in own.named_parameters():
            assert_same(parameter.grad, getattr(twin, f"{key}_l{index}").grad, f"the gradient of {key} differs")


@pytest.mark.parametrize("name", SCRATCH)
@pytest.mark.parametrize("lengths", [None, [5, 2, 4]])
def test_a_cell_from_scratch_is_its_own_step_over_and_over(name, lengths):
    layer = layer_class(name)
    torch.manual_seed(0)
    cell = layer(INPUT, layer.Settings(hidden_size=4)).double()
    x = random_input(3, 5, INPUT)
    state = tuple(random_input(3, 4, seed=seed) for seed in range(layer.state_count))
    lengths = None if lengths is None else torch.tensor(lengths)
    whole, stepwise = cell.sequence(x, lengths, state), cell.step_by_step(x, lengths, state)
    valid = torch.arange(5) < (torch.tensor([5] * 3) if lengths is None else lengths).unsqueeze(1)
    assert_same(whole.steps[valid], stepwise.steps[valid], "steps differ")
    for own, expected in zip(whole.state, stepwise.state, strict=True):
        assert_same(own, expected, "states differ")


@pytest.mark.parametrize("name", SCRATCH)
@pytest.mark.parametrize("lengths", [None, [3, 1]])
def test_a_cell_from_scratch_passes_torchs_check_of_gradients(name, lengths):
    layer = layer_class(name)
    cell = layer(2, layer.Settings(hidden_size=3)).double()
    x = random_input(2, 3, 2).requires_grad_()
    state = tuple(random_input(2, 3, seed=seed).requires_grad_() for seed in range(layer.state_count))
    ends = None if lengths is None else torch.tensor(lengths)

    def outputs(x, *rest):
        names = [key for key, _ in cell.named_parameters()]
        count = len(names)
        encoded = torch.func.functional_call(cell, dict(zip(names, rest[:count], strict=True)), (x, ends, rest[count:]))
        return encoded.steps, *encoded.state

    assert torch.autograd.gradcheck(outputs, (x, *cell.parameters(), *state))


@pytest.mark.parametrize("name", SCRATCH)
def test_a_cell_from_scratch_notices_what_was_changed_before_the_way_back(name):
    layer = layer_class(name)
    cell = layer(2, layer.Settings(hidden_size=3))
    steps = cell(torch.ones(1, 4, 2)).steps
    loss = (2 * steps).sum()
    steps.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def torch_transformer(encoder):
    """torch's Transformer encoder with the weights of ours, which has the head size that torch derives."""
    settings, size = encoder.settings, encoder.output_size
    block = nn.TransformerEncoderLayer(
        size, settings.heads, settings.feedforward_multiple * size, dropout=0.0, activation="gelu",
        batch_first=True, norm_first=True,
    )  # fmt: skip
    twin = nn.TransformerEncoder(block, settings.num_layers, nn.LayerNorm(size), enable_nested_tensor=False).double()
    for own, torchs in zip(encoder.layers, twin.layers, strict=True):
        projections = (own.to_queries, own.to_keys, own.to_values)
        torchs.self_attn.in_proj_weight.copy_(torch.cat([part.weight for part in projections]))
        torchs.self_attn.in_proj_bias.copy_(torch.cat([part.bias for part in projections]))
        for ours, theirs in (
            (own.leave, torchs.self_attn.out_proj),
            (own.attention_norm, torchs.norm1),
            (own.feedforward[0], torchs.norm2),
            (own.feedforward[1], torchs.linear1),
            (own.feedforward[4], torchs.linear2),
        ):
            theirs.load_state_dict(ours.state_dict())
    twin.norm.load_state_dict(encoder.last.state_dict())
    return twin.eval()


def a_transformer(**values):
    layer = layer_class("transformer")
    settings = layer.Settings(**{"hidden_size": 16, "heads": 4, "positions": "none", "dropout": 0.0, **values})
    torch.manual_seed(0)
    encoder = Stack(layer, 16, settings).double().eval()
    for parameter in encoder.parameters():  # norms and biases start at ones and zeros, which would hide a mix-up
        nn.init.normal_(parameter, std=0.3)
    return encoder


@pytest.mark.parametrize("num_layers", [1, 2])
@torch.no_grad()
def test_a_causal_transformer_is_torchs_weight_for_weight(num_layers):
    encoder = a_transformer(num_layers=num_layers)
    x = random_input(3, 9, 16)
    later = torch.ones(9, 9, dtype=torch.bool).triu(1)
    assert_same(encoder(x).steps, torch_transformer(encoder)(x, mask=later), "steps differ from torch's")


@torch.no_grad()
def test_a_transformer_with_a_short_context_is_torchs_under_a_banded_mask():
    encoder = a_transformer(num_layers=2, context=3)
    x = random_input(3, 9, 16)
    distance = torch.arange(9).unsqueeze(1) - torch.arange(9)
    assert_same(encoder(x).steps, torch_transformer(encoder)(x, mask=(distance < 0) | (distance >= 3)), "steps differ")


@torch.no_grad()
def test_a_transformer_that_reads_both_ways_is_torchs_under_a_padding_mask():
    encoder = a_transformer(num_layers=2, bidirectional=True)
    x, lengths = random_input(3, 9, 16), torch.tensor([9, 4, 1])
    padding = torch.arange(9) >= lengths.unsqueeze(1)
    expected = torch_transformer(encoder)(x, src_key_padding_mask=padding)
    assert_same(encoder(x, lengths).steps[~padding], expected[~padding], "valid steps differ from torch's")


@torch.no_grad()
def test_a_transformer_with_distance_penalties_is_torchs_under_an_additive_mask(monkeypatch):
    # torch's short cut for evaluation gives other numbers than its own training path under an additive mask
    monkeypatch.setattr(torch.backends.mha, "_is_fastpath_enabled", False)
    encoder = a_transformer(num_layers=2, positions="alibi")
    x = random_input(3, 9, 16)
    distance = torch.arange(9).unsqueeze(1) - torch.arange(9)
    mask = distance_penalties(4, distance).double().masked_fill(distance < 0, float("-inf"))
    assert_same(encoder(x).steps, torch_transformer(encoder)(x, mask=mask.repeat(3, 1, 1)), "steps differ from torch's")


@pytest.mark.parametrize("positions", ["rotary", "alibi", "none"])
@torch.no_grad()
def test_a_transformer_that_knows_distances_alone_does_not_mind_where_a_text_begins(positions):
    encoder = a_transformer(num_layers=1, positions=positions, context=4)
    x = random_input(2, 12, 16)
    late = encoder(x[:, 5:]).steps
    # after four steps its one layer sees the same window whether the text began at step 0 or at step 5
    gap = (encoder(x).steps[:, 8:] - late[:, 3:]).abs().max()
    assert gap < 1e-5  # angles are computed in single precision


def test_any_hidden_size_goes_with_any_number_of_heads():
    layer = layer_class("transformer")
    for size, heads in ((7, 2), (10, 8), (1, 4), (33, 8)):
        settings = layer.Settings(hidden_size=size, heads=heads)
        assert Stack(layer, 3, settings)(torch.zeros(1, 4, 3)).steps.shape == (1, 4, size)


# what the base class and the stack promise


class Adder(Cell):
    """h_t = h_{t-1} + the sum of x_t, in every feature."""

    def step(self, x, state):
        after = state[0] + x.sum(dim=1, keepdim=True)
        return after, (after,)


def adder(**values):
    return Stack(Adder, 1, EncoderSettings(**{"hidden_size": 1, "dropout": 0.0, **values}))


def test_a_cell_is_written_as_one_step_and_gets_time_padding_and_state():
    encoded = adder()(torch.tensor([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [32.0]]]), torch.tensor([3, 1]))
    assert encoded.steps[0].flatten().tolist() == [1, 3, 7]
    assert encoded.steps[1, 0].item() == 8
    assert encoded.state[0].flatten().tolist() == [7, 8]
    assert adder()(torch.tensor([[[1.0]], [[1.0]]]), None, encoded.state).steps.flatten().tolist() == [8, 9]


def test_two_layers_add_up_twice():
    encoded = adder(num_layers=2)(torch.tensor([[[1.0], [2.0], [4.0]]]))
    assert encoded.steps.flatten().tolist() == [1, 4, 11]  # 1, 1 + 3, 4 + 7
    assert [part.item() for part in encoded.state] == [7, 11]


def test_a_residual_layer_adds_its_input():
    encoded = adder(connection="residual")(torch.tensor([[[1.0], [2.0], [4.0]]]))
    assert encoded.steps.flatten().tolist() == [2, 5, 11]


def test_reading_both_ways_puts_the_reversed_sums_beside():
    encoder = adder(bidirectional=True)
    x, lengths = torch.tensor([[[1.0], [2.0], [4.0]], [[8.0], [16.0], [99.0]]]), torch.tensor([3, 2])
    steps = encoder(x, lengths).steps
    assert steps[0].tolist() == [[1, 7], [3, 6], [7, 4]]
    assert steps[1, :2].tolist() == [[8, 24], [24, 16]]
    # each half at the step where it has seen the whole row
    assert encoder.last_step(steps, lengths).tolist() == [[7, 7], [24, 24]]


def test_layer_normalization_is_over_the_features_of_a_step():
    layer = layer_class("gru")
    plain = build(layer, layer.Settings(hidden_size=6, dropout=0.0))
    normalized = build(layer, layer.Settings(hidden_size=6, dropout=0.0, normalization="layer"))
    normalized.layers.load_state_dict(plain.layers.state_dict())
    x = random_input(2, 4, INPUT)
    assert_same(normalized(x).steps, nn.functional.layer_norm(plain(x).steps, (6,)), "steps differ")


def test_batch_normalization_in_training_counts_valid_steps_alone():
    layer = layer_class("gru")
    encoder = build(layer, layer.Settings(hidden_size=6, dropout=0.0, normalization="batch")).train()
    x, lengths = random_input(3, 5, INPUT), torch.tensor([5, 2, 3])
    steps = encoder(x, lengths).steps
    valid = steps[torch.arange(5) < lengths.unsqueeze(1)]
    assert valid.shape == (10, 6)
    assert valid.mean(dim=0).abs().max() < 1e-9
    assert (valid.var(dim=0, unbiased=False) - 1).abs().max() < 0.01  # torch adds 1e-5 to the variance


def test_dropout_acts_in_training_alone():
    layer = layer_class("gru")
    encoder = build(layer, layer.Settings(hidden_size=64, dropout=0.5))
    x = random_input(4, 20, INPUT)
    assert (encoder(x).steps != 0).all()
    dropped = (encoder.train()(x).steps == 0).double().mean()
    assert abs(dropped - 0.5) < 0.05  # 5,120 draws: six standard deviations are 0.042


def test_the_contract_names_its_two_parts():
    assert Encoded._fields == ("steps", "state")

"""Operations counted against counts by hand: every encoder, one layer and two, one way and both, in every task."""

from __future__ import annotations

import numpy as np
import pytest
import small_data
import torch
from small_runs import a_config, use_data
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from rnnbench.core import registry
from rnnbench.encoders.base import Cell, Encoded, Layer
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class
from rnnbench.runs.build import on_meta_device
from rnnbench.runs.prepare import prepare
from rnnbench.runs.train import train
from rnnbench.runs.training.flops import _Counter, training_flops_per_item

HIDDEN = 12
GATES = {"rnn": 1, "gru": 3, "lstm": 4, "scratch_rnn": 1, "scratch_gru": 3, "scratch_lstm": 4}
"""Each gate is one product with the input and one with the state."""
SHAPES = [(1, False), (2, False), (1, True), (2, True)]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    use_data(monkeypatch)


def a_small_config(task, model, layers=1, both_ways=False, **values):
    size = {"encoder.hidden_size": HIDDEN, "encoder.num_layers": layers, "encoder.bidirectional": both_ways}
    if model == "transformer":
        size["encoder.feedforward_multiple"] = 4
    if task == "forecasting":
        size["task.linear_path"] = False
    return a_config(task, model, **{**size, **values})


def counted(config) -> float | None:
    shapes = on_meta_device(config, prepare(config))
    return training_flops_per_item(shapes, config.training.batch_size)


def transformer_layer(size: int, steps: int, keys: int) -> int:
    """Forward: 4 heads of 12 / 4, rounded up to an even 4, are 16 wide; a feedforward layer of 4 x 12."""
    inner = 16
    enter = 0 if size == HIDDEN else 2 * size * HIDDEN
    projections = 3 * 2 * HIDDEN * inner + 2 * inner * HIDDEN
    attention = 2 * keys * inner + 2 * keys * inner
    feedforward = 2 * HIDDEN * 4 * HIDDEN + 2 * 4 * HIDDEN * HIDDEN
    return steps * (enter + projections + attention + feedforward)


def by_hand(model: str, size: int, steps: int, layers: int, both_ways: bool, before: int = 0) -> int:
    """Forward operations of an encoder for one sequence; a product of (n,) with (n, m) is n x m x 2."""
    if model == "transformer":
        return sum(
            transformer_layer(size if number == 0 else HIDDEN, steps, before + steps) for number in range(layers)
        )
    ways = 2 if both_ways else 1
    sizes = [size] + [HIDDEN * ways] * (layers - 1)
    return sum(steps * ways * 2 * GATES[model] * HIDDEN * (own + HIDDEN) for own in sizes)


def width(model: str, both_ways: bool) -> int:
    return 2 * HIDDEN if both_ways and model != "transformer" else HIDDEN


@pytest.mark.parametrize(("layers", "both_ways"), SHAPES)
@pytest.mark.parametrize("model", [*GATES, "transformer"])
def test_a_window_of_forecasting_costs_what_a_count_by_hand_says(model, layers, both_ways):
    config = a_small_config("forecasting", model, layers, both_ways)
    # 12 steps of 2 channels, 1 covariate and 6 numbers of the calendar; the head writes 4 steps of 2 channels
    head = 2 * width(model, both_ways) * 4 * 2
    assert counted(config) == 3 * (by_hand(model, 9, 12, layers, both_ways) + head)


def test_what_stands_beside_the_encoder_is_counted_too():
    config = a_small_config("forecasting", "lstm", **{"task.linear_path": True})
    without = counted(a_small_config("forecasting", "lstm"))
    assert without is not None
    assert counted(config) == without + 3 * 2 * (2 * 12 * 4), "12 samples to 4, for each of two channels"


@pytest.mark.parametrize("pooling", ["mean", "attention"])
@pytest.mark.parametrize(("layers", "both_ways"), SHAPES)
@pytest.mark.parametrize("model", [*GATES, "transformer"])
def test_a_text_costs_the_mean_over_the_lengths_of_all_texts(model, layers, both_ways, pooling):
    config = a_small_config("sentiment", model, layers, both_ways, **{"task.pooling": pooling})
    lengths = [len(text.split()) for text in small_data.texts().splits.train.texts]
    assert len(set(lengths)) > 4
    head = 2 * width(model, both_ways) * 2
    weighed = 2 * width(model, both_ways) if pooling == "attention" else 0
    texts = [by_hand(model, 16, length, layers, both_ways) + head + weighed * length for length in lengths]
    assert counted(config) == pytest.approx(3 * np.mean(texts), rel=1e-12)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("model", GATES)
def test_a_token_costs_the_recurrence_and_the_output_layer(model, layers):
    config = a_small_config("text_generation", model, layers)
    symbols = prepare(config).tokenizer.size
    assert counted(config) == 3 * (by_hand(model, 16, 1, layers, False) + 2 * HIDDEN * symbols)


def test_tied_embeddings_cost_the_way_to_them():
    config = a_small_config("text_generation", "gru", **{"task.tied_embeddings": True})
    symbols = prepare(config).tokenizer.size
    assert counted(config) == 3 * (by_hand("gru", 16, 1, 1, False) + 2 * HIDDEN * 16 + 2 * 16 * symbols)


def test_attention_pays_for_the_state_that_is_carried_as_it_fills():
    config = a_small_config("text_generation", "transformer", **{"encoder.context": 41})
    prepared = prepare(config)
    windows = prepared.batches_per_epoch(16)
    assert windows > 4
    # windows of 16: 0, 16 and 32 steps before them, then always the 40 that a context of 41 keeps
    before = [0, 16, 32] + [40] * (windows - 3)
    whole = sum(by_hand("transformer", 16, 16, 1, False, kept) for kept in before)
    per_token = whole / (16 * windows) + 2 * HIDDEN * prepared.tokenizer.size
    assert counted(config) == pytest.approx(3 * per_token, rel=1e-12)


@pytest.mark.parametrize("model", registry.names("encoders"))
@pytest.mark.parametrize("task", registry.names("tasks"))
def test_every_encoder_is_counted_in_every_task(task, model):
    found = counted(a_small_config(task, model))
    assert found is not None
    assert found > 0


@pytest.mark.parametrize("model", registry.names("encoders"))
def test_one_step_times_the_steps_is_what_all_steps_cost(model):
    layer = layer_class(model)
    if not issubclass(layer, Cell):
        pytest.skip("it has no step: it is counted whole")
    settings = layer.Settings(hidden_size=HIDDEN, num_layers=1, dropout=0.0, zoneout=0.1, recurrent_dropout=0.1)
    cell = Stack(layer, 9, settings).layers[0]
    with FlopCounterMode(display=False) as torch_count:
        cell.step_by_step(torch.randn(1, 12, 9))
    if model in GATES:
        assert torch_count.get_total_flops() == by_hand(model, 9, 12, 1, False)
    config = a_small_config("forecasting", model, **{"encoder.zoneout": 0.1, "encoder.recurrent_dropout": 0.1})
    assert counted(config) == 3 * (torch_count.get_total_flops() + 2 * HIDDEN * 8)


@pytest.mark.parametrize(
    "values",
    [
        {"encoder.normalization": "batch"},
        {"encoder.weight_dropout": 0.3},
        {"encoder.state_normalization": True},
        {"task.label_smoothing": 0.1},
        {"task.word_dropout": 0.2},
        {"task.pooling": "last"},
        {"task.pooling": "max"},
    ],
)
def test_what_regularizes_costs_no_product(values):
    assert counted(a_small_config("sentiment", "gru", **values)) == counted(a_small_config("sentiment", "gru"))


def test_a_highway_costs_its_gate():
    plain = counted(a_small_config("forecasting", "rnn", 2))
    assert plain is not None
    highway = counted(a_small_config("forecasting", "rnn", 2, **{"encoder.connection": "highway"}))
    assert highway == plain + 3 * 12 * 2 * HIDDEN * HIDDEN, "only the second layer has an input of its own size"


class MinimalGatedUnit(Cell):
    """A cell of one's own: two products with the input, two with the state."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.from_input = nn.Linear(input_size, 2 * settings.hidden_size)
        self.recurrent_forget = nn.Linear(settings.hidden_size, settings.hidden_size, bias=False)
        self.recurrent_candidate = nn.Linear(settings.hidden_size, settings.hidden_size, bias=False)

    def step(self, x, state):
        (before,) = state
        for_gate, for_candidate = self.from_input(x).chunk(2, dim=-1)
        forget = torch.sigmoid(for_gate + self.recurrent_forget(before))
        candidate = torch.tanh(for_candidate + self.recurrent_candidate(forget * before))
        after = (1 - forget) * before + forget * candidate
        return after, (after,)


class AsksForValues(Layer):
    """A layer that cannot run without numbers."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.weight = nn.Linear(input_size, settings.hidden_size)

    def forward(self, x, lengths=None, state=None):
        scale = 1.0 if float(x.sum()) > 0 else 2.0
        return Encoded(self.weight(x) * scale, (x[:, -1],))


def test_a_cell_of_ones_own_is_counted_by_its_step(monkeypatch):
    monkeypatch.setattr("rnnbench.runs.build.layer_class", lambda path: MinimalGatedUnit)
    config = a_small_config("forecasting", "gru")
    assert counted(config) == 3 * (12 * 2 * (2 * 9 * HIDDEN + 2 * HIDDEN * HIDDEN) + 2 * HIDDEN * 8)


def test_a_layer_that_cannot_run_on_meta_device_is_trained_and_not_counted(monkeypatch):
    monkeypatch.setattr("rnnbench.runs.build.layer_class", lambda path: AsksForValues)
    config = a_small_config("forecasting", "gru")
    assert counted(config) is None
    costs = train(config).record.costs
    assert "training_flops_per_item" not in costs
    assert costs["inference_items_per_second"] > 0


def test_counting_changes_no_training():
    config = a_small_config("sentiment", "gru", **{"encoder.normalization": "batch", "encoder.dropout": 0.3})
    counted_run, bare = train(config, kind="train"), train(config, kind="trial")
    assert "training_flops_per_item" in counted_run.record.costs
    assert "training_flops_per_item" not in bare.record.costs
    assert counted_run.record.metrics == bare.record.metrics
    weights = zip(counted_run.task.state_dict().values(), bare.task.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in weights)


def test_the_whole_training_costs_all_its_items():
    costs = train(a_small_config("forecasting", "lstm")).record.costs
    assert costs["training_flops"] == costs["training_flops_per_item"] * 4 * 16, "four updates of 16 windows"


# reader and writer


class Writes:
    """What the count needs of a task that writes: a loss over targets of one batch."""

    def __init__(self, encoder: EncoderDecoder) -> None:
        self.encoder = encoder

    def modules(self):
        return self.encoder.modules()

    def loss(self, batch):
        sources, source_lengths, targets, target_lengths = batch
        memory = self.encoder.read(sources, source_lengths)
        return self.encoder.write(targets, target_lengths, memory).sum(), len(targets)


def counted_pair(model: str, read: int, written: int, *, attention: bool = True, valid: int | None = None, **values):
    """Forward operations of a batch of two pairs, of which `valid` steps are no padding."""
    layer = layer_class(model)
    with torch.device("meta"):
        encoder = EncoderDecoder(layer, 9, layer.Settings(hidden_size=HIDDEN, **values), attention=attention)
    ends = torch.tensor([valid or read, 1]), torch.tensor([valid or written, 1])
    batch = (torch.zeros(2, read, 9), ends[0], torch.zeros(2, written, 9), ends[1])
    return _Counter(Writes(encoder)).count(batch)  # type: ignore[arg-type]


def cross_attention(memory: int, read: int, written: int) -> int:
    """Queries and the way out at each step written, keys and values at each step read, and all pairs of the two."""
    projections = written * 2 * (2 * HIDDEN * HIDDEN) + read * 2 * (2 * memory * HIDDEN)
    return projections + 2 * (2 * read * written * HIDDEN)


@pytest.mark.parametrize(("layers", "both_ways"), SHAPES)
@pytest.mark.parametrize("model", [*GATES, "transformer"])
def test_reader_writer_and_attention_cost_what_a_count_by_hand_says(model, layers, both_ways):
    read, written, size = 7, 11, width(model, both_ways)
    stacks = by_hand(model, 9, read, layers, both_ways) + by_hand(model, 9, written, layers, False)
    expected = 2 * (stacks + layers * cross_attention(size, read, written))
    assert counted_pair(model, read, written, num_layers=layers, bidirectional=both_ways) == expected
    without = counted_pair(model, read, written, num_layers=layers, bidirectional=both_ways, attention=False)
    assert without == 2 * stacks


@pytest.mark.parametrize("normalization", ["none", "batch"])
@pytest.mark.parametrize("model", registry.names("encoders"))
def test_a_pair_costs_the_same_however_much_of_it_is_padding(model, normalization):
    values = {"bidirectional": True, "normalization": normalization}
    assert counted_pair(model, 7, 7, valid=2, **values) == counted_pair(model, 7, 7, **values)


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize(("layers", "both_ways"), SHAPES)
@pytest.mark.parametrize("model", ["gru", "transformer"])
def test_a_target_token_costs_its_share_of_all_pairs_without_padding(model, layers, both_ways, attention):
    values = {"task.attention": attention, "task.attention_heads": 4, "task.tied_embeddings": True}
    config = a_small_config("translation", model, layers, both_ways, **values)
    prepared = prepare(config)
    pairs, size, read_width = prepared.training_pairs, config.task_settings.embedding_size, width(model, both_ways)
    assert size != HIDDEN
    total = 0
    for read, written in zip(pairs.sources.lengths.tolist(), (pairs.targets.lengths - 1).tolist(), strict=True):
        stacks = by_hand(model, size, read, layers, both_ways) + by_hand(model, size, written, layers, False)
        attended = layers * cross_attention(read_width, read, written) if attention else 0
        summary, head = 2 * read_width * size, written * 2 * (HIDDEN * size + size * prepared.tokenizer.size)
        total += stacks + attended + summary + head
    assert counted(config) == pytest.approx(3 * total / (pairs.targets.lengths - 1).sum(), rel=1e-9)


@pytest.mark.parametrize("model", ["gru", "transformer"])
def test_torch_counts_the_same_attention(model):
    attention = CrossAttention(HIDDEN, 24, 4, nn.Identity())
    memory = Memory(torch.randn(2, 7, 24), torch.tensor([7, 3]))
    with FlopCounterMode(display=False) as torch_count, sdpa_kernel(SDPBackend.MATH):
        attention(torch.randn(2, 11, HIDDEN), memory)
    assert torch_count.get_total_flops() == 2 * cross_attention(24, 7, 11)
    values = {"num_layers": 1, "bidirectional": False}
    gap = counted_pair(model, 7, 11, **values) - counted_pair(model, 7, 11, attention=False, **values)
    assert gap == 2 * cross_attention(HIDDEN, 7, 11)

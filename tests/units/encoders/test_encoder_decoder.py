"""What a reader and writer promise beyond the contracts of every cell, and what a stack refuses."""

import pytest
import torch

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError
from rnnbench.encoders.base import Cell, EncoderSettings
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.gru import GRU
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.encoders.stack import Stack
from rnnbench.experiment.classes import layer_class
from rnnbench.testing.contracts import assert_same, random_input

INPUT, HIDDEN = 5, 6


class Adder(Cell):
    """h_t = h_{t-1} + the sum of x_t, in every feature."""

    def step(self, x, state):
        after = state[0] + x.sum(dim=1, keepdim=True)
        return after, (after,)


def an_encoder(layer=GRU, *, attention=True, **values):
    settings = layer.Settings(**{"hidden_size": HIDDEN, "dropout": 0.0, **values})
    torch.manual_seed(0)
    return EncoderDecoder(layer, INPUT, settings, attention=attention).double()


def numbers(*rows):
    return torch.tensor(rows, dtype=torch.float32).unsqueeze(2)


def test_what_is_read_is_one_vector_per_step_each_way():
    settings = EncoderSettings(hidden_size=1, dropout=0.0, bidirectional=True)
    encoder = EncoderDecoder(Adder, 1, settings, attention=False)
    memory = encoder.read(numbers([1, 2, 4], [8, 16, 99]), torch.tensor([3, 2]))
    assert memory.steps[0].tolist() == [[1, 7], [3, 6], [7, 4]]
    assert memory.steps[1, :2].tolist() == [[8, 24], [24, 16]]
    assert memory.mean()[0].tolist() == pytest.approx([11 / 3, 17 / 3])
    assert memory.mean()[1].tolist() == [16, 20]
    written = encoder(numbers([1, 2], [3, 4]), None, None, memory)
    assert written.steps.flatten().tolist() == [1, 3, 3, 7], "the writer runs one way"
    later = encoder(numbers([5], [6]), None, written.state, memory)
    assert later.steps.flatten().tolist() == [8, 13]


def test_every_layer_of_the_writer_attends_and_none_of_the_reader():
    encoder = an_encoder(num_layers=3)
    assert len(encoder.writer.attentions) == 3
    assert len(encoder.reader.attentions) == 0
    assert len(an_encoder(num_layers=3, attention=False).writer.attentions) == 0


@pytest.mark.parametrize("model", registry.names("encoders"))
@pytest.mark.parametrize("connection", ["none", "residual", "highway"])
def test_a_reader_twice_as_wide_as_the_writer_goes_with_every_connection(model, connection):
    layer = layer_class(model)
    encoder = an_encoder(layer, bidirectional=True, connection=connection, num_layers=3)
    copies = 1 if layer.handles_bidirectional else 2
    assert (encoder.memory_size, encoder.output_size) == (copies * HIDDEN, HIDDEN)
    memory = encoder.read(random_input(2, 4, INPUT), torch.tensor([4, 1]))
    assert encoder(random_input(2, 3, INPUT), None, None, memory).steps.shape == (2, 3, HIDDEN)


@pytest.mark.parametrize("context", [1, 2, 256])
def test_a_transformer_that_reads_both_ways_reads_all_steps_whatever_its_context(context):
    """The context limits steps before; a step of the source has an effect on each step of the memory."""
    encoder = an_encoder(layer_class("transformer"), bidirectional=True, context=context, num_layers=1)
    x = random_input(1, 9, INPUT)
    changed = x.clone()
    changed[:, 8] += 1.0
    first, second = (encoder.read(source, torch.tensor([9])).steps for source in (x, changed))
    assert ((first - second).abs().amax(dim=2) > 1e-9).all()


def test_a_target_without_a_memory_is_refused():
    for attention in (True, False):
        with pytest.raises(ValueError, match="with the memory of its source"):
            an_encoder(attention=attention)(random_input(2, 3, INPUT))


def test_a_stack_is_given_a_memory_where_it_attends_and_nowhere_else():
    memory = Memory(random_input(2, 4, 7), torch.tensor([4, 2]))
    settings = GRU.Settings(hidden_size=HIDDEN)
    attends, plain = (Stack(GRU, INPUT, settings, memory_size=size).double() for size in (7, None))
    x = random_input(2, 3, INPUT)
    with pytest.raises(ValueError, match="needs a memory"):
        attends(x)
    with pytest.raises(ValueError, match="takes none"):
        plain(x, None, None, memory)


def test_weight_dropout_of_a_cell_without_recurrent_weights_is_refused():
    with pytest.raises(RnnbenchError, match="Adder has no recurrent weights"):
        EncoderDecoder(Adder, INPUT, EncoderSettings(weight_dropout=0.3))


def test_steps_of_whole_targets_are_those_of_forward():
    for normalization in ("none", "layer", "batch"):
        encoder = an_encoder(normalization=normalization)
        lengths = torch.tensor([3, 1])
        memory = encoder.read(random_input(2, 4, INPUT), torch.tensor([4, 2]))
        x = random_input(2, 3, INPUT)
        whole, expected = encoder.write(x, lengths, memory), encoder(x, lengths, None, memory).steps
        valid = torch.arange(3) < lengths.unsqueeze(1)
        assert_same(whole[valid], expected[valid], f"with normalization {normalization}, steps differ")


@pytest.mark.parametrize("lengths", [None, torch.tensor([1])])
def test_one_step_alone_is_normalized_by_the_running_statistics(lengths):
    """A batch of one source of one token has no variance of its own."""
    encoder = Stack(GRU, INPUT, GRU.Settings(hidden_size=HIDDEN, dropout=0.0, normalization="batch")).double()
    normalization = encoder.normalizations[0]
    normalization.running_mean += 0.5
    normalization.running_var *= 4.0
    x = random_input(1, 1, INPUT)
    steps = encoder.train()(x, lengths).steps
    plain = encoder.layers[0](x).steps
    assert_same(steps, (plain - 0.5) / (4.0 + 1e-5) ** 0.5, "steps differ")
    assert int(normalization.num_batches_tracked) == 0


@pytest.mark.parametrize("attention", [True, False])
def test_keys_and_values_are_computed_once_for_every_step_and_change_no_output(attention, monkeypatch):
    encoder = an_encoder(attention=attention, num_layers=2)
    plain = encoder.read(random_input(3, 4, INPUT), torch.tensor([4, 2, 3]))
    prepared = encoder.with_keys(plain)
    computed = []
    compute = CrossAttention.keys_and_values
    monkeypatch.setattr(CrossAttention, "keys_and_values", lambda *given: computed.append(1) or compute(*given))
    chosen = torch.tensor([2, 0])
    for change in (lambda memory: memory, lambda memory: memory.rows(chosen), lambda memory: memory.repeated(2)):
        memory = change(prepared)
        x = random_input(len(memory.lengths), 3, INPUT)
        found = encoder(x, None, None, memory)
        assert not computed
        assert_same(found.steps, encoder(x, None, None, change(plain)).steps, "keys computed before change the output")
        assert len(computed) == (2 if attention else 0)
        computed.clear()

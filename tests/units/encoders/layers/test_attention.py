"""Cross-attention equals torch's multi-head attention, and a memory knows which of its steps are valid."""

import pytest
import torch
from torch import nn

from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.testing.contracts import assert_same, random_input

WIDTH, HEADS = 12, 3


def a_memory(*lengths: int, width: int = WIDTH) -> Memory:
    return Memory(random_input(len(lengths), max(lengths), width, seed=5), torch.tensor(lengths))


def an_attention(size: int = WIDTH, memory_size: int = WIDTH, heads: int = HEADS) -> CrossAttention:
    """Attention whose weights are all random: gains and biases start at ones and zeros, which would hide a mix-up."""
    torch.manual_seed(0)
    attention = CrossAttention(size, memory_size, heads, nn.Identity()).double()
    for parameter in attention.parameters():
        nn.init.normal_(parameter, std=0.3)
    return attention


def torchs(attention: CrossAttention, memory_size: int = WIDTH) -> nn.MultiheadAttention:
    """torch's attention with the weights of ours."""
    twin = nn.MultiheadAttention(WIDTH, HEADS, kdim=memory_size, vdim=memory_size, batch_first=True).double()
    parts = (attention.to_queries, attention.to_keys, attention.to_values)
    with torch.no_grad():
        if memory_size == WIDTH:
            twin.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        else:
            for name, part in zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), parts, strict=True):
                getattr(twin, name).copy_(part.weight)
        twin.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    twin.out_proj.load_state_dict(attention.leave.state_dict())
    return twin.eval()


@pytest.mark.parametrize("memory_size", [WIDTH, 2 * WIDTH, 5])
@pytest.mark.parametrize("lengths", [(7, 7, 7), (7, 1, 4), (1, 1, 1)])
def test_it_is_torchs_attention_weight_for_weight(memory_size, lengths):
    attention = an_attention(memory_size=memory_size)
    memory, x = a_memory(*lengths, width=memory_size), random_input(3, 4, WIDTH)
    expected, weights = torchs(attention, memory_size)(
        attention.norm(x), memory.steps, memory.steps, key_padding_mask=~memory.is_valid, average_attn_weights=True
    )
    assert_same(attention(x, memory), x + expected, "outputs differ from torch's")
    assert_same(attention.weights(x, memory), weights, "weights differ from torch's")


@pytest.mark.parametrize("size", [1, 3, 7, 8, 10])
@pytest.mark.parametrize("heads", [1, 2, 4])
def test_any_width_goes_with_any_number_of_heads(size, heads):
    attention = an_attention(size, 5, heads)
    x = random_input(2, 3, size)
    assert attention(x, a_memory(4, 2, width=5)).shape == (2, 3, size)
    assert attention.to_queries.out_features >= size
    assert attention.to_queries.out_features % heads == 0


@pytest.mark.parametrize("heads", [1, 3])
def test_the_weights_are_those_that_the_output_is_mixed_by(heads):
    """With the same values in all heads, the output is the mean of the heads' mixtures."""
    attention, memory, x = an_attention(heads=heads), a_memory(7, 1, 4), random_input(3, 4, WIDTH)
    with torch.no_grad():
        block = attention.to_values.weight[: WIDTH // heads].repeat(heads, 1)
        attention.to_values.weight.copy_(block)
        attention.to_values.bias.zero_()
        attention.leave.weight.copy_(torch.eye(WIDTH // heads).double().repeat(heads, heads) / heads)
        attention.leave.bias.zero_()
    expected = attention.weights(x, memory) @ attention.to_values(memory.steps)
    assert_same(attention(x, memory) - x, expected, "the output is mixed by other weights")


def test_each_steps_weights_sum_to_one_and_padding_has_none():
    weights = an_attention().weights(random_input(3, 4, WIDTH), a_memory(7, 1, 4))
    assert_same(weights.sum(dim=2), torch.ones(3, 4).double(), "weights do not sum to 1")
    assert (weights[1, :, 1:] == 0).all()
    assert (weights[2, :, 4:] == 0).all()
    assert (weights[1, :, 0] == 1).all(), "one step to read gets all the weight"


def test_dropout_acts_on_what_is_added_and_not_on_the_input():
    attention = CrossAttention(WIDTH, WIDTH, HEADS, nn.Dropout(0.999999)).double()
    x = random_input(2, 3, WIDTH)
    assert_same(attention(x, a_memory(4, 2)), x, "the input is dropped too")


def test_the_mean_is_that_of_the_valid_steps():
    steps = torch.tensor([[[1.0, 10.0], [3.0, 30.0], [99.0, 99.0]], [[5.0, 50.0], [7.0, 70.0], [9.0, 90.0]]])
    assert Memory(steps, torch.tensor([2, 3])).mean().tolist() == [[2.0, 20.0], [7.0, 70.0]]
    assert Memory(steps, torch.tensor([1, 1])).mean().tolist() == [[1.0, 10.0], [5.0, 50.0]]


def test_valid_steps_come_first():
    memory = Memory(torch.zeros(3, 3, 2), torch.tensor([2, 3, 1]))
    assert memory.is_valid.tolist() == [[True, True, False], [True, True, True], [True, False, False]]


def test_repeated_rows_are_adjacent():
    memory = Memory(torch.arange(2.0).view(2, 1, 1), torch.tensor([1, 1])).repeated(3)
    assert memory.steps.flatten().tolist() == [0, 0, 0, 1, 1, 1]
    lengths = Memory(torch.zeros(2, 4, 1), torch.tensor([4, 2])).repeated(2).lengths
    assert lengths.tolist() == [4, 4, 2, 2]

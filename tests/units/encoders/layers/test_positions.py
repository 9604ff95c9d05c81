"""Positional encodings, by hand."""

import math

import pytest
import torch

from rnnbench.encoders.layers.positions import distance_penalties, rotate, sinusoids


def test_sinusoids_by_hand():
    # size 4: two wavelengths, rates 1 and 10000^(-1/2) = 0.01; sines first, then cosines
    found = sinusoids(torch.tensor([[0, 3]]), 4)[0]
    assert found[0].tolist() == [0, 0, 1, 1]
    expected = [math.sin(3), math.sin(0.03), math.cos(3), math.cos(0.03)]
    assert found[1].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_sinusoids_have_the_requested_size(size):
    assert sinusoids(torch.zeros(2, 3, dtype=torch.long), size).shape == (2, 3, size)


def test_a_rotation_by_hand():
    # size 2: one pair, turned by the position in radians
    x = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]])
    turned = rotate(x, torch.tensor([[1, 2]]))[0, 0]
    assert turned[0].tolist() == pytest.approx([math.cos(1), math.sin(1)])
    assert turned[1].tolist() == pytest.approx([-2 * math.sin(2), 2 * math.cos(2)])


def test_a_rotation_keeps_lengths_and_leaves_position_zero():
    x = torch.randn(2, 3, 4, 6)
    turned = rotate(x, torch.tensor([[0, 1, 50, 700], [0, 2, 3, 4]]))
    assert torch.allclose(turned.norm(dim=-1), x.norm(dim=-1), atol=1e-5)
    assert torch.equal(turned[:, :, 0], x[:, :, 0])


def test_products_of_rotated_features_depend_on_their_distance_alone():
    query, key = torch.randn(1, 1, 1, 8, dtype=torch.float64), torch.randn(1, 1, 1, 8, dtype=torch.float64)

    def product(query_at, key_at):
        turned = rotate(query, torch.tensor([[query_at]])), rotate(key, torch.tensor([[key_at]]))
        return float((turned[0] * turned[1]).sum())

    assert product(7, 4) == pytest.approx(product(103, 100), abs=1e-4)
    assert product(7, 4) != pytest.approx(product(7, 3), abs=1e-4)


def test_half_precision_features_are_rotated_by_exact_angles():
    x = torch.ones(1, 1, 1, 4)
    exact = rotate(x, torch.tensor([[1001]]))
    half = rotate(x.bfloat16(), torch.tensor([[1001]]))
    assert half.dtype == torch.bfloat16
    # bfloat16 keeps 8 bits: rounded results are within 1 %, an angle rounded to 1000 would be off by a radian
    assert (half.float() - exact).abs().max() < 0.02


def test_distance_penalties_by_hand():
    # two heads: slopes 2^-4 and 2^-8
    distances = torch.tensor([[0, -1], [3, 0]])
    found = distance_penalties(2, distances)
    assert found[0].tolist() == [[0, -1 / 16], [-3 / 16, 0]]
    assert found[1].tolist() == [[0, -1 / 256], [-3 / 256, 0]]


def test_eight_heads_have_the_slopes_of_the_paper():
    found = -distance_penalties(8, torch.tensor([[1]])).flatten()
    assert found.tolist() == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]

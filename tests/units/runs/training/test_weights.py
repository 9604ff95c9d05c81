"""The checksum of weights: equal for equal weights, different for any difference."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from rnnbench.runs.training.weights import weights_sha256


def some_module() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2).double())


def test_equal_weights_have_equal_checksums() -> None:
    module = some_module()
    assert weights_sha256(module) == weights_sha256(copy.deepcopy(module))


@pytest.mark.parametrize("name", ["0.weight", "1.num_batches_tracked", "2.bias"])
def test_the_smallest_change_of_any_tensor_changes_the_checksum(name: str) -> None:
    module, changed = some_module(), some_module()
    with torch.no_grad():
        value = changed.state_dict()[name]
        flat = value.view(-1)
        flat[0] = torch.nextafter(flat[0], torch.full_like(flat[0], math.inf)) if value.is_floating_point() else 7
    assert weights_sha256(module) != weights_sha256(changed)


def test_the_shape_and_the_name_of_a_weight_are_part_of_it() -> None:
    flat, square, renamed = (nn.ParameterDict({key: torch.zeros(shape)}) for key, shape in
                             (("a", (4,)), ("a", (2, 2)), ("b", (4,))))  # fmt: skip
    assert len({weights_sha256(part) for part in (flat, square, renamed)}) == 3

"""Contracts of a layer's settings: ranges lie inside bounds, and any drawn configuration can be built."""

from __future__ import annotations

import numpy as np
import torch

from rnnbench.core.settings import Choices, Floats, Ints
from rnnbench.encoders.base import EncoderSettings, Layer
from rnnbench.encoders.stack import Stack
from rnnbench.testing.contracts.base import INPUT, draw_settings


def has_ranges_inside_its_bounds(layer: type[Layer], settings: EncoderSettings) -> None:
    """Both ends of each range, and each named value, are valid values of the setting."""
    for name, searched in layer.Settings.search_ranges().items():
        assert "seed" not in name, "a seed has a search range"
        ends = searched.values if isinstance(searched, Choices) else (searched.low, searched.high)
        for value in ends:
            accepted = getattr(layer.Settings(**{name: value}), name)
            assert accepted == value, f"{name} = {value!r} becomes {accepted!r}"
        if isinstance(searched, Ints | Floats):
            assert searched.low < searched.high, f"the range of {name} has only one value"
            assert not searched.log or searched.low > 0, f"the range of {name} is logarithmic and starts at 0 or below"


def builds_from_any_draw(layer: type[Layer], settings: EncoderSettings) -> None:
    """Any point of the search space gives an encoder with finite outputs."""
    generator = np.random.default_rng(7)
    for _ in range(8):
        drawn = draw_settings(layer, generator)
        steps = Stack(layer, INPUT, drawn)(torch.zeros(2, 3, INPUT), torch.tensor([3, 1])).steps
        assert steps.shape[:2] == (2, 3), f"{drawn} gives {tuple(steps.shape)}"
        assert torch.isfinite(steps).all(), f"{drawn} gives outputs that are not finite"

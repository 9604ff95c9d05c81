"""Inputs of the encoder contracts: small configurations, encoders in float64 and random tensors."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnbench.core.settings import Choices, Ints, Range
from rnnbench.encoders.base import Encoded, EncoderSettings, Layer
from rnnbench.encoders.stack import Stack

INPUT, BATCH, TIME = 5, 3, 11
CLOSE = 1e-9
"""Tolerance for rounding: all contracts compute in float64."""

ON: dict[str, Any] = {
    "input_dropout": 0.3,
    "dropout": 0.3,
    "output_dropout": 0.3,
    "locked_dropout": True,
    "recurrent_dropout": 0.3,
    "zoneout": 0.3,
    "weight_dropout": 0.3,
    "connection": "highway",
    "normalization": "layer",
    "state_normalization": True,
}
"""One active value of each shared setting that regularizes or changes the connections between layers."""

Contract = Callable[[type[Layer], EncoderSettings], None]


def draw_value(searched: Range, generator: np.random.Generator) -> Any:
    """Draw a value from a search range."""
    if isinstance(searched, Choices):
        return searched.values[generator.integers(len(searched.values))]
    if isinstance(searched, Ints):
        return int(generator.integers(searched.low, searched.high + 1))
    if searched.log:
        return float(np.exp(generator.uniform(np.log(searched.low), np.log(searched.high))))
    return float(generator.uniform(searched.low, searched.high))


def draw_settings(layer: type[Layer], generator: np.random.Generator) -> EncoderSettings:
    """Draw settings from the search ranges of a layer class."""
    ranges = layer.search_ranges()
    return layer.Settings(**{name: draw_value(searched, generator) for name, searched in ranges.items()})


def without_noise(settings: EncoderSettings) -> EncoderSettings:
    """The same settings without random noise in training: all dropout and zoneout rates are 0."""
    noisy = [name for name in type(settings).model_fields if name.endswith("dropout") and name != "locked_dropout"]
    return settings.model_copy(update={**dict.fromkeys(noisy, 0.0), "zoneout": 0.0})


def settings_to_try(layer: type[Layer], *, draws: int = 3, seed: int = 0) -> dict[str, EncoderSettings]:
    """Small configurations by name: each shared setting, each named value of the layer's own settings, random draws."""
    small = {"hidden_size": 12, "dropout": 0.0}
    values_by_name: dict[str, dict[str, Any]] = {
        "one layer": {"num_layers": 1},
        "two layers": {"num_layers": 2},
        "residual": {"num_layers": 3, "connection": "residual"},
        "highway": {"num_layers": 3, "connection": "highway"},
        "layer normalization": {"num_layers": 2, "normalization": "layer"},
        "batch normalization": {"num_layers": 2, "normalization": "batch", "connection": "residual"},
        "both ways": {"num_layers": 2, "bidirectional": True},
        "both ways, all tricks": {
            "num_layers": 2, "bidirectional": True, "connection": "residual", "normalization": "batch", "dropout": 0.3,
        },
    }  # fmt: skip
    for name, value in ON.items():
        values_by_name[name.replace("_", " ")] = {"num_layers": 2, "bidirectional": name == "zoneout", name: value}
    for name, field in layer.Settings.model_fields.items():
        if name not in EncoderSettings.model_fields and typing.get_origin(field.annotation) is typing.Literal:
            for value in typing.get_args(field.annotation):
                values_by_name[f"{name} {value}"] = {"num_layers": 2, name: value}
    if "context" in layer.Settings.model_fields:
        named = [name for name in values_by_name if name.startswith("positions")]
        for name in [*named, "two layers"]:
            values_by_name[f"{name}, context 4"] = {**values_by_name[name], "context": 4}
        values_by_name["context 1"] = {"context": 1}
    configurations = {name: layer.Settings(**{**small, **values}) for name, values in values_by_name.items()}
    configurations = {name: settings for name, settings in configurations.items() if not layer.unsupported(settings)}
    generator = np.random.default_rng(seed)
    for number in range(draws):
        configurations[f"draw {number}"] = draw_settings(layer, generator)
    return configurations


def build(layer: type[Layer], settings: EncoderSettings, *, seed: int = 1) -> Stack:
    """Build an encoder in float64 and evaluation mode, with running statistics updated once in training mode."""
    torch.manual_seed(seed)
    encoder = Stack(layer, INPUT, settings).double()
    encoder.train()
    with torch.no_grad():
        encoder(torch.randn(8, 6, INPUT, dtype=torch.float64) * 2 + 1)
    return encoder.eval()


def random_input(*shape: int, seed: int = 2) -> Tensor:
    """Standard normal values in float64."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def assert_same(left: Tensor, right: Tensor, message: str) -> None:
    """Assert that two tensors have the same shape and, up to rounding, the same values."""
    assert left.shape == right.shape, f"{message}: {tuple(left.shape)} is not {tuple(right.shape)}"
    if left.numel():
        gap = float((left - right).abs().max().detach())
        assert gap < CLOSE, f"{message}: the largest difference is {gap:.3g}"


def assert_same_continuation(encoder: Stack, left: Encoded, right: Encoded, message: str) -> None:
    """Assert that two states give the same outputs for later input; their internal layout may differ."""
    later = random_input(left.steps.shape[0], 4, INPUT, seed=9)
    first, second = (encoder(later, None, encoded.state).steps for encoded in (left, right))
    assert_same(first, second, message)

"""What the laws of encoders are tried on: small configurations, an encoder in float64, and made-up input."""

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
"""Two ways to the same number differ by rounding alone: everything here is computed in float64."""

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
"""A value of each shared setting that regularizes or changes the way through the layers."""

Law = Callable[[type[Layer], EncoderSettings], None]


def drawn(searched: Range, generator: np.random.Generator) -> Any:
    """A value inside a range."""
    if isinstance(searched, Choices):
        return searched.values[generator.integers(len(searched.values))]
    if isinstance(searched, Ints):
        return int(generator.integers(searched.low, searched.high + 1))
    if searched.log:
        return float(np.exp(generator.uniform(np.log(searched.low), np.log(searched.high))))
    return float(generator.uniform(searched.low, searched.high))


def drawn_settings(layer: type[Layer], generator: np.random.Generator) -> EncoderSettings:
    """Settings drawn from the ranges written beside them."""
    ranges = layer.search_ranges()
    return layer.Settings(**{name: drawn(searched, generator) for name, searched in ranges.items()})


def without_noise(settings: EncoderSettings) -> EncoderSettings:
    """The same settings with nothing left to chance in training."""
    noisy = [name for name in type(settings).model_fields if name.endswith("dropout") and name != "locked_dropout"]
    return settings.model_copy(update={**dict.fromkeys(noisy, 0.0), "zoneout": 0.0})


def settings_to_try(layer: type[Layer], *, draws: int = 3, seed: int = 0) -> dict[str, EncoderSettings]:
    """Small configurations that reach every shared setting and every named value of the layer's own, and some draws."""
    small = {"hidden_size": 12, "dropout": 0.0}
    tried: dict[str, dict[str, Any]] = {
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
        tried[name.replace("_", " ")] = {"num_layers": 2, "bidirectional": name == "zoneout", name: value}
    for name, field in layer.Settings.model_fields.items():
        if name not in EncoderSettings.model_fields and typing.get_origin(field.annotation) is typing.Literal:
            for value in typing.get_args(field.annotation):
                tried[f"{name} {value}"] = {"num_layers": 2, name: value}
    if "context" in layer.Settings.model_fields:
        named = [name for name in tried if name.startswith("positions")]
        for name in [*named, "two layers"]:
            tried[f"{name}, context 4"] = {**tried[name], "context": 4}
        tried["context 1"] = {"context": 1}
    made = {name: layer.Settings(**{**small, **values}) for name, values in tried.items()}
    made = {name: settings for name, settings in made.items() if not layer.unsupported(settings)}
    generator = np.random.default_rng(seed)
    for number in range(draws):
        made[f"draw {number}"] = drawn_settings(layer, generator)
    return made


def built(layer: type[Layer], settings: EncoderSettings, *, seed: int = 1) -> Stack:
    """An encoder in float64 and in evaluation, whose running statistics (if any) are not at their start."""
    torch.manual_seed(seed)
    encoder = Stack(layer, INPUT, settings).double()
    encoder.train()
    with torch.no_grad():
        encoder(torch.randn(8, 6, INPUT, dtype=torch.float64) * 2 + 1)
    return encoder.eval()


def some_input(*shape: int, seed: int = 2) -> Tensor:
    """Standard normal values in float64."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def same(left: Tensor, right: Tensor, message: str) -> None:
    """Asserts that two tensors have one shape and, up to rounding, the same values."""
    assert left.shape == right.shape, f"{message}: {tuple(left.shape)} is not {tuple(right.shape)}"
    if left.numel():
        gap = float((left - right).abs().max().detach())
        assert gap < CLOSE, f"{message}: the largest difference is {gap:.3g}"


def same_future(encoder: Stack, left: Encoded, right: Encoded, message: str) -> None:
    """Asserts that two states lead to the same outputs: how an encoder lays a state out is its own affair."""
    ahead = some_input(left.steps.shape[0], 4, INPUT, seed=9)
    after, other = (encoder(ahead, None, encoded.state).steps for encoded in (left, right))
    same(after, other, message)

"""Contracts of gradients, initialization and saved weights."""

from __future__ import annotations

import io

import torch

from rnnbench.encoders.base import EncoderSettings, Layer
from rnnbench.encoders.stack import Stack
from rnnbench.testing.contracts.base import BATCH, INPUT, TIME, build, random_input, without_noise

WITHOUT_EFFECT = ("to_keys.bias",)
"""Parameters without effect on the output: a bias of keys adds one constant to all scores of a query (softmax)."""


def gives_every_parameter_a_gradient(layer: type[Layer], settings: EncoderSettings) -> None:
    """Every parameter has a finite gradient that is not zero."""
    encoder = build(layer, settings).train()
    steps = encoder(random_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])).steps
    (steps * random_input(*steps.shape, seed=6))[:, :4].sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, f"{name} has no gradient"
        assert torch.isfinite(parameter.grad).all(), f"the gradient of {name} is not finite"
        if not name.endswith(WITHOUT_EFFECT):
            assert parameter.grad.abs().max() > 0, f"the gradient of {name} is zero"


def gives_padding_no_gradient(layer: type[Layer], settings: EncoderSettings) -> None:
    """Valid outputs have zero gradient with respect to padding, and a nonzero gradient with respect to valid inputs."""
    encoder = build(layer, without_noise(settings))
    x, lengths = random_input(BATCH, TIME, INPUT).requires_grad_(), torch.tensor([4, TIME, 2])
    steps = encoder(x, lengths).steps
    padding = torch.arange(TIME).unsqueeze(0) >= lengths.unsqueeze(1)
    (steps * random_input(*steps.shape, seed=6))[~padding].sum().backward()
    assert x.grad is not None
    assert (x.grad[padding] == 0).all(), "valid steps depend on padding"
    assert (x.grad[~padding].abs().amax(dim=1) > 0).all(), "a valid input has no effect"


def is_built_from_the_seed(layer: type[Layer], settings: EncoderSettings) -> None:
    """Initial weights depend on torch's seed alone: equal for the same seed, different for another seed."""
    weights = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        weights.append(torch.cat([part.detach().flatten() for part in Stack(layer, INPUT, settings).parameters()]))
    assert torch.equal(weights[0], weights[1]), "the same seed gives different weights"
    assert not torch.equal(weights[0], weights[2]), "another seed gives the same weights"


@torch.no_grad()
def comes_back_from_a_file(layer: type[Layer], settings: EncoderSettings) -> None:
    """An encoder of another seed gives the same outputs after loading the saved weights (tensors only)."""
    encoder = build(layer, settings)
    stream = io.BytesIO()
    torch.save(encoder.state_dict(), stream)
    stream.seek(0)
    loaded = build(layer, settings, seed=8)
    loaded.load_state_dict(torch.load(stream, weights_only=True))
    x, lengths = random_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    assert torch.equal(loaded(x, lengths).steps, encoder(x, lengths).steps), (
        "the loaded encoder gives different outputs"
    )


def cuts_the_gradient_where_the_state_is_detached(layer: type[Layer], settings: EncoderSettings) -> None:
    """Gradients flow back through a state but not through a detached one, and using a state does not change it."""
    encoder = build(layer, settings)
    if not encoder.is_causal or getattr(settings, "context", 2) == 1:
        return
    first, second = random_input(BATCH, 4, INPUT).requires_grad_(), random_input(BATCH, 3, INPUT, seed=3)
    state = encoder(first).state
    detached = tuple(part.detach() for part in state)
    copies = [part.clone() for part in detached]
    with torch.no_grad():
        outputs = [encoder(second, None, detached).steps for _ in range(2)]
    for part, copy in zip(detached, copies, strict=True):
        assert torch.equal(part, copy), "using a state changes it"
    assert torch.equal(*outputs), "a state used twice gives different outputs"
    weights = random_input(BATCH, 3, encoder.output_size, seed=6)
    (encoder(second, None, detached).steps * weights).sum().backward()
    assert first.grad is None, "a gradient flows back through a detached state"
    (encoder(second, None, state).steps * weights).sum().backward()
    assert first.grad is not None, "no gradient flows back through the state"
    assert first.grad.abs().max() > 0, "the gradient through the state is zero"

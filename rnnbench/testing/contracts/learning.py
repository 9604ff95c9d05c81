"""Laws of how an encoder learns: every weight has a gradient, padding has none, seed and file decide the weights."""

from __future__ import annotations

import io

import torch

from rnnbench.encoders.base import EncoderSettings, Layer
from rnnbench.encoders.stack import Stack
from rnnbench.testing.contracts.base import BATCH, INPUT, TIME, built, some_input, without_noise

NEVER_MOVES_THE_OUTPUT = ("to_keys.bias",)
"""Adds the same amount to every score of a query, which softmax takes away again."""


def gives_every_parameter_a_gradient(layer: type[Layer], settings: EncoderSettings) -> None:
    """No weight is left out of the output."""
    encoder = built(layer, settings).train()
    steps = encoder(some_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])).steps
    (steps * some_input(*steps.shape, seed=6))[:, :4].sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, f"{name} has no gradient"
        assert torch.isfinite(parameter.grad).all(), f"the gradient of {name} is not finite"
        if not name.endswith(NEVER_MOVES_THE_OUTPUT):
            assert parameter.grad.abs().max() > 0, f"the gradient of {name} is zero"


def gives_padding_no_gradient(layer: type[Layer], settings: EncoderSettings) -> None:
    """The gradient of valid steps does not reach padding, and reaches everything that was valid before them."""
    encoder = built(layer, without_noise(settings))
    x, lengths = some_input(BATCH, TIME, INPUT).requires_grad_(), torch.tensor([4, TIME, 2])
    steps = encoder(x, lengths).steps
    padding = torch.arange(TIME).unsqueeze(0) >= lengths.unsqueeze(1)
    (steps * some_input(*steps.shape, seed=6))[~padding].sum().backward()
    assert x.grad is not None
    assert (x.grad[padding] == 0).all(), "valid steps depend on padding"
    assert (x.grad[~padding].abs().amax(dim=1) > 0).all(), "a valid input changes nothing"


def is_built_from_the_seed(layer: type[Layer], settings: EncoderSettings) -> None:
    """The same seed draws the same weights, another seed others; torch's own generator is the only source."""
    weights = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        weights.append(torch.cat([part.detach().flatten() for part in Stack(layer, INPUT, settings).parameters()]))
    assert torch.equal(weights[0], weights[1]), "the same seed draws other weights"
    assert not torch.equal(weights[0], weights[2]), "another seed draws the same weights"


@torch.no_grad()
def comes_back_from_a_file(layer: type[Layer], settings: EncoderSettings) -> None:
    """Weights saved and loaded as tensors alone give the same outputs in an encoder drawn from another seed."""
    encoder = built(layer, settings)
    stream = io.BytesIO()
    torch.save(encoder.state_dict(), stream)
    stream.seek(0)
    loaded = built(layer, settings, seed=8)
    loaded.load_state_dict(torch.load(stream, weights_only=True))
    x, lengths = some_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    assert torch.equal(loaded(x, lengths).steps, encoder(x, lengths).steps), "the loaded encoder gives other outputs"


def cuts_the_gradient_where_the_state_is_detached(layer: type[Layer], settings: EncoderSettings) -> None:
    """A state carries the gradient back; detached it does not; handed in twice it gives the same twice."""
    encoder = built(layer, settings)
    if not encoder.is_causal or getattr(settings, "context", 2) == 1:
        return
    first, second = some_input(BATCH, 4, INPUT).requires_grad_(), some_input(BATCH, 3, INPUT, seed=3)
    state = encoder(first).state
    detached = tuple(part.detach() for part in state)
    kept = [part.clone() for part in detached]
    with torch.no_grad():
        again = [encoder(second, None, detached).steps for _ in range(2)]
    for now, then in zip(detached, kept, strict=True):
        assert torch.equal(now, then), "a state is changed by being used"
    assert torch.equal(*again), "a state used twice gives different outputs"
    weights = some_input(BATCH, 3, encoder.output_size, seed=6)
    (encoder(second, None, detached).steps * weights).sum().backward()
    assert first.grad is None, "a detached state brings the gradient back"
    (encoder(second, None, state).steps * weights).sum().backward()
    assert first.grad is not None, "no gradient comes back through the state"
    assert first.grad.abs().max() > 0, "a gradient of zero comes back through the state"

"""Gradients against torch's, and the laws of encoders on every encoder, and on a user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import nn

from rnnbench.core import registry
from rnnbench.encoders.base import EncoderSettings, Layer
from rnnbench.experiment.classes import layer_class
from rnnbench.storage.record import model_name
from rnnbench.testing.contracts import CLASS_LAWS, LAWS, Law, settings_to_try
from rnnbench.testing.selftest.base import Bench, Check

TWINS = {"scratch_rnn": nn.RNN, "scratch_lstm": nn.LSTM, "scratch_gru": nn.GRU}
INPUT, HIDDEN, BATCH, TIME = 5, 6, 4, 7
CLOSE = 1e-9
USUAL = ("two layers", "layer normalization", "both ways")
"""What every encoder is tried in here; one of the user's own is tried in all that its settings allow."""


def check(bench: Bench) -> Iterator[Check]:
    """The written gradients, then one check per encoder."""
    bench.say("gradients of the cells from scratch")
    yield gradients_are_torchs()
    for model in dict.fromkeys([*registry.names("encoders"), *bench.models]):
        bench.say(f"the laws of encoders: {model}")
        is_own = model in bench.models
        yield keeps_the_laws(model, only=None if is_own else USUAL[:1] if bench.is_quick else USUAL)


def gradients_are_torchs() -> Check:
    """Outputs and gradients of the NumPy cells against torch's kernels with the same weights, in float64."""
    gaps = {name: _largest_gap(layer_class(name), twin) for name, twin in TWINS.items()}
    told = ", ".join(f"{name} {gap:.1e}" for name, gap in gaps.items())
    passed = all(gap < CLOSE for gap in gaps.values())
    return Check("gradients written by hand are torch's", passed, f"largest difference: {told}")


def _largest_gap(layer: type[Layer], twin: Callable[..., nn.RNNBase]) -> float:
    torch.manual_seed(0)
    own = layer(INPUT, layer.Settings(hidden_size=HIDDEN)).double()
    other = twin(INPUT, HIDDEN, batch_first=True).double()
    other.load_state_dict({f"{name}_l0": value for name, value in own.state_dict().items()})
    x, weights = torch.randn(BATCH, TIME, INPUT).double(), torch.randn(BATCH, TIME, HIDDEN).double()
    found = []
    for module in (own, other):
        given = x.clone().requires_grad_()
        steps = module(given)[0]
        (steps * weights).sum().backward()
        gradients = {name.removesuffix("_l0"): parameter.grad for name, parameter in module.named_parameters()}
        found.append({"steps": steps.detach(), "input": given.grad, **gradients})
    return max(float((found[0][name] - found[1][name]).abs().max()) for name in found[0])


def keeps_the_laws(model: str, *, only: tuple[str, ...] | None = None) -> Check:
    """Whether an encoder keeps every law in the configurations named, or in every one there is."""
    layer = layer_class(model)
    tried = {name: found for name, found in settings_to_try(layer).items() if only is None or name in only}
    name = f"{model_name(model)} keeps the laws of encoders"
    for configuration, settings in tried.items():
        for law in LAWS:
            if (broken := _broken(law, layer, settings)) is not None:
                return Check(name, False, f"{configuration}: {broken}")
    for law in CLASS_LAWS:
        if (broken := _broken(law, layer, layer.Settings())) is not None:
            return Check(name, False, broken)
    return Check(name, True, f"{len(LAWS) + len(CLASS_LAWS)} laws, {len(tried)} configurations")


def _broken(law: Law, layer: type[Layer], settings: EncoderSettings) -> str | None:
    """What a law has against an encoder, in words, or None."""
    try:
        law(layer, settings)
    except Exception as error:  # noqa: BLE001  a cell of the user's own may break in any way, and is told how
        return f"{law.__name__.replace('_', ' ')}: {error or type(error).__name__}"
    return None

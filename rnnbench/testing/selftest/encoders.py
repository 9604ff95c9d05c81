"""Checks of hand-written gradients against torch, and of the contracts of every encoder and the user's own cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import nn

from rnnbench.core import registry
from rnnbench.encoders.base import EncoderSettings, Layer
from rnnbench.experiment.classes import layer_class
from rnnbench.storage.record import model_name
from rnnbench.testing.contracts import CLASS_CONTRACTS, CONTRACTS, Contract, settings_to_try
from rnnbench.testing.selftest.base import Check, Context

TWINS = {"scratch_rnn": nn.RNN, "scratch_lstm": nn.LSTM, "scratch_gru": nn.GRU}
INPUT, HIDDEN, BATCH, TIME = 5, 6, 4, 7
CLOSE = 1e-9
DEFAULT = ("two layers", "layer normalization", "both ways")
"""Configurations in which built-in encoders are checked; the user's own cells are checked in all configurations."""


def check(context: Context) -> Iterator[Check]:
    """Check the hand-written gradients, then the contracts of each encoder, on one thread: tensors are small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from _checks(context)
    finally:
        torch.set_num_threads(threads)


def _checks(context: Context) -> Iterator[Check]:
    context.progress("hand-written gradients")
    yield gradients_equal_torch()
    for model in dict.fromkeys([*registry.names("encoders"), *context.models]):
        context.progress(f"encoder contracts: {model}")
        is_own = model in context.models
        yield keeps_contracts(model, only=None if is_own else DEFAULT[:1] if context.is_quick else DEFAULT)


def gradients_equal_torch() -> Check:
    """Compare outputs and gradients of the NumPy cells with torch's kernels with the same weights, in float64."""
    gaps = {name: _largest_gap(layer_class(name), twin) for name, twin in TWINS.items()}
    details = ", ".join(f"{name} {gap:.1e}" for name, gap in gaps.items())
    passed = all(gap < CLOSE for gap in gaps.values())
    return Check("hand-written gradients: equal to torch", passed, f"largest difference: {details}")


def _largest_gap(layer: type[Layer], twin: Callable[..., nn.RNNBase]) -> float:
    torch.manual_seed(0)
    own = layer(INPUT, layer.Settings(hidden_size=HIDDEN)).double()
    other = twin(INPUT, HIDDEN, batch_first=True).double()
    other.load_state_dict({f"{name}_l0": value for name, value in own.state_dict().items()})
    x, weights = torch.randn(BATCH, TIME, INPUT).double(), torch.randn(BATCH, TIME, HIDDEN).double()
    results = []
    for module in (own, other):
        leaf = x.clone().requires_grad_()
        steps = module(leaf)[0]
        (steps * weights).sum().backward()
        gradients = {name.removesuffix("_l0"): parameter.grad for name, parameter in module.named_parameters()}
        results.append({"steps": steps.detach(), "input": leaf.grad, **gradients})
    return max(float((results[0][name] - results[1][name]).abs().max()) for name in results[0])


def keeps_contracts(model: str, *, only: tuple[str, ...] | None = None) -> Check:
    """Check all contracts of an encoder in the named configurations, or in all of them."""
    layer = layer_class(model)
    tried = {name: settings for name, settings in settings_to_try(layer).items() if only is None or name in only}
    name = f"{model_name(model)}: keeps the encoder contracts"
    for configuration, settings in tried.items():
        for contract in CONTRACTS:
            if (broken := _broken(contract, layer, settings)) is not None:
                return Check(name, False, f"{configuration}: {broken}")
    for contract in CLASS_CONTRACTS:
        if (broken := _broken(contract, layer, layer.Settings())) is not None:
            return Check(name, False, broken)
    return Check(name, True, f"{len(CONTRACTS) + len(CLASS_CONTRACTS)} contracts, {len(tried)} configurations")


def _broken(contract: Contract, layer: type[Layer], settings: EncoderSettings) -> str | None:
    """The message of a broken contract, or None."""
    try:
        contract(layer, settings)
    except Exception as error:  # noqa: BLE001  the user's own cell may fail in any way; the error is reported
        return f"{contract.__name__.replace('_', ' ')}: {error or type(error).__name__}"
    return None

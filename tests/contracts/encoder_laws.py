"""Laws that every sequence encoder keeps, as plain functions: hand them a layer class and its settings.

    from encoder_laws import LAWS, settings_to_try

    for settings in settings_to_try(MyCell).values():
        for law in LAWS:
            law(MyCell, settings)

A law raises AssertionError where the layer breaks it. `test_encoders.py` runs them on every file of
`rnnbench/encoders/`, and on your own: `pytest tests/contracts/test_encoders.py --model path/to/my_cell.py`.
`test_planted_faults.py` shows that each law can fail.
"""

from __future__ import annotations

import io
import typing
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnbench.config import Choices, Floats, Ints, Range
from rnnbench.encoders.base import Encoded, EncoderSettings, Layer
from rnnbench.encoders.stack import Stack

INPUT, BATCH, TIME = 5, 3, 11
CLOSE = 1e-9
"""Two ways to the same number differ by rounding alone: everything here is computed in float64."""
NEVER_MOVES_THE_OUTPUT = ("to_keys.bias",)
"""Adds the same amount to every score of a query, which softmax takes away again."""

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


# what to try


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
    made = {name: settings for name, settings in made.items() if not layer.refused(settings)}
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
    after = [encoder(ahead, None, encoded.state).steps for encoded in (left, right)]
    same(*after, message)


# the laws


@torch.no_grad()
def gives_one_vector_per_step(layer: type[Layer], settings: EncoderSettings) -> None:
    """(batch, time, input) becomes (batch, time, output_size), and each tensor of the state has a row per row."""
    encoder = built(layer, settings)
    for batch, time in ((1, 1), (1, TIME), (BATCH, 1), (BATCH, TIME)):
        encoded = encoder(some_input(batch, time, INPUT))
        assert encoded.steps.shape == (batch, time, encoder.output_size)
        assert torch.isfinite(encoded.steps).all()
        assert encoded.steps.dtype == torch.float64, "the output has another precision than the input"
        assert isinstance(encoded.state, tuple)
        expected = settings.num_layers * layer.state_count if encoder.is_causal else 0
        assert len(encoded.state) == expected, f"the state holds {len(encoded.state)} tensors, not {expected}"
        assert all(part.shape[0] == batch for part in encoded.state), "a state is batch first"


@torch.no_grad()
def carries_its_state(layer: type[Layer], settings: EncoderSettings) -> None:
    """Pieces with the state carried from one to the next equal one pass."""
    encoder = built(layer, settings)
    if not encoder.is_causal:
        return
    x = some_input(BATCH, TIME, INPUT)
    whole = encoder(x)
    for cuts in ((5,), (1,), (TIME - 1,), (3, 4, 8), tuple(range(1, TIME))):
        pieces, state = [], None
        for piece in x.tensor_split(list(cuts), dim=1):
            encoded = encoder(piece, None, state)
            pieces.append(encoded.steps)
            state = encoded.state
        joined = Encoded(torch.cat(pieces, dim=1), state)
        same(joined.steps, whole.steps, f"cut at {cuts}, the pieces differ from one pass")
        same_future(encoder, joined, whole, f"cut at {cuts}, the state differs from that of one pass")


@torch.no_grad()
def carries_its_state_after_ragged_rows(layer: type[Layer], settings: EncoderSettings) -> None:
    """Rows that ended at different steps go on as if each had been alone: the state is that of the last valid step."""
    encoder = built(layer, settings)
    if not encoder.is_causal:
        return
    first, second, third = some_input(BATCH, 7, INPUT), some_input(BATCH, 5, INPUT, seed=3), some_input(BATCH, 6, INPUT)
    lengths, more = torch.tensor([2, 7, 4]), torch.tensor([5, 1, 3])
    encoded = encoder(first, lengths)
    middle = encoder(second, more, encoded.state)
    end = encoder(third, None, middle.state)
    for row in range(BATCH):
        early, late = int(lengths[row]), int(more[row])
        alone = encoder(torch.cat([first[row, :early], second[row, :late], third[row]]).unsqueeze(0)).steps[0]
        same(encoded.steps[row, :early], alone[:early], f"row {row} of {early} steps differs from the row alone")
        same(middle.steps[row, :late], alone[early : early + late], f"row {row}, gone on with, differs")
        same(end.steps[row], alone[early + late :], f"row {row}, gone on with twice, differs")


@torch.no_grad()
def does_not_look_ahead(layer: type[Layer], settings: EncoderSettings) -> None:
    """What comes later does not change what came out before, where the encoder says that it is causal."""
    encoder = built(layer, settings)
    x = some_input(BATCH, TIME, INPUT)
    before = encoder(x).steps
    for step in (1, 6, TIME - 1):
        changed = x.clone()
        changed[:, step:] += 3.0
        after = encoder(changed).steps
        if encoder.is_causal:
            same(after[:, :step], before[:, :step], f"steps before {step} saw what comes from {step} on")
        else:
            gap = (after[:, :step] - before[:, :step]).abs().max()
            assert gap > CLOSE, "an encoder that says it looks ahead does not"


@torch.no_grad()
def does_not_see_padding(layer: type[Layer], settings: EncoderSettings) -> None:
    """What stands after a row's length changes neither its valid steps, nor its last step, nor its state."""
    encoder = built(layer, without_noise(settings))
    x, lengths = some_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 1])
    padding = torch.arange(TIME).unsqueeze(0) >= lengths.unsqueeze(1)
    for is_training in (False, True):
        encoder.train(is_training)
        found = []
        for content in (torch.zeros_like(x), 50.0 * some_input(BATCH, TIME, INPUT, seed=5)):
            filled = torch.where(padding.unsqueeze(2), content, x)
            found.append(encoder(filled, lengths))
        mode = "training" if is_training else "evaluation"
        clean, dirty = found
        same(dirty.steps[~padding], clean.steps[~padding], f"in {mode}, padding changes valid steps")
        last = [encoder.last_step(encoded.steps, lengths) for encoded in found]
        same(*last, f"in {mode}, padding changes the last valid step")
        if encoder.is_causal:
            encoder.eval()
            same_future(encoder, clean, dirty, f"in {mode}, padding changes the state")
    encoder.eval()
    same(encoder(x, torch.full((BATCH,), TIME)).steps, encoder(x).steps, "full lengths differ from no lengths")


@torch.no_grad()
def does_not_see_batch_mates(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation a row gives the same alone, in any company and in any place of the batch."""
    encoder = built(layer, settings)
    x, lengths = some_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    together = encoder(x, lengths)
    order = torch.tensor([2, 0, 1])
    moved = encoder(x[order], lengths[order])
    for row in range(BATCH):
        valid = int(lengths[row])
        alone = encoder(x[row : row + 1, :valid])
        same(together.steps[row, :valid], alone.steps[0], f"row {row} of {valid} steps differs in company")
        place = int((order == row).nonzero())
        same(moved.steps[place, :valid], alone.steps[0], f"row {row} differs in another place of the batch")
        last = encoder.last_step(together.steps, lengths)[row]
        same(last, encoder.last_step(alone.steps)[0], f"the last step of row {row} differs in company")


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


@torch.no_grad()
def evaluates_deterministically(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation the same input gives the same output, and nothing inside the encoder changes."""
    encoder = built(layer, settings)
    x, lengths = some_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    first, second = encoder(x, lengths), encoder(x, lengths)
    assert torch.equal(first.steps, second.steps), "two evaluations of one input differ"
    assert all(map(torch.equal, first.state, second.state)), "two evaluations of one input leave different states"
    for name, value in encoder.state_dict().items():
        assert torch.equal(value, before[name]), f"evaluation changes {name}"


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


@torch.no_grad()
def refuses_a_state_when_it_looks_ahead(layer: type[Layer], settings: EncoderSettings) -> None:
    """An encoder that reads both ways cannot go on from a state, and says so."""
    encoder = built(layer, settings)
    if encoder.is_causal:
        return
    x = some_input(BATCH, TIME, INPUT)
    assert encoder(x).state == ()
    try:
        encoder(x, None, (x,))
    except ValueError:
        return
    raise AssertionError("a state was taken by an encoder that looks ahead")


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


def has_ranges_inside_its_bounds(layer: type[Layer], settings: EncoderSettings) -> None:
    """Both ends of each range, and each named value, are values that the setting accepts."""
    for name, searched in layer.Settings.search_ranges().items():
        assert "seed" not in name, "a seed is never searched"
        ends = searched.values if isinstance(searched, Choices) else (searched.low, searched.high)
        for value in ends:
            accepted = getattr(layer.Settings(**{name: value}), name)
            assert accepted == value, f"{name} = {value!r} becomes {accepted!r}"
        if isinstance(searched, Ints | Floats):
            assert searched.low < searched.high, f"the range of {name} holds one value"
            assert not searched.log or searched.low > 0, f"the range of {name} cannot be drawn over magnitudes"


def builds_from_any_draw(layer: type[Layer], settings: EncoderSettings) -> None:
    """Any point of the search space makes an encoder that runs."""
    generator = np.random.default_rng(7)
    for _ in range(8):
        found = drawn_settings(layer, generator)
        steps = Stack(layer, INPUT, found)(torch.zeros(2, 3, INPUT), torch.tensor([3, 1])).steps
        assert steps.shape[:2] == (2, 3), f"{found} gives {tuple(steps.shape)}"
        assert torch.isfinite(steps).all(), f"{found} gives what is not finite"


LAWS: tuple[Law, ...] = (
    gives_one_vector_per_step,
    carries_its_state,
    carries_its_state_after_ragged_rows,
    does_not_look_ahead,
    does_not_see_padding,
    does_not_see_batch_mates,
    gives_every_parameter_a_gradient,
    gives_padding_no_gradient,
    evaluates_deterministically,
    is_built_from_the_seed,
    comes_back_from_a_file,
    refuses_a_state_when_it_looks_ahead,
    cuts_the_gradient_where_the_state_is_detached,
)
"""Laws of one configuration."""

CLASS_LAWS: tuple[Law, ...] = (has_ranges_inside_its_bounds, builds_from_any_draw)
"""Laws of the layer's class, whatever the configuration."""

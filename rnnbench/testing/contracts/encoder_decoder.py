"""Contracts of a layer class as reader of a source sequence and as writer of a target sequence that attends to it."""

from __future__ import annotations

import io

import torch
from torch import Tensor

from rnnbench.encoders.base import EncoderSettings, Layer, State
from rnnbench.encoders.layers.attention import Memory
from rnnbench.testing.contracts.base import BATCH, CLOSE, TIME, assert_same, random_input, without_noise
from rnnbench.testing.contracts.learning import WITHOUT_EFFECT
from rnnbench.testing.contracts.pairs import (
    READ,
    Sequences,
    build_pair,
    encode,
    sources,
    targets,
    with_and_without_attention,
    with_mean,
    write,
)

DIFFERENCE = 1e-6
"""Size of the step along which a derivative is compared with a difference."""


@torch.no_grad()
def writes_step_by_step_as_at_once(layer: type[Layer], settings: EncoderSettings) -> None:
    """Writing a target in pieces with the state carried, as a search does, equals one pass over it."""
    encoder, written = build_pair(layer, settings), targets(TIME, TIME, TIME).x
    memory = encoder.read(*sources())
    whole = write(encoder, memory, written)
    assert whole.steps.shape == (BATCH, TIME, encoder.output_size)
    for cuts in ((1,), (4, 5), tuple(range(1, TIME))):
        pieces: list[Tensor] = []
        state: State = ()
        for piece in written.tensor_split(list(cuts), dim=1):
            steps, state = write(encoder, memory, piece, None, state or None)
            pieces.append(steps)
        assert_same(torch.cat(pieces, dim=1), whole.steps, f"cut at {cuts}, what is written differs from one pass")
        later = random_input(BATCH, 3, written.shape[2], seed=9)
        joined, expected = (write(encoder, memory, later, None, end).steps for end in (state, whole.state))
        assert_same(joined, expected, f"cut at {cuts}, the writer's state differs from that of one pass")


@torch.no_grad()
def writes_without_looking_ahead(layer: type[Layer], settings: EncoderSettings) -> None:
    """A later step of the target changes no earlier one, whichever way the reader reads."""
    encoder, written = build_pair(layer, settings), targets(TIME, TIME, TIME).x
    memory = encoder.read(*sources())
    before = write(encoder, memory, written).steps
    for step in (1, 6, TIME - 1):
        changed = written.clone()
        changed[:, step:] += 3.0
        after = write(encoder, memory, changed).steps
        message = f"what is written before step {step} depends on later steps of the target"
        assert_same(after[:, :step], before[:, :step], message)
        assert (after[:, step] - before[:, step]).abs().max() > CLOSE, f"step {step} of the target has no effect"


@torch.no_grad()
def does_not_read_padding(layer: type[Layer], settings: EncoderSettings) -> None:
    """Padding of the source, whatever its values and number, changes neither the memory nor what is written."""
    encoder, read, written = build_pair(layer, without_noise(settings)), sources(), targets(TIME, TIME, TIME)
    valid = ~read.is_padding
    for is_training in (False, True):
        encoder.train(is_training)
        mode = "training" if is_training else "evaluation"
        clean, dirty = (encoder.read(*each) for each in (read, read.with_other_padding(3)))
        assert_same(dirty.steps[:, :READ][valid], clean.steps[valid], f"in {mode}, padding changes what is read")
        assert_same(dirty.mean(), clean.mean(), f"in {mode}, padding changes the mean of what is read")
        first, second = (write(encoder, memory, *written).steps for memory in (clean, dirty))
        assert_same(second, first, f"in {mode}, padding of the source changes what is written")


@torch.no_grad()
def does_not_write_from_padding(layer: type[Layer], settings: EncoderSettings) -> None:
    """Padding of the target changes no valid step, with a state or without (`EncoderDecoder.write`)."""
    encoder, read, written = build_pair(layer, without_noise(settings)), sources(), targets()
    valid, dirty = ~written.is_padding, written.with_other_padding(3)
    for is_training in (False, True):
        encoder.train(is_training)
        mode = "training" if is_training else "evaluation"
        memory = encoder.read(*read)
        expected = write(encoder, memory, *written).steps[valid]
        steps = write(encoder, memory, *dirty).steps[:, :TIME][valid]
        assert_same(steps, expected, f"in {mode}, padding changes what is written")
        whole = encoder.write(with_mean(memory, dirty.x), dirty.lengths, memory)[:, :TIME][valid]
        assert_same(whole, expected, f"in {mode}, padding changes what is written in one pass without a state")


@torch.no_grad()
def encodes_a_pair_as_it_does_alone(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation, a pair does not depend on the other pairs of the batch, nor a short one on a long one's length."""
    encoder, read, written = build_pair(layer, settings), sources(), targets()
    together = encode(encoder, read, written).steps
    for row in range(BATCH):
        alone = encode(encoder, read.row(row), written.row(row)).steps[0]
        assert torch.isfinite(alone).all(), "what is written is not finite"
        assert_same(together[row, : len(alone)], alone, f"pair {row} depends on the other pairs")


@torch.no_grad()
def follows_the_rows_of_a_beam(layer: type[Layer], settings: EncoderSettings) -> None:
    """Rows of state and memory, chosen in any order and more than once, go on as these rows would alone.

    As many rows as before, as in a search: a layer that remembers the rows of its last call is found.
    """
    encoder, read = build_pair(layer, settings), sources()
    memory, first, later = encoder.read(*read), targets(3, 3, 3).x, targets(3, 3, 3, seed=8).x
    state = write(encoder, memory, first).state
    rows = torch.tensor([2, 0, 0])
    chosen = Memory(memory.steps.index_select(0, rows), memory.lengths.index_select(0, rows))
    together = write(encoder, chosen, later, None, tuple(part.index_select(0, rows) for part in state)).steps
    for position, row in enumerate(rows.tolist()):
        own = encoder.read(*read.row(row))
        alone = write(encoder, own, torch.cat([first[row], later[position]]).unsqueeze(0)).steps[0, 3:]
        assert_same(together[position], alone, f"row {row}, chosen as row {position}, differs from the row alone")
    repeated = memory.repeated(2)
    twice = write(encoder, repeated, first.repeat_interleave(2, dim=0)).steps
    assert_same(twice[1::2], write(encoder, memory, first).steps, "a row of a repeated memory differs from the row")


def gives_reader_and_writer_a_gradient(layer: type[Layer], settings: EncoderSettings) -> None:
    """Every parameter of reader, writer and attention gets a gradient through the targets, finite and not zero."""
    for kind, encoder in with_and_without_attention(layer, settings):
        encoder.train()
        steps = encode(encoder, sources(4, READ, 6), targets()).steps
        (steps * random_input(*steps.shape, seed=6))[~targets().is_padding].sum().backward()
        for name, parameter in encoder.named_parameters():
            assert parameter.grad is not None, f"{kind}, {name} has no gradient"
            assert torch.isfinite(parameter.grad).all(), f"{kind}, the gradient of {name} is not finite"
            if not name.endswith(WITHOUT_EFFECT):
                assert parameter.grad.abs().max() > 0, f"{kind}, the gradient of {name} is zero"


def has_the_gradient_of_a_difference(layer: type[Layer], settings: EncoderSettings) -> None:
    """The gradient through writer, attention and reader is the slope of the loss along a random direction."""
    encoder = build_pair(layer, settings)
    read, written = sources(4, READ, 6), targets()
    parameters = dict(encoder.named_parameters())
    generator = torch.Generator().manual_seed(4)
    direction = {name: torch.randn(part.shape, generator=generator).double() for name, part in parameters.items()}

    def loss() -> Tensor:
        steps = encode(encoder, read, written).steps
        return (steps * random_input(*steps.shape, seed=6))[~written.is_padding].sum()

    loss().backward()
    slope = sum(
        float((part.grad * direction[name]).sum()) for name, part in parameters.items() if part.grad is not None
    )
    ends = []
    with torch.no_grad():
        for sign in (1, -2):  # from the weights to one side, then from there to the other
            for name, part in parameters.items():
                part.add_(direction[name], alpha=sign * DIFFERENCE)
            ends.append(float(loss()))
    difference = (ends[0] - ends[1]) / (2 * DIFFERENCE)
    assert abs(slope - difference) < 1e-5 * max(1.0, abs(slope)), (
        f"the slope is {difference:.6g}, by gradient {slope:.6g}"
    )


def depends_on_what_is_read(layer: type[Layer], settings: EncoderSettings) -> None:
    """Each valid step of a source has an effect on what is written, padding has none, and the writer reads it itself.

    With attention through the memory alone; without, through the mean that it is given, and through nothing else.
    """
    read, written = sources(), targets(TIME, TIME, TIME)
    for kind, encoder in with_and_without_attention(layer, without_noise(settings)):
        leaf = read.x.clone().requires_grad_()
        steps = encode(encoder, Sequences(leaf, read.lengths), written).steps
        (steps * random_input(*steps.shape, seed=6)).sum().backward()
        assert leaf.grad is not None
        assert (leaf.grad[read.is_padding] == 0).all(), f"{kind}, padding of the source has an effect"
        assert (leaf.grad[~read.is_padding].abs().amax(dim=1) > 0).all(), f"{kind}, a step of the source has no effect"
        with torch.no_grad():
            memories = [encoder.read(*each) for each in (read, sources(seed=11))]
            ends = [encoder(*written, None, memory).steps for memory in memories]
        gaps = (ends[0] - ends[1]).abs().amax(dim=2)
        if encoder.attends:
            assert (gaps > CLOSE).all(), "another source does not change every step that is written"
        else:
            assert (gaps == 0).all(), "a writer without attention depends on the memory that it is not given"


@torch.no_grad()
def writes_without_noise_in_evaluation(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation, no dropout acts in reader, writer or attention, and no parameter or buffer changes."""
    encoder, read, written = build_pair(layer, settings), sources(), targets(TIME, TIME, TIME)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    first, second = (encode(encoder, read, written) for _ in range(2))
    assert torch.equal(first.steps, second.steps), "two evaluations of the same pairs differ"
    for name, value in encoder.state_dict().items():
        assert torch.equal(value, before[name]), f"evaluation changes {name}"
    # zoneout acts in evaluation, by its expected value
    quiet = build_pair(layer, without_noise(settings).model_copy(update={"zoneout": settings.zoneout}))
    quiet.load_state_dict(before)
    assert_same(encode(quiet, read, written).steps, first.steps, "in evaluation, a rate of dropout has an effect")


@torch.no_grad()
def reads_and_writes_after_loading(layer: type[Layer], settings: EncoderSettings) -> None:
    """A reader and writer of another seed give the same outputs after loading the saved weights (tensors only)."""
    encoder, loaded = build_pair(layer, settings), build_pair(layer, settings, seed=8)
    before = encode(loaded, sources(), targets()).steps
    stream = io.BytesIO()
    torch.save(encoder.state_dict(), stream)
    stream.seek(0)
    loaded.load_state_dict(torch.load(stream, weights_only=True))
    expected, after = (encode(each, sources(), targets()).steps for each in (encoder, loaded))
    assert not torch.equal(before, expected), "another seed gives the same outputs"
    assert torch.equal(after, expected), "the loaded reader and writer give different outputs"

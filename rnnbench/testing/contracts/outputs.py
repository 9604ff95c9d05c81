"""Laws of what an encoder gives: a vector per step, from nothing but the past, and a state to go on from."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnbench.encoders.base import Encoded, EncoderSettings, Layer, State
from rnnbench.testing.contracts.base import (
    BATCH,
    CLOSE,
    INPUT,
    TIME,
    built,
    same,
    same_future,
    some_input,
    without_noise,
)


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
        pieces: list[Tensor] = []
        state: State = ()
        for piece in x.tensor_split(list(cuts), dim=1):
            encoded = encoder(piece, None, state or None)
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
        last, other = (encoder.last_step(encoded.steps, lengths) for encoded in found)
        same(last, other, f"in {mode}, padding changes the last valid step")
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

"""Contracts of outputs and states: shapes, carried state, causality, padding and batch independence."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnbench.encoders.base import Encoded, EncoderSettings, Layer, State
from rnnbench.testing.contracts.base import (
    BATCH,
    CLOSE,
    INPUT,
    TIME,
    assert_same,
    assert_same_continuation,
    build,
    random_input,
    without_noise,
)


@torch.no_grad()
def gives_one_vector_per_step(layer: type[Layer], settings: EncoderSettings) -> None:
    """(batch, time, input) becomes (batch, time, output_size), and each tensor of the state is batch first."""
    encoder = build(layer, settings)
    for batch, time in ((1, 1), (1, TIME), (BATCH, 1), (BATCH, TIME)):
        encoded = encoder(random_input(batch, time, INPUT))
        assert encoded.steps.shape == (batch, time, encoder.output_size)
        assert torch.isfinite(encoded.steps).all()
        assert encoded.steps.dtype == torch.float64, "the output and the input differ in dtype"
        assert isinstance(encoded.state, tuple)
        expected = settings.num_layers * layer.state_count if encoder.is_causal else 0
        assert len(encoded.state) == expected, f"the state holds {len(encoded.state)} tensors, not {expected}"
        assert all(part.shape[0] == batch for part in encoded.state), "the state is not batch first"


@torch.no_grad()
def carries_its_state(layer: type[Layer], settings: EncoderSettings) -> None:
    """Encoding a sequence in pieces with the state carried equals one pass."""
    encoder = build(layer, settings)
    if not encoder.is_causal:
        return
    x = random_input(BATCH, TIME, INPUT)
    whole = encoder(x)
    for cuts in ((5,), (1,), (TIME - 1,), (3, 4, 8), tuple(range(1, TIME))):
        pieces: list[Tensor] = []
        state: State = ()
        for piece in x.tensor_split(list(cuts), dim=1):
            encoded = encoder(piece, None, state or None)
            pieces.append(encoded.steps)
            state = encoded.state
        joined = Encoded(torch.cat(pieces, dim=1), state)
        assert_same(joined.steps, whole.steps, f"cut at {cuts}, the pieces differ from one pass")
        assert_same_continuation(encoder, joined, whole, f"cut at {cuts}, the state differs from that of one pass")


@torch.no_grad()
def carries_its_state_after_ragged_rows(layer: type[Layer], settings: EncoderSettings) -> None:
    """The state is that of each row's last valid step: rows of different lengths continue as if encoded alone."""
    encoder = build(layer, settings)
    if not encoder.is_causal:
        return
    first, second, third = (
        random_input(BATCH, 7, INPUT),
        random_input(BATCH, 5, INPUT, seed=3),
        random_input(BATCH, 6, INPUT),
    )
    lengths, next_lengths = torch.tensor([2, 7, 4]), torch.tensor([5, 1, 3])
    encoded = encoder(first, lengths)
    middle = encoder(second, next_lengths, encoded.state)
    end = encoder(third, None, middle.state)
    for row in range(BATCH):
        early, late = int(lengths[row]), int(next_lengths[row])
        alone = encoder(torch.cat([first[row, :early], second[row, :late], third[row]]).unsqueeze(0)).steps[0]
        assert_same(
            encoded.steps[row, :early], alone[:early], f"row {row} of {early} steps differs from the row encoded alone"
        )
        assert_same(middle.steps[row, :late], alone[early : early + late], f"row {row}, continued once, differs")
        assert_same(end.steps[row], alone[early + late :], f"row {row}, continued twice, differs")


@torch.no_grad()
def does_not_look_ahead(layer: type[Layer], settings: EncoderSettings) -> None:
    """Later inputs do not change earlier outputs of a causal encoder, and do change those of one that is not causal."""
    encoder = build(layer, settings)
    x = random_input(BATCH, TIME, INPUT)
    before = encoder(x).steps
    for step in (1, 6, TIME - 1):
        changed = x.clone()
        changed[:, step:] += 3.0
        after = encoder(changed).steps
        if encoder.is_causal:
            assert_same(after[:, :step], before[:, :step], f"outputs before step {step} depend on later inputs")
        else:
            gap = (after[:, :step] - before[:, :step]).abs().max()
            assert gap > CLOSE, "an encoder with is_causal = False does not depend on later inputs"


@torch.no_grad()
def does_not_see_padding(layer: type[Layer], settings: EncoderSettings) -> None:
    """The content of padding changes neither the valid steps of a row, nor its last step, nor its state."""
    encoder = build(layer, without_noise(settings))
    x, lengths = random_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 1])
    padding = torch.arange(TIME).unsqueeze(0) >= lengths.unsqueeze(1)
    for is_training in (False, True):
        encoder.train(is_training)
        results = []
        for content in (torch.zeros_like(x), 50.0 * random_input(BATCH, TIME, INPUT, seed=5)):
            filled = torch.where(padding.unsqueeze(2), content, x)
            results.append(encoder(filled, lengths))
        mode = "training" if is_training else "evaluation"
        clean, dirty = results
        assert_same(dirty.steps[~padding], clean.steps[~padding], f"in {mode}, padding changes valid steps")
        last, other = (encoder.last_step(encoded.steps, lengths) for encoded in results)
        assert_same(last, other, f"in {mode}, padding changes the last valid step")
        if encoder.is_causal:
            encoder.eval()
            assert_same_continuation(encoder, clean, dirty, f"in {mode}, padding changes the state")
    encoder.eval()
    assert_same(
        encoder(x, torch.full((BATCH,), TIME)).steps,
        encoder(x).steps,
        "outputs with full lengths differ from outputs without lengths",
    )


@torch.no_grad()
def does_not_see_batch_mates(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation, the outputs of a row do not depend on the other rows or on its position in the batch."""
    encoder = build(layer, settings)
    x, lengths = random_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    together = encoder(x, lengths)
    order = torch.tensor([2, 0, 1])
    moved = encoder(x[order], lengths[order])
    for row in range(BATCH):
        valid = int(lengths[row])
        alone = encoder(x[row : row + 1, :valid])
        assert_same(
            together.steps[row, :valid], alone.steps[0], f"row {row} of {valid} steps depends on the other rows"
        )
        position = int((order == row).nonzero())
        assert_same(moved.steps[position, :valid], alone.steps[0], f"row {row} depends on its position in the batch")
        last = encoder.last_step(together.steps, lengths)[row]
        assert_same(last, encoder.last_step(alone.steps)[0], f"the last step of row {row} depends on the other rows")


@torch.no_grad()
def evaluates_deterministically(layer: type[Layer], settings: EncoderSettings) -> None:
    """In evaluation, the same input gives the same output, and no parameter or buffer changes."""
    encoder = build(layer, settings)
    x, lengths = random_input(BATCH, TIME, INPUT), torch.tensor([4, TIME, 6])
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    first, second = encoder(x, lengths), encoder(x, lengths)
    assert torch.equal(first.steps, second.steps), "two evaluations of the same input differ"
    assert all(map(torch.equal, first.state, second.state)), "two evaluations of the same input give different states"
    for name, value in encoder.state_dict().items():
        assert torch.equal(value, before[name]), f"evaluation changes {name}"


@torch.no_grad()
def refuses_a_state_when_it_looks_ahead(layer: type[Layer], settings: EncoderSettings) -> None:
    """An encoder that is not causal returns an empty state and raises ValueError when given one."""
    encoder = build(layer, settings)
    if encoder.is_causal:
        return
    x = random_input(BATCH, TIME, INPUT)
    assert encoder(x).state == ()
    try:
        encoder(x, None, (x,))
    except ValueError:
        return
    raise AssertionError("an encoder that is not causal accepted a state")

"""The contracts can fail: layers with one fault each, and the contract that must find it."""

from typing import Annotated

import pytest
import torch
from pydantic import Field
from torch import nn

from rnnbench.core.settings import Choices, Floats
from rnnbench.encoders.base import Cell, Encoded, EncoderSettings, Layer
from rnnbench.testing.contracts import (
    CONTRACTS,
    STACK_CONTRACTS,
    base,
    builds_from_any_draw,
    carries_its_state,
    carries_its_state_after_ragged_rows,
    comes_back_from_a_file,
    cuts_the_gradient_where_the_state_is_detached,
    does_not_look_ahead,
    does_not_see_batch_mates,
    does_not_see_padding,
    evaluates_deterministically,
    gives_every_parameter_a_gradient,
    gives_one_vector_per_step,
    gives_padding_no_gradient,
    has_ranges_inside_its_bounds,
    is_built_from_the_seed,
    refuses_a_state_when_it_looks_ahead,
    settings_to_try,
)

SETTINGS = EncoderSettings(hidden_size=6, num_layers=2, dropout=0.0)


class Sound(Cell):
    """h_t = tanh(W x_t + U h_{t-1}): nothing is wrong with it."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.enter = nn.Linear(input_size, settings.hidden_size)
        self.recurrent = nn.Linear(settings.hidden_size, settings.hidden_size, bias=False)

    def step(self, x, state):
        after = torch.tanh(self.enter(x) + self.recurrent(state[0]))
        return after, (after,)


class PeeksAhead(Sound):
    """Adds the next step's input."""

    def forward(self, x, lengths=None, state=None):
        ahead = torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], dim=1)
        return super().forward(x + 0.1 * ahead, lengths, state)


class PeeksAtTheMean(Sound):
    """Centres each row over time, which tells every step of all the others."""

    def forward(self, x, lengths=None, state=None):
        return super().forward(x - x.mean(dim=1, keepdim=True), lengths, state)


class IgnoresItsState(Sound):
    """Begins anew at each call."""

    def forward(self, x, lengths=None, state=None):
        return super().forward(x, lengths, None)


class ForgetsPositions(Sound):
    """Counts steps from the beginning of the call instead of the beginning of the row."""

    def forward(self, x, lengths=None, state=None):
        count = torch.arange(x.shape[1], dtype=x.dtype).view(1, -1, 1)
        return super().forward(x + 0.1 * count, lengths, state)


class LetsPaddingIntoTheState(Sound):
    """Runs on over padding."""

    def forward(self, x, lengths=None, state=None):
        return super().forward(x, None, state)


class LetsPaddingIntoTheSteps(Sound):
    """Adds the mean of the row, padding and all."""

    def forward(self, x, lengths=None, state=None):
        steps, after = super().forward(x, lengths, state)
        return Encoded(steps + 0.1 * x.mean(dim=(1, 2), keepdim=True), after)


class LooksAtItsMates(Sound):
    """Centres the batch, as batch normalization without running statistics would."""

    def step(self, x, state):
        return super().step(x - x.mean(dim=0), state)


class ReversesRows(Sound):
    """Sorts the rows and forgets to put the state back into order."""

    def forward(self, x, lengths=None, state=None):
        steps, after = super().forward(x, lengths, state)
        return Encoded(steps, tuple(part.flip(0) for part in after))


class DropsInEvaluation(Sound):
    """Functional dropout that was not told of evaluation."""

    def forward(self, x, lengths=None, state=None):
        return super().forward(nn.functional.dropout(x, 0.3), lengths, state)


class CountsItsCalls(Sound):
    """Learns something while it is evaluated."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x, lengths=None, state=None):
        self.calls += 1
        return super().forward(x, lengths, state)


class HasASpareWeight(Sound):
    """A weight that nothing uses."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.spare = nn.Parameter(torch.ones(3))


class HasADeadWeight(Sound):
    """A weight that is used and changes nothing."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.dead = nn.Parameter(torch.ones(1))

    def step(self, x, state):
        return super().step(x + 0.0 * self.dead, state)


class KeepsWeightsOutOfTheFile(Sound):
    """A weight that is neither a parameter nor a buffer."""

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.hidden = [torch.randn(settings.hidden_size)]

    def step(self, x, state):
        output, after = super().step(x, state)
        return output + self.hidden[0].to(output.dtype), after


class DrawsFromItsOwnGenerator(Sound):
    """Weights that the seed does not decide."""

    drawn = torch.Generator().manual_seed(0)

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        with torch.no_grad():
            self.enter.bias.copy_(torch.rand(settings.hidden_size, generator=self.drawn))


class ChangesItsStateInPlace(Sound):
    """Writes the new state over the one it was given."""

    def forward(self, x, lengths=None, state=None):
        encoded = super().forward(x, lengths, state)
        if state is not None and not state[0].requires_grad:
            state[0].copy_(encoded.state[0].detach())
        return encoded


class DetachesInside(Sound):
    """Cuts the gradient although nobody asked for it."""

    def forward(self, x, lengths=None, state=None):
        return super().forward(x, lengths, None if state is None else tuple(part.detach() for part in state))


class LosesTheLastStep(Sound):
    """One vector too few."""

    def forward(self, x, lengths=None, state=None):
        encoded = super().forward(x, lengths, state)
        return Encoded(encoded.steps[:, : max(1, x.shape[1] - 1)], encoded.state)


class PutsTimeFirst(Sound):
    """A state with its batch in the second place, as torch's kernels give it."""

    def forward(self, x, lengths=None, state=None):
        encoded = super().forward(x, lengths, None if state is None else tuple(part.squeeze(0) for part in state))
        return Encoded(encoded.steps, tuple(part.unsqueeze(0) for part in encoded.state))


class TooFarSettings(EncoderSettings):
    """A range that reaches a value which the setting refuses."""

    dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 1.0)] = 0.1


class HasARangeOutsideItsBounds(Sound):
    Settings = TooFarSettings


class PickySettings(EncoderSettings):
    """A setting that does not go with every other."""

    heads: Annotated[int, Field(ge=1), Choices(3, 4)] = 4


class RefusesSomeDraws(Sound):
    """Builds for some draws of its ranges only."""

    Settings = PickySettings

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        if settings.hidden_size % settings.heads:
            raise ValueError("hidden_size must be a multiple of heads")


FAULTS = {
    PeeksAhead: does_not_look_ahead,
    PeeksAtTheMean: does_not_look_ahead,
    IgnoresItsState: carries_its_state,
    ForgetsPositions: carries_its_state,
    LetsPaddingIntoTheState: does_not_see_padding,
    LetsPaddingIntoTheSteps: does_not_see_padding,
    LooksAtItsMates: does_not_see_batch_mates,
    ReversesRows: carries_its_state,
    DropsInEvaluation: evaluates_deterministically,
    CountsItsCalls: evaluates_deterministically,
    HasASpareWeight: gives_every_parameter_a_gradient,
    HasADeadWeight: gives_every_parameter_a_gradient,
    KeepsWeightsOutOfTheFile: comes_back_from_a_file,
    DrawsFromItsOwnGenerator: is_built_from_the_seed,
    ChangesItsStateInPlace: cuts_the_gradient_where_the_state_is_detached,
    DetachesInside: cuts_the_gradient_where_the_state_is_detached,
    LosesTheLastStep: gives_one_vector_per_step,
    PutsTimeFirst: gives_one_vector_per_step,
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
@pytest.mark.parametrize("settings", settings_to_try(Sound).values(), ids=settings_to_try(Sound))
def test_a_correct_cell_keeps_every_contract(contract, settings):
    contract(Sound, settings)


@pytest.mark.parametrize(("faulty", "contract"), FAULTS.items(), ids=lambda item: item.__name__)
def test_the_contract_finds_the_fault(faulty, contract):
    with pytest.raises(AssertionError):
        contract(faulty, SETTINGS)


def test_state_and_padding_faults_are_found_by_the_ragged_contract_too():
    for faulty in (LetsPaddingIntoTheState, ReversesRows, IgnoresItsState):
        with pytest.raises(AssertionError):
            carries_its_state_after_ragged_rows(faulty, SETTINGS)


def test_padding_that_reaches_valid_steps_is_found_by_its_gradient_too():
    with pytest.raises(AssertionError, match="depend on padding"):
        gives_padding_no_gradient(LetsPaddingIntoTheSteps, SETTINGS)


def test_an_encoder_that_only_says_it_looks_ahead_is_found():
    class Pretends(Sound):
        handles_bidirectional = True

    with pytest.raises(AssertionError, match="does not depend on later inputs"):
        does_not_look_ahead(Pretends, SETTINGS.model_copy(update={"bidirectional": True}))


def test_a_state_taken_by_a_stack_that_looks_ahead_is_found(monkeypatch):
    class Obliging(base.Stack):
        def forward(self, x, lengths=None, state=None):
            return super().forward(x, lengths, None)

    monkeypatch.setattr(base, "Stack", Obliging)
    with pytest.raises(AssertionError, match="accepted a state"):
        refuses_a_state_when_it_looks_ahead(Sound, SETTINGS.model_copy(update={"bidirectional": True}))


def test_a_range_outside_the_bounds_is_found():
    with pytest.raises(ValueError, match="dropout"):
        has_ranges_inside_its_bounds(HasARangeOutsideItsBounds, SETTINGS)


def test_a_layer_that_refuses_some_draws_is_found():
    with pytest.raises(ValueError, match="multiple of heads"):
        builds_from_any_draw(RefusesSomeDraws, SETTINGS)


def test_every_contract_has_a_fault_that_it_finds():
    elsewhere = {
        carries_its_state_after_ragged_rows,
        gives_padding_no_gradient,
        refuses_a_state_when_it_looks_ahead,
    }
    assert {*FAULTS.values()} | elsewhere == {*STACK_CONTRACTS}
    assert all(issubclass(faulty, Layer) for faulty in FAULTS)

"""The contracts of reader and writer can fail: one fault each, in a layer or around it, and what finds it."""

import pytest
import test_planted_faults as layers
import torch
from torch import nn

from rnnbench.encoders.base import Encoded
from rnnbench.encoders.encoder_decoder import EncoderDecoder
from rnnbench.encoders.layers.attention import CrossAttention, Memory
from rnnbench.encoders.layers.dropout import FeatureDropout
from rnnbench.testing.contracts import (
    PAIR_CONTRACTS,
    depends_on_what_is_read,
    does_not_read_padding,
    does_not_write_from_padding,
    encodes_a_pair_as_it_does_alone,
    follows_the_rows_of_a_beam,
    gives_reader_and_writer_a_gradient,
    has_the_gradient_of_a_difference,
    reads_and_writes_after_loading,
    writes_step_by_step_as_at_once,
    writes_without_looking_ahead,
    writes_without_noise_in_evaluation,
)

SETTINGS = layers.SETTINGS


class KeepsItsStateToItself(layers.Sound):
    """Goes on from the rows of its last call, whichever rows the state that it is given has."""

    def forward(self, x, lengths=None, state=None):
        kept = getattr(self, "kept", None)
        goes_on = state is not None and kept is not None and len(kept[0]) == len(x)
        encoded = super().forward(x, lengths, kept if goes_on else state)
        self.kept = encoded.state
        return encoded


class Doubled(torch.autograd.Function):
    """The identity with twice its gradient."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, error):
        return 2 * error


class HasAWrongGradient(layers.Sound):
    """A hand-written backward pass with a mistake in it."""

    def step(self, x, state):
        return super().step(Doubled.apply(x), state)


LAYERS = {
    layers.PeeksAhead: writes_without_looking_ahead,
    layers.PeeksAtTheMean: writes_without_looking_ahead,
    layers.IgnoresItsState: writes_step_by_step_as_at_once,
    layers.ForgetsPositions: writes_step_by_step_as_at_once,
    layers.LetsPaddingIntoTheSteps: does_not_read_padding,
    layers.LooksAtItsMates: encodes_a_pair_as_it_does_alone,
    layers.ReversesRows: follows_the_rows_of_a_beam,
    KeepsItsStateToItself: follows_the_rows_of_a_beam,
    layers.HasASpareWeight: gives_reader_and_writer_a_gradient,
    layers.HasADeadWeight: gives_reader_and_writer_a_gradient,
    HasAWrongGradient: has_the_gradient_of_a_difference,
    layers.DropsInEvaluation: writes_without_noise_in_evaluation,
    layers.CountsItsCalls: writes_without_noise_in_evaluation,
    layers.KeepsWeightsOutOfTheFile: reads_and_writes_after_loading,
}


@pytest.mark.parametrize(("faulty", "contract"), LAYERS.items(), ids=lambda item: item.__name__)
def test_a_faulty_layer_is_found_as_reader_or_writer(faulty, contract):
    contract(layers.Sound, SETTINGS)
    with pytest.raises(AssertionError):
        contract(faulty, SETTINGS)


# faults of what is around the layers


def attends_to_padding(patch):
    patch.setattr(Memory, "is_valid", property(lambda memory: torch.ones(memory.steps.shape[:2], dtype=torch.bool)))


def takes_the_mean_over_padding(patch):
    patch.setattr(Memory, "mean", lambda memory: memory.steps.mean(dim=1))


def reads_padding(patch):
    patch.setattr(EncoderDecoder, "read", lambda self, x, lengths: Memory(self.reader(x).steps, lengths))


def repeats_whole_batches(patch):
    repeated = lambda memory, times: Memory(memory.steps.repeat(times, 1, 1), memory.lengths.repeat(times))  # noqa: E731
    patch.setattr(Memory, "repeated", repeated)


def attends_to_nothing(patch):
    patch.setattr(CrossAttention, "forward", lambda self, x, memory: x)


def attends_from_all_steps_together(patch):
    original = CrossAttention.forward
    patch.setattr(CrossAttention, "forward", lambda self, x, memory: original(self, x + x.mean(1, True), memory))


def reads_without_a_gradient(patch):
    def read(self, x, lengths):
        with torch.no_grad():
            return Memory(self.reader(x, lengths).steps, lengths)

    patch.setattr(EncoderDecoder, "read", read)


def starts_anew_at_each_call(patch):
    patch.setattr(EncoderDecoder, "forward", lambda self, x, _=None, __=None, m=None: self.writer(x, None, None, m))


def mixes_the_sources_of_a_batch(patch):
    centred = lambda self, x, lengths: Memory(self.reader(x - x.mean(0), lengths).steps, lengths)  # noqa: E731
    patch.setattr(EncoderDecoder, "read", centred)


def drops_in_evaluation(patch):
    patch.setattr(FeatureDropout, "forward", lambda self, x: nn.functional.dropout(x, 0.1))


def normalizes_padding(patch):
    patch.setattr(EncoderDecoder, "write", lambda self, x, lengths, memory: self(x, None, None, memory).steps)


def takes_the_memory_where_it_should_not(patch):
    def forward(self, x, lengths=None, state=None, memory=None):
        steps, after = self.writer(x, lengths, state, memory if self.attends else None)
        return Encoded(steps + memory.mean().sum(), after)

    patch.setattr(EncoderDecoder, "forward", forward)


AROUND = {
    attends_to_padding: does_not_read_padding,
    takes_the_mean_over_padding: does_not_read_padding,
    reads_padding: does_not_read_padding,
    repeats_whole_batches: follows_the_rows_of_a_beam,
    attends_to_nothing: depends_on_what_is_read,
    takes_the_memory_where_it_should_not: depends_on_what_is_read,
    attends_from_all_steps_together: writes_without_looking_ahead,
    reads_without_a_gradient: gives_reader_and_writer_a_gradient,
    starts_anew_at_each_call: writes_step_by_step_as_at_once,
    mixes_the_sources_of_a_batch: encodes_a_pair_as_it_does_alone,
    drops_in_evaluation: writes_without_noise_in_evaluation,
    normalizes_padding: does_not_write_from_padding,
}


@pytest.mark.parametrize(("plant", "contract"), AROUND.items(), ids=lambda item: item.__name__)
def test_a_fault_around_the_layers_is_found(plant, contract, monkeypatch):
    settings = SETTINGS.model_copy(update={"bidirectional": True, "normalization": "batch"})
    contract(layers.Sound, settings)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        contract(layers.Sound, settings)


def test_every_contract_of_pairs_has_a_fault_that_it_finds():
    assert {*LAYERS.values(), *AROUND.values()} == {*PAIR_CONTRACTS}

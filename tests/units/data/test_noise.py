"""Under one seed, what is hidden from the data in training is the same for every encoder."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from small_runs import a_config, use_data
from torch import Tensor, nn

from rnnbench.data.batches.pairs import PairBatch
from rnnbench.runs.train import train
from rnnbench.tasks.dialogue.task import Dialogue
from rnnbench.tasks.text_generation.task import TextGeneration

MODELS = ("gru", "lstm", "transformer")
"""They differ in how many random numbers their weights and their own dropout take."""

Listen = Callable[[pytest.MonkeyPatch, list[Tensor]], None]


def hidden_words(patch: pytest.MonkeyPatch, seen: list[Tensor]) -> None:
    """The words that a classifier reads, some of them as unknown."""
    original = nn.Embedding.forward

    def forward(self: nn.Embedding, ids: Tensor) -> Tensor:
        if self.training:
            seen.append(ids.clone())
        return original(self, ids)

    patch.setattr(nn.Embedding, "forward", forward)


def empty_vectors(patch: pytest.MonkeyPatch, seen: list[Tensor]) -> None:
    """The symbols of which a language model is shown nothing."""
    original = TextGeneration._vectors

    def vectors(self: TextGeneration, ids: Tensor) -> Tensor:
        found = original(self, ids)
        if self.training:
            seen.append((found == 0).all(dim=-1))
        return found

    patch.setattr(TextGeneration, "_vectors", vectors)


def empty_states(patch: pytest.MonkeyPatch, seen: list[Tensor]) -> None:
    """The windows that begin without a state."""
    original = TextGeneration.forward

    def forward(self: TextGeneration, ids: Tensor, state: tuple[Tensor, ...] | None = None) -> object:
        if self.training:
            seen.append(torch.tensor(state is None))
        return original(self, ids, state)

    patch.setattr(TextGeneration, "forward", forward)


def empty_contexts(patch: pytest.MonkeyPatch, seen: list[Tensor]) -> None:
    """The contexts that are read in training, some of them empty."""
    original = Dialogue._without_some_contexts

    def without(self: Dialogue, batch: PairBatch) -> PairBatch:
        found = original(self, batch)
        if self.training:
            seen.append(found.source_lengths)
        return found

    patch.setattr(Dialogue, "_without_some_contexts", without)


@pytest.mark.parametrize(
    ("task", "setting", "share", "listen"),
    [
        ("sentiment", "task.word_dropout", 0.4, hidden_words),
        ("text_generation", "task.word_dropout", 0.3, empty_vectors),
        ("text_generation", "task.state_reset", 0.5, empty_states),
        ("dialogue", "task.context_dropout", 0.5, empty_contexts),
    ],
)
def test_every_encoder_is_shown_the_same(
    task: str, setting: str, share: float, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_data(monkeypatch)

    def shown(model: str, share: float) -> list[Tensor]:
        values = {"encoder.dropout": 0.2, "budget.updates": 12, "budget.epochs": 50, setting: share}
        seen: list[Tensor] = []
        with pytest.MonkeyPatch.context() as patch:
            listen(patch, seen)
            train(a_config(task, model, **values), kind="trial")
        return seen

    first, *others = (shown(model, share) for model in MODELS)
    assert len(first) == 12
    for other in others:
        assert all(map(torch.equal, first, other))
    assert not all(map(torch.equal, first, shown("gru", 0.0))), "nothing was hidden"

"""A text model in one object: train, measure, write, save."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rnnbench.scratch.base import ScratchError
from rnnbench.scratch.bigram import bigram_loss
from rnnbench.scratch.characters import Vocabulary
from rnnbench.scratch.generation import generate
from rnnbench.scratch.network import Network, new_network
from rnnbench.scratch.optimizers import USUAL_RATES, Adam, Optimizer
from rnnbench.scratch.storage import load, save
from rnnbench.scratch.training import Report, Schedule, evaluate, train

BITS = 1.0 / math.log(2.0)
"""Bits in a nat."""
SHORTEST = 100
"""Characters that a text needs: below it there is nothing to hold out and nothing to learn."""


@dataclass(frozen=True)
class TextModel:
    """A recurrent network that reads characters and predicts the next one.

    `train` makes one; `bits_per_character` and `bigram_bits_per_character` are those of the held-out end of the text,
    None after loading from a file.
    """

    network: Network
    vocabulary: Vocabulary
    losses: list[float] = field(default_factory=list)
    """Nats per character of each training window."""
    bits_per_character: float | None = None
    bigram_bits_per_character: float | None = None

    @classmethod
    def train(
        cls,
        text: str,
        *,
        cell: str = "lstm",
        hidden_size: int = 128,
        schedule: Schedule | None = None,
        updates: int | None = None,
        optimizer: Optimizer | None = None,
        held_out: float = 0.1,
        seed: int = 0,
        dtype: Any = np.float32,
        report: Report | None = None,
    ) -> TextModel:
        """Learns a text, and measures itself on its end.

        cell: rnn, lstm or gru. updates: in place of the schedule's. optimizer: Adam with a learning rate of 0.005 where
        none is given. held_out: share of the text at its end that is only measured on. dtype: the cells compute in
        float64 unless told otherwise; a text model in float32, twice as fast, as the noise of its batches is far larger
        than rounding. report: called after each update.

        Raises: ScratchError for a text that is too short, or a loss that is no longer a number.
        """
        if len(text) < SHORTEST:
            raise ScratchError(f"a text of {len(text)} characters is too short to learn from; {SHORTEST} is the least")
        schedule = schedule or Schedule()
        schedule = schedule if updates is None else replace(schedule, updates=updates)
        # of the whole text: a character that only its end has is never learned, but can be asked about
        vocabulary = Vocabulary(text)
        codes = vocabulary.encode(text)
        cut = min(max(round(len(codes) * (1.0 - held_out)), 2), len(codes) - 2)
        training, end = codes[:cut], codes[cut:]
        # a short text gets fewer streams rather than none
        schedule = replace(schedule, batch=max(1, min(schedule.batch, (len(training) - 1) // schedule.window)))
        generator = np.random.default_rng(seed)
        network = new_network(cell, len(vocabulary), hidden_size, generator, dtype)
        losses = train(network, training, optimizer or Adam(USUAL_RATES["adam"]), schedule, generator, report)
        bits = evaluate(network, end) * BITS
        return cls(network, vocabulary, losses, bits, bigram_loss(training, end, len(vocabulary)) * BITS)

    def generate(self, prompt: str, length: int = 200, *, temperature: float = 1.0, seed: int = 0) -> str:
        """The prompt and `length` characters drawn after it.

        Raises: ScratchError for characters that the training text lacks.
        """
        codes = self.vocabulary.encode(prompt, "the prompt")
        drawn = generate(self.network, codes, length, np.random.default_rng(seed), temperature=temperature)
        return prompt + self.vocabulary.decode(drawn)

    def measure(self, text: str) -> float:
        """Bits per character of a text, read from its beginning. Raises: ScratchError for unknown characters."""
        if len(text) < 2:
            raise ScratchError("a text to be measured needs at least two characters")
        return evaluate(self.network, self.vocabulary.encode(text)) * BITS

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes weights and vocabulary into one .npz file; Raises: ScratchError where that is not possible."""
        save(path, self.network, self.vocabulary.characters)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TextModel:
        """A model that `save` wrote. Raises: ScratchError for any other file."""
        network, characters = load(path)
        return cls(network, Vocabulary(characters))

"""A text model: train, evaluate, generate, save and load."""

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
from rnnbench.scratch.optimizers import DEFAULT_RATES, Adam, Optimizer
from rnnbench.scratch.storage import load, save
from rnnbench.scratch.training import Report, Schedule, evaluate, train

BITS = 1.0 / math.log(2.0)
"""Bits in a nat."""
SHORTEST = 100
"""Minimum length of a training text, in characters."""


@dataclass(frozen=True)
class TextModel:
    """A recurrent network that predicts the next character; made by `train` or `load`.

    `bits_per_character` and `bigram_bits_per_character` are measured on the held-out end of the text, and None after
    loading from a file.
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
        """Train on a text and evaluate on its end.

        cell: rnn, lstm or gru. updates: overrides the schedule's. optimizer: Adam with a learning rate of 0.005 by
        default. held_out: share at the end of the text used for evaluation only. dtype: float32 is twice as fast as
        float64. report: called after each update.

        Raises: ScratchError if the text is too short or the loss is not finite.
        """
        if len(text) < SHORTEST:
            raise ScratchError(f"a text of {len(text)} characters is too short to train on; {SHORTEST} is the minimum")
        schedule = schedule or Schedule()
        schedule = schedule if updates is None else replace(schedule, updates=updates)
        # of the whole text: characters that occur only in the held-out end need a code too
        vocabulary = Vocabulary(text)
        codes = vocabulary.encode(text)
        cut = min(max(round(len(codes) * (1.0 - held_out)), 2), len(codes) - 2)
        training, end = codes[:cut], codes[cut:]
        # fewer streams for a short text
        schedule = replace(schedule, batch=max(1, min(schedule.batch, (len(training) - 1) // schedule.window)))
        generator = np.random.default_rng(seed)
        network = new_network(cell, len(vocabulary), hidden_size, generator, dtype)
        losses = train(network, training, optimizer or Adam(DEFAULT_RATES["adam"]), schedule, generator, report)
        bits = evaluate(network, end) * BITS
        return cls(network, vocabulary, losses, bits, bigram_loss(training, end, len(vocabulary)) * BITS)

    def generate(self, prompt: str, length: int = 200, *, temperature: float = 1.0, seed: int = 0) -> str:
        """The prompt followed by `length` sampled characters.

        Raises: ScratchError for characters that do not occur in the training text.
        """
        codes = self.vocabulary.encode(prompt, "the prompt")
        sampled = generate(self.network, codes, length, np.random.default_rng(seed), temperature=temperature)
        return prompt + self.vocabulary.decode(sampled)

    def measure(self, text: str) -> float:
        """Bits per character of a text. Raises: ScratchError for unknown characters."""
        if len(text) < 2:
            raise ScratchError("the text needs at least two characters")
        return evaluate(self.network, self.vocabulary.encode(text)) * BITS

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save weights and vocabulary in one .npz file. Raises: ScratchError if the folder cannot be written."""
        save(path, self.network, self.vocabulary.characters)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TextModel:
        """Load a model written by `save`. Raises: ScratchError for any other file."""
        network, characters = load(path)
        return cls(network, Vocabulary(characters))

"""The class of a text, with the probability of every class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
import torch

from rnnbench.errors import RnnbenchError
from rnnbench.use.base import TrainedModel

BATCH = 128


class TextClassifier(TrainedModel):
    """A trained classifier of texts."""

    verb: ClassVar[str] = "predict"

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        found: tuple[str, ...] = self.prepared.classes
        return found

    def predict(self, texts: str | Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of every class, the most probable first; they add up to 1.

        Raises: RnnbenchError for an empty text, by its number.
        """
        texts = [texts] if isinstance(texts, str) else [*texts]
        for number, text in enumerate(texts, start=1):
            if not text.strip():
                where = f"text {number} of {len(texts)}" if len(texts) > 1 else "the text"
                raise RnnbenchError(f"{where} is empty: there is nothing to classify")
        encoded = [self._tokens(text) for text in texts]
        found: list[dict[str, float]] = [{} for _ in texts]
        for chosen, probabilities in self._batches(encoded):
            for place, row in zip(chosen, probabilities.tolist(), strict=True):
                pairs = zip(self.classes, row, strict=True)
                found[place] = dict(sorted(pairs, key=lambda pair: -pair[1]))
        return found

    def unknown_share(self, text: str) -> float:
        """Which share of a text's tokens the vocabulary lacks; of a text that is all unknown nothing can be said."""
        numbers = np.asarray(self._tokens(text))
        return float((numbers == self.prepared.tokenizer.unknown_id).mean())

    def _tokens(self, text: str) -> list[int]:
        """As in training: cut at the end, and a text of no symbol at all is one unknown."""
        tokenizer = self.prepared.tokenizer
        numbers: list[int] = tokenizer.encode(text)[: self.config.task_settings.max_tokens].tolist()  # type: ignore[attr-defined]
        return numbers or [tokenizer.unknown_id]

    def _batches(self, encoded: list[list[int]]) -> Iterator[tuple[list[int], torch.Tensor]]:
        """Places of texts of similar length, and their probabilities (texts, classes)."""
        order = sorted(range(len(encoded)), key=lambda place: len(encoded[place]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            rows = [torch.tensor(encoded[place]) for place in chosen]
            lengths = torch.tensor([len(row) for row in rows])
            with torch.inference_mode():
                scores = self.task(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths)
            yield chosen, scores.double().softmax(dim=1)

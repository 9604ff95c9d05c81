"""Classify texts with a trained run, with class probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.inference import CanPredict, Prediction

BATCH = 128
MOST_LISTED = 5


class TextClassifier(CanPredict):
    """A trained text classifier."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        classes: tuple[str, ...] = self.prepared.classes
        return classes

    def predict(self, texts: str | Sequence[str]) -> list[dict[str, float]]:
        """The probability of every class for each text, the most probable first.

        Raises: RnnbenchError for an empty text, with its number.
        """
        texts = [texts] if isinstance(texts, str) else [*texts]
        rows = self._probabilities(texts)
        return [dict(sorted(row.items(), key=lambda item: -item[1])) for row in rows]

    def predictions(self, texts: Sequence[str]) -> list[Prediction]:
        """The most probable class of each text, and the probability of every class."""
        return [Prediction(max(row, key=row.__getitem__), row) for row in self._probabilities(texts)]

    def warning(self, texts: Sequence[str]) -> str:
        unread = [str(number) for number, text in enumerate(texts, start=1) if self.unknown_share(text) == 1]
        if not unread:
            return ""
        listed = ", ".join(unread[:MOST_LISTED]) + (", ..." if len(unread) > MOST_LISTED else "")
        return f"no word of these texts is in the vocabulary, so their classes are not reliable: text {listed}"

    def unknown_share(self, text: str) -> float:
        """The share of a text's tokens that are not in the vocabulary."""
        numbers = np.asarray(self._tokens(text))
        return float((numbers == self.prepared.tokenizer.unknown_id).mean())

    def _probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The probability of every class for each text, in the order of the classes."""
        for number, text in enumerate(texts, start=1):
            if not text.strip():
                where = f"text {number} of {len(texts)}" if len(texts) > 1 else "the text"
                raise RnnbenchError(f"{where} is empty: there is nothing to classify")
        encoded = [self._tokens(text) for text in texts]
        rows: list[dict[str, float]] = [{} for _ in texts]
        for indices, probabilities in self._batches(encoded):
            for index, row in zip(indices, probabilities.tolist(), strict=True):
                rows[index] = dict(zip(self.classes, row, strict=True))
        return rows

    def _tokens(self, text: str) -> list[int]:
        """Token ids as in training: truncated at the end, one unknown token for a text without tokens."""
        tokenizer = self.prepared.tokenizer
        numbers: list[int] = tokenizer.encode(text)[: self.prepared.max_tokens].tolist()
        return numbers or [tokenizer.unknown_id]

    def _batches(self, encoded: list[list[int]]) -> Iterator[tuple[list[int], torch.Tensor]]:
        """Indices of texts of similar length, and their class probabilities (texts, classes)."""
        order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
        for start in range(0, len(order), BATCH):
            indices = order[start : start + BATCH]
            rows = [torch.tensor(encoded[index]) for index in indices]
            lengths = torch.tensor([len(row) for row in rows])
            with torch.inference_mode():
                logits = self.task(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths)
            yield indices, logits.double().softmax(dim=1)

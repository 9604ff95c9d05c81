"""The class of a text, with the probability of every class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnnbench.core.errors import RnnbenchError
from rnnbench.tasks.inference import CanPredict, Prediction

BATCH = 128
MOST_LISTED = 5


class TextClassifier(CanPredict):
    """A trained classifier of texts."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        classes: tuple[str, ...] = self.prepared.classes
        return classes

    def predict(self, texts: str | Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of every class, the most probable first; they add up to 1.

        Raises: RnnbenchError for an empty text, by its number.
        """
        texts = [texts] if isinstance(texts, str) else [*texts]
        rows = self._probabilities(texts)
        return [dict(sorted(row.items(), key=lambda pair: -pair[1])) for row in rows]

    def predictions(self, texts: Sequence[str]) -> list[Prediction]:
        """The most probable class of each text, and the probability of every class."""
        return [Prediction(max(row, key=row.__getitem__), row) for row in self._probabilities(texts)]

    def warning(self, texts: Sequence[str]) -> str:
        unread = [str(number) for number, text in enumerate(texts, start=1) if self.unknown_share(text) == 1]
        if not unread:
            return ""
        listed = ", ".join(unread[:MOST_LISTED]) + (", ..." if len(unread) > MOST_LISTED else "")
        return f"no word of these texts is in the vocabulary, so their classes mean little: text {listed}"

    def unknown_share(self, text: str) -> float:
        """The share of a text's tokens that the vocabulary lacks; at 1 the prediction says nothing of the text."""
        numbers = np.asarray(self._tokens(text))
        return float((numbers == self.prepared.tokenizer.unknown_id).mean())

    def _probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of every class, in the order of the classes."""
        for number, text in enumerate(texts, start=1):
            if not text.strip():
                where = f"text {number} of {len(texts)}" if len(texts) > 1 else "the text"
                raise RnnbenchError(f"{where} is empty: there is nothing to classify")
        encoded = [self._tokens(text) for text in texts]
        rows: list[dict[str, float]] = [{} for _ in texts]
        for chosen, probabilities in self._batches(encoded):
            for place, row in zip(chosen, probabilities.tolist(), strict=True):
                rows[place] = dict(zip(self.classes, row, strict=True))
        return rows

    def _tokens(self, text: str) -> list[int]:
        """As in training: cut at the end, and a text of no symbol at all is one unknown."""
        tokenizer = self.prepared.tokenizer
        numbers: list[int] = tokenizer.encode(text)[: self.settings.max_tokens].tolist()
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

"""Classify texts with a trained run, with class probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc
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
        unread = [number for number, text in enumerate(texts, start=1) if self.unknown_share(text) == 1]
        cut = [number for number, text in enumerate(texts, start=1) if len(self._all_tokens(text)) > self._most]
        warnings = []
        if unread:
            warnings.append(
                f"no word of these texts is in the vocabulary, so their classes are not reliable: text {_first(unread)}"
            )
        if cut:
            warnings.append(f"only the first {self._most} tokens of these longer texts are read: text {_first(cut)}")
        return "; ".join(warnings)

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

    @property
    def _most(self) -> int:
        """The number of tokens at which texts are cut, as in training."""
        most: int = self.prepared.max_tokens
        return most

    def _tokens(self, text: str) -> list[int]:
        """Token ids as in training: truncated at the end, one unknown token for a text without tokens."""
        return self._all_tokens(text)[: self._most] or [self.prepared.tokenizer.unknown_id]

    def _all_tokens(self, text: str) -> list[int]:
        numbers: list[int] = self.prepared.tokenizer.encode(nfc(text)).tolist()
        return numbers

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


def _first(numbers: Sequence[int]) -> str:
    """'1, 2, 3, 4, 5, ...'."""
    return ", ".join(map(str, numbers[:MOST_LISTED])) + (", ..." if len(numbers) > MOST_LISTED else "")

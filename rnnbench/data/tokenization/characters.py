"""Tokenization by characters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rnnbench.data.code_points import points_of, text_of
from rnnbench.data.tokenization.base import REPLACEMENT, Tokenizer, TokenizerSettings

CHUNK = 1 << 20


class CharacterTokenizer(Tokenizer):
    """One token per character (Unicode code point), by a lookup table over the whole text."""

    kind = "characters"

    def __init__(self, points: list[int], *, lowercase: bool = False) -> None:
        self.lowercase = lowercase
        self._points = np.asarray(points, dtype=np.uint32)
        self._table = np.full(int(self._points.max(initial=0)) + 2, self.unknown_id, dtype=np.int64)
        self._table[self._points] = np.arange(2, len(self._points) + 2)

    @classmethod
    def learn(cls, texts: Iterable[np.ndarray], settings: TokenizerSettings) -> CharacterTokenizer:
        """A tokenizer of the most frequent characters, numbered in the order of their code points."""
        counts = np.zeros(0x110000, dtype=np.int64)
        for points in texts:
            for start in range(0, len(points), CHUNK):
                piece = points[start : start + CHUNK]
                present, frequencies = np.unique(_lowered(piece) if settings.lowercase else piece, return_counts=True)
                counts[present] += frequencies
        kept = np.flatnonzero(counts >= settings.minimum_count)
        kept = kept[np.argsort(-counts[kept], kind="stable")][: settings.vocabulary_size - 2]
        return cls(np.sort(kept).tolist(), lowercase=settings.lowercase)

    @property
    def size(self) -> int:
        return len(self._points) + 2

    def encode(self, text: str) -> np.ndarray:
        return self.encode_points(points_of(text))

    def encode_points(self, points: np.ndarray) -> np.ndarray:
        points = _lowered(points) if self.lowercase else points
        return self._table[np.minimum(points, len(self._table) - 1)]

    def decode(self, ids: Iterable[int]) -> str:
        numbers = np.asarray([*ids], dtype=np.int64)
        numbers = numbers[numbers != self.padding_id]
        symbols = np.append(np.array([0, ord(REPLACEMENT)], dtype=np.uint32), self._points)
        return text_of(symbols[numbers])

    def lengths(self) -> np.ndarray:
        return np.ones(self.size, dtype=np.int64)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "lowercase": self.lowercase, "points": self._points.tolist()}


def _lowered(points: np.ndarray) -> np.ndarray:
    """Code points of the lower-case text; letters whose lower case is two characters are kept."""
    present = np.unique(points)
    lower_case = [ord(lower) if len(lower := chr(point).lower()) == 1 else point for point in present.tolist()]
    return np.asarray(lower_case, dtype=np.uint32)[np.searchsorted(present, points)]

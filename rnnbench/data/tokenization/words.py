"""Tokenization by words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from rnnbench.data.tokenization.base import REPLACEMENT, Tokenizer, TokenizerSettings


class WordTokenizer(Tokenizer):
    """One token per word and per punctuation mark; blanks are not kept."""

    kind = "words"
    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"\w+|[^\w\s]")
    CLOSING: ClassVar[str] = ".,;:!?)]"
    """Punctuation marks without a blank before them."""

    def __init__(self, words: list[str], *, lowercase: bool = False) -> None:
        self.lowercase = lowercase
        self._words = list(words)
        self._ids = {word: number for number, word in enumerate(self._words, start=2)}

    @classmethod
    def learn(cls, texts: Iterable[str], settings: TokenizerSettings) -> WordTokenizer:
        """A tokenizer of the most frequent words, ordered by count, then alphabetically."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(cls.PATTERN.findall(text.lower() if settings.lowercase else text))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        words = [word for word, count in ordered if count >= settings.minimum_count]
        return cls(words[: settings.vocabulary_size - 2], lowercase=settings.lowercase)

    @property
    def size(self) -> int:
        return len(self._words) + 2

    def encode(self, text: str) -> np.ndarray:
        words = self.PATTERN.findall(text.lower() if self.lowercase else text)
        return np.fromiter((self._ids.get(word, self.unknown_id) for word in words), dtype=np.int64, count=len(words))

    def decode(self, ids: Iterable[int]) -> str:
        symbols = ["", REPLACEMENT, *self._words]
        joined = " ".join(symbols[number] for number in ids if number != self.padding_id)
        return re.sub(rf" (?=[{re.escape(self.CLOSING)}])", "", joined)

    def lengths(self) -> np.ndarray:
        # a word and the blank after it
        return np.array([1, 1, *(len(word) + 1 for word in self._words)], dtype=np.int64)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "lowercase": self.lowercase, "words": list(self._words)}

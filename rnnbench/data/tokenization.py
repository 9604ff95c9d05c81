"""Texts to numbers and back: by characters, words or subwords, learned from training texts only.

Number 0 is padding and number 1 everything unknown, in every tokenizer.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from rnnbench.core.errors import DataError
from rnnbench.core.settings import Settings
from rnnbench.data.base import points_of, text_of

TokenizerKind = Literal["characters", "words", "subwords"]
BYTES_AND_SPECIALS = 258
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
CHUNK = 1 << 20


class TokenizerSettings(Settings):
    """How texts become numbers.

    vocabulary_size: the most symbols kept, the two special ones included. minimum_count: a symbol seen less often in
    the training texts is unknown (subwords: a pair seen less often is not merged).
    """

    kind: TokenizerKind = "characters"
    vocabulary_size: Annotated[int, Field(ge=16, le=1_000_000)] = 10_000
    lowercase: bool = False
    minimum_count: Annotated[int, Field(ge=1)] = 1


class Tokenizer(ABC):
    """A fixed two-way map between texts and numbers."""

    kind: ClassVar[TokenizerKind]
    padding_id: ClassVar[int] = 0
    unknown_id: ClassVar[int] = 1

    @property
    @abstractmethod
    def size(self) -> int:
        """How many numbers there are, padding and unknown included."""

    @abstractmethod
    def encode(self, text: str) -> np.ndarray:
        """The numbers of a text, int64."""

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """A text again. Padding vanishes, the unknown becomes the replacement character."""

    @abstractmethod
    def lengths(self) -> np.ndarray:
        """(size,) how long each number is when spelled out, in characters, or bytes of subwords: only ratios count."""

    @abstractmethod
    def to_plain(self) -> dict[str, Any]:
        """Everything the tokenizer knows, as plain JSON; `from_plain` reads it back without loss."""

    def encode_points(self, points: np.ndarray) -> np.ndarray:
        """The numbers of a text given as code points."""
        return self.encode(text_of(points))


class CharacterTokenizer(Tokenizer):
    """One number per character (Unicode code point), looked up in one table for the whole text at once."""

    kind = "characters"

    def __init__(self, points: list[int], *, lowercase: bool = False) -> None:
        self.lowercase = lowercase
        self._points = np.asarray(points, dtype=np.uint32)
        self._table = np.full(int(self._points.max(initial=0)) + 2, self.unknown_id, dtype=np.int64)
        self._table[self._points] = np.arange(2, len(self._points) + 2)

    @classmethod
    def learn(cls, texts: Iterable[np.ndarray], settings: TokenizerSettings) -> CharacterTokenizer:
        """The most frequent characters, numbered in the order of their code points."""
        counts = np.zeros(0x110000, dtype=np.int64)
        for points in texts:
            for start in range(0, len(points), CHUNK):
                piece = points[start : start + CHUNK]
                seen, times = np.unique(_lowered(piece) if settings.lowercase else piece, return_counts=True)
                counts[seen] += times
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


class WordTokenizer(Tokenizer):
    """One number per word and per sign; blanks are not kept."""

    kind = "words"
    PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"\w+|[^\w\s]")
    CLOSING: ClassVar[str] = ".,;:!?)]"
    """Signs that stand close to the word before them."""

    def __init__(self, words: list[str], *, lowercase: bool = False) -> None:
        self.lowercase = lowercase
        self._words = list(words)
        self._ids = {word: number for number, word in enumerate(self._words, start=2)}

    @classmethod
    def learn(cls, texts: Iterable[str], settings: TokenizerSettings) -> WordTokenizer:
        """The most frequent words, the most frequent first; words of equal count in the order of their letters."""
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
        found = self.PATTERN.findall(text.lower() if self.lowercase else text)
        return np.fromiter((self._ids.get(word, self.unknown_id) for word in found), dtype=np.int64, count=len(found))

    def decode(self, ids: Iterable[int]) -> str:
        symbols = ["", REPLACEMENT, *self._words]
        joined = " ".join(symbols[number] for number in ids if number != self.padding_id)
        return re.sub(rf" (?=[{re.escape(self.CLOSING)}])", "", joined)

    def lengths(self) -> np.ndarray:
        # a word and the blank after it
        return np.array([1, 1, *(len(word) + 1 for word in self._words)], dtype=np.int64)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "lowercase": self.lowercase, "words": list(self._words)}


class SubwordTokenizer(Tokenizer):
    """Byte-level byte-pair encoding: nothing is unknown, and decoding gives back every text exactly (unless lowercase).

    Source: Sennrich, Haddow, Birch (2016), Neural machine translation of rare words with subword units,
    arXiv:1508.07909; on bytes as in GPT-2 (Radford et al. 2019).
    """

    kind = "subwords"

    def __init__(self, model: str, *, lowercase: bool = False) -> None:
        from tokenizers import Tokenizer as Engine

        # Its worker threads would warn, and may hang, in a process that is forked later.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.lowercase = lowercase
        self._engine = Engine.from_str(model)
        self._engine.encode_special_tokens = True  # a text that spells "<padding>" is a text like any other

    @classmethod
    def learn(cls, texts: Iterable[str], settings: TokenizerSettings) -> SubwordTokenizer:
        """Merges of the pairs that are most frequent in the texts.

        Raises: DataError when the vocabulary is too small to hold the 256 bytes.
        """
        from tokenizers import Tokenizer as Engine
        from tokenizers import decoders, models, pre_tokenizers, trainers

        if settings.vocabulary_size < BYTES_AND_SPECIALS:
            raise DataError(
                f"a subword vocabulary needs at least {BYTES_AND_SPECIALS} symbols (256 bytes and two special ones), "
                f"not {settings.vocabulary_size}"
            )
        engine = Engine(models.BPE())
        engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        engine.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=settings.vocabulary_size,
            min_frequency=settings.minimum_count,
            special_tokens=["<padding>", "<unknown>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        engine.train_from_iterator((text.lower() if settings.lowercase else text for text in texts), trainer)
        return cls(engine.to_str(), lowercase=settings.lowercase)

    @property
    def size(self) -> int:
        return int(self._engine.get_vocab_size())

    def encode(self, text: str) -> np.ndarray:
        encoded = self._engine.encode(text.lower() if self.lowercase else text, add_special_tokens=False)
        return np.asarray(encoded.ids, dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        pieces: list[str] = []
        run: list[int] = []
        for number in [*map(int, ids), self.unknown_id]:
            if number > self.unknown_id:
                run.append(number)
            elif number == self.unknown_id:
                pieces.append(self._engine.decode(run, skip_special_tokens=False))
                run = []
        return REPLACEMENT.join(pieces)

    def signs_of(self, number: int) -> str:
        """What a number stands for, one sign per byte."""
        return str(self._engine.id_to_token(number))

    def lengths(self) -> np.ndarray:
        spelled = [len(self.signs_of(number)) for number in range(self.unknown_id + 1, self.size)]
        return np.array([1] * (self.unknown_id + 1) + spelled, dtype=np.int64)

    def to_plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "lowercase": self.lowercase, "model": self._engine.to_str()}


def tokenizer_from_plain(plain: dict[str, Any]) -> Tokenizer:
    """The tokenizer that `to_plain` described."""
    lowercase = bool(plain["lowercase"])
    if plain["kind"] == "characters":
        return CharacterTokenizer(plain["points"], lowercase=lowercase)
    if plain["kind"] == "words":
        return WordTokenizer(plain["words"], lowercase=lowercase)
    return SubwordTokenizer(plain["model"], lowercase=lowercase)


def _lowered(points: np.ndarray) -> np.ndarray:
    """Code points of the lower-case text; the few letters that would become two stay as they are."""
    present = np.unique(points)
    small = [ord(lower) if len(lower := chr(point).lower()) == 1 else point for point in present.tolist()]
    return np.asarray(small, dtype=np.uint32)[np.searchsorted(present, points)]

"""Texts as token ids: corpora and labelled texts, encoded split by split under the same seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnbench.data.code_points import pieces_of
from rnnbench.data.kinds import Labelled, LabelledTexts, TextCorpus
from rnnbench.data.sources import cache_folder, publish
from rnnbench.data.splits import SplitName, Splits
from rnnbench.data.tokenization import Tokenizer

LARGE = 16 << 20


@dataclass(frozen=True)
class EncodedCorpus:
    """A long text as token ids, uint16 where they fit, else int32; memory-mapped from the cache where large.

    characters: the number of characters of each split, for bits per character. size: of the vocabulary.
    """

    splits: Splits[np.ndarray]
    characters: dict[SplitName, int]
    size: int


@dataclass(frozen=True)
class EncodedTexts:
    """Labelled texts as one flat array: text i is ids[offsets[i]:offsets[i + 1]] and never empty.

    ids: (tokens,) int32. offsets: (texts + 1,) int64. labels: (texts,) int64. truncated: number of truncated texts.
    """

    ids: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray
    truncated: int

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def followed_by(self, others: EncodedTexts) -> EncodedTexts:
        """These texts followed by the others."""
        return EncodedTexts(
            np.concatenate([self.ids, others.ids]),
            np.concatenate([self.offsets, self.offsets[-1] + others.offsets[1:]]),
            np.concatenate([self.labels, others.labels]),
            self.truncated + others.truncated,
        )


@dataclass(frozen=True)
class EncodedLabelled:
    """Labelled texts as token ids in three splits. size: of the vocabulary."""

    splits: Splits[EncodedTexts]
    classes: tuple[str, ...]
    size: int


def encode_corpus(corpus: TextCorpus, tokenizer: Tokenizer) -> EncodedCorpus:
    """Every split as token ids. A split of more than 16 million characters is memory-mapped from the cache."""
    kind = np.dtype(np.uint16 if tokenizer.size <= 1 << 16 else np.int32)
    characters: dict[SplitName, int] = {}

    def encode(name: SplitName, points: np.ndarray) -> np.ndarray:
        characters[name] = len(points)
        if len(points) <= LARGE:
            return _joined(_encoded(points, tokenizer, kind), kind)
        key = json.dumps([corpus.fingerprint, name, tokenizer.to_plain()], sort_keys=True)
        target = cache_folder() / "encoded" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.{kind.name}"

        def write(directory: Path) -> Path:
            with open(directory / "ids", "wb") as stream:
                for ids in _encoded(points, tokenizer, kind):
                    stream.write(ids.tobytes())
            return directory / "ids"

        return np.memmap(publish(target, write), dtype=kind, mode="r")

    return EncodedCorpus(corpus.splits.map(encode), characters, tokenizer.size)


def encode_labelled(data: LabelledTexts, tokenizer: Tokenizer, max_tokens: int | None = None) -> EncodedLabelled:
    """Every text as its first `max_tokens` token ids (None: all). An empty text becomes one unknown symbol."""

    def encode(_: SplitName, split: Labelled) -> EncodedTexts:
        unknown = np.array([tokenizer.unknown_id])
        truncated = 0
        encoded: list[np.ndarray] = []
        for text in split.texts:
            ids = tokenizer.encode(text)
            truncated += max_tokens is not None and len(ids) > max_tokens
            encoded.append(ids[:max_tokens] if len(ids) else unknown)
        offsets = np.concatenate([[0], np.cumsum([len(ids) for ids in encoded])]).astype(np.int64)
        return EncodedTexts(_joined(encoded, np.dtype(np.int32)), offsets, split.labels.astype(np.int64), truncated)

    return EncodedLabelled(data.splits.map(encode), data.classes, tokenizer.size)


def _encoded(points: np.ndarray, tokenizer: Tokenizer, kind: np.dtype) -> Iterator[np.ndarray]:
    return (tokenizer.encode_points(piece).astype(kind) for piece in pieces_of(points))


def _joined(parts: Iterable[np.ndarray], kind: np.dtype) -> np.ndarray:
    arrays = [*parts]
    return np.concatenate(arrays).astype(kind) if arrays else np.empty(0, kind)

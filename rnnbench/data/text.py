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

    ids: (tokens,) int32. offsets: (texts + 1,) int64. labels: (texts,) int64.
    whole_lengths: (texts,) int64, the number of tokens of each text before it was cut.
    """

    ids: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray
    whole_lengths: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    @property
    def truncated(self) -> int:
        """The number of texts that were cut."""
        return int((self.whole_lengths > self.lengths).sum())

    def cut(self, max_tokens: int) -> EncodedTexts:
        """The first `max_tokens` tokens of each text."""
        starts, lengths = np.repeat(self.offsets[:-1], self.lengths), np.minimum(self.lengths, max_tokens)
        ids = self.ids[np.arange(len(self.ids)) - starts < max_tokens]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return EncodedTexts(ids, offsets, self.labels, self.whole_lengths)

    def followed_by(self, others: EncodedTexts) -> EncodedTexts:
        """These texts followed by the others."""
        return EncodedTexts(
            np.concatenate([self.ids, others.ids]),
            np.concatenate([self.offsets, self.offsets[-1] + others.offsets[1:]]),
            np.concatenate([self.labels, others.labels]),
            np.concatenate([self.whole_lengths, others.whole_lengths]),
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
        unknown = np.array([tokenizer.unknown_id], dtype=np.int32)
        encoded: list[np.ndarray] = []
        whole_lengths = np.zeros(len(split), dtype=np.int64)
        for number, text in enumerate(split.texts):
            ids = tokenizer.encode(text)
            whole_lengths[number] = len(ids)
            # a copy, since a slice would keep the whole text in memory
            encoded.append(ids[:max_tokens].astype(np.int32) if len(ids) else unknown)
        offsets = np.concatenate([[0], np.cumsum([len(ids) for ids in encoded])]).astype(np.int64)
        ids_of_all = _joined(encoded, np.dtype(np.int32))
        return EncodedTexts(ids_of_all, offsets, split.labels.astype(np.int64), whole_lengths)

    return EncodedLabelled(data.splits.map(encode), data.classes, tokenizer.size)


def _encoded(points: np.ndarray, tokenizer: Tokenizer, kind: np.dtype) -> Iterator[np.ndarray]:
    return (tokenizer.encode_points(piece).astype(kind) for piece in pieces_of(points))


def _joined(parts: Iterable[np.ndarray], kind: np.dtype) -> np.ndarray:
    arrays = [*parts]
    return np.concatenate(arrays).astype(kind) if arrays else np.empty(0, kind)

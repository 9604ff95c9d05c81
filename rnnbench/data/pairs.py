"""Pairs of texts as token ids, encoded split by split under the same seal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from rnnbench.data.kinds import Pairs
from rnnbench.data.splits import Splits
from rnnbench.data.tokenization.pairs import PairTokenizer

Side = Literal["start", "end"]
"""The side of a long text that is kept."""


@dataclass(frozen=True)
class TokenRows:
    """Rows of token ids as one flat array: row i is ids[offsets[i]:offsets[i + 1]]."""

    ids: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, rows: Iterable[np.ndarray]) -> TokenRows:
        """The rows in one array."""
        parts = [*rows]
        ids = np.concatenate([np.zeros(0, dtype=np.int32), *parts]).astype(np.int32)
        return cls(ids, np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def cut(self, most: int, keep: Side = "start") -> TokenRows:
        """At most the first or the last `most` tokens of each row."""
        lengths = np.minimum(self.lengths, most)
        begins = self.offsets[:-1] if keep == "start" else self.offsets[1:] - lengths
        return TokenRows.of(self.ids[begin : begin + size] for begin, size in zip(begins, lengths, strict=True))

    def followed_by(self, others: TokenRows) -> TokenRows:
        """These rows followed by the others."""
        offsets = np.concatenate([self.offsets, self.offsets[-1] + others.offsets[1:]])
        return TokenRows(np.concatenate([self.ids, others.ids]), offsets)

    def padded(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Some rows as (rows, longest) int64, padded with 0 on the right, and their lengths."""
        lengths = self.lengths[rows]
        steps = np.arange(int(lengths.max(initial=1)))
        is_token = steps < lengths[:, None]
        ids = self.ids[np.where(is_token, self.offsets[rows][:, None] + steps, 0)].astype(np.int64) * is_token
        return torch.from_numpy(ids), torch.from_numpy(lengths)


@dataclass(frozen=True)
class EncodedPairs:
    """Sources, and targets between their begin and end symbols; both have at least one token.

    characters: (pairs,) the length of each whole target. cut: the number of sources, and of targets, that were cut.
    """

    sources: TokenRows
    targets: TokenRows
    characters: np.ndarray
    cut: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.sources)

    def followed_by(self, others: EncodedPairs) -> EncodedPairs:
        """These pairs followed by the others."""
        return EncodedPairs(
            self.sources.followed_by(others.sources),
            self.targets.followed_by(others.targets),
            np.concatenate([self.characters, others.characters]),
            (self.cut[0] + others.cut[0], self.cut[1] + others.cut[1]),
        )

    def cut_targets(self, most: int) -> EncodedPairs:
        """Targets of at most `most` tokens and the end symbol; one that is cut has no end symbol."""
        targets = self.targets.cut(most + 2)
        return EncodedPairs(
            self.sources, targets, self.characters, (self.cut[0], int((self.targets.lengths > most + 2).sum()))
        )


def encode_pairs(splits: Splits[Pairs], tokenizer: PairTokenizer, most_source: int, keep: Side) -> Splits[EncodedPairs]:
    """Every split as token ids: targets whole, of a source at most `most_source` tokens."""
    return splits.map(lambda _, split: encode(split, tokenizer, most_source, keep))


def rows_of_sources(sources: Iterable[str], tokenizer: PairTokenizer) -> TokenRows:
    """Sources as token ids."""
    return TokenRows.of(_not_empty(tokenizer.encode_source(text), tokenizer) for text in sources)


def encode(pairs: Pairs, tokenizer: PairTokenizer, most_source: int, keep: Side = "start") -> EncodedPairs:
    """Pairs as token ids."""
    edges = np.array([tokenizer.begin_id]), np.array([tokenizer.end_id])
    sources = rows_of_sources(pairs.sources, tokenizer)
    targets = TokenRows.of(
        np.concatenate([edges[0], tokenizer.encode_target(target, source), edges[1]])
        for source, target in zip(pairs.sources, pairs.targets, strict=True)
    )
    characters = np.array([max(1, len(text)) for text in pairs.targets], dtype=np.int64)
    return EncodedPairs(
        sources.cut(most_source, keep), targets, characters, (int((sources.lengths > most_source).sum()), 0)
    )


def _not_empty(ids: np.ndarray, tokenizer: PairTokenizer) -> np.ndarray:
    """The ids; the unknown symbol where a text has none, as a text of blanks alone by words."""
    return ids if len(ids) else np.array([tokenizer.tokenizer.unknown_id])

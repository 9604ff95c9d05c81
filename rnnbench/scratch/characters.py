"""Text as integers: a vocabulary of characters, one-hot vectors, and consecutive windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


class Vocabulary:
    """The distinct characters of a text in sorted order; the index of a character is its code."""

    def __init__(self, characters: str) -> None:
        self.characters = "".join(sorted(set(characters)))
        self._codes = {character: code for code, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str, label: str = "the text") -> Array:
        """(characters,) integers. label: name of the text in the error message.

        Raises: ScratchError for characters outside of the vocabulary.
        """
        unknown = sorted(set(text) - self._codes.keys())
        if unknown:
            shown = ", ".join(map(repr, unknown[:8])) + (", ..." if len(unknown) > 8 else "")
            raise ScratchError(f"{label} has characters that do not occur in the training text: {shown}")
        return np.array([self._codes[character] for character in text], dtype=np.int64)

    def decode(self, codes: Array) -> str:
        """The text of codes."""
        return "".join(self.characters[code] for code in codes)


def one_hot(codes: Array, size: int, dtype: Any) -> Array:
    """(..., size): 1 at the index of each code, else 0."""
    vectors = np.zeros((*codes.shape, size), dtype)
    np.put_along_axis(vectors, codes[..., np.newaxis], 1, axis=-1)
    return vectors


class Window(NamedTuple):
    """Consecutive steps of all streams."""

    inputs: Array
    """(batch, time)"""
    targets: Array
    """(batch, time): the inputs shifted by one step."""
    begins: bool
    """Whether this is the first window of the streams, so that the state before it is zero."""


def windows(codes: Array, batch: int, time: int) -> Iterator[Window]:
    """One pass over a text, cut into `batch` parallel streams.

        text      abcdefghijklmnopqr         batch 2, time 4
        streams   abcdefghi  jklmnopqr
        windows   [abcd jklm]  [efgh nopq]   targets shifted by one

    Row k of a window continues row k of the previous window, so the state can be carried; with shuffled windows the
    state would belong to another passage. The last window may be shorter.

    Raises: ScratchError for a text too short to give every stream an input and a target.
    """
    each = (len(codes) - 1) // batch
    if each < 1:
        raise ScratchError(f"a text of {len(codes)} characters is too short for {batch} streams")
    inputs, targets = (codes[shift : shift + each * batch].reshape(batch, each) for shift in (0, 1))
    for start in range(0, each, time):
        piece = slice(start, start + time)
        yield Window(inputs[:, piece], targets[:, piece], begins=start == 0)

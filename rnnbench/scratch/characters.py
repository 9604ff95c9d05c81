"""Text as numbers: a vocabulary of characters, one-hot vectors, and windows that follow one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from rnnbench.scratch.base import Array, ScratchError


class Vocabulary:
    """The characters of a text, sorted; a character's place is its number."""

    def __init__(self, characters: str) -> None:
        self.characters = "".join(sorted(set(characters)))
        self._places = {character: place for place, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str, what: str = "the text") -> Array:
        """(characters,) whole numbers.

        Raises: ScratchError naming the characters that the vocabulary lacks.
        """
        unknown = sorted(set(text) - self._places.keys())
        if unknown:
            shown = ", ".join(map(repr, unknown[:8])) + (", ..." if len(unknown) > 8 else "")
            raise ScratchError(f"{what} has characters that the training text lacks: {shown}")
        return np.array([self._places[character] for character in text], dtype=np.int64)

    def decode(self, codes: Array) -> str:
        """The text behind the numbers."""
        return "".join(self.characters[code] for code in codes)


def one_hot(codes: Array, size: int, dtype: Any) -> Array:
    """(..., size): 1 at each code's place. Its product with a matrix picks one of the matrix's columns."""
    vectors = np.zeros((*codes.shape, size), dtype)
    np.put_along_axis(vectors, codes[..., np.newaxis], 1, axis=-1)
    return vectors


class Window(NamedTuple):
    """Some steps of every stream at once."""

    inputs: Array
    """(batch, time)"""
    targets: Array
    """(batch, time): the inputs one step on."""
    begins: bool
    """Whether the streams begin here: the state before it is zeros, not that of the window before."""


def windows(codes: Array, batch: int, time: int) -> Iterator[Window]:
    """One pass over a text, cut into `batch` streams that are read side by side.

        text      abcdefghijklmnopqr         batch 2, time 4
        streams   abcdefghi  jklmnopqr
        windows   [abcd jklm]  [efgh nopq]   targets one step on

    Row k of a window goes on where row k of the window before stopped. This is what makes carrying the state right:
    shuffled windows would carry the state of one passage into another. The last window may be shorter.

    Raises: ScratchError for a text too short to give every stream an input and a target.
    """
    each = (len(codes) - 1) // batch
    if each < 1:
        raise ScratchError(f"a text of {len(codes)} characters is too short for {batch} streams")
    inputs, targets = (codes[shift : shift + each * batch].reshape(batch, each) for shift in (0, 1))
    for start in range(0, each, time):
        piece = slice(start, start + time)
        yield Window(inputs[:, piece], targets[:, piece], begins=start == 0)

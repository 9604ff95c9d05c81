"""Texts as arrays of Unicode code points, and back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

PIECE = 1 << 20
NEWLINE, BLANK = 10, 32


def points_of(text: str) -> np.ndarray:
    """The Unicode code points of a text, as uint32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def text_of(points: np.ndarray) -> str:
    """The text of code points."""
    return np.ascontiguousarray(points, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


def pieces_of(points: np.ndarray) -> Iterator[np.ndarray]:
    """A long text in pieces of about a million characters, cut after a newline or a blank, so that no word is cut."""
    start = 0
    while start < len(points):
        end = min(start + PIECE, len(points))
        if end < len(points):
            piece = points[start:end]
            breaks = np.flatnonzero(piece == NEWLINE)
            breaks = breaks if len(breaks) else np.flatnonzero(piece == BLANK)
            end = start + int(breaks[-1]) + 1 if len(breaks) else end
        yield points[start:end]
        start = end

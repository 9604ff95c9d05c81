"""The tokens that fit the script of a language: subwords where words are too rare or not separated by blanks."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from rnnbench.core.text import listed, percent
from rnnbench.data.code_points import points_of
from rnnbench.data.tokenization.base import TokenizerKind

SMALLEST_SHARE = 0.3
"""Share of the letters in such scripts from which on texts are read as subwords."""

SUBWORD_SCRIPTS = {
    # words carry endings and are written with few blanks
    "HANGUL": "Hangul",
    # no blanks between words
    "CJK": "Han", "IDEOGRAPHIC": "Han", "HIRAGANA": "Hiragana", "KATAKANA": "Katakana",
    "KATAKANA-HIRAGANA": "Katakana", "BOPOMOFO": "Bopomofo", "THAI": "Thai", "LAO": "Lao", "KHMER": "Khmer",
    "MYANMAR": "Myanmar", "TIBETAN": "Tibetan",
    # vowel signs are no letters, so words would be split at them
    "DEVANAGARI": "Devanagari", "BENGALI": "Bengali", "GURMUKHI": "Gurmukhi", "GUJARATI": "Gujarati",
    "ORIYA": "Oriya", "TAMIL": "Tamil", "TELUGU": "Telugu", "KANNADA": "Kannada", "MALAYALAM": "Malayalam",
    "SINHALA": "Sinhala",
}  # fmt: skip
"""Scripts that are read as subwords: the first word of their letters' names in Unicode, and the script's name."""

_PIECE = 1 << 20
_WIDTHS = ("HALFWIDTH ", "FULLWIDTH ")


class FittingTokens(NamedTuple):
    """The kind of tokens that fits some texts, and the reason in words; empty where no other kind was considered."""

    kind: TokenizerKind
    reason: str = ""


def fitting_tokens(texts: Iterable[str]) -> FittingTokens:
    """Subwords where at least `SMALLEST_SHARE` of the letters are of `SUBWORD_SCRIPTS`, else words."""
    shares = script_shares(texts)
    total = sum(shares.values())
    scripts = listed(script for script, share in sorted(shares.items(), key=lambda item: -item[1]) if share >= 0.01)
    if total >= SMALLEST_SHARE:
        return FittingTokens("subwords", f"{percent(total)} of the letters are {scripts}")
    return FittingTokens("words", f"only {percent(total)} of the letters are {scripts}" if scripts else "")


def script_shares(texts: Iterable[str]) -> dict[str, float]:
    """The share of each of `SUBWORD_SCRIPTS` that occurs, among all letters of the texts."""
    letters: Counter[str] = Counter()
    for point, count in _counts(texts).items():
        symbol = chr(point)
        if unicodedata.category(symbol).startswith("L"):
            letters[_script(symbol)] += count
    total = sum(letters.values())
    return {script: count / total for script, count in letters.items() if script}


def _script(letter: str) -> str:
    """The name of the script of a letter; empty where it is not one of `SUBWORD_SCRIPTS`."""
    name = unicodedata.name(letter, "")
    for width in _WIDTHS:
        name = name.removeprefix(width)
    return SUBWORD_SCRIPTS.get(name.partition(" ")[0], "")


def _counts(texts: Iterable[str]) -> Counter[int]:
    """How often each code point occurs."""
    counts: Counter[int] = Counter()
    for piece in _pieces(texts):
        present, frequencies = np.unique(points_of(piece), return_counts=True)
        counts.update(dict(zip(present.tolist(), frequencies.tolist(), strict=True)))
    return counts


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    """The texts joined to strings of about a million characters."""
    piece: list[str] = []
    length = 0
    for text in texts:
        piece.append(text)
        length += len(text)
        if length > _PIECE:
            yield "".join(piece)
            piece, length = [], 0
    yield "".join(piece)

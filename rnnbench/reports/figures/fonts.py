"""Fonts on this machine for letters that the standard font of the figures lacks: Korean, Japanese, Chinese."""

from __future__ import annotations

from functools import lru_cache

from matplotlib import rcParams
from matplotlib.font_manager import FontEntry, FontProperties, fontManager, get_font

PLACEHOLDERS = "Last Resort"
"""Fonts of this name have a box for every letter there is."""


def families(text: str) -> list[str]:
    """The standard font, then as few others as have the letters of the text that it lacks.

    Letters that no font on this machine has are drawn as boxes in a PNG. A browser has its own fonts for an SVG.
    """
    return [*rcParams["font.family"], *fallbacks(frozenset(text))]


@lru_cache(maxsize=64)
def fallbacks(letters: frozenset[str]) -> tuple[str, ...]:
    """Names of fonts for those of the letters that the standard font lacks."""
    missing = letters - _letters(fontManager.findfont(FontProperties()), letters)
    names: list[str] = []
    while missing:
        by_font = {font.name: _letters(font.fname, missing) for font in _plain_fonts()}
        name = max(sorted(by_font), key=lambda name: len(by_font[name]), default="")
        if not by_font.get(name):
            break
        names.append(name)
        missing -= by_font[name]
    return tuple(names)


def _plain_fonts() -> list[FontEntry]:
    """Fonts neither italic nor bold nor condensed, and no placeholders."""
    return [
        font for font in fontManager.ttflist
        if (font.style, font.stretch) == ("normal", "normal") and font.weight in (400, "normal", "regular")
        and PLACEHOLDERS not in font.name
    ]  # fmt: skip


def _letters(path: str, letters: frozenset[str]) -> frozenset[str]:
    """Those of the letters that a font file has; none where the file is gone since matplotlib listed it."""
    try:
        font = get_font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))

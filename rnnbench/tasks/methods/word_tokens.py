"""Texts as words for classical methods, and back: a placeholder is a word, and so is each Chinese character or kana."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rnnbench.metrics.translation import PLACEHOLDER

_WITHOUT_BLANKS = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Kana and Chinese characters: written without blanks between words."""

_LETTERS = rf"[^\W{_WITHOUT_BLANKS}]+"

WORD = re.compile(rf"{PLACEHOLDER.pattern}|[{_WITHOUT_BLANKS}]|{_LETTERS}(?:[-'’.]{_LETTERS})*|[^\w\s]")
"""`{name}`, `T-Shirt`, `don't`, `3.5`, one punctuation mark."""

_BLANK_BEFORE_CLOSING = re.compile(r" (?=[.,;:!?)\]}%…»”。、，！？：；）」』])")
_BLANK_AFTER_OPENING = re.compile(r"(?<=[(\[«„“¿¡（「『]) ")
_BLANK_BESIDE = re.compile(rf"(?<=[{_WITHOUT_BLANKS}]) | (?=[{_WITHOUT_BLANKS}])")


def words_of(text: str) -> list[str]:
    """The words of a text: `WORD`."""
    return WORD.findall(text)


def text_of_words(words: Iterable[str]) -> str:
    """The words as a text, with blanks where they are usual."""
    text = _BLANK_BEFORE_CLOSING.sub("", " ".join(words))
    return _BLANK_BESIDE.sub("", _BLANK_AFTER_OPENING.sub("", text))

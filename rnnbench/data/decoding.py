"""Numbers to text one by one, as a model generates them: no half of a character ever comes out."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from rnnbench.data.tokenization import CharacterTokenizer, SubwordTokenizer, Tokenizer, WordTokenizer

Decode = Callable[[int], str]
"""Told the next number; answers what can be shown of the text by now, which may be nothing yet."""


def decode_on(tokenizer: Tokenizer, before: str) -> Decode:
    """What turns the numbers after the text `before` into pieces that, put together, go on from it.

    Characters come one by one, words with the blank before them. Subwords are bytes: a character comes out with its
    last byte, and bytes that make no character are left out.
    """
    if isinstance(tokenizer, SubwordTokenizer):
        signs_of, decoder = tokenizer.signs_of, codecs.getincrementaldecoder("utf-8")(errors="ignore")
        return lambda number: decoder.decode(bytes(_BYTE_OF[sign] for sign in signs_of(number)))
    if isinstance(tokenizer, WordTokenizer):
        is_begun = before != "" and not before[-1].isspace()
        return _words(tokenizer, is_begun)
    return lambda number: tokenizer.decode([number])


def _byte_of() -> dict[str, int]:
    """The byte behind each sign of byte-level subwords: visible bytes stand for themselves, the others from 256 on.

    Source: the byte-to-character table of GPT-2 (Radford et al. 2019), which `tokenizers` follows.
    """
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTE_OF = _byte_of()


def _words(tokenizer: WordTokenizer, is_begun: bool) -> Decode:
    def decode(number: int) -> str:
        nonlocal is_begun
        word = tokenizer.decode([number])
        piece = f" {word}" if is_begun and word not in WordTokenizer.CLOSING else word
        is_begun = True
        return piece

    return decode


def unknown_in(tokenizer: Tokenizer, text: str) -> list[str]:
    """The characters, or words, of a text that the vocabulary lacks, each once."""
    if isinstance(tokenizer, CharacterTokenizer):
        parts = list(text)
    elif isinstance(tokenizer, WordTokenizer):
        parts = WordTokenizer.PATTERN.findall(text)
    else:
        return []
    numbers = tokenizer.encode(text)
    return [*dict.fromkeys(part for part, number in zip(parts, numbers, strict=True) if number == tokenizer.unknown_id)]

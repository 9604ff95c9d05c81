"""Generated tokens to text, one token at a time, never with an incomplete character."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from rnnbench.data.tokenization import CharacterTokenizer, SubwordTokenizer, Tokenizer, WordTokenizer

Decode = Callable[[int], str]
"""From the next token id to the text that it completes, which may be empty."""


def incremental_decoder(tokenizer: Tokenizer, before: str) -> Decode:
    """A decoder of the tokens that continue the text `before`: the text of each token id, to be concatenated.

    Words include the blank before them. Subwords are bytes: a character is decoded with its last byte, and invalid
    bytes are left out.
    """
    if isinstance(tokenizer, SubwordTokenizer):
        byte_symbols = tokenizer.byte_symbols
        decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        return lambda number: decoder.decode(bytes(_BYTE_OF[symbol] for symbol in byte_symbols(number)))
    if isinstance(tokenizer, WordTokenizer):
        return _words(tokenizer, needs_blank=before != "" and not before[-1].isspace())
    return lambda number: tokenizer.decode([number])


def _byte_of() -> dict[str, int]:
    """The byte of each symbol of byte-level subwords: printable bytes are themselves, the others are 256 and above.

    Source: the byte-to-character table of GPT-2 (Radford et al. 2019), which `tokenizers` follows.
    """
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTE_OF = _byte_of()


def _words(tokenizer: WordTokenizer, *, needs_blank: bool) -> Decode:
    def decode(number: int) -> str:
        nonlocal needs_blank
        word = tokenizer.decode([number])
        piece = f" {word}" if needs_blank and word not in WordTokenizer.CLOSING else word
        needs_blank = True
        return piece

    return decode


def unknown_in(tokenizer: Tokenizer, text: str) -> list[str]:
    """The characters or words of a text that are not in the vocabulary, each once."""
    if isinstance(tokenizer, CharacterTokenizer):
        parts = list(text)
    elif isinstance(tokenizer, WordTokenizer):
        parts = WordTokenizer.PATTERN.findall(text)
    else:
        return []
    numbers = tokenizer.encode(text)
    return [*dict.fromkeys(part for part, number in zip(parts, numbers, strict=True) if number == tokenizer.unknown_id)]

"""Bits that general compressors need for a text: what an ideal model's bits per character are compared with."""

from __future__ import annotations

import bz2
import lzma

MEMORY_OF_XZ = 32 * 2**20
"""How many bytes of text before it xz may look back on; its encoder takes about eleven times as much memory."""


def xz_bits(*texts: str, after: str = "") -> tuple[float, ...]:
    """8 x (size(after + text) - size(after)) in bits: what each text alone adds to an archive that holds `after`.

    The dictionary is as large as both texts together, and `after` is cut to its last 32 MB. Text is stored as UTF-8.
    """
    before = after.encode()[-MEMORY_OF_XZ:]
    alone = _xz_size(before)
    return tuple(8.0 * (_xz_size(before + text.encode()) - alone) for text in texts)


def bz2_bits(text: str) -> float:
    """8 x the compressed size of `text` alone, in bits: blocks of 900 kB are independent: nothing before helps."""
    return 8.0 * len(bz2.compress(text.encode(), 9))


def _xz_size(content: bytes) -> int:
    dictionary = max(len(content), 2**16)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": dictionary}]
    return len(lzma.compress(content, format=lzma.FORMAT_XZ, filters=filters))

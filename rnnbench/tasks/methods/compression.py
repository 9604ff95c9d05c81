"""Compressed size of a text in bits, by xz and bz2: an upper bound on its entropy."""

from __future__ import annotations

import bz2
import lzma

MEMORY_OF_XZ = 32 * 2**20
"""Bytes of preceding text that xz may refer to; its encoder needs about eleven times as much memory."""


def xz_bits(*texts: str, after: str = "") -> tuple[float, ...]:
    """8 x (size(after + text) - size(after)): the bits by which each text increases an archive of `after`.

    The dictionary is as large as both texts together; of `after`, the last 32 MB are used. Text is encoded as UTF-8.
    """
    before = after.encode()[-MEMORY_OF_XZ:]
    alone = _xz_size(before)
    return tuple(8.0 * (_xz_size(before + text.encode()) - alone) for text in texts)


def bz2_bits(text: str) -> float:
    """8 x the compressed size of `text` in bits; blocks of 900 kB are independent, so earlier text does not help."""
    return 8.0 * len(bz2.compress(text.encode(), 9))


def _xz_size(content: bytes) -> int:
    dictionary = max(len(content), 2**16)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": dictionary}]
    return len(lzma.compress(content, format=lzma.FORMAT_XZ, filters=filters))

"""The bytes of a file, packed or not, and its text in Unicode form NFC."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from rnnbench.core.errors import DataError
from rnnbench.core.text import nfc
from rnnbench.data.readers.encodings import READ_BYTES, Encoding, find_encoding

PACKED: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

HEAD_CHARACTERS = 1 << 16
MOST_EXPANSION = 100
"""Times its packed size that a file may have unpacked; tables and texts have 3 to 20 times."""
SMALL_BYTES = 128 << 20
"""A file of this size unpacked is read however small it is packed."""


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where its name ends in .gz, .bz2 or .xz.

    Raises: DataError for a damaged archive, and for one that unpacks to far more than texts or tables do.
    """
    opened = PACKED.get(path.suffix.lower())
    try:
        with cast(BinaryIO, opened(path, "rb") if opened else open(path, "rb")) as stream:
            yield cast(BinaryIO, io.BufferedReader(_Unpacked(path, stream), READ_BYTES)) if opened else stream
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if opened and error.errno is None:  # how bz2 tells that the data are not its own
            raise _damaged(path, error) from error
        raise


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of an archive, up to a limit: a few kilobytes can hold gigabytes."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self._stream, self._read = path, stream, 0
        self._limit = max(SMALL_BYTES, MOST_EXPANSION * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._read = self._stream.seek(offset, whence)
        return self._read

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._read += len(piece)
        if self._read > self._limit:
            raise DataError(
                f"{self._path.name} unpacks to more than {MOST_EXPANSION} times its size: unpack it first if that is "
                "meant"
            )
        return len(piece)


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name} is not a complete {path.suffix} archive ({error}): copy or pack it again")


def read_text(path: Path, named: str | None) -> tuple[str, Encoding]:
    """The text of a file in Unicode form NFC with newlines as line ends, and its encoding.

    Raises: DataError for an empty file, bytes that cannot be decoded, or zero bytes.
    """
    with open_binary(path) as stream:
        content = stream.read()
    encoding = find_encoding(io.BytesIO(content), path, named)
    try:
        text = content.decode(encoding.codec)
    except UnicodeDecodeError as error:
        shift = 3 if encoding.codec == "utf-8-sig" and content.startswith(codecs.BOM_UTF8) else 0
        raise broken_encoding(path, encoding, error.start + shift) from error
    del content
    text = text.replace("\ufeff", "").rstrip("\x1a")  # marks of files that were joined; the end of file of DOS
    if "\r" in text:
        text = re.sub("\r+\n", "\n", text).replace("\r", "\n")
    if not text.strip():
        raise DataError(f"{path.name} is empty")
    check_no_zero(text, path)
    return nfc(text), encoding


def head_of(path: Path, named: str | None) -> str:
    """The first characters of a file, as in `read_text`."""
    return next(pieces(path, named)[0])[:HEAD_CHARACTERS]


def pieces(path: Path, named: str | None) -> tuple[Iterator[str], Encoding]:
    """The text of a file piece by piece, as in `read_text`, and its encoding."""
    with open_binary(path) as stream:
        encoding = find_encoding(stream, path, named)
    return _pieces(path, encoding), encoding


def _pieces(path: Path, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    read, held = 0, ""
    with open_binary(path) as stream:
        while True:
            piece = stream.read(READ_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                raise broken_encoding(path, encoding, read - pending + error.start) from error
            text = held + newlines.decode(text, final=not piece)
            check_no_zero(text, path)
            end = _complete(text) if piece else len(text)
            held = text[end:]
            yield nfc(text[:end].replace("\ufeff", ""))
            if not piece:
                return
            read += len(piece)


def _complete(text: str) -> int:
    """Where to cut a piece so that a letter is not parted from its accents, nor a syllable from its last parts."""
    end = max(text.rfind("\n"), text.rfind(" ")) + 1
    if not end and len(text) > 100:
        end = len(text) - 100
        while end and (unicodedata.category(text[end])[0] == "M" or "\u1160" <= text[end] <= "\u11ff"):
            end -= 1
    return end


def broken_encoding(path: Path, encoding: Encoding, offset: int) -> DataError:
    """The error for bytes that cannot be decoded, with the offset of the first."""
    return DataError(
        f"{path.name} is not {encoding.label}: the byte at offset {offset} is invalid. Save the file as UTF-8, or type "
        "--encoding with the encoding that it was saved in, such as cp949 (Korean) or cp1252 (Western)"
    )


def check_no_zero(text: str, path: Path) -> None:
    """Refuse zero bytes, with the line of the first."""
    place = text.find("\0")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise DataError(
            f"{path.name} contains zero bytes (the first in line {line}): remove them, or type --encoding where the "
            "file is text in another encoding"
        )

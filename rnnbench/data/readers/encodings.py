"""The encoding of a file, and its text: by its mark, as UTF-8 or UTF-16, else by how likely each reading is."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from rnnbench.core.errors import DataError, did_you_mean
from rnnbench.core.text import nfc
from rnnbench.data.readers.alphabets import ALPHABETS, ASCII_COST, scores

READ_BYTES = 4 << 20
HEAD_BYTES = 1 << 16
SAMPLE_BYTES = 1 << 14
CLOSE = 3.0  # nats between two readings, below which the second is told
LEAST_COST = -7.0  # nats per byte beyond ASCII, below which no reading makes sense
MARKS = {
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8"),
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}  # UTF-32 before UTF-16: its mark begins with that of UTF-16
WIDER = {"euc_kr": "cp949", "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "utf_8": "utf-8-sig"}
KNOWN = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "euc-kr", "shift_jis", "cp932", "euc-jp",
    "iso2022-jp", "gb18030", "gbk", "big5", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp1257", "cp874", "koi8-r", "cp866", "cp850", "latin-1", "iso8859-2", "iso8859-15", "mac-roman",
)  # fmt: skip
LINE_ENDS = "\t\n\r\f\v\x1a"
NO_TEXT = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
BINARY = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old format: save the sheet as CSV",
    b"\x1f\x8b": "compressed by gzip: name it with .gz at the end",
    b"BZh": "compressed by bzip2: name it with .bz2 at the end",
    b"\xfd7zXZ": "compressed by xz: name it with .xz at the end",
    b"PAR1": "a Parquet file: name it .parquet",
    b"%PDF-": "a PDF document: save its table or text as CSV or TXT",
    b"SQLite format 3": "an SQLite database: export the table as CSV",
    b"\x93NUMPY": "a NumPy array: save it as CSV",
    b"\x89HDF": "an HDF5 file: save the table as CSV or Parquet",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself: type  git lfs pull",
}
PACKED: dict[str, Callable[..., IO[Any]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@dataclass(frozen=True)
class Encoding:
    """codec: what Python calls it. label: how it is told. warning: another possible reading, or empty."""

    codec: str
    label: str
    warning: str = ""


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where its name ends in .gz, .bz2 or .xz.

    Raises: DataError for a damaged archive.
    """
    opened = PACKED.get(path.suffix.lower())
    try:
        with cast(BinaryIO, opened(path, "rb") if opened else open(path, "rb")) as stream:
            yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if opened and error.errno is None:  # how bz2 tells that the data are not its own
            raise _damaged(path, error) from error
        raise


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
    text = text.removeprefix("\ufeff").rstrip("\x1a")  # a mark before a named encoding; the end of file of DOS
    if "\r" in text:
        text = re.sub("\r+\n", "\n", text).replace("\r", "\n")
    if not text.strip():
        raise DataError(f"{path.name} is empty")
    check_no_zero(text, path)
    return nfc(text), encoding


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
            yield nfc(text[:end] if read else text[:end].removeprefix("\ufeff"))
            if not piece:
                return
            read += len(piece)


def _complete(text: str) -> int:
    """Where to cut a piece so that a letter is not parted from its accents."""
    return max(text.rfind("\n"), text.rfind(" ")) + 1 or max(0, len(text) - 100)


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


def codec_named(name: str) -> str:
    """Python's name of an encoding that the user typed; of a standard and its usual extension, the extension.

    Raises: DataError for an unknown name, with the nearest.
    """
    try:
        codec = codecs.lookup(name.strip()).name.replace("-", "_")
        b"".decode(codec)
    except (LookupError, ValueError):
        codec = ""
    if not codec or codec in NO_TEXT:
        raise DataError(
            f"--encoding {name!r} is not known.{did_you_mean(name, KNOWN)} Known, among others: {', '.join(KNOWN)}"
        )
    return WIDER.get(codec, codec)


def find_encoding(stream: BinaryIO, path: Path, named: str | None) -> Encoding:
    """The encoding of a file: by its mark, by name, by its zero bytes, as UTF-8, else the likeliest.

    Raises: DataError for a file that is no text, an unknown name, or bytes that no encoding explains.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    codec = codec_named(named) if named else ""
    for start, kind in BINARY.items():
        if head.startswith(start):
            raise DataError(f"{path.name} is {kind}")
    for mark, (of_mark, label) in MARKS.items():
        if head.startswith(mark):
            if codec and codec.replace("_", "-")[:6] != of_mark[:6]:
                raise DataError(f"{path.name} begins with the mark of {label}, not of {named}: leave --encoding out")
            return Encoding(of_mark, label)
    if codec:
        return Encoding(codec, f"{named} (--encoding)")
    if b"\0" in head:
        wide = _wide(head)
        return Encoding(wide, f"{wide[:6].upper()} without a mark") if wide else Encoding("utf-8", "UTF-8")
    escape = re.search(rb"\x1b\$\)?[A-D@]", head)
    if escape:
        codec = "iso2022_kr" if b"\x1b$)C" in head else "iso2022_jp"
        return Encoding(codec, f"{codec} (detected)")
    sample, is_utf8 = _sample(stream)
    return Encoding("utf-8", "UTF-8") if is_utf8 else _likeliest(sample, path)


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, by its pattern of zero bytes; empty for zero bytes without that pattern."""
    whole = head[: len(head) // 4 * 4]
    zeros = [whole[place::4].count(0) for place in range(4)]
    if sum(zeros) >= len(whole) // 4 and whole:
        for codec in ("utf-32-le", "utf-32-be"):
            try:
                whole.decode(codec)
            except UnicodeDecodeError:
                continue
            return codec
    even, odd = head[::2].count(0), head[1::2].count(0)
    for codec, zero, other, newline in (("utf-16-le", odd, even, b"\n\0"), ("utf-16-be", even, odd, b"\0\n")):
        if zero < max(4 * other, 1):  # 가 and its like have a zero byte on the other side
            continue
        text = codecs.getincrementaldecoder(codec)("replace").decode(head)
        lines = text.count("\n") + text.count("\r")
        is_regular = lines and 2 * head.count(newline) >= head.count(b"\n")
        if is_regular and "\0" not in text and text.count("\ufffd") <= len(text) // 100:
            return codec
    return ""


def _sample(stream: BinaryIO) -> tuple[bytes, bool]:
    """Lines beyond ASCII, from the start and from the first byte that is not UTF-8; and whether all is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample: list[bytes] = []
    size = 0
    while True:
        piece = stream.read(READ_BYTES)
        if size < SAMPLE_BYTES:
            sample += _beyond_ascii(piece, SAMPLE_BYTES - size)
            size = sum(map(len, sample))
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            start = piece.rfind(b"\n", 0, max(0, error.start - pending)) + 1
            sample += _beyond_ascii(piece[start:], SAMPLE_BYTES)
            return b"\n".join(sample), False
        if not piece:
            return b"", True


def _beyond_ascii(piece: bytes, most: int) -> list[bytes]:
    if piece.isascii():
        return []
    lines: list[bytes] = []
    for line in piece.split(b"\n") if len(piece) <= 1 << 16 else re.split(rb"\n", piece, maxsplit=100_000):
        if not line.isascii():
            lines.append(line[:most])
            most -= len(line)
        if most <= 0:
            break
    return lines


def _likeliest(sample: bytes, path: Path) -> Encoding:
    """The encoding in which lines beyond ASCII are the likeliest text; damaged UTF-8 stays UTF-8."""
    as_utf8 = sample.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    if sum(not letter.isascii() for letter in as_utf8) - broken >= 3 * broken:
        return Encoding("utf-8", "UTF-8")
    rated = scores((alphabet, sample.decode(alphabet.encoding, "replace")) for alphabet in ALPHABETS)
    best, alphabet, text = rated[0]
    ascii_letters = sum(letter.isascii() for letter in text)
    no_letters = sum(unicodedata.category(letter) in {"Cc", "Co", "Cn"} and letter not in LINE_ENDS for letter in text)
    unlikely = best - ascii_letters * ASCII_COST < LEAST_COST * max(1, len(sample) - ascii_letters)
    if unlikely or no_letters > len(text) // 100:
        return _guessed(sample, path)
    label = f"{alphabet.encoding} (detected)"
    second = next((item for item in rated if item[2] != text), rated[0])
    if best - second[0] >= CLOSE:
        return Encoding(alphabet.encoding, label)
    seen, other = _differing(text, second[2])
    return Encoding(
        alphabet.encoding,
        label,
        f"{path.name} is read as {alphabet.encoding} ({seen!r}), though {second[1].encoding} ({other!r}) is about as "
        "likely: if that is wrong, type --encoding NAME",
    )


def _differing(text: str, other: str) -> tuple[str, str]:
    """The first words in which two readings differ."""
    for first, second in zip(re.split(r"[\n,;\t|]", text), re.split(r"[\n,;\t|]", other), strict=False):
        if first != second:
            return first.strip()[:20], second.strip()[:20]
    return text[:20], other[:20]


def _guessed(sample: bytes, path: Path) -> Encoding:
    """The encoding by charset_normalizer, for those that are not in our table of alphabets."""
    import charset_normalizer

    match = charset_normalizer.from_bytes(sample).best()
    if match is None or any(ord(letter) < 32 and letter not in LINE_ENDS for letter in str(match)):
        raise DataError(
            f"{path.name} is not text in a known encoding: save it as UTF-8, or type --encoding NAME such as cp949 or "
            "cp1252"
        )
    shown = next((part for part in re.split(r"[\n,;\t|]", str(match)) if not part.isascii()), "").strip()[:20]
    return Encoding(
        match.encoding,
        f"{match.encoding} (detected)",
        f"{path.name} is read as {match.encoding} ({shown!r}): if that is wrong, type --encoding NAME",
    )

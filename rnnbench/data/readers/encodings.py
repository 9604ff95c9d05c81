"""The encoding of a file: by its mark, as UTF-8 or UTF-16, else by how likely each reading is."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from rnnbench.core.errors import DataError, did_you_mean
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
NO_BREAK_SPACE = re.compile(rb"(?<=[0-9])\xa0(?=[0-9]{3}(?![0-9])|[0-9]{0,2}\Z)")
"""The blank between thousands in every encoding of Windows and ISO, which tells nothing of the letters."""
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


@dataclass(frozen=True)
class Encoding:
    """codec: what Python calls it. label: how it is told. warning: another possible reading, or empty."""

    codec: str
    label: str
    warning: str = ""


def codec_named(name: str) -> str:
    """Python's name of an encoding that the user typed; of a standard and its usual extension, the extension.

    Raises: DataError for an unknown name, with the nearest.
    """
    try:
        codec = codecs.lookup(name.strip()).name.replace("-", "_")
        b"a".decode(codec, "replace")  # not every codec is one of text
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
    if codec in {"utf_16", "utf_32"}:  # without a mark: Python's own readers refuse it, or take it for little-endian
        wide = _wide(head)
        codec = wide if wide.startswith(codec.replace("_", "-")) else f"{codec}_le"
    if codec:
        return Encoding(codec, f"{named} (--encoding)", _also_utf8(stream, path, codec, head))
    if b"\0" in head:
        wide = _wide(head)
        return Encoding(wide, f"{wide[:6].upper()} without a mark") if wide else Encoding("utf-8", "UTF-8")
    escape = re.search(rb"\x1b\$\)?[A-D@]", head)
    if escape:
        codec = "iso2022_kr" if b"\x1b$)C" in head else "iso2022_jp"
        return Encoding(codec, f"{codec} (detected)")
    sample, is_utf8 = _sample(stream)
    return Encoding("utf-8", "UTF-8") if is_utf8 else _likeliest(sample, path)


def _also_utf8(stream: BinaryIO, path: Path, codec: str, head: bytes) -> str:
    """A warning where the user named another encoding than UTF-8 for a file that is UTF-8."""
    if codec.startswith("utf") or b"\0" in head:
        return ""
    sample, is_utf8 = _sample(stream)
    if not (is_utf8 and sample):
        return ""
    return f"{path.name} is valid UTF-8, and is read as {codec}: if its letters look wrong, leave --encoding out"


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
    """Lines beyond ASCII (from the start, and from the first byte that is not UTF-8), and whether all is UTF-8."""
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
            return b"\n".join(sample), True


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


@lru_cache(maxsize=8)  # a file is opened several times: for its layout, its kind and its rows
def _likeliest(sample: bytes, path: Path) -> Encoding:
    """The encoding in which lines beyond ASCII are the likeliest text; damaged UTF-8 stays UTF-8."""
    sample = NO_BREAK_SPACE.sub(b" ", sample)
    if sample.isascii():
        return Encoding("cp1252", "cp1252 (detected)")
    as_utf8 = sample.decode("utf-8", "replace")
    # by chance, other encodings seldom form characters of three bytes
    valid = sum(1 if letter < "\u0800" else 3 for letter in as_utf8 if not letter.isascii() and letter != "\ufffd")
    if valid >= 4 * as_utf8.count("\ufffd"):
        return Encoding("utf-8", "UTF-8")
    rated = scores((alphabet, sample.decode(alphabet.encoding, "replace")) for alphabet in ALPHABETS)
    best, alphabet, text = rated[0]
    ascii_letters = sum(letter.isascii() for letter in text)
    no_letters = sum(unicodedata.category(letter) in {"Cc", "Co", "Cn"} and letter not in LINE_ENDS for letter in text)
    unlikely = best - ascii_letters * ASCII_COST < LEAST_COST * max(1, len(sample) - ascii_letters)
    if unlikely or no_letters > (len(text) - ascii_letters) // 200:
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

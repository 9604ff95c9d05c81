"""Texts that come and go line by line: the standard input, and answers of one line each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BufferedReader
from typing import cast

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import nfc, shown

MOST_LINES = 64
"""Lines that are answered together."""

_READ_BYTES = 1 << 16
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_ON_ONE_LINE = {ord(end): " " for end in _LINE_ENDS}


def on_one_line(text: str) -> str:
    """The text with spaces for line ends, and other control characters as escapes."""
    return shown(text.translate(_ON_ONE_LINE))


def is_terminal() -> bool:
    """Whether nothing is piped into the program: a person sits at a terminal, or there is no input at all."""
    return sys.stdin is None or sys.stdin.isatty()


def input_lines() -> Iterator[list[str]]:
    """The lines of the standard input, stripped: as many at a time as have come, at most `MOST_LINES`.

    Raises: RnnbenchError for a line that is not valid UTF-8.
    """
    stream = cast(BufferedReader, sys.stdin.buffer)
    count, rest = 0, b""
    while piece := stream.read1(_READ_BYTES):  # what has come, without waiting for more
        *lines, rest = (rest + piece).split(b"\n")
        for start in range(0, len(lines), MOST_LINES):
            yield [_decoded(line, count + number) for number, line in enumerate(lines[start:][:MOST_LINES], start + 1)]
        count += len(lines)
    if rest:
        yield [_decoded(rest, count + 1)]


def _decoded(line: bytes, number: int) -> str:
    try:
        return nfc(line.decode("utf-8").replace("\ufeff", "").strip())
    except UnicodeDecodeError:
        raise RnnbenchError(
            f"line {number:,} of the standard input is not valid UTF-8: convert it with iconv"
        ) from None

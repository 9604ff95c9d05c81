"""Where output goes: results to standard output, everything else to standard error.

Text is printed as it is: `[red]` in a class or a message is no style, `:smile:` no picture, and control characters are
shown as escapes. Style is given by `style=` and by rich's `Text`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from json import dumps, loads
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from rnnbench.core.text import HIDDEN, shown


class PlainConsole(Console):
    """A console that takes every text from outside as text. It has no markup."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """The text with control characters as escapes, also in cells, titles and headers of tables."""
        return super().render_str(shown(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of anything that is printed, a `Text` with control characters as escapes."""
        if isinstance(renderable, Text) and HIDDEN.search(renderable.plain):
            renderable = _shown(renderable)
        return super().render(renderable, options)

    def print_json(self, json: str | None = None, **options: Any) -> None:
        """JSON whose texts hold no raw control characters: the same data, written as `\\u009b`."""
        is_escaped = HIDDEN.search(dumps(loads(json or "null"), ensure_ascii=False)) is not None
        super().print_json(json, ensure_ascii=is_escaped, **options)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """A line with a moving sign while something is computed; rich would read markup in it."""
        return super().status(Text(status) if isinstance(status, str) else status, **options)


def _shown(text: Text) -> Text:
    """The text with its styles, and control characters as escapes."""
    edges = sorted({edge for match in HIDDEN.finditer(text.plain) for edge in match.span()})
    whole = text.blank_copy()
    for part in text.divide(edges):
        whole.append_text(Text(shown(part.plain)) if HIDDEN.search(part.plain) else part)
    return whole


def _console(stream: IO[str], **options: Any) -> PlainConsole:
    # piped output keeps whole lines: a table cut at 80 columns would lose its last figures
    return PlainConsole(width=None if stream.isatty() else 140, **options)


out = _console(sys.stdout)
notes = _console(sys.stderr, stderr=True)

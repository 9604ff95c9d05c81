"""Words that every sentence of the program is put together with."""

from __future__ import annotations

from collections.abc import Iterable

MISSING = "\N{EN DASH}"
"""Printed in the place of a number that is not known."""


def listed(words: Iterable[str], last: str = "and") -> str:
    """'rnn', 'rnn and gru', 'rnn, gru and lstm'; nothing of nothing."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end

"""Numbers and names formatted for tables, sentences and figures."""

from __future__ import annotations

from collections.abc import Iterable

MISSING = "\N{EN DASH}"
"""Printed for an unknown number."""


def listed(words: Iterable[str], last: str = "and") -> str:
    """'rnn', 'rnn and gru', 'rnn, gru and lstm'; an empty string for no words."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end


def capitalized(sentence: str) -> str:
    """The sentence with a capital first letter; the others are kept."""
    return sentence[:1].upper() + sentence[1:]


def one_line(text: str) -> str:
    """The text with line breaks and control characters as single spaces, so that a name cannot break a table."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def printable(text: str) -> str:
    """The text with its line breaks; every other control character becomes the replacement character."""
    lines = text.expandtabs(4).splitlines()
    return "\n".join("".join(letter if letter.isprintable() else "\ufffd" for letter in line) for line in lines)


def compact(value: float | None) -> str:
    """Three digits and k, M, G, T or P: 512, 45.6k, 1.23M."""
    if value is None:
        return MISSING
    for limit, suffix in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            return _three_digits(value / limit) + suffix
    return f"{value:.0f}" if value == int(value) else _three_digits(value)


def whole(value: float | None, unit: float = 1) -> str:
    """The value divided by `unit`, without decimals: '12,345'."""
    return MISSING if value is None else f"{value / unit:,.0f}"


def seconds_text(value: float | None) -> str:
    """Seconds with three digits; from 100 on without decimals, with thousands separators."""
    return MISSING if value is None else _three_digits(value) if value < 99.95 else f"{value:,.0f}"


def signed(value: float | None) -> str:
    """'+0.056': three decimals, always with the sign."""
    return MISSING if value is None else f"{round(value, 3) + 0.0:+.3f}"


def p_text(value: float | None) -> str:
    """A p value to three decimals."""
    return MISSING if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def _three_digits(value: float) -> str:
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"

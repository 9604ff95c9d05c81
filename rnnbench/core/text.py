"""Numbers and names formatted for tables, sentences and figures."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

MISSING = "\N{EN DASH}"
"""Printed for an unknown number."""

_FLOAT_DIGITS = 16
"""Decimal digits of a float64."""
_LARGEST_PLAIN = 15
_SMALLEST_PLAIN = -9
"""Powers of ten of the first and of the last digit that are written without an exponent."""

HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but the line feed and the tab, those of direction, line separators, and lone surrogates."""


def listed(words: Iterable[str], last: str = "and") -> str:
    """'rnn', 'rnn and gru', 'rnn, gru and lstm'; an empty string for no words."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end


def listed_names(names: Sequence[str], most: int = 10) -> str:
    """'a, b, c', or the first `most` names and '... (414 in all)'. A name with a comma is in quotes."""
    more = f", ... ({len(names):,} in all)" if len(names) > most else ""
    return ", ".join(repr(name) if "," in name else name for name in names[:most]) + more


def nfc(text: str) -> str:
    """The text in Unicode form NFC. macOS writes 한 and é as several characters, other systems as one."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


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


def shown(text: str) -> str:
    """The text as it can be printed: a terminal obeys control characters, and those that change the direction of
    writing make a text look like another. They become escapes such as \\x1b; line ends and tabs stay.
    """
    return HIDDEN.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


def compact(value: float | None) -> str:
    """Three digits and k, M, G, T or P: 512, 45.6k, 1.23M."""
    if value is None:
        return MISSING
    for limit, suffix in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            return _three_digits(value / limit) + suffix
    return f"{value:.0f}" if value == int(value) else _three_digits(value)


def rounded(value: float, uncertainty: float | None = None) -> str:
    """The value with the digits that its uncertainty needs, thousands in groups: 52,412,300 for one of 43,210.

    uncertainty: half the width of its interval, or the spread of the values beside it; three of its digits are shown.
    Without one, the value has five digits, a whole number all of them. Only from 1e15 on, and below 1e-3 where the
    digits end behind the ninth decimal, the value has an exponent.
    """
    if not math.isfinite(value):
        return f"{value:g}"
    known = uncertainty if uncertainty and math.isfinite(uncertainty) and uncertainty > 0 else None
    if value == 0:
        size = -1 if known is None else math.floor(math.log10(known))
    else:
        size = math.floor(math.log10(abs(value)))
    last = size - 4 if known is None else math.floor(math.log10(known)) - 2
    last = max(last, size - _FLOAT_DIGITS + 1)
    if value and (size >= _LARGEST_PLAIN or (last < _SMALLEST_PLAIN and size < -3)):
        return f"{value:.{max(0, size - last)}e}"
    last = max(_SMALLEST_PLAIN, min(last, 0)) if known is None or value == 0 else last
    text = f"{round(value, -last) + 0.0:,.{max(0, -last)}f}"
    return text.rstrip("0").rstrip(".") if known is None and "." in text else text


def score_text(value: float) -> str:
    """A score with four decimals: 0.7831, 1,234.5678; a much larger or smaller one with the digits that it has."""
    return f"{value:,.4f}" if value == 0 or 0.001 <= abs(value) < 10_000 else rounded(value)


def percent(share: float) -> str:
    """'0 %', '3.1 %', '93 %', '100 %': 0 and 100 only where exact."""
    value = 100 * share
    if 0 < value < 0.1:
        return "below 0.1 %"
    if 99.5 <= value < 100:
        return "over 99 %"
    return f"{round(value, 1):g} %" if value < 9.95 else f"{value:.0f} %"


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

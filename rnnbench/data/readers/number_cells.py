"""One cell as a number: its sign, its digits with their marks, and its unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rnnbench.data.settings import Decimal

LONGEST = 64
"""Characters of the longest cell that is read as a number."""

CURRENCIES = {
    "usd", "eur", "krw", "jpy", "gbp", "cny", "rmb", "chf", "inr", "cad", "aud", "nzd", "hkd", "sgd", "twd", "sek",
    "nok", "dkk", "pln", "czk", "huf", "rub", "try", "brl", "mxn", "zar", "us$", "c$", "a$", "nz$", "hk$", "nt$", "r$",
    "rs", "rs.", "fr", "fr.", "kr", "kr.", "zł", "kč", "ft", "won", "원", "엔", "달러", "유로", "円", "元", "元整",
}  # fmt: skip
"""Codes and words of currencies, in lower case; currency signs are known by their Unicode category."""

_PLAIN = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width digits, marks and letters
    **dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4\u2032"), "'"),
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF], ""),
    0x066B: ".",
    0x066C: ",",
}
_PARENTHESES = re.compile(r"([^\d()]{0,6})\(([^()]+)\)([^\d()]{0,12})")
_CELL = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<before>[^\d\s.,'()+-]{1,4}\.?)?\s*(?P<inner>[+-]?)\s*"
    r"(?P<digits>[.,]?\d[\d.,' ]*(?:[eE][+-]?\d+)?)"
    # a unit may end with a power, as in m3, but is no quarter, as in Q3
    r"(?P<after>[^\d\s.,'()+-](?:[^\d()]*[^\d\s()-])?(?:(?<=[a-z^])[23])?)?\s*(?P<end>-?)"
)
_OTHER_BASE = re.compile(r"[+-]?0[xXoObB][0-9a-fA-F]")


@dataclass(frozen=True)
class NumberCell:
    """The parts of a number as it is written.

    digits: with marks and exponent, without sign and unit: '1.094,50'. unit: '%', '$', 'kWh', or empty.
    """

    digits: str
    is_negative: bool
    unit: str

    @cached_property
    def marks(self) -> str:
        """The points and commas in it, each named once: '', '.', ',' or ',.'."""
        return "".join(mark for mark in ",." if mark in self.digits)

    @cached_property
    def readings(self) -> dict[Decimal, float]:
        """Its value by the decimal mark that is assumed; a mark with which it is no number is left out."""
        values = {decimal: self._value(decimal) for decimal in _PATTERNS}
        return {decimal: value for decimal, value in values.items() if value is not None}

    @property
    def is_grouped(self) -> bool:
        """Whether blanks or apostrophes stand between its digits."""
        return "'" in self.digits or " " in self.digits

    @property
    def has_currency(self) -> bool:
        return is_currency(self.unit)

    def _value(self, decimal: Decimal) -> float | None:
        if not _PATTERNS[decimal].fullmatch(self.digits):
            return None
        mark, other = (".", ",") if decimal == "point" else (",", ".")
        plain = self.digits.replace(other, "").replace("'", "").replace(" ", "").replace(mark, ".")
        return -float(plain) if self.is_negative else float(plain)


def number_cell(cell: str) -> NumberCell | None:
    """The parts of a cell that is a number in some way of writing; None for any other."""
    if len(cell) > LONGEST:
        return None
    text = plain_characters(cell).strip()
    text = text[1:].lstrip() if text.startswith("'") else text  # Excel's mark of a cell that is text
    in_parentheses = _PARENTHESES.fullmatch(text)
    text = "".join(in_parentheses.groups()) if in_parentheses else text
    match = _CELL.fullmatch(text)
    if match is None or _OTHER_BASE.match(text):
        return None
    signs = [match["sign"], match["inner"], match["end"], "-" if in_parentheses else ""]
    written = [sign for sign in signs if sign]
    before, after = match["before"] or "", (match["after"] or "").strip()
    # 10² is a power and no 10 of the unit ²
    if len(written) > 1 or after[:1].isnumeric() or (before and (after or not is_currency(before))):
        return None
    unit = before or after
    return NumberCell(match["digits"].rstrip(), "-" in written, unit.lower() if is_currency(unit) else unit)


def plain_characters(cell: str) -> str:
    """The cell with full-width and other digits, minus signs, apostrophes and blanks as those of ASCII."""
    if cell.isascii():
        return cell
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in cell.translate(_PLAIN)
    )


def is_currency(unit: str) -> bool:
    """Whether a unit is the sign, the code or the word of a currency."""
    return unit.lower() in CURRENCIES or (len(unit) == 1 and unicodedata.category(unit) == "Sc")


def _pattern(mark: str, other: str) -> re.Pattern[str]:
    """Numbers with a decimal mark: whole digits, or groups of three, or of India (12,34,567), all with one mark.

    A first group never begins with 0, and no group is followed by an exponent.
    """
    group = rf"[{other}' ]"
    grouped = (
        rf"[1-9]\d{{0,2}}(?P<three>{group})\d{{3}}(?:(?P=three)\d{{3}})*"
        rf"|[1-9]\d?(?P<two>{group})\d\d(?:(?P=two)\d\d)*(?P=two)\d{{3}}"
    )
    end = r"\.?" if mark == "." else ""
    mark = re.escape(mark)
    return re.compile(rf"(?:{grouped})(?:{mark}\d+)?|(?:\d+(?:{mark}\d+|{end})|{mark}\d+)(?:[eE][+-]?\d+)?")


_PATTERNS: dict[Decimal, re.Pattern[str]] = {"point": _pattern(".", ","), "comma": _pattern(",", ".")}

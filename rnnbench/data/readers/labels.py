"""Labels as users write them: missing ones, spellings of one number or truth value, and the order of the classes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rnnbench.data.readers.columns import MISSING

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", re.ASCII)
WHOLE = re.compile(r"([-+]?\d+)(\.0*)?", re.ASCII)
MOST_LISTED = 5
FREQUENT = 0.5
"""A word for "no label" is as frequent as a class from this share of the rarest class."""


@dataclass(frozen=True)
class Labels:
    """The label of every row, empty where it is missing.

    missing: how often each word for a missing label occurs. merged: spellings that are read as one class, in words.
    """

    of_rows: tuple[str, ...]
    missing: dict[str, int]
    merged: tuple[str, ...]


def read_labels(cells: Sequence[str], missing: Iterable[str] = ()) -> Labels:
    """The labels in stripped cells. Equal numbers (5, 5.0) and equal truth values (true, True) are one label.

    missing: further words that mean "no label", such as -9999.
    """
    counts = Counter(cells)
    typed = {_value(word.strip()) for word in missing}
    absent = [cell for cell in counts if cell.casefold() in MISSING or _value(cell) in typed]
    present = sorted({*counts} - {*absent})
    canonical = _canonical(present)
    spellings: dict[str, list[str]] = {}
    for cell in present:
        spellings.setdefault(canonical(cell), []).append(cell)
    several = {name: group for name, group in spellings.items() if len(group) > 1}
    names = {cell: canonical(cell) if several else cell for cell in present} | dict.fromkeys(absent, "")
    merged = [f"{_quoted(group, counts)} are one class, {name!r}" for name, group in several.items()]
    return Labels(
        tuple(names[cell] for cell in cells), {cell: counts[cell] for cell in sorted(absent) if cell}, tuple(merged)
    )


def ordered(labels: Iterable[str]) -> tuple[str, ...]:
    """The different labels, by their value where all are numbers, else by their text: the same order everywhere."""
    different = sorted(set(labels))
    return tuple(sorted(different, key=Decimal) if all(map(NUMBER.fullmatch, different)) else different)


def missing_warning(missing: dict[str, int], counts: Counter[str]) -> str:
    """A warning where a word for "no label" is as frequent as a class, for it may be one; else empty.

    counts: the number of rows of each class.
    """
    least = FREQUENT * min(counts.values(), default=0)
    frequent = [word for word, count in missing.items() if count >= max(1, least)]
    if not frequent or all(map(NUMBER.fullmatch, counts)):
        return ""
    listed = _quoted(frequent, Counter(missing))
    return (
        f"rows with the label {listed} are left out, for that means that the label is missing: "
        "where it is a class, write another word for it in the file"
    )


def alike_warning(counts: Counter[str]) -> str:
    """A warning on classes whose names differ only in case, blanks, width or invisible characters; else empty."""
    groups: dict[str, list[str]] = {}
    for label in sorted(counts):
        plain = unicodedata.normalize("NFKC", label).casefold()
        visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
        groups.setdefault(" ".join(visible.split()), []).append(label)
    alike = [group for group in groups.values() if len(group) > 1]
    if not alike:
        return ""
    listed = "; ".join(_quoted(group, counts) for group in alike[:MOST_LISTED])
    more = f" and {len(alike) - MOST_LISTED} more groups" if len(alike) > MOST_LISTED else ""
    return (
        f"the labels {listed}{more} differ only in case, blanks or width, and are different classes: "
        "write them alike in the file where they are one"
    )


def _value(label: str) -> Decimal | str:
    return Decimal(label) if NUMBER.fullmatch(label) else label


def _canonical(labels: Sequence[str]) -> Callable[[str], str]:
    """The name of a label's class: equal for equal numbers, and for the same truth value in whatever case."""
    if all(map(NUMBER.fullmatch, labels)):
        return lambda label: f"{Decimal(label).normalize():f}" if Decimal(label) else "0"
    if {label.casefold() for label in labels} == {"true", "false"}:
        return str.casefold
    return lambda label: WHOLE.sub(r"\1", label) if WHOLE.fullmatch(label) else label


def _quoted(labels: Sequence[str], counts: Counter[str]) -> str:
    """'Pos' (190 rows), 'pos' (10) and 3 more."""
    shown = [f"{label!r} ({counts[label]:,})" for label in labels[:MOST_LISTED]]
    if len(labels) > MOST_LISTED:
        return f"{', '.join(shown)} and {len(labels) - MOST_LISTED:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)

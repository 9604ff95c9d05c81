"""Labels as users write them: missing ones, spellings of one number or truth value, and the order of the classes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rnnbench.data.readers.columns import MISSING
from rnnbench.data.readers.fasttext import MARK

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", re.ASCII)
JOINED = re.compile(r"\s*[|;,/]\s*")
WHOLE = re.compile(r"([-+]?\d+)(\.0*)?", re.ASCII)
MOST_LISTED = 5
MOST_DECIMALS = 20
"""The most classes that are numbers with decimals, such as ratings in steps of 0.5."""
MINUS = {"-", "--", "\u2013", "\u2014", "\u2212"}
"""Words for "no value" that are a class beside the class +."""
KEEP_WORDS = "--missing '' (then only empty cells have no label)"
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

    missing: further words that mean "no label", such as -9999; an empty word among them makes all others classes.
    """
    cells = _without_mark(cells)
    counts = Counter(cells)
    typed = {_value(word.strip()) for word in missing}
    known = {""} if "" in typed else MISSING - MINUS if "+" in counts else MISSING
    absent = [cell for cell in counts if cell.casefold() in known or _value(cell) in typed]
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
        f"where it is a class, type {KEEP_WORDS}"
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


def several_warning(counts: Counter[str]) -> str:
    """A warning on labels such as 'a|b' beside a class 'a', which may be several labels of one text; else empty."""
    joined = [label for label in sorted(counts) if ({*JOINED.split(label)} - {label}) & {*counts}]
    if not joined:
        return ""
    return (
        f"the labels {_quoted(joined, counts)} are classes of their own: where they are several labels of one text, "
        "keep one per row; where they are decimals, write a point"
    )


def are_continuous(classes: Sequence[str]) -> bool:
    """Whether the labels are many numbers with decimals, as of a continuous rating."""
    are_numbers = len(classes) > MOST_DECIMALS and all(map(NUMBER.fullmatch, classes))
    return are_numbers and any(Decimal(label) % 1 for label in classes)


def many_numbers_warning(classes: Sequence[str]) -> str:
    """A warning where the classes are many numbers, as of a rating from 1 to 100; else empty."""
    if len(classes) <= MOST_DECIMALS or not all(map(NUMBER.fullmatch, classes)):
        return ""
    return (
        f"the labels are {len(classes):,} different numbers: each is a class of its own, and their order is not used; "
        "write ranges, such as low and high, where it matters"
    )


def _without_mark(cells: Sequence[str]) -> Sequence[str]:
    """Labels without the mark of fastText, where all have it."""
    if not all(cell.startswith(MARK) for cell in cells if cell) or not any(cells):
        return cells
    return [cell.removeprefix(MARK) for cell in cells]


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

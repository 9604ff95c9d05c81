"""Which mark a column writes before its decimals, decided from all its cells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rnnbench.data.readers.number_cells import NumberCell
from rnnbench.data.settings import Decimal

FEWEST_GROUPED = 5
"""Different cells with a mark that are needed to read thousands beside whole numbers, in files of the English kind."""
REACH = 10
"""Two sets of values belong together where the one begins at most this many times above the end of the other."""


@dataclass(frozen=True)
class Decision:
    """The decimal mark of a column.

    is_shown: no other mark gives numbers. reason: what decided where both do. warning: for a choice by the kind of
    file alone. problem: the reason why there is no decision.
    """

    decimal: Decimal
    is_shown: bool = False
    is_open: bool = False
    reason: str = ""
    warning: str = ""
    problem: str = ""


def decide(
    cells: Collection[NumberCell], *, separator: str, typed: Decimal | None, elsewhere: Decimal | None = None
) -> Decision:
    """The decimal mark of different cells that are numbers with a point, with a comma, or with both.

    separator: of the file. elsewhere: the mark that other columns of the file show.
    """
    marked = [cell for cell in cells if cell.marks]
    if typed is not None or not marked:
        return Decision(typed or "point")
    shown = {decimal: [cell for cell in marked if [*cell.readings] == [decimal]] for decimal in ("point", "comma")}
    if shown["point"] and shown["comma"]:
        return _contradiction(shown["point"][0], shown["comma"][0])
    if shown["point"] or shown["comma"]:
        return Decision("point" if shown["point"] else "comma", is_shown=True)
    # from here on, every cell with a mark has one mark before its last three digits
    if len({cell.marks for cell in marked}) > 1:
        return _contradiction(*(next(cell for cell in marked if cell.marks == mark) for mark in ".,"))
    return _undecided(marked, [cell for cell in cells if not cell.marks], separator, elsewhere)


def _undecided(
    marked: list[NumberCell], whole: list[NumberCell], separator: str, elsewhere: Decimal | None
) -> Decision:
    """The decision where every cell with a mark has one, before exactly three digits."""
    mark = marked[0].marks
    as_decimal: Decimal = "point" if mark == "." else "comma"
    as_thousands: Decimal = "comma" if mark == "." else "point"
    by_whole = _beside_whole_numbers(marked, whole, separator)
    if elsewhere is not None:
        if by_whole == "thousands" and elsewhere == as_decimal:
            return _ambiguous(marked[0])
        return Decision(elsewhere, is_open=True, reason=f"other columns of the file have a decimal {elsewhere}")
    if by_whole == "thousands":
        whole_numbers = f"the others are whole numbers below 1000; if it is {_value(marked[0], as_decimal)}"
        return Decision(as_thousands, is_open=True, reason=f"{whole_numbers}, type --decimal {as_decimal}")
    if by_whole == "decimals" and (mark == "." or separator == ";"):
        return Decision(as_decimal, is_open=True, reason="whole numbers beside it have more digits or lie among them")
    is_english = separator in (",", "") or (separator in ("\t", "|") and mark == ".")
    if is_english and (not by_whole or (mark == "," and by_whole != "decimals")):
        warning = f"{_both(marked[0])}: read with a decimal point, as in most files separated by "
        kind = {"\t": "tabs", "|": "bars"}.get(separator, "commas")
        return Decision("point", is_open=True, warning=f"{warning}{kind}; if that is wrong, type --decimal comma")
    return _ambiguous(marked[0])


def _beside_whole_numbers(marked: list[NumberCell], whole: list[NumberCell], separator: str) -> str:
    """What the whole numbers beside the marked cells show: 'thousands', 'decimals', 'nothing clear', '' without any."""
    # 0 has no size, and 99 or -999 may be a code for no value
    whole = [cell for cell in whole if set(cell.digits) not in ({"0"}, {"9"})]
    if not whole:
        return ""
    if any(len(cell.digits) > 3 and not cell.is_grouped for cell in whole):
        return "decimals"
    sizes = [abs(cell.readings["point"]) for cell in whole]
    readings = [sorted(abs(value) for value in cell.readings.values()) for cell in marked]
    are_near_thousands = min(high for _, high in readings) <= REACH * max(sizes)
    are_near_decimals = _are_near([low for low, _ in readings], sizes)
    is_enough = separator == ";" or marked[0].marks == "," or len(marked) >= FEWEST_GROUPED
    if are_near_thousands and (is_enough or not are_near_decimals):
        return "thousands"
    is_usual = separator != ";" or marked[0].marks == ","
    return "decimals" if are_near_decimals and not are_near_thousands and is_usual else "nothing clear"


def _are_near(some: list[float], others: list[float]) -> bool:
    return min(some) <= REACH * max(others) and min(others) <= REACH * max(some)


def _both(cell: NumberCell) -> str:
    """The two readings of a cell in words."""
    point, comma = _value(cell, "point"), _value(cell, "comma")
    return f"{cell.digits!r} may be {point} or {comma}, since three digits follow each mark"


def _value(cell: NumberCell, decimal: Decimal) -> str:
    return f"{abs(cell.readings[decimal]):.15g}"


def _ambiguous(cell: NumberCell) -> Decision:
    remedy = f"type --decimal point for {_value(cell, 'point')}, or --decimal comma for {_value(cell, 'comma')}"
    return Decision("point", is_open=True, problem=f"{_both(cell)}: {remedy}")


def _contradiction(point: NumberCell, comma: NumberCell) -> Decision:
    return Decision(
        "point",
        problem=f"{point.digits!r} and {comma.digits!r} have different decimal marks: write all cells in one way",
    )

"""A column as numbers, whatever its dialect: marks of decimals and thousands, currencies, percent signs, units.

The mark of decimals is decided from all cells of the column (`decimals.py`):

    1.094,50 or 0,5 or 12,5             a comma before decimals, for the whole column
    1,094.50 or 0.5 or 1e-3             a point before decimals
    1.094 beside 865                    a mark between thousands: the others are whole numbers below 1000
    1.312 and 1.385, no other           decimals where the file is separated by commas, tabs or bars, with a warning;
                                        otherwise the mark of other columns, else refused until --decimal is typed
    "58,766", no other                  thousands where the file is separated by commas, with a warning
    12,34,567   1'234.50   1 234,5      groups of India, apostrophes and blanks between thousands
    $1,234   1,234원   12.5 %   3 kWh    one unit for the column; different units are refused
    (1,234)   123-   −5   +5   '123     signs as accounting, databases, typography and Excel write them
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal as ExactNumber
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.data.readers.decimals import Decision, decide
from rnnbench.data.readers.number_cells import NumberCell, is_currency, number_cell, plain_characters
from rnnbench.data.readers.sentinels import codes_for_no_value
from rnnbench.data.settings import DataSettings, Decimal

if TYPE_CHECKING:
    import pandas as pd

MISSING = {
    "", "na", "n/a", "nan", "null", "none", "-", "?", "--", ".", "\u2013", "\u2014", "\u2212", "#n/a", "#na", "<na>",
    "-nan", "nat", "1.#qnan", "-1.#ind",
}  # fmt: skip
"""Cells without a value, in lower case."""
LARGEST = 1e150
"""Larger numbers, whose squares are infinite, are as bad as infinite ones: some programs write them for no value."""
TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}


@dataclass(frozen=True)
class NumbersColumn:
    """A column as float64 with NaN for missing cells, and how it was read.

    bad: the cells that are not numbers, or too large. problem: the reason why the column as a whole cannot be read,
    with the remedy. decimal: the decimal mark that the cells show beyond doubt; None where they show none. is_open: two
    marks are possible, so that other columns may decide. mark: what was read as the decimal mark, None where the cells
    have no marks. typed_missing: the number of cells that `--missing` names.
    """

    values: np.ndarray
    bad: np.ndarray
    problem: str = ""
    decimal: Decimal | None = None
    is_open: bool = False
    mark: Decimal | None = None
    typed_missing: int = 0
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_numbers(
    column: pd.Series, *, separator: str = ",", settings: DataSettings | None = None, elsewhere: Decimal | None = None
) -> NumbersColumn:
    """A column of a table as numbers.

    separator: of the file; empty where it has none. settings: `decimal` and `missing` are used. elsewhere: the decimal
    mark that other columns show.
    """
    from pandas.api import types

    settings = settings or DataSettings()
    typed = typed_as_missing(column, settings.missing)
    if types.is_bool_dtype(column) or types.is_numeric_dtype(column):
        values = np.where(typed, np.nan, column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))
        return _with_codes(column.name, NumbersColumn(values, np.abs(values) > LARGEST), typed)
    cells = column.astype(str).str.strip()
    missing = column.isna().to_numpy() | cells.str.lower().isin(MISSING).to_numpy() | typed
    values = np.where(missing, np.nan, _without_dialect(column, cells))
    is_text = np.isnan(values) & ~missing
    texts = cells[is_text]
    read = _plain(texts, settings.decimal) or _marked(texts, separator, settings.decimal, elsewhere)
    bad = np.zeros(len(values), dtype=bool)
    values[is_text], bad[is_text] = read.values, read.bad
    bad |= np.abs(values) > LARGEST
    return _with_codes(column.name, replace(read, values=values, bad=bad), typed)


def as_numbers(column: pd.Series, *, decimal_comma: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A column as float64 with NaN for missing cells, and a mask of the cells that are not numbers.

    For guesses of what a column is: one whose decimal mark is open counts as numbers.
    """
    read = read_numbers(column, separator=";" if decimal_comma else ",")
    return read.values, read.bad


def typed_as_missing(column: pd.Series, missing: tuple[str, ...]) -> np.ndarray:
    """A mask of the cells that `--missing` names, as the same text or as the same number: -9999 is -9999.0 too."""
    import pandas as pd
    from pandas.api import types

    if not missing:
        return np.zeros(len(column), dtype=bool)
    numbers = pd.to_numeric(pd.Series(missing, dtype=str), errors="coerce").dropna()
    if types.is_numeric_dtype(column):
        return column.isin(numbers).to_numpy(dtype=bool, na_value=False)
    cells = column.astype(str).str.strip()
    same_text = cells.str.lower().isin([text.strip().lower() for text in missing])
    # a column without any cell becomes one of numbers by `map`
    plain = cells.map(plain_characters, na_action="ignore").astype(str).str.replace(",", ".", regex=False)
    same_number = pd.to_numeric(plain, errors="coerce").isin(numbers)
    return (same_text | same_number).to_numpy(dtype=bool, na_value=False)


def _without_dialect(column: pd.Series, cells: pd.Series) -> np.ndarray:
    """The cells that are numbers already, in a column of mixed types, and words of truth as 1 and 0; NaN elsewhere."""
    from pandas.api import types

    values = cells.str.lower().map(TRUTH).to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    if types.is_object_dtype(column):
        for row, cell in enumerate(column):
            if isinstance(cell, int | float | np.number | ExactNumber):
                values[row] = _as_float(cell)
    return values


def _as_float(number: float | np.number | ExactNumber) -> float:
    """The number as a float; infinite for a whole number beyond the range."""
    try:
        return float(number)
    except OverflowError:
        return np.inf


def _plain(texts: pd.Series, typed: Decimal | None) -> NumbersColumn | None:
    """Texts that are numbers with a decimal point beyond doubt, without any other mark; None for any others."""
    import pandas as pd

    values = np.array(pd.to_numeric(texts, errors="coerce"), dtype=np.float64)
    if not np.isfinite(values).all():
        return None
    with_point = texts[texts.str.contains(".", regex=False)]
    is_shown = any([*cell.readings] == ["point"] for text in with_point if (cell := number_cell(text)) is not None)
    if len(with_point) and (typed == "comma" or not (is_shown or typed)):
        return None
    return NumbersColumn(
        values,
        np.zeros(len(values), dtype=bool),
        decimal="point" if is_shown else None,
        mark="point" if len(with_point) else None,
    )


def _marked(texts: pd.Series, separator: str, typed: Decimal | None, elsewhere: Decimal | None) -> NumbersColumn:
    """Texts in any dialect."""
    cells = {text: cell for text in texts.unique() if (cell := number_cell(text)) is not None and cell.readings}
    decision = decide(cells.values(), separator=separator, typed=typed, elsewhere=elsewhere)
    numbers = {text: cell.readings.get(decision.decimal, np.nan) for text, cell in cells.items()}
    values = texts.map(numbers).to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values)
    problem = decision.problem
    if not bad.any() and (unit_problem := _different_units(cells)):
        problem, bad = unit_problem, np.ones(len(values), dtype=bool)
    return NumbersColumn(
        values,
        bad,
        problem=problem,
        decimal=decision.decimal if decision.is_shown else None,
        is_open=decision.is_open,
        mark=decision.decimal if any(cell.marks for cell in cells.values()) else None,
        understood=() if problem else _in_words(cells, numbers, decision),
        warnings=(decision.warning,) if decision.warning else (),
    )


def _different_units(cells: Mapping[str, NumberCell]) -> str:
    """The reason why cells cannot be compared: two units, or a unit that some lack; empty where there is none."""
    with_unit = {cell.unit: text for text, cell in cells.items() if cell.unit}
    if len(with_unit) > 1:
        first, second = [*with_unit.values()][:2]
        return f"{first!r} and {second!r} have different units: write all cells in one unit"
    without = [text for text, cell in cells.items() if not cell.unit and any(cell.readings.values())]
    # accountants write the currency into the first row only
    if with_unit and without and not is_currency(next(iter(with_unit))):
        return f"{next(iter(with_unit.values()))!r} has a unit and {without[0]!r} has none: write all cells in one unit"
    return ""


def _in_words(cells: Mapping[str, NumberCell], numbers: Mapping[str, float], decision: Decision) -> tuple[str, ...]:
    """One sentence on how texts were read, with an example for each way of writing; none for plain numbers."""
    examples: dict[tuple[str, bool, bool], str] = {}
    for text, cell in cells.items():
        if not _is_plain(text, numbers[text]):
            style = (cell.marks, cell.is_grouped, cell.is_negative)
            examples.setdefault(style, f"'{text}' is {numbers[text]:.15g}")
    unit = next((cell.unit for cell in cells.values() if cell.unit), "")
    parts = [", ".join([*examples.values()][:3]), f"unit {unit!r}" if unit else "", decision.reason]
    sentence = "; ".join(part for part in parts if part)
    return (sentence,) if examples else ()


def _is_plain(text: str, value: float) -> bool:
    """Whether Python reads the same number."""
    try:
        return float(text) == value
    except ValueError:
        return False


def codes_not_there(columns: Sequence[NumbersColumn], settings: DataSettings) -> list[str]:
    """A warning where `--missing` names no cell of any column."""
    if not settings.missing or any(column.typed_missing for column in columns):
        return []
    return [f"no cell of the columns that are used is {' or '.join(settings.missing)} (--missing)"]


def _with_codes(name: Hashable, read: NumbersColumn, typed: np.ndarray) -> NumbersColumn:
    """The column with its name in each sentence, and warnings of values that may mean no value."""
    understood = [*read.understood]
    if typed.any():
        understood.append(f"{int(typed.sum()):,} cells are read as no value (--missing)")
    codes = [] if read.bad.any() else [code.in_words for code in codes_for_no_value(read.values)]
    return replace(
        read,
        typed_missing=int(typed.sum()),
        understood=tuple(f"{name!r}: {sentence}" for sentence in understood),
        warnings=tuple(f"{name!r}: {sentence}" for sentence in (*read.warnings, *codes)),
    )

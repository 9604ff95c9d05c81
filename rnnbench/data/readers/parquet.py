"""A Parquet file as a table, with an index that says something as columns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.core.errors import DataError
from rnnbench.data.readers.columns import Table
from rnnbench.data.readers.nameless import INDEX, are_row_numbers, size_text, without_row_numbers
from rnnbench.data.readers.nested import flattened

if TYPE_CHECKING:
    import pandas as pd

LANGUAGE = re.compile("[a-z]{2,3}([-_][A-Za-z]{2,4})?")
"""The code of a language, such as de or pt_BR."""
OF_LANGUAGES = {"translation", "translations"}


def read_parquet(path: Path) -> Table:
    """The columns keep their types. An index of row numbers is left out, of times or names it becomes a column.

    Raises: DataError for a damaged file.
    """
    import pandas as pd
    import pyarrow

    try:
        frame = pd.read_parquet(path)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path.name} is not a readable Parquet file: {reason}") from error
    frame, about_index = _with_index(frame)
    if isinstance(frame.columns, pd.MultiIndex):
        frame.columns = pd.Index([" ".join(str(part) for part in name if str(part)) for name in frame.columns])
    frame, sentences, left_out = flattened(_with_languages(frame))
    frame, about_numbers = without_row_numbers(frame)
    if not frame.shape[1]:
        raise DataError(f"{path.name} has no columns of texts or numbers")
    summary = f"{path.name}: Parquet, {size_text(frame)}"
    understood = tuple(("file", sentence) for sentence in (summary, *about_index, *sentences, *about_numbers))
    return Table(path, frame, left_out=left_out, understood=understood)


def _with_languages(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with translations such as {"de": ..., "en": ...} as columns translation.de and translation.en."""
    import pandas as pd

    for name in [name for name in frame.columns if str(name).casefold() in OF_LANGUAGES]:
        cells = frame[name].tolist()
        first = next((cell for cell in cells if isinstance(cell, dict)), {})
        if len(first) > 1 and all(LANGUAGE.fullmatch(key) and isinstance(text, str) for key, text in first.items()):
            texts = {
                f"{name}.{key}": pd.Series([(cell or {}).get(key) for cell in cells], index=frame.index, dtype=object)
                for key in first
            }
            frame = frame.drop(columns=name).assign(**texts)
    return frame


def _with_index(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame with its index as columns, and a sentence where the index has no name."""
    import pandas as pd

    index = frame.index
    if isinstance(index, pd.RangeIndex) and index.name is None:
        return frame, ()
    names = [str(name) if name is not None else "" for name in index.names]
    if names == [""]:
        if pd.api.types.is_integer_dtype(index) and are_row_numbers(pd.Series(index.astype(str))):
            return frame.reset_index(drop=True), ("the index without a name holds row numbers and is left out",)
        names = [INDEX]
    names = [name or f"level_{place}" for place, name in enumerate(names)]
    taken = {str(name) for name in frame.columns}
    names = [name if name not in taken else f"{name}_" for name in names]
    nameless = [name for name, old in zip(names, index.names, strict=True) if old is None]
    parts = [pd.Series(index.get_level_values(place), name=name) for place, name in enumerate(names)]
    # of two frames: pandas joins no series with a frame without rows
    whole = pd.concat([pd.concat(parts, axis=1), frame.reset_index(drop=True)], axis=1)
    return whole, tuple(f"an index without a name is called {name!r}" for name in nameless)

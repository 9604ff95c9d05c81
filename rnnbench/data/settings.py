"""The settings of data: which data set, how it is read, and how it is split."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rnnbench.core.settings import Settings
from rnnbench.core.text import nfc

Fill = Literal["none", "interpolate", "forward"]
DateOrder = Literal["day_first", "month_first"]
Decimal = Literal["point", "comma"]

Name = Annotated[str, AfterValidator(nfc)]
"""A word of the user's file, such as the name of a column: in Unicode form NFC, as tables are read."""


class DataSettings(Settings):
    """What to read and how. `name` is a known data set; `path` is the user's own file and takes precedence."""

    name: str = ""
    path: str | None = None
    folder: str | None = None  # where research files are; also the variable RNNBENCH_DATA
    # how the user's own file is written, where that cannot be inferred
    encoding: str | None = None  # a codec of Python, such as cp949
    header: bool | None = None  # whether the first line of a table names the columns
    decimal: Decimal | None = None
    missing: tuple[Name, ...] = ()  # cells that mean "no value", such as -9999
    date_order: DateOrder | None = None
    time_format: str | None = None  # in the notation of strptime
    # the user's own labelled text, and the source of pairs of texts; for a known set of pairs, its language
    text_column: Name | None = None
    label_column: Name | None = None
    # the user's own pairs of texts: a second file with the target of each line
    target_data: str | None = None
    # the user's own series; of pairs of texts, the column or the language of the targets
    target: tuple[Name, ...] = ()
    time_column: Name | None = None
    covariates: tuple[Name, ...] = ()
    frequency: str | None = None
    fill: Fill = "none"
    series_column: Name | None = None  # names the series of each row, where a file has several
    series: Name | None = None  # the one of them to use
    # the user's own splits: files, a column, groups or a date; else shares of the whole
    validation_data: str | None = None
    test_data: str | None = None
    split_column: Name | None = None
    group_column: Name | None = None
    test_from: str | None = None
    validation_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    test_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    split_seed: Annotated[int, Field(ge=0)] = 0

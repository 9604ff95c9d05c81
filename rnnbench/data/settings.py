"""The settings of data: which data set, how it is read, and how it is split."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Settings

Fill = Literal["none", "interpolate", "forward"]


class DataSettings(Settings):
    """What to read and how. `name` is a known data set; `path` is the user's own file and takes precedence."""

    name: str = ""
    path: str | None = None
    folder: str | None = None  # where research files are; also the variable RNNBENCH_DATA
    # the user's own labelled text
    text_column: str | None = None
    label_column: str | None = None
    # the user's own series
    target: tuple[str, ...] = ()
    time_column: str | None = None
    covariates: tuple[str, ...] = ()
    frequency: str | None = None
    fill: Fill = "none"
    # the user's own splits: shares of the whole
    validation_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    test_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    split_seed: Annotated[int, Field(ge=0)] = 0

"""The three kinds of data that the tasks read, each with three splits and a fingerprint.

    TextCorpus     one long text per split
    LabelledTexts  texts with a class each
    Series         channels over time, cut into splits by position

The test split is sealed until a confirmation opens it; a search that reaches for it gets an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

import numpy as np
from pydantic import Field

from rnnbench.core.errors import DataError, SealedSplitError
from rnnbench.core.settings import Settings

Kind = Literal["text", "labelled_text", "series"]
SplitName = Literal["train", "validation", "test"]
T = TypeVar("T")
U = TypeVar("U")


class DataSettings(Settings):
    """What to read and how. `name` is a known data set; `path` is a file of the user's own and wins over `name`."""

    name: str = ""
    path: str | None = None
    folder: str | None = None  # where research files already lie; also the variable RNNBENCH_DATA
    # the user's own labelled text
    text_column: str | None = None
    label_column: str | None = None
    # the user's own series
    target: tuple[str, ...] = ()
    time_column: str | None = None
    covariates: tuple[str, ...] = ()
    frequency: str | None = None
    fill: Literal["none", "interpolate", "forward"] = "none"
    # the user's own splits: shares of the whole
    validation_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    test_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    split_seed: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class Splits(Generic[T]):
    """Training, validation and test; `test` answers only after `opened()`.

    Raises: SealedSplitError when `test` is read while sealed.
    """

    train: T
    validation: T
    _test: T | None
    sealed: bool = True

    @property
    def test(self) -> T:
        if self.sealed or self._test is None:
            raise SealedSplitError(
                "the test split is sealed: only `rnnbench confirm` (the last step of a sweep) and the baselines open it"
            )
        return self._test

    def opened(self) -> Self:
        """The same splits with the test split readable."""
        return replace(self, sealed=False)

    def named(self, split: SplitName) -> T:
        """The split of that name, through the same seal."""
        return getattr(self, split)

    def joined(self, join: Callable[[T, T], T]) -> Self:
        """The same splits with what `join(train, validation)` makes in the place of training; validation stays too."""
        return replace(self, train=join(self.train, self.validation))

    def map(self, prepare: Callable[[SplitName, T], U]) -> Splits[U]:
        """Each split as `prepare(name, split)` makes it, under the same seal: the test split stays unseen.

        `prepare` must not learn anything from what it is given; whatever is learned is learned from `train` before.
        """
        train, validation = prepare("train", self.train), prepare("validation", self.validation)
        test = None if self._test is None else prepare("test", self._test)
        return Splits(train, validation, test, sealed=self.sealed)


class NoSplits(Splits[Any]):
    """The splits of a data set that is not at hand: a model that was trained needs none of them.

    Raises: DataError when one is read.
    """

    def __init__(self) -> None:
        """Nothing is held."""

    def __getattr__(self, name: str) -> Any:
        if name in ("train", "validation"):
            raise DataError("this model was loaded without its data set: there is no split to train or to score on")
        raise AttributeError(name)


@dataclass(frozen=True)
class Facts:
    """What a person should know of a data set before believing a number on it."""

    name: str
    kind: Kind
    title: str
    source: str
    licence: str
    split_rule: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextCorpus:
    """One long text per split, as `numpy` arrays of Unicode code points (uint32), memory-mapped where large."""

    facts: Facts
    splits: Splits[np.ndarray]
    fingerprint: str


@dataclass(frozen=True)
class Labelled:
    """Texts and the class index of each, in a fixed order."""

    texts: tuple[str, ...]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class LabelledTexts:
    """Labelled texts in three splits; `classes[i]` names class i."""

    facts: Facts
    splits: Splits[Labelled]
    classes: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True)
class SeriesSplit:
    """One part of a series. Row i is one time step.

    values: (rows, targets) float64 in the series' own unit.
    covariates: (rows, covariates) float64, calendar features not included.
    times: (rows,) datetime64[ns].
    history: how many of the first rows belong to the split before. They may be looked back on, never forecast.
    """

    values: np.ndarray
    covariates: np.ndarray
    times: np.ndarray
    history: int

    def __len__(self) -> int:
        return len(self.values) - self.history


@dataclass(frozen=True)
class Series:
    """A series of one or more target channels in three splits by date.

    season_length: samples per season, from the training split or the frequency; 1 where there is none.
    learn: 'values', or 'log_returns' for prices (learned as returns, reported as prices).
    suggested_lookback, suggested_horizon: used where the settings leave them open.
    """

    facts: Facts
    splits: Splits[SeriesSplit]
    targets: tuple[str, ...]
    covariate_names: tuple[str, ...]
    frequency: str
    season_length: int
    unit: str
    learn: Literal["values", "log_returns"]
    suggested_lookback: int
    suggested_horizon: int
    fingerprint: str


AnyData = TextCorpus | LabelledTexts | Series


@dataclass(frozen=True)
class Description:
    """A data set in words and numbers, for `rnnbench data NAME`: ordered (label, value) lines and a few examples."""

    facts: Facts
    lines: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]
    fingerprint: str
    plain: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CatalogueEntry:
    """One known data set: what it is, how many bytes it takes to fetch, and whether it lies here already.

    origin: `wheel` comes from the package index, `research` from a folder or a public address.
    """

    facts: Facts
    size_bytes: int
    is_at_hand: bool
    origin: Literal["wheel", "research"]


def points_of(text: str) -> np.ndarray:
    """The Unicode code points of a text, as uint32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def text_of(points: np.ndarray) -> str:
    """The text of code points."""
    return np.ascontiguousarray(points, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")

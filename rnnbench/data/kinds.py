"""The kinds of data that tasks read, each in three splits and with a fingerprint.

TextCorpus     one long text per split
LabelledTexts  texts with a class each
Series         channels over time, split by position
TextPairs      texts with a text each: a translation, or the reply in a dialogue
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnbench.data.settings import Decimal
from rnnbench.data.splits import Splits

Kind = Literal["text", "labelled_text", "series", "text_pairs", "dialogue"]
KIND_NAMES: dict[Kind, str] = {
    "text": "a long text",
    "labelled_text": "labelled texts",
    "series": "a series",
    "text_pairs": "pairs of texts",
    "dialogue": "a dialogue",
}


@dataclass(frozen=True)
class Facts:
    """What a data set is: title, source, licence, how it was split, and what limits its use.

    understood: how the user's own file was read, as (label, sentence); the labels are those of `UNDERSTOOD`.
    warnings: what may be read differently from how the user means it, with the option that decides it.
    """

    name: str
    kind: Kind
    title: str
    source: str
    licence: str
    split_rule: str
    notes: tuple[str, ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


UNDERSTOOD = ("read as", "file", "columns", "rows", "classes", "times", "values", "split")
"""The labels of `Facts.understood`, in the order in which they are printed; a label may occur more than once."""


@dataclass(frozen=True)
class TextCorpus:
    """One long text per split, as arrays of Unicode code points (uint32), memory-mapped where large."""

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
    """Labelled texts in three splits; `classes[i]` is the name of class i.

    text_column: the column of the user's own file that the texts are from; empty for other data.
    """

    facts: Facts
    splits: Splits[Labelled]
    classes: tuple[str, ...]
    fingerprint: str
    text_column: str = ""


@dataclass(frozen=True)
class SeriesSplit:
    """One split of a series. Row i is one time step.

    values: (rows, targets) float64 in the unit of the series.
    covariates: (rows, covariates) float64, without calendar features.
    times: (rows,) datetime64[ns].
    history: the number of first rows that belong to earlier splits. They are part of lookback windows, never forecast.
    observed: (rows, targets) bool, False where a value was filled: such a value is an input, never scored. None where
    every value was observed.
    """

    values: np.ndarray
    covariates: np.ndarray
    times: np.ndarray
    history: int
    observed: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values) - self.history


@dataclass(frozen=True)
class Series:
    """A series of one or more target channels in three splits by date.

    season_length: samples per season; 1 where there is none.
    learn: 'values', or 'log_returns' for prices (learned as returns, reported as prices).
    suggested_lookback, suggested_horizon: used where the settings do not set them.
    zone: the time zone or offset that the times are written in, such as '+09:00' or 'UTC'; empty where the file has
    none. `times` are local times of that zone.
    time_column: of the user's own file, empty where its rows are counted. time_format: the name of the format of its
    times, empty where they are no texts. decimal: the mark before decimals in its numbers, None where it has none.
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
    zone: str = ""
    time_column: str = ""
    time_format: str = ""
    decimal: Decimal | None = None


@dataclass(frozen=True)
class Pairs:
    """Texts and the target text of each, in a fixed order; no text is empty.

    sources: of a dialogue, the turns before the reply, each on a line of its own, the last one last.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(frozen=True)
class TextPairs:
    """Pairs of texts in three splits: of kind `text_pairs` or `dialogue`.

    source_name, target_name: the language or the column of the texts, such as 'en' and 'de', or 'turn' and 'reply'.
    are_consecutive: neighbouring pairs depend on each other, as the turns of a dialogue or the parts of a document do;
    then errors of their scores are estimated in blocks.
    """

    facts: Facts
    splits: Splits[Pairs]
    source_name: str
    target_name: str
    fingerprint: str
    are_consecutive: bool = False


AnyData = TextCorpus | LabelledTexts | Series | TextPairs

"""Interfaces for using a stored run, one for each command.

    CanGenerate   continue a text           rnnbench generate
    CanPredict    an answer for each text   rnnbench predict
    CanForecast   continue a series         rnnbench forecast
    CanTranslate  a translation             rnnbench translate
    CanReply      a reply to what was said  rnnbench chat

A task names its own class in `SequenceTask.inference`: a subclass of one of these, or of several.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rnnbench.data.kinds import AnyData
from rnnbench.data.settings import DataSettings
from rnnbench.storage.record import TEXT_COLUMN, RunRecord

if TYPE_CHECKING:
    import pandas as pd


class Inference:
    """A trained task in evaluation mode.

    task, prepared: the task with the stored weights, and its prepared data without splits.
    settings: the task's. data: the run's data settings. load_data: loads the run's data set.
    past_errors: as in `SequenceTask.past_errors`.
    """

    command: ClassVar[str]
    """The command that messages name."""

    def __init__(
        self,
        task: Any,
        record: RunRecord,
        *,
        data: DataSettings,
        load_data: Callable[[], AnyData],
        past_errors: Mapping[str, Any],
    ) -> None:
        self.task = task.eval()
        self.prepared: Any = task.prepared
        self.settings: Any = task.settings
        self.record, self.data, self.load_data, self.past_errors = record, data, load_data, past_errors

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.record.name} of {self.record.data}, run {self.record.run_id}>"

    @property
    def run_id(self) -> str:
        """The run in the store that trained this model."""
        return self.record.run_id

    @property
    def text_column(self) -> str:
        """The column that the texts of training are from; empty where it is not known, as for a known data set."""
        return self.record.tags.get(TEXT_COLUMN) or self.data.text_column or ""


class CanGenerate(Inference, ABC):
    """Continue a text, for `rnnbench generate`."""

    command: ClassVar[str] = "generate"

    @abstractmethod
    def stream(
        self,
        prompt: str,
        length: int = 500,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
    ) -> Iterator[str]:
        """The continuation of the prompt in pieces, `length` characters in total; the same seed gives the same text.

        Args:
            temperature: 1 samples from the model's distribution, 0 always takes the most probable token.
            top_k: sample among the k most probable tokens only.
            top_p: sample among the smallest set of tokens with this total probability.
        """


@dataclass(frozen=True)
class Prediction:
    """The answer for one text: its class, or an output text.

    probabilities: of every class, in the order of the classes; empty where the answer is not a class.
    """

    answer: str
    probabilities: Mapping[str, float] = field(default_factory=dict)


class CanPredict(Inference, ABC):
    """An answer for each text, for `rnnbench predict`."""

    command: ClassVar[str] = "predict"

    @abstractmethod
    def predictions(self, texts: Sequence[str]) -> list[Prediction]:
        """The answer for each text, in order. Raises: RnnbenchError for a text that cannot be read."""

    def warning(self, texts: Sequence[str]) -> str:
        """A warning about unreliable answers, with the reason; empty if there are none."""
        return ""


class ForecastTable(Protocol):
    """A forecast as `rnnbench forecast` prints it."""

    @property
    def name(self) -> str: ...
    @property
    def targets(self) -> tuple[str, ...]: ...
    @property
    def unit(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def understood(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...

    def to_plain(self) -> dict[str, Any]:
        """Plain data; `forecast` has one row per time: `time`, and a number for each further key."""

    def plot(self, path: str | Path) -> None:
        """Writes a figure of the forecast."""


class CanForecast(Inference, ABC):
    """Continue a series, for `rnnbench forecast`."""

    command: ClassVar[str] = "forecast"

    @abstractmethod
    def forecast(
        self,
        series: str | Path | pd.Series | pd.DataFrame | None = None,
        horizon: int | None = None,
        *,
        target: Sequence[str] = (),
        time_column: str | None = None,
        covariates: Sequence[str] = (),
        frequency: str | None = None,
        fill: str = "none",
        coverage: float = 0.8,
        **reading: object,
    ) -> ForecastTable:
        """Forecasts the values after the end of a series.

        Args:
            series: a file, the name of a known data set, or pandas data indexed by time; None is the run's data set.
            horizon: samples ahead; None is the horizon of training.
            target, time_column, covariates, frequency, fill: how to read a file, where it differs from the run's data.
            reading: further data settings of that kind, such as decimal or missing, where they were typed.
            coverage: the share of past errors inside the band.
        """


@dataclass(frozen=True)
class Alignment:
    """Attention weights between two texts.

    source, target: their tokens. weights: one row per target token, one number per source token, summing to 1.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Hypothesis:
    """A text that a model writes, and the natural logarithm of its probability."""

    text: str
    log_probability: float


@dataclass(frozen=True)
class Translation:
    """The translations of one text, best first.

    alignment: of the best one; None where it was not asked for.
    """

    source: str
    hypotheses: tuple[Hypothesis, ...]
    alignment: Alignment | None = None

    @property
    def text(self) -> str:
        """The best translation."""
        return self.hypotheses[0].text


class CanTranslate(Inference, ABC):
    """A translation of each text, for `rnnbench translate`."""

    command: ClassVar[str] = "translate"

    @property
    @abstractmethod
    def languages(self) -> tuple[str, str]:
        """The language or the column of the sources and of the targets."""

    @abstractmethod
    def translations(
        self, texts: Sequence[str], *, beam: int = 5, best: int = 1, attention: bool = False
    ) -> list[Translation]:
        """The translation of each text, in order.

        Args:
            beam: the number of hypotheses that are kept in the search; 1 is greedy.
            best: the number of translations of each text, at most `beam`.
            attention: with the alignment of the best one.

        Raises: RnnbenchError for an empty text, for values out of bounds, or for attention in a model without it.
        """

    def translate(self, text: str, *, beam: int = 5) -> str:
        """The translation of one text."""
        return self.translations([text], beam=beam)[0].text


class CanReply(Inference, ABC):
    """A reply to the turns of a conversation, for `rnnbench chat`."""

    command: ClassVar[str] = "chat"

    @property
    @abstractmethod
    def context_turns(self) -> int:
        """The number of last turns that a reply depends on."""

    @abstractmethod
    def stream_reply(
        self,
        turns: Sequence[str],
        *,
        temperature: float = 0.8,
        top_k: int | None = None,
        top_p: float | None = 0.9,
        beam: int | None = None,
        seed: int = 0,
    ) -> Iterator[str]:
        """The reply to the last of the turns in pieces; no three tokens in a row occur twice in it.

        Args:
            turns: of both speakers, oldest first.
            temperature, top_k, top_p: as in `CanGenerate.stream`.
            beam: the most probable reply by beam search with so many hypotheses, in place of sampling.

        Raises: RnnbenchError for no turn, an empty last one, or values out of bounds.
        """

    def reply(self, turns: str | Sequence[str], **options: Any) -> str:
        """The reply as one text. Arguments as in `stream_reply`; one text is a conversation of one turn."""
        return "".join(self.stream_reply([turns] if isinstance(turns, str) else turns, **options))

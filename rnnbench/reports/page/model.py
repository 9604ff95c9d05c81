"""The data of the report, and its parts: paragraphs, lists, tables, figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnbench.comparison.importance import Importances
from rnnbench.comparison.model import Comparison, Row
from rnnbench.reports.tables.model import Table
from rnnbench.storage.record import RunRecord, by_validation


@dataclass(frozen=True)
class Material:
    """The stored data of one sweep that the report shows.

    name: the task or study. records: with validation curves of the confirmations. data: facts of the data set.
    environments, showcases: of confirmations, by run id.
    command: repeats the sweep. more_trials: adds trials where there are too few for importances.
    """

    name: str
    comparison: Comparison
    records: tuple[RunRecord, ...]
    sweep_run: str = ""
    question: str = ""
    importances: Importances | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    showcases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    command: str = ""
    more_trials: str = ""

    def of_kind(self, kind: str) -> list[RunRecord]:
        """The records of one kind, in a fixed order."""
        own = [record for record in self.records if record.kind == kind]
        return sorted(own, key=lambda record: (record.model, _number(record), record.run_id))

    def shown_run(self, row: Row) -> RunRecord | None:
        """The confirmation of an encoder whose samples are shown: the one with the best validation score."""
        own = [record for record in self.of_kind("confirm") if record.model == row.model]
        own = [record for record in own if record.run_id in self.showcases and record.run_id in row.run_ids]
        return min(own, key=by_validation, default=None)


def _number(record: RunRecord) -> int:
    return int(record.tags.get("trial", "0")) if record.kind == "trial" else record.seed or 0


@dataclass(frozen=True)
class Words:
    """A paragraph. is_soft: an explanation, printed smaller."""

    text: str
    is_soft: bool = False


@dataclass(frozen=True)
class Points:
    """A numbered list."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Name and value pairs."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Picture:
    """A figure. svg: as `figures.svg` writes it. alt: a description. is_wide: scrolls on a small screen."""

    name: str
    svg: bytes
    alt: str
    caption: str = ""
    is_wide: bool = True


@dataclass(frozen=True)
class Quote:
    """A generated text. lead: the prompt."""

    text: str
    label: str
    lead: str = ""


@dataclass(frozen=True)
class Turn:
    """What one side says. is_model: written by a model."""

    speaker: str
    text: str
    is_model: bool = False


@dataclass(frozen=True)
class Turns:
    """A conversation. label: its title."""

    label: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Code:
    """A command to type."""

    text: str


@dataclass(frozen=True)
class Folded:
    """Parts that are collapsed under a title."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Heading:
    """A title inside of a section."""

    text: str


Part = Words | Points | Facts | Table | Picture | Quote | Turns | Code | Folded | Heading


@dataclass(frozen=True)
class Section:
    """A heading and its parts. key: the anchor in the address."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Page:
    """A title and sections."""

    title: str
    sections: tuple[Section, ...]


MakeSection = Callable[[Material], Section | None]
"""A section of the page, or None where the store has no data for it."""

"""The order of a report. A new section is one function, named here."""

from __future__ import annotations

from rnnbench.reports.page import details, examples, opening, scores, search, traces
from rnnbench.reports.page.model import MakeSection, Material, Section

SECTIONS: tuple[MakeSection, ...] = (
    opening.question,
    opening.answer,
    opening.data,
    opening.protocol,
    scores.table,
    scores.intervals,
    scores.curves,
    search.expected,
    search.importance,
    search.trials,
    scores.costs,
    details.by_step,
    details.by_class,
    examples.samples,
    traces.runs,
    traces.versions,
    traces.repeat,
)


def sections(material: Material) -> list[Section]:
    """Every section that the store has something to tell of."""
    return [made for make in SECTIONS if (made := make(material)) is not None]

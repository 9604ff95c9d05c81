"""Descriptions of data sets in words and numbers. Of the test split only the size is shown: it is for confirmation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from rnnbench.core.text import rounded
from rnnbench.data.code_points import text_of
from rnnbench.data.duplicates import overlap_of, overlap_of_sides
from rnnbench.data.frequencies import time_text
from rnnbench.data.kinds import (
    UNDERSTOOD,
    AnyData,
    Facts,
    Kind,
    Labelled,
    LabelledTexts,
    Series,
    SeriesSplit,
    TextCorpus,
    TextPairs,
)
from rnnbench.data.splits import SplitName
from rnnbench.metrics.translation import PLACEHOLDER

SHOWN_CHARACTERS = 240
SHOWN_PAIRS = 5
UNITS: Mapping[Kind, str] = {
    "text": "characters",
    "labelled_text": "texts",
    "series": "rows",
    "text_pairs": "pairs",
    "dialogue": "pairs",
}
SAMPLE = 4 << 20
Lines = list[tuple[str, str]]
IN_UNDERSTOOD = ("classes", "training from", "frequency", "targets", "covariates", "learned as")
"""The labels of statistics that `Facts.understood` of the user's own file has too."""


@dataclass(frozen=True)
class Description:
    """A data set in words and numbers, and a few training examples.

    lines: how it was read and split, and statistics of the training split, as (label, value).
    warnings: what may be read differently from how its owner means it. plain: the same as JSON.
    """

    facts: Facts
    lines: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    examples: tuple[str, ...]
    fingerprint: str
    plain: dict[str, Any] = field(default_factory=dict)

    def with_remarks(self, remarks: Sequence[str]) -> Description:
        """The description with a task's remarks on its tokens or windows."""
        if not remarks:
            return self
        lines = (*self.lines, *(("prepared", remark) for remark in remarks))
        return replace(self, lines=lines, plain={**self.plain, "prepared": [*remarks]})


def describe_data(data: AnyData) -> Description:
    """Facts, sizes, duplicates between splits, and a few examples of the training split."""
    sizes: dict[SplitName, int] = {}

    def note_size(name: SplitName, split: Any) -> None:
        sizes[name] = len(split)

    data.splits.map(note_size)
    lines = _reading(data.facts, sizes)
    if isinstance(data, TextCorpus):
        more, examples, plain = _text(data.splits.train)
    elif isinstance(data, LabelledTexts):
        more, examples, plain = _labelled(data.splits.train, data.classes)
    elif isinstance(data, TextPairs):
        more, examples, plain = _pairs(data)
    else:
        more, examples, plain = _series(data, data.splits.train)
    facts, overlap = data.facts, overlap_of(data)
    if facts.understood:  # has these in more words
        more = [(label, value) for label, value in more if label not in IN_UNDERSTOOD]
    lines.append(("also in training", overlap.in_words))
    plain_facts = {
        "name": facts.name, "kind": facts.kind, "title": facts.title, "source": facts.source, "licence": facts.licence,
        "split_rule": facts.split_rule, "notes": [*facts.notes], "sizes": dict(sizes), "fingerprint": data.fingerprint,
        "also_in_training": asdict(overlap), "understood": by_label(facts.understood), "warnings": [*facts.warnings],
    }  # fmt: skip
    source = [] if facts.understood else [("source", facts.source)]  # of a user's own file, its reading names it
    identity = [*source, ("licence", facts.licence), ("fingerprint", data.fingerprint[:12])]
    return Description(
        facts, (*lines, *more, *identity), facts.warnings, examples, data.fingerprint, {**plain_facts, **plain}
    )


def by_label(understood: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The sentences on how a file was read, by label, in the order in which they are printed."""
    by_label: dict[str, list[str]] = {label: [] for label in UNDERSTOOD}
    for label, sentence in understood:
        by_label.setdefault(label, []).append(sentence)
    return {label: sentences for label, sentences in by_label.items() if sentences}


def _reading(facts: Facts, sizes: Mapping[SplitName, int]) -> Lines:
    """How the data set was read, and its splits."""
    unit = UNITS[facts.kind]
    listed = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    understood = by_label(facts.understood)
    lines = [(label, sentence) for label, sentences in understood.items() for sentence in sentences]
    if "split" not in understood:
        lines += [("sizes", f"{listed} {unit}"), ("split", facts.split_rule)]
    return lines + [("note", note) for note in facts.notes]


def _text(train: np.ndarray) -> tuple[Lines, tuple[str, ...], dict[str, Any]]:
    sample = train[:SAMPLE]
    symbols, counts = np.unique(sample, return_counts=True)
    frequent = [chr(point) for point in symbols[np.argsort(-counts, kind="stable")][:12].tolist()]
    lines = [
        ("symbols", f"{len(symbols):,} different ones in training"),
        ("most frequent", " ".join(repr(symbol) for symbol in frequent)),
        ("lines", f"{int((sample == 10).sum()):,}" + (" in the first part" if len(train) > SAMPLE else "")),
    ]
    return lines, (text_of(train[:SHOWN_CHARACTERS]),), {"symbols": len(symbols)}


def _labelled(train: Labelled, classes: tuple[str, ...]) -> tuple[Lines, tuple[str, ...], dict[str, Any]]:
    counts = np.bincount(train.labels, minlength=len(classes))
    shares = {name: int(count) for name, count in zip(classes, counts, strict=True)}
    words = np.array([len(text.split()) for text in train.texts])
    listed = ", ".join(f"{name} {count / len(train):.1%}" for name, count in shares.items())
    median, long, longest = int(np.median(words)), int(np.quantile(words, 0.95)), int(words.max())
    lines = [
        ("classes", f"{len(classes)}: {listed} (training)"),
        ("length", f"median {median} words, 95th percentile {long}, maximum {longest}"),
    ]
    first = [int(np.argmax(train.labels == number)) for number in range(min(len(classes), 5))]
    examples = tuple(f"{classes[train.labels[row]]}: {train.texts[row][:SHOWN_CHARACTERS]}" for row in first)
    return lines, examples, {"classes": shares, "median_words": median}


def _pairs(pairs: TextPairs) -> tuple[Lines, tuple[str, ...], dict[str, Any]]:
    train, is_dialogue = pairs.splits.train, pairs.facts.kind == "dialogue"
    lines: Lines = [("also in training", side.in_words) for side in overlap_of_sides(pairs)]
    for name, texts in (("context" if is_dialogue else pairs.source_name, train.sources),
                        (pairs.target_name, train.targets)):  # fmt: skip
        words = np.array([len(text.split()) for text in texts])
        characters = np.array([len(text) for text in texts])
        lines.append(
            (
                name,
                f"{words.mean():.1f} words and {characters.mean():.0f} characters a text, at most {words.max()} words "
                f"and {characters.max()} characters; {len({*texts}):,} different texts (training)",
            )
        )
    lines += [_repeated_replies(train.targets)] if is_dialogue else _placeholders(train.sources)
    shown = np.unique(np.linspace(0, len(train) - 1, SHOWN_PAIRS).astype(int)).tolist()
    examples = tuple(f"{_shown(train.sources[row])}  |  {train.targets[row][:SHOWN_CHARACTERS]}" for row in shown)
    return lines, examples, {"source_name": pairs.source_name, "target_name": pairs.target_name}


def _repeated_replies(replies: Sequence[str]) -> tuple[str, str]:
    counts = Counter(replies)
    [(reply, most)] = counts.most_common(1)
    repeated = sum(count for count in counts.values() if count > 1) / len(replies)
    return (
        "repeated",
        f"{repeated:.1%} of the replies occur more than once; {most / len(replies):.1%} are {reply[:40]!r} (training)",
    )


def _placeholders(sources: Sequence[str]) -> Lines:
    found = [match[0] for match in map(PLACEHOLDER.search, sources) if match]
    if not found:
        return []
    return [("placeholders", f"{len(found) / len(sources):.1%} of the texts hold one, such as {found[0]} (training)")]


def _shown(text: str) -> str:
    """The text on one line; of a long one the end, which a reply answers."""
    line = " / ".join(text.split("\n"))
    return line if len(line) <= SHOWN_CHARACTERS else f"... {line[-SHOWN_CHARACTERS:]}"


def _series(series: Series, train: SeriesSplit) -> tuple[Lines, tuple[str, ...], dict[str, Any]]:
    first, last = (time_text(train.times[row], series.frequency, series.zone) for row in (0, -1))
    lines = [
        ("training from", f"{first} to {last}"),
        ("frequency", f"{series.frequency}, season of {series.season_length}"),
        ("targets", f"{', '.join(series.targets)} ({series.unit})"),
        ("covariates", ", ".join(series.covariate_names) or "none"),
        ("learned as", series.learn.replace("_", " ")),
        ("suggested", f"lookback {series.suggested_lookback}, horizon {series.suggested_horizon}"),
    ]
    for name, channel in zip(series.targets[:8], train.values.T, strict=False):
        mean, low, high = (_rounded(value, channel) for value in (channel.mean(), channel.min(), channel.max()))
        lines.append((name, f"mean {mean}, from {low} to {high} in training"))
    rows = [
        f"{time_text(time, series.frequency, series.zone)}  {'  '.join(map(_exact, row[:8].tolist()))}"
        for time, row in zip(train.times[:3], train.values, strict=False)
    ]
    plain = {
        "frequency": series.frequency, "season_length": series.season_length, "targets": [*series.targets],
        "covariates": [*series.covariate_names], "unit": series.unit, "learn": series.learn,
        "suggested_lookback": series.suggested_lookback, "suggested_horizon": series.suggested_horizon,
    }  # fmt: skip
    return lines, tuple(rows), plain


def _rounded(value: float, channel: np.ndarray) -> str:
    """The value with the digits that the deviation of its channel needs."""
    text = rounded(float(value), float(channel.std()))
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _exact(value: float) -> str:
    """The value with all of its digits: 1,094 and 0.25."""
    return f"{value:,}".removesuffix(".0")

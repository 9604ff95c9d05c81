"""The kind of data in the user's own file, and the reason in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import KIND_NAMES, Kind
from rnnbench.data.readers.columns import GUESS_ROWS, Table, as_numbers
from rnnbench.data.readers.label_columns import (
    LABEL_NAMES,
    TEXT_NAMES,
    best_text,
    by_name,
    find_labels,
    is_named,
    repeating,
)
from rnnbench.data.readers.pair_guess import reason_by_content, reason_by_names
from rnnbench.data.readers.series_columns import TIME_NAMES
from rnnbench.data.readers.times import PLAIN_NUMBER, looks_like_times
from rnnbench.data.settings import DataSettings

TASKS: dict[Kind, str] = {
    "text": "text_generation",
    "labelled_text": "sentiment",
    "series": "forecasting",
    "text_pairs": "translation",
    "dialogue": "dialogue",
}
OF_SERIES = ("target", "covariates", "frequency", "time_format", "series_column", "series")
OF_TEXTS = ("label_column", "text_column")
MOST = 0.8
"""The share of cells of which a column "mostly" consists: a single odd cell does not change what a file is."""
WORDS, WIDE_LETTERS = 3, 8
"""A sentence has so many words; in scripts without blanks, so many letters."""
TIME = re.compile(
    r"\d{4}[-/.]?(0?[1-9]|1[0-2])[-/.]?\d{0,2}([T ].*)?|\d{1,2}[-/. ](\d{1,2}|[^\W\d]{3,9}\.?)[-/. ,]+\d{2,4}(\D.*)?"
    r"|\d{2,4}\s*[年년].*|[^\W\d]{3,9}\.?[-/ ,]+\d{1,4}(\D.*)?|\d{4}[- ]?[QMW]\d{1,2}|Q[1-4][- /]\d{4}"
    r"|\d{1,2}:\d{2}(:\d{2})?(\.\d+)?( ?[AaPp]\.?[Mm]\.?)?([ ,]+\d+[-./]\d.*)?"
)
"""What a date, a month, a quarter or a time of day looks like, whether or not it can be read."""
NUMBER = re.compile(
    r"([A-Z]{3}|[^\w\s]{1,3})?\s?[-+(]?\d[\d.,'_\u00a0\u202f ]*([eE][-+]?\d+)?\)?"
    r"\s?([A-Z]{3}|[^\w\s]|kr|원|円|元|만|억)?"
)
"""What a number looks like, with marks of thousands, a currency or a percent sign, whether or not it can be read."""
WIDE = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True)
class Guess:
    """The kind of a file. because: the reason, to be read after 'a series, because'. other: the next likely kind.

    further: other kinds that it may be.
    """

    kind: Kind
    because: str
    other: Kind
    further: tuple[Kind, ...] = ()

    @property
    def in_words(self) -> str:
        """'labelled texts, because column ...; --task forecasting reads it as a series'."""
        other = f"--task {TASKS[self.other]} reads it as {KIND_NAMES[self.other]}"
        further = "".join(f", --task {TASKS[kind]} as {KIND_NAMES[kind]}" for kind in self.further)
        return f"{KIND_NAMES[self.kind]}, because {self.because}; {other}{further}"


def guess_by_options(settings: DataSettings) -> Guess | None:
    """The kind that the typed options belong to; None where they fit every kind.

    Raises: DataError for options of two kinds.
    """
    of_series = [name for name in OF_SERIES if getattr(settings, name)]
    of_texts = [name for name in OF_TEXTS if getattr(settings, name)]
    if settings.target_data:
        return Guess("text_pairs", "--target-data is typed", "dialogue")
    if of_texts == ["text_column"] and of_series == ["target"]:
        return Guess("text_pairs", "--text-column and --target are typed", "dialogue")
    if of_series and of_texts:
        raise DataError(
            f"{_option(of_series[0])} is for a series and {_option(of_texts[0])} for texts: type only one of the two, "
            "or --task"
        )
    if of_series or (settings.fill != "none" and not of_texts):
        return Guess("series", f"{_option((of_series or ['fill'])[0])} is typed", "labelled_text")
    if settings.label_column:
        return Guess("labelled_text", "--label-column is typed", "text")
    return None


def guess_by_content(table: Table, settings: DataSettings) -> Guess:
    """The kind of a table by what its columns hold: sentences, labels, times or numbers."""
    frame = table.frame
    known = TEXT_NAMES | TIME_NAMES | LABEL_NAMES
    further = [name for name in table.columns if name not in table.looked_at and is_named(name, known)]
    columns = [
        name for name in (*table.looked_at, *further) if len(table.first_cells(name)) or is_named(name, TEXT_NAMES)
    ]
    typed = settings.text_column if settings.text_column in table.columns else None
    texts = [typed] if typed else [name for name in columns if _holds_texts(table, name)]
    times = [name for name in columns if name not in texts and _holds_times(table, name)]
    if settings.time_column:
        times = [name for name in table.columns if name == settings.time_column] or times  # it may be several columns
    numbers = [name for name in columns if name not in (*texts, *times) and _holds_numbers(table, name)]
    other: Kind = "series" if numbers else "text"
    pairs = "" if typed else reason_by_names(table, times)
    if pairs:
        return Guess("text_pairs", pairs, "dialogue", ("text",))
    named = None if times else _named_text(table)
    if named is not None and not texts:
        texts = [named]
    if texts:
        guess = _of_texts(table, texts, times, numbers)
        pairs = reason_by_content(table) if guess.kind == "text" and not typed else ""
        return Guess("text_pairs", pairs, "dialogue", ("text",)) if pairs else guess
    if times:
        return Guess("series", f"column {times[0]!r} holds times", "labelled_text")
    words = [name for name in columns if name not in (*times, *numbers)]
    pairs = reason_by_content(table, short=True) if len(words) > 1 and not typed else ""
    if pairs:
        return Guess("text_pairs", pairs, "dialogue", ("text",))
    if len(columns) == 1 and words:
        return Guess("text", f"{columns[0]!r}, its only column, holds text", "labelled_text")
    if (
        numbers
        and len(words) <= 1
        and (not words or len(numbers) > 2 or frame[words[0]].astype(str).nunique() < len(frame) // 2)
    ):
        return Guess("series", f"its columns hold numbers, such as {numbers[0]!r}, and no text", "labelled_text")
    if words:
        return Guess("labelled_text", f"column {words[0]!r} holds text and others repeat", other)
    return Guess("series", "no column holds text", "labelled_text")


def _named_text(table: Table) -> str | None:
    """The column called like a text, beside one called like a label that is not numbers, whatever the text holds."""
    label = by_name(table, LABEL_NAMES, set())
    return None if label is None or _holds_numbers(table, label) else by_name(table, TEXT_NAMES, {label})


def _of_texts(table: Table, texts: list[str], times: list[str], numbers: list[str]) -> Guess:
    """Labelled texts where a column may hold the labels, a series where times lie on a grid, else a long text."""
    best = best_text(table, set())
    text = best if best in texts else texts[0]
    holds = "holds sentences" if _are_sentences(table.first_cells(text)) else "holds texts by its name"
    other: Kind = "series" if times and numbers else "text"
    try:
        labels = find_labels(table, text)
    except DataError:  # several labels per text: refused where they are read
        return Guess("labelled_text", f"column {text!r} {holds}, and others hold labels", other)
    few = [name for name in repeating(table, {*texts}) if name not in times]
    named = [name for name in table.columns if is_named(name, LABEL_NAMES)]
    if len(labels) == 1 and labels[0] not in (*named, *few):
        labels = ()  # the only other column, whose values do not repeat
    if len(labels) > 1:
        return Guess("labelled_text", f"column {text!r} {holds}, and {len(labels)} columns of 0 and 1 classes", other)
    if labels or few or named:
        label = (*labels, *named, *few)[0]
        values = len({*table.first_cells(label)})
        because = f"column {text!r} {holds} and {label!r} {values:,} different value{'s' if values != 1 else ''}"
        return Guess("labelled_text", because, other)
    if times and numbers and not table.frame[times[0]].duplicated().any():
        return Guess("series", f"column {times[0]!r} holds times, and none holds labels", "text")
    return Guess("text", f"column {text!r} {holds}, and no other column repeating labels", "labelled_text")


def _holds_texts(table: Table, name: str) -> bool:
    """Mostly sentences that differ; or one of the common names, and neither numbers nor times."""
    cells = table.first_cells(name)
    if not len(cells):
        return is_named(name, TEXT_NAMES)
    if len(cells) < 0.5 * min(len(table), GUESS_ROWS) or _holds_times(table, name) or _holds_numbers(table, name):
        return False
    if is_named(name, TEXT_NAMES):
        return True
    return _are_sentences(cells)


def _are_sentences(cells: np.ndarray) -> bool:
    """Whether half of the texts are sentences, and they differ."""
    sentences = np.array([*map(is_sentence, cells)])
    return len(cells) > 0 and bool(sentences.mean() >= 0.5) and len({*cells}) > 0.3 * len(cells)


def is_sentence(text: str) -> bool:
    """Whether a text has at least three words; in scripts without blanks, eight letters."""
    return len(text.split()) >= WORDS or len(WIDE.findall(text)) >= WIDE_LETTERS


def _holds_times(table: Table, name: str) -> bool:
    """Mostly dates or times by their look; or a column called time or date that is not text."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(table.frame[name]):
        return True
    cells = table.first_cells(name)
    if is_named(name, TIME_NAMES):
        long = np.mean([len(cell.split()) > 6 for cell in cells])
        return bool(long < 0.5) or looks_like_times(table.frame[name])
    if all(PLAIN_NUMBER.fullmatch(cell) for cell in cells):
        return False
    dated = np.mean([TIME.fullmatch(cell) is not None for cell in cells])
    if dated >= MOST and not _holds_numbers(table, name):
        return True
    return looks_like_times(table.frame[name].head(GUESS_ROWS))


def _holds_numbers(table: Table, name: str) -> bool:
    """Mostly numbers, with whatever marks, currency or percent sign."""
    cells = table.first_cells(name)
    if all(PLAIN_NUMBER.fullmatch(cell) for cell in cells):  # spares the slower reading of marks for most columns
        return True
    _, bad = as_numbers(table.frame[name].head(GUESS_ROWS))
    if not bad.any():
        return True
    return bool(np.mean([NUMBER.fullmatch(cell) is not None for cell in cells]) >= MOST)


def _option(setting: str) -> str:
    return f"--{setting.replace('_', '-')}"

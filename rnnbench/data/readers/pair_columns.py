"""The columns of pairs of texts in a table: the source and the target."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from rnnbench.core.errors import DataError
from rnnbench.core.text import listed
from rnnbench.data.readers.columns import Table, as_numbers
from rnnbench.data.readers.label_columns import columns_of_sentences, is_named, not_used
from rnnbench.data.readers.series_columns import TIME_NAMES
from rnnbench.data.readers.times import looks_like_times
from rnnbench.data.settings import DataSettings

PAIRS_OF_NAMES = (
    ("source", "target"), ("src", "tgt"), ("src", "trg"), ("source text", "target text"), ("input", "output"),
    ("input text", "output text"), ("source sentence", "target sentence"), ("original", "translation"),
    ("text", "translation"), ("원문", "번역문"), ("원문", "번역"), ("原文", "译文"), ("原文", "翻訳"), ("原文", "訳文"),
    ("question", "answer"), ("questions", "answers"), ("q", "a"), ("질문", "답변"), ("질문", "대답"), ("질문", "답"),
    ("問題", "回答"), ("質問", "回答"), ("问题", "回答"), ("问", "答"), ("frage", "antwort"),
    ("context", "response"), ("context", "reply"), ("statement", "reply"), ("statement", "response"),
    ("utterance", "response"), ("utterance", "reply"), ("message", "response"), ("message", "reply"),
    ("prompt", "response"), ("prompt", "completion"), ("query", "response"), ("query", "answer"),
    ("instruction", "output"), ("instruction", "response"), ("post", "reply"), ("post", "response"),
    ("comment", "reply"), ("text", "reply"), ("text", "response"), ("human", "assistant"), ("user", "assistant"),
    ("user", "bot"), ("human", "bot"), ("발화", "응답"), ("발화", "답변"),
)  # fmt: skip
"""Common names of a source and its target, whatever their case, blanks, hyphens and underscores."""
CODES = (
    "en de fr es it pt nl ru ja ko zh ar tr pl cs sv da fi nb nn el he hu ro bg uk vi th hi fa et lv lt sk sl hr sr ca "
    "eng deu ger fra fre spa ita por nld rus jpn kor zho chi ara tur pol ces swe dan fin ukr vie tha hin "
    "zh-cn zh-tw zh-hans zh-hant pt-br pt-pt en-us en-gb es-es fr-fr de-de ko-kr ja-jp"
)
NAMES_OF_LANGUAGES = (
    "english german french spanish italian portuguese dutch russian japanese korean chinese arabic turkish polish "
    "czech swedish danish finnish norwegian greek hebrew hungarian romanian bulgarian ukrainian vietnamese thai hindi "
    "persian indonesian deutsch englisch französisch spanisch koreanisch japanisch français anglais español inglés "
    "영어 한국어 독일어 일본어 중국어 프랑스어 스페인어 러시아어 영문 한글 국문 국어 "
    "英語 日本語 韓国語 中国語 英文 中文 日文 韩文"
)
LANGUAGES = {*CODES.split(), *NAMES_OF_LANGUAGES.split()}
"""Names of columns that are languages. Not 'id' and 'no', which number the rows."""
AFFIXES = ("text", "sentence", "translation", "sent", "문장", "원문", "번역")
ATTRIBUTION = "CC-BY 2.0"
"""In every line of the third column of files of Tatoeba: who wrote a sentence."""
LOOKED_AT = 20
MOST_SHOWN = 8


@dataclass(frozen=True)
class PairColumns:
    """The columns of the source and of the target."""

    source: str
    target: str

    def in_words(self, table: Table, further: Collection[str] = ()) -> str:
        """'source is 'de', target is 'en'; not used: 'id''. further: other columns that are read."""
        unused = not_used(table, (self.source, self.target, *further))
        return f"source is {self.source!r}, target is {self.target!r}{unused}"


def find_pair_columns(table: Table, settings: DataSettings, taken: Collection[str] = ()) -> PairColumns:
    """The source and the target: from the settings, else by common names, else the only two columns of texts.

    taken: columns that are neither, such as that of the conversations.
    Raises: DataError where they are missing, or ambiguous.
    """
    if settings.target_data:
        return PairColumns(*table.columns[:2])
    source = settings.text_column and table.check_column(settings.text_column, "--text-column")
    if len(settings.target) > 1:
        raise DataError(
            f"pairs of texts have one column of targets, and --target names {len(settings.target)}: type one"
        )
    target = table.check_column(settings.target[0], "--target") if settings.target else None
    if source and source == target:
        raise DataError(f"{source!r} cannot be both --text-column and --target: type two columns")
    if source and target:
        return PairColumns(source, target)
    if source or target:
        return _with_other(table, source, target, taken)
    columns = columns_by_name(table, taken) or columns_by_content(table, taken)
    if columns is None:
        raise _unclear(table, "the source and the target", "--text-column NAME and --target NAME", taken)
    return columns


def _with_other(table: Table, source: str | None, target: str | None, taken: Collection[str]) -> PairColumns:
    """The columns where the user typed one of them."""
    typed = source or target or ""
    named = columns_by_name(table, taken)
    if named is not None and typed in (named.source, named.target):
        other: str | None = named.target if typed == named.source else named.source
    else:
        languages = [name for name in table.columns if is_language(name) and name not in (typed, *taken)]
        texts = [name for name in text_columns(table, taken) if name != typed]
        candidates = languages if is_language(typed) and languages else texts
        other = candidates[0] if len(candidates) == 1 else None
    if other is None:
        what, option = ("the target", "--target NAME") if source else ("the source", "--text-column NAME")
        raise _unclear(table, what, option, {typed, *taken})
    return PairColumns(typed, other) if source else PairColumns(other, typed)


def columns_by_name(table: Table, taken: Collection[str] = ()) -> PairColumns | None:
    """The only pair of columns with common names of a source and a target, else the only two with a language each."""
    columns = [name for name in table.columns if name not in taken]
    for names in PAIRS_OF_NAMES:
        sources, targets = ([column for column in columns if is_named(column, {name})] for name in names)
        if len(sources) == len(targets) == 1:
            return PairColumns(sources[0], targets[0])
    languages = [name for name in columns if is_language(name)]
    return PairColumns(*languages) if len(languages) == 2 else None


def is_language(name: str) -> bool:
    """Whether a column is called like a language: 'de', 'German', 'text_de', 'translation.de'."""
    plain = name.casefold().rpartition(".")[2].strip()
    if plain in LANGUAGES or plain.replace("_", "-") in LANGUAGES:
        return True
    words = plain.replace("-", "_").replace(" ", "_").split("_")
    if len(words) != 2:
        return False
    return (words[0] in LANGUAGES and words[1] in AFFIXES) or (words[1] in LANGUAGES and words[0] in AFFIXES)


def columns_by_content(table: Table, taken: Collection[str] = ()) -> PairColumns | None:
    """The only two columns of sentences, else the only two of texts that differ."""
    for columns in (_sentences(table, taken), text_columns(table, taken)):
        if len(columns) == 2:
            return PairColumns(*columns)
    return None


def _sentences(table: Table, taken: Collection[str]) -> list[str]:
    return [name for name in columns_of_sentences(table, {*taken}) if not is_attribution(table, name)]


def text_columns(table: Table, taken: Collection[str] = ()) -> list[str]:
    """The columns whose cells are neither numbers nor times, and mostly differ."""
    return [name for name in table.looked_at if name not in taken and holds_texts(table, name)]


def holds_texts(table: Table, name: str) -> bool:
    """Whether cells of a column are texts, short or long: neither numbers nor times, and at least a third differ."""
    cells = table.first_cells(name)
    if not len(cells) or len({*cells}) < max(2, 0.3 * len(cells)) or is_attribution(table, name):
        return False
    _, bad = as_numbers(table.frame[name].head(LOOKED_AT))
    if not bad.any() or np.mean([any(map(str.isalpha, cell)) for cell in cells]) < 0.5:
        return False
    is_dated = looks_like_times(table.frame[name].head(LOOKED_AT))
    return not is_dated and not (is_named(name, TIME_NAMES) and np.mean([" " in cell for cell in cells]) < 0.5)


def is_attribution(table: Table, name: str) -> bool:
    """Whether every cell says who wrote a sentence, as in files of Tatoeba."""
    cells = table.first_cells(name)
    return len(cells) > 0 and all(cell.startswith(ATTRIBUTION) for cell in cells)


def _unclear(table: Table, what: str, option: str, taken: Collection[str]) -> DataError:
    if len(table.columns) == 1 and table.path.suffix.lower() not in {".json", ".jsonl", ".ndjson", ".parquet"}:
        return DataError(
            f"{table.path.name} has one column, and pairs of texts need two: type --target-data FILE with the target "
            "of each of its lines, or use a table with two columns"
        )
    candidates = text_columns(table, taken)
    several = f"{len(candidates)} columns may be it: {listed(map(repr, candidates[:MOST_SHOWN]))}"
    columns = several if len(candidates) > 1 else f"Its columns: {table.listed_columns}"
    plural = "columns" if " and " in what else "column"
    return DataError(f"{table.path.name}: cannot infer {what} {plural}: type {option}. {columns}.")

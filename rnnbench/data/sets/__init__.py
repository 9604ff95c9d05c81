"""The known data sets: the facts, the files and the reader of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rnnbench.data.kinds import AnyData, Facts, Kind
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


KNOWN = {
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
    )
}
DEFAULTS: dict[Kind, str] = {"text": "shakespeare", "labelled_text": "rotten_tomatoes", "series": "power"}

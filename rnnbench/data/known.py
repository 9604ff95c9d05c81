"""The data sets that have a name: what each is, the files it is read from, and its reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rnnbench.data import known_labelled, known_series, known_text
from rnnbench.data.base import AnyData, CatalogueEntry, Facts, Kind
from rnnbench.data.sources import ResearchFile, WheelData


@dataclass(frozen=True)
class Known:
    """One named data set. `read(folder)` looks for research files in `folder` first."""

    facts: Facts
    files: tuple[WheelData | ResearchFile, ...]
    read: Callable[[str | None], AnyData]

    def entry(self, folder: str | None) -> CatalogueEntry:
        """How the catalogue shows it."""
        at_hand = all(
            file.is_at_hand if isinstance(file, WheelData) else file.find(folder) is not None for file in self.files
        )
        origin: Literal["wheel", "research"] = "wheel" if isinstance(self.files[0], WheelData) else "research"
        return CatalogueEntry(self.facts, sum(file.size_bytes for file in self.files), at_hand, origin)


KNOWN = {
    known.facts.name: known
    for known in (
        Known(known_text.SHAKESPEARE, (known_text.SHAKESPEARE_DATA,), known_text.shakespeare),
        Known(known_text.TINYSHAKESPEARE, (known_text.TINY_DATA,), known_text.tinyshakespeare),
        Known(known_labelled.ROTTEN_TOMATOES, (known_labelled.ROTTEN_DATA,), known_labelled.rotten_tomatoes),
        Known(known_labelled.MR, known_labelled.MR_DATA, known_labelled.mr),
        Known(known_labelled.SST2, known_labelled.SST2_DATA, known_labelled.sst2),
        Known(known_labelled.NSMC, known_labelled.NSMC_DATA, known_labelled.nsmc),
        Known(known_series.POWER, (known_series.POWER_DATA,), known_series.power),
        Known(known_series.WEATHER, (known_series.WEATHER_DATA,), known_series.weather),
        Known(known_series.STOCK, (known_series.STOCK_DATA,), known_series.stock),
        Known(known_series.ETTH1, (known_series.ETTH1_DATA,), known_series.etth1),
        Known(known_series.AIRLINE, (known_series.AIRLINE_DATA,), known_series.airline),
    )
}
DEFAULTS: dict[Kind, str] = {"text": "shakespeare", "labelled_text": "rotten_tomatoes", "series": "power"}

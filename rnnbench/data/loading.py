"""Load, describe or list data sets. Readers are imported only when needed, so that listing is fast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.core.errors import DataError, UnknownNameError
from rnnbench.core.paths import expanded
from rnnbench.data.kinds import KIND_NAMES, AnyData, Kind, Series
from rnnbench.data.settings import DataSettings

if TYPE_CHECKING:
    from rnnbench.data.description import Description
    from rnnbench.data.sets import CatalogueEntry

OWN_FILE_HINT = "A file of your own works too: --data path/to/file.csv"


def load(settings: DataSettings, kind: Kind) -> AnyData:
    """The data set that the settings name: `path`, else `name` (which may be a path too), else the kind's default.

    Raises: UnknownNameError for an unknown name; DataError for data that cannot be read or used.
    """
    from rnnbench.data.sets import DEFAULTS, KNOWN, find

    path = _path(settings)
    if path is not None:
        from rnnbench.data.readers.files import read_file
        from rnnbench.data.scale import with_scale_warning

        loaded = read_file(path, settings, kind)
        return with_scale_warning(loaded) if isinstance(loaded, Series) else loaded
    name = settings.name or DEFAULTS[kind]
    of_kind = [known for known, entry in KNOWN.items() if entry.facts.kind == kind]
    known_set = find(name)
    if known_set is None:
        raise UnknownNameError("data set", name, of_kind, hint=OWN_FILE_HINT)
    if known_set.facts.kind != kind:
        actual = KIND_NAMES[known_set.facts.kind]
        raise DataError(
            f"{name!r} is {actual}, and this task needs {KIND_NAMES[kind]}: type --data with one of: "
            f"{', '.join(of_kind)}"
        )
    return known_set.load(settings)


def catalogue(folder: str | None = None) -> list[CatalogueEntry]:
    """Every known data set, and whether its files are in the cache or in `folder`. Downloads nothing."""
    from rnnbench.data.sets import KNOWN

    return [known.entry(folder) for known in KNOWN.values()]


def describe(settings: DataSettings, kind: Kind | None = None) -> Description:
    """A description of a data set in words and numbers; of the test split only its size.

    kind: None takes the kind of the known set, or infers the kind of a file from its columns.
    """
    from rnnbench.data.description import describe_data
    from rnnbench.data.sets import KNOWN, find

    path = _path(settings)
    if kind is None and path is not None:
        from rnnbench.data.readers.files import read_file

        return describe_data(read_file(path, settings))
    if kind is None:
        known_set = find(settings.name)
        if known_set is None:
            raise UnknownNameError("data set", settings.name, KNOWN, hint=OWN_FILE_HINT)
        kind = known_set.facts.kind
    return describe_data(load(settings, kind))


def _path(settings: DataSettings) -> Path | None:
    """The path of the user's own file, given as `path` or as `name`."""
    if settings.path:
        return expanded(settings.path)
    name = settings.name
    looks_like_a_file = "/" in name or "\\" in name or Path(name).suffix != ""
    return expanded(name) if looks_like_a_file else None

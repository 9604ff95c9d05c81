"""What the tasks read: known data sets and the user's own files, under one interface.

`load` gives the data, `describe` tells of it, `catalogue` lists every known set. Readers are imported when needed.
"""

from __future__ import annotations

from pathlib import Path

from rnnbench.core.errors import DataError, UnknownNameError
from rnnbench.data.base import AnyData, CatalogueEntry, DataSettings, Description, Kind

__all__ = ["AnyData", "CatalogueEntry", "DataSettings", "Description", "Kind", "catalogue", "describe", "load"]

SPOKEN: dict[Kind, str] = {"text": "a long text", "labelled_text": "labelled texts", "series": "a series"}


def load(settings: DataSettings, kind: Kind) -> AnyData:
    """The data that the settings name: `path`, else `name` (a path works there too), else the default of the kind.

    Raises: UnknownNameError for a name that nothing has; DataError in words for data that cannot be read or used.
    """
    from rnnbench.data.sets import DEFAULTS, KNOWN

    path = _path(settings)
    if path is not None:
        from rnnbench.data.readers.files import read_file

        return read_file(path, settings, kind)
    name = settings.name or DEFAULTS[kind]
    fitting = [known for known, entry in KNOWN.items() if entry.facts.kind == kind]
    if name not in KNOWN:
        raise UnknownNameError("data set", name, fitting, hint="A file of your own works too: --data path/to/file.csv")
    if name not in fitting:
        raise DataError(
            f"{name!r} is {SPOKEN[KNOWN[name].facts.kind]}, and this task needs {SPOKEN[kind]}: {', '.join(fitting)}"
        )
    return KNOWN[name].read(settings.folder)


def catalogue(folder: str | None = None) -> list[CatalogueEntry]:
    """Every known data set, and whether it lies in the cache or the folder already. Fetches and imports nothing."""
    from rnnbench.data.sets import KNOWN

    return [known.entry(folder) for known in KNOWN.values()]


def describe(settings: DataSettings, kind: Kind | None = None) -> Description:
    """The data in words and numbers. Of the test split only its size is told.

    kind: None takes the kind of the known set; of a file, what its columns look like.
    """
    from rnnbench.data.description import describe_data
    from rnnbench.data.sets import KNOWN

    if kind is None:
        path = _path(settings)
        if path is not None:
            from rnnbench.data.readers.files import guess_kind

            kind = guess_kind(path, settings)
        elif settings.name in KNOWN:
            kind = KNOWN[settings.name].facts.kind
        else:
            hint = "A file of your own works too: --data path/to/file.csv"
            raise UnknownNameError("data set", settings.name, KNOWN, hint=hint)
    return describe_data(load(settings, kind))


def _path(settings: DataSettings) -> Path | None:
    """The user's own file, named as `path` or in the place of a name."""
    if settings.path:
        return Path(settings.path).expanduser()
    name = settings.name
    looks_like_a_file = "/" in name or "\\" in name or Path(name).suffix != ""
    return Path(name).expanduser() if looks_like_a_file else None

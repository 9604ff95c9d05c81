"""Paths that somebody typed."""

from __future__ import annotations

from pathlib import Path

from rnnbench.core.errors import RnnbenchError


def expanded(path: str | Path) -> Path:
    """The path with `~` and `~user` replaced by the folder that they mean, as a shell does it.

    Where there is no such user, as in `~draft.csv`, the path stays as it is.
    Raises: RnnbenchError for `~` of an account without a home folder, as in some containers.
    """
    path = Path(path)
    try:
        return path.expanduser()
    except RuntimeError as error:
        if path.parts[0] == "~":
            raise RnnbenchError(f"{path}: this account has no home folder. Set HOME") from error
        return path

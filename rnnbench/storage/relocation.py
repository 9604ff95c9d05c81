"""Artifacts of a store that was moved or copied: MLflow stores absolute addresses, which are corrected here.

A run of this program keeps its files in `STORE/artifacts/EXPERIMENT/RUN/artifacts`, and MLflow's database has the
address of every run. After `mv` or `cp` of the store's folder these addresses name the old place.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rnnbench.storage.location import file_name, store_folder, store_path


def relocate(database: Path) -> int:
    """Correct the addresses of artifacts of another store's folder in the database. Returns the number of experiments.

    An experiment whose files are not in this store's folder, but still in the old one, keeps its address.
    """
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        rows = connection.execute("SELECT experiment_id, name, artifact_location FROM experiments").fetchall()
        changed = 0
        for experiment_id, name, old in rows:
            new = relocated(old, str(name))
            if new is None:
                continue
            connection.execute(
                "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (new, experiment_id)
            )
            connection.execute(
                "UPDATE runs SET artifact_uri = ? || substr(artifact_uri, ?) "
                "WHERE experiment_id = ? AND substr(artifact_uri, 1, ?) = ?",
                (new, len(old) + 1, experiment_id, len(old), old),
            )
            changed += 1
    return changed


def relocated(location: str | None, name: str) -> str | None:
    """The address of an experiment's artifacts in this store; None where `location` is right or is elsewhere by choice.

    name: the experiment's name, which is the name of its folder.
    """
    here = store_folder() / "artifacts" / file_name(name)
    old = local_path(location or "")
    if old is None or old == here or old.name != here.name or old.parent.name != "artifacts":
        return None
    if old.is_dir() and (not here.is_dir() or os.path.samefile(old, here)):
        return None
    return here.as_uri()


def relocated_folder(folder: Path) -> Path:
    """The folder of a run's files in this store, where it does not exist at its stored place.

    For stores that cannot be written, in which the database keeps the old addresses.
    """
    store = store_path()
    here = store / "artifacts" / Path(*folder.parts[-3:])
    is_ours = folder.name == "artifacts" and folder.parents[2].name == "artifacts"
    return here if is_ours and here.is_dir() and not os.access(store, os.W_OK) else folder


def local_path(address: str) -> Path | None:
    """The local path of an address, None where it is on a server."""
    if urlsplit(address).scheme not in ("file", ""):
        return None
    return Path(url2pathname(urlsplit(address).path) if address.startswith("file:") else address)

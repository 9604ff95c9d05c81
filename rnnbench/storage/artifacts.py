"""The files of runs as local paths, wherever the store keeps them."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import store_folder

Content = TypeVar("Content")


class ArtifactError(RnnbenchError):
    """A file of a run is missing or damaged."""


class MissingArtifactError(ArtifactError):
    """A run has no file of this name."""


class Artifacts:
    """The files of runs: read where they lie on this machine, else copied into the store's folder `cache`."""

    def __init__(self, client: MlflowClient) -> None:
        self.client = client

    def path(self, run: Run, name: str) -> Path:
        """A file of a run as a local path.

        Raises: MissingArtifactError where the run has no such file; RnnbenchError where it cannot be fetched.
        """
        folder = _local_folder(run)
        if folder is not None:
            if not (folder / name).is_file():
                raise MissingArtifactError(f"{_label(run)} has no file {name!r} in {folder}")
            return folder / name
        cached = store_folder() / "cache" / run.info.run_id / name
        if not (cached.is_file() and _is_final(run)):
            self._fetch(run, name, cached)
        return cached

    def names(self, run: Run, folder: str = "") -> list[str]:
        """The paths of the files in one folder of a run, sorted. Raises: RnnbenchError where they cannot be listed."""
        place = _local_folder(run)
        if place is not None:
            inside = place / folder
            files = [path.name for path in inside.iterdir() if path.is_file()] if inside.is_dir() else []
            return sorted(posixpath.join(folder, name) for name in files)
        try:
            return sorted(item.path for item in self.client.list_artifacts(run.info.run_id, folder or None))
        except (MlflowException, OSError) as error:
            raise RnnbenchError(f"the files of {_label(run)} cannot be listed: {error}") from error

    def read(self, run: Run, name: str, parse: Callable[[bytes], Content]) -> Content:
        """A file's content as `parse` gives it.

        Raises: ArtifactError where the run has no such file or it is damaged, which `parse` tells by a ValueError;
            RnnbenchError where it cannot be fetched.
        """
        path = self.path(run, name)
        try:
            return parse(path.read_bytes())
        except (ValueError, OSError) as error:
            is_copy = _local_folder(run) is None
            remedy = "Delete this copy, and it is fetched again" if is_copy else "Put it back as it was"
            raise ArtifactError(f"{_label(run)}: {path} is damaged ({error}). {remedy}") from error

    def _fetch(self, run: Run, name: str, target: Path) -> None:
        """Puts a copy in place, in one step: other processes may read it."""
        if name not in self.names(run, posixpath.dirname(name)):
            raise MissingArtifactError(f"{_label(run)} has no file {name!r} at {run.info.artifact_uri}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as place:
                os.replace(self.client.download_artifacts(run.info.run_id, name, place), target)
        except (MlflowException, OSError) as error:
            raise RnnbenchError(f"the file {name!r} of {_label(run)} cannot be fetched: {error}") from error


def _local_folder(run: Run) -> Path | None:
    """The folder of a run's files where that is on this machine, else None.

    Raises: RnnbenchError where not even the folder of the store is there, as after a move.
    """
    uri: str = run.info.artifact_uri
    if urlsplit(uri).scheme not in ("file", ""):
        return None
    folder = Path(url2pathname(urlsplit(uri).path) if uri.startswith("file:") else uri)
    # STORE/artifacts/EXPERIMENT/RUN/artifacts: the folders below STORE come with the first file
    if not any(parent.is_dir() for parent in folder.parents[:4]):
        raise RnnbenchError(
            f"the files of {_label(run)} should be in {folder}, but {folder.parents[3]} does not exist: a store can be "
            "read only where it was made, so move it back"
        )
    return folder


def _is_final(run: Run) -> bool:
    """Whether a run's files change no more: it has ended, and is no sweep, which later calls continue."""
    return run.info.status not in ("RUNNING", "SCHEDULED") and run.data.tags.get("kind") != "sweep"


def _label(run: Run) -> str:
    return f"run {run.info.run_name} ({run.info.run_id})"

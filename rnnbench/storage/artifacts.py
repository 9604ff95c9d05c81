"""Files of runs as local paths, also with a remote artifact store."""

from __future__ import annotations

import json
import os
import posixpath
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from rnnbench.core.errors import RnnbenchError
from rnnbench.storage.location import store_folder
from rnnbench.storage.relocation import local_path, relocated_folder

Content = TypeVar("Content")


class ArtifactError(RnnbenchError):
    """A file of a run is missing or damaged."""


class MissingArtifactError(ArtifactError):
    """A run has no file with this name."""


class Artifacts:
    """Files of runs: read in place on this machine, otherwise downloaded into the store's folder `cache`."""

    def __init__(self, client: MlflowClient) -> None:
        self.client = client

    def path(self, run: Run, name: str) -> Path:
        """A file of a run as a local path.

        Raises: MissingArtifactError where the run has no such file; RnnbenchError where it cannot be downloaded.
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
        """Sorted paths of the files in one folder of a run. Raises: RnnbenchError where they cannot be listed."""
        local = _local_folder(run)
        if local is not None:
            inside = local / folder
            files = [path.name for path in inside.iterdir() if path.is_file()] if inside.is_dir() else []
            return sorted(posixpath.join(folder, name) for name in files)
        try:
            return sorted(item.path for item in self.client.list_artifacts(run.info.run_id, folder or None))
        except (MlflowException, OSError) as error:
            raise RnnbenchError(f"the files of {_label(run)} cannot be listed: {error}") from error

    def read(self, run: Run, name: str, parse: Callable[[bytes], Content]) -> Content:
        """The content of a file, parsed.

        parse: raises ValueError for damaged content.
        Raises: ArtifactError where the file is missing or damaged; RnnbenchError where it cannot be downloaded.
        """
        path = self.path(run, name)
        try:
            return parse(path.read_bytes())
        except (ValueError, OSError, RecursionError) as error:
            is_copy = _local_folder(run) is None
            remedy = "Delete this copy to download it again" if is_copy else "Restore it from a backup"
            raise ArtifactError(f"{_label(run)}: {path} is damaged ({error}). {remedy}") from error

    def _fetch(self, run: Run, name: str, target: Path) -> None:
        """Download a file and move it into place in one step, since other processes may read it."""
        if name not in self.names(run, posixpath.dirname(name)):
            raise MissingArtifactError(f"{_label(run)} has no file {name!r} at {run.info.artifact_uri}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
                os.replace(self.client.download_artifacts(run.info.run_id, name, folder), target)
        except (MlflowException, OSError) as error:
            raise RnnbenchError(f"the file {name!r} of {_label(run)} cannot be downloaded: {error}") from error


def json_object(content: bytes) -> dict[str, Any]:
    """The object in a JSON file. Raises: ValueError for other content."""
    plain = json.loads(content)
    if not isinstance(plain, dict):
        raise ValueError(f"an object was expected, not {str(plain)[:40]!r}")
    return plain


def _local_folder(run: Run) -> Path | None:
    """The folder of a run's files where the artifact store is local, else None.

    Raises: RnnbenchError where the folder does not exist, as after only the database was moved.
    """
    stored = local_path(run.info.artifact_uri)
    if stored is None:
        return None
    folder = relocated_folder(stored)
    # STORE/artifacts/EXPERIMENT/RUN/artifacts: folders below STORE are created with the first file
    if not any(parent.is_dir() for parent in folder.parents[:4]):
        raise RnnbenchError(
            f"the files of {_label(run)} should be in {folder}, but {folder.parents[3]} does not exist: they were not "
            "moved together with the database, so put them there"
        )
    return folder


def _is_final(run: Run) -> bool:
    """Whether a run's files are final: it has ended and is not a sweep, which later calls may continue."""
    return run.info.status not in ("RUNNING", "SCHEDULED") and run.data.tags.get("kind") != "sweep"


def _label(run: Run) -> str:
    return f"run {run.info.run_name} ({run.info.run_id})"

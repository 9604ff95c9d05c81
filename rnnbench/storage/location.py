"""The folder of the store: `mlruns/` in the working folder, or RNNBENCH_STORE; and errors of its disk in words."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from rnnbench.core.errors import RnnbenchError, StoreError

_LONGEST_NAME = 200
"""Bytes; file systems allow 255, and suffixes such as `.journal.work.lock` are added."""
_FAULTS_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE)
_USED: set[Path] = set()
"""The stores whose database this process has opened."""


def store_path() -> Path:
    """The absolute path of the store's folder, which may not exist.

    Raises: RnnbenchError where RNNBENCH_STORE is the address of a server, such as `https://host`.
    """
    return store_at(os.environ.get("RNNBENCH_STORE") or "mlruns")


def store_at(named: str | Path) -> Path:
    """The absolute path of a store that was named.

    Raises: RnnbenchError for the address of a server; it is not repeated, as it may contain a password.
    """
    address = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):/", str(named))
    if address:
        raise RnnbenchError(
            f"a store is a folder, not an address that begins with {address[1]}: set RNNBENCH_STORE, or name a folder"
        )
    return Path(named).absolute()


def store_folder() -> Path:
    """The absolute path of the store's folder, which is created if needed.

    Raises: RnnbenchError where it cannot be written, or its path contains characters that a database URL changes;
        StoreError where it was there before in this process: an empty store in its place would hide that.
    """
    folder = store_path()
    if folder in _USED and not folder.exists():
        raise gone()
    if "?" in str(folder) or unquote(str(folder)) != str(folder):
        raise RnnbenchError(
            f"the store {folder} cannot be used: its path contains ? or %. Set RNNBENCH_STORE to another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RnnbenchError(f"the store {folder} cannot be written: {error.strerror}") from error
    return folder


def note_opened() -> None:
    """Remember that the store's database was there."""
    _USED.add(store_path())


def has_gone() -> bool:
    """Whether the store's database was opened by this process and is not there any more."""
    return bool(_USED) and store_path() in _USED and not store_exists()


def gone() -> StoreError:
    """The error for a store that was moved, deleted or unmounted while it was used."""
    return StoreError(f"the store {store_path()} has gone: put it back and type the command again")


def store_error_of(error: BaseException) -> StoreError | None:
    """The error in words where it means that files cannot be written at present; None for any other error."""
    if has_gone():
        return gone()
    if isinstance(error, StoreError):
        return error
    if not isinstance(error, OSError):
        return None
    names_file = isinstance(error.filename, str)
    is_elsewhere = names_file and not Path(error.filename).is_relative_to(store_path())
    if isinstance(error, PermissionError) and names_file and not is_elsewhere:
        return StoreError(f"the store {store_path()} cannot be written: make it writable and type the command again")
    if error.errno not in _FAULTS_OF_DISKS:
        return None
    disk = f"the disk of {error.filename}" if is_elsewhere else f"the disk of the store {store_path()}"
    what = "is full: free space there" if error.errno == errno.ENOSPC else f"cannot be written ({error.strerror})"
    return StoreError(f"{disk} {what}, and type the command again")


def require_store() -> None:
    """Return if the store with its database is there. Raises: StoreError."""
    if not store_exists():
        raise gone()


def store_exists() -> bool:
    """Whether the store's folder with its database is there."""
    return (store_path() / "mlflow.db").exists()


def file_name(text: str) -> str:
    """A valid file name for a text: the text itself if it is one, else a cleaned text with a checksum.

    Separators, control characters and a leading dot are replaced, and the name has at most 200 bytes.
    """
    plain = unicodedata.normalize("NFC", text)
    safe = re.sub(r"[\x00-\x1f\x7f/\\\ud800-\udfff]|^\.", "_", plain) or "_"
    safe = safe.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", errors="ignore")
    if safe == plain:
        return plain
    checksum = hashlib.sha256(plain.encode("utf-8", errors="surrogatepass")).hexdigest()[:8]
    return f"{safe.encode('utf-8')[: _LONGEST_NAME - 9].decode('utf-8', errors='ignore')}-{checksum}"

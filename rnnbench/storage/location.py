"""Where runs and studies lie: `mlruns/` in the working folder, or the folder that RNNBENCH_STORE names."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from rnnbench.core.errors import RnnbenchError

_LONGEST_NAME = 200
"""Bytes; file systems take 255, and a name gets endings such as `.journal.work.lock`."""


def store_folder() -> Path:
    """The store's folder, absolute, made where it is missing.

    Raises: RnnbenchError where it cannot be written, or its path would be another in the address of a database.
    """
    folder = Path(os.environ.get("RNNBENCH_STORE", "mlruns")).absolute()
    if "?" in str(folder) or unquote(str(folder)) != str(folder):
        raise RnnbenchError(f"the store {folder} cannot be used: its path holds ? or %, set RNNBENCH_STORE to another")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RnnbenchError(f"the store {folder} cannot be written: {error.strerror}") from error
    return folder


def file_name(text: str) -> str:
    """A text as the name of a file or folder: itself where it can be one, else made safe, with a checksum of the text.

    A name that is not its text has no separator, control character or leading dot, and at most 200 bytes.
    """
    plain = unicodedata.normalize("NFC", text)
    safe = re.sub(r"[\x00-\x1f\x7f/\\\ud800-\udfff]|^\.", "_", plain) or "_"
    safe = safe.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", errors="ignore")
    if safe == plain:
        return plain
    checksum = hashlib.sha256(plain.encode("utf-8", errors="surrogatepass")).hexdigest()[:8]
    return f"{safe.encode('utf-8')[: _LONGEST_NAME - 9].decode('utf-8', errors='ignore')}-{checksum}"

"""Where runs and studies lie: `mlruns/` in the working folder, or the folder that RNNBENCH_STORE names."""

from __future__ import annotations

import os
from pathlib import Path

from rnnbench.errors import RnnbenchError


def store_folder() -> Path:
    """The store's folder, absolute, made where it is missing. Raises: RnnbenchError where it cannot be written."""
    folder = Path(os.environ.get("RNNBENCH_STORE", "mlruns")).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RnnbenchError(f"the store {folder} cannot be written: {error.strerror}") from error
    return folder

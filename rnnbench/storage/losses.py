"""The loss of every update of a run, bit for bit, as a small file."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

LOSSES_FILE = "losses.npy"
"""The file of a training; runs of earlier versions and baselines have none."""


def losses_to_bytes(losses: Sequence[float]) -> bytes:
    """The losses as an .npy file, in single precision where that holds them exactly."""
    values = np.asarray(losses, dtype=np.float64)
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    out = io.BytesIO()
    np.save(out, single if np.array_equal(single, values, equal_nan=True) else values)
    return out.getvalue()


def losses_from_bytes(content: bytes) -> np.ndarray:
    """(updates,) the losses in double precision. Raises: ValueError for other or damaged content."""
    try:
        values = np.load(io.BytesIO(content), allow_pickle=False)
    except (EOFError, OSError, SyntaxError, TypeError) as error:
        raise ValueError(f"not a file of losses: {error}") from error
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind != "f":
        raise ValueError("not a file of losses: it must hold one number per update")
    return values.astype(np.float64)

"""Every form of a comparison as files in one folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rnnbench.comparison.base import Comparison
from rnnbench.comparison.cost_figure import cost_figure
from rnnbench.comparison.expectations import expectations
from rnnbench.comparison.expected_figure import expected_figure
from rnnbench.comparison.figures import curves_figure, score_figure
from rnnbench.comparison.formats import FORMATS, render
from rnnbench.errors import RnnbenchError
from rnnbench.record import RunRecord

SUFFIXES = {"latex": "tex"}
"""File endings that are not the name of the format."""


def export(comparison: Comparison, records: Sequence[RunRecord], output: Path) -> list[Path]:
    """The files written: the table in every format, scores.png, learning_curves.png, expected_validation.png,
    score_against_cost.png.

    Everything is worked out before anything is written, and each file appears whole or not at all.

    Raises: RnnbenchError where the folder cannot be made or written.
    """
    contents = {
        f"comparison.{SUFFIXES.get(format, format)}": render(comparison, format).encode("utf-8") for format in FORMATS
    }
    contents["scores.png"] = score_figure(comparison)
    contents["learning_curves.png"] = curves_figure(records)
    contents["expected_validation.png"] = expected_figure(expectations(records, with_words=False).curves)
    contents["score_against_cost.png"] = cost_figure(comparison)
    for name, content in contents.items():
        write_whole(output / name, content)
    return [output / name for name in contents]


def write_whole(path: Path, content: bytes) -> None:
    """The file with this content, its folder made where it is missing.

    Raises: RnnbenchError where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)
    except OSError as error:
        raise RnnbenchError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def _write(path: Path, content: bytes) -> None:
    """The file replaced in one step: a reader finds the old content or the new, never half of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        # mkstemp makes files that only their owner can read; a table is to be shown around.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

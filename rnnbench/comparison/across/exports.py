"""Every form of the summary as files in one folder."""

from __future__ import annotations

from pathlib import Path

from rnnbench.comparison.across.base import Across
from rnnbench.comparison.across.figures import critical_difference_figure, skill_figure
from rnnbench.comparison.across.formats import FORMATS, render
from rnnbench.comparison.exports import SUFFIXES, write_whole
from rnnbench.errors import RnnbenchError


def export(table: Across, output: Path) -> list[Path]:
    """The files written: the summary in every format, skill.png, and critical_difference.png where there is a test.

    Everything is worked out before anything is written. A diagram of an earlier, larger summary is taken away.

    Raises: RnnbenchError where the folder cannot be made or written.
    """
    contents = {f"across.{SUFFIXES.get(format, format)}": render(table, format).encode("utf-8") for format in FORMATS}
    contents["skill.png"] = skill_figure(table)
    diagram = "critical_difference.png"
    if table.test is not None:
        contents[diagram] = critical_difference_figure(table)
    for name, content in contents.items():
        write_whole(output / name, content)
    if table.test is None:
        try:
            (output / diagram).unlink(missing_ok=True)
        except OSError as error:
            raise RnnbenchError(f"cannot take away {str(output / diagram)!r}: {error.strerror or error}") from error
    return [output / name for name in contents]

"""The report of a sweep."""

from __future__ import annotations

from pathlib import Path


def write_report(
    task: str, data: str | None, sweep: str | None, output: Path | None, *, reach: float | None = None, force: bool
) -> None:
    """Write the report of the newest sweep, log it on the sweep's run, and print the paths of its two pages."""
    from rnnbench.cli.compare import print_paths
    from rnnbench.cli.console import notes
    from rnnbench.reports import results
    from rnnbench.storage.tracker import Tracker
    from rnnbench.sweeps.report import report

    tracker = Tracker()
    _, parent = results.latest_sweep(tracker, task, data, sweep)
    result = results.of_sweep(tracker, parent, force=force, reach=reach)
    with notes.status("writing the report"):
        paths = report(tracker, result, output)
    print_paths([path for path in paths if path.suffix != ".svg"])

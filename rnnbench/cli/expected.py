"""What a search is expected to find: a table, words, and a figure in a file and on the sweep's run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError

if TYPE_CHECKING:
    from rnnbench.comparison.expectations import Expectations
    from rnnbench.comparison.expected_validation import Band
    from rnnbench.metrics import Metric


def expected_of_search(
    task: str, data: str | None, sweep: str | None, models: Sequence[str], output: Path | None, *, as_json: bool
) -> None:
    """Prints the expected best validation score by trials and by seconds, and who is ahead.

    Raises: RnnbenchError where no encoder has random trials enough, with how many there are and what to type.
    """
    from rnnbench.cli.compare import print_paths
    from rnnbench.cli.importance import known_models, too_little
    from rnnbench.comparison.expectations import expectations
    from rnnbench.comparison.optimism import optimism, optimism_in_words
    from rnnbench.core.files import write_whole
    from rnnbench.reports import results
    from rnnbench.reports.export import exports_folder
    from rnnbench.reports.figures.expected_validation import expected_figure
    from rnnbench.reports.mlflow_view import log_finding
    from rnnbench.storage.tracker import Tracker
    from rnnbench.sweeps import command_for

    tracker = Tracker()
    experiment_id, parent = results.latest_sweep(tracker, task, data, sweep)
    records = results.current(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    asked = known_models(models, {record.model for record in records if record.kind == "trial"})
    with notes.status("drawing trials again"):
        found = expectations(records, asked)
    refusal = too_little("what a search finds", found, partial(command_for, tracker, parent))
    if not found.curves:
        raise RnnbenchError(refusal or f"no trial of this sweep has ended yet. Type: rnnbench sweep {task}")
    figure = expected_figure(found.curves)
    path = output or exports_folder(task, found.data) / "expected_validation.png"
    write_whole(path, figure)
    log_finding(tracker, parent, found, figure, "expected/expected_validation.png")
    if as_json:
        out.print_json(json.dumps(found.to_plain()))
        return
    _print(found)
    for sentence in optimism_in_words([item for item in optimism(records) if not asked or item.model in asked]):
        out.print(Text(sentence), soft_wrap=True)
    if refusal:
        out.print(Text(f"left out: {refusal}", style="yellow"), soft_wrap=True)
    print_paths([path])


def _print(found: Expectations) -> None:
    shown = found.metric
    unit = f", {shown.unit}" if shown.unit else ""
    where = f"{found.task} on {found.data}"
    out.print()
    out.print(
        Text.assemble(
            (f"Expected best validation {shown.label}: {where}", "bold"), f" ({shown.direction} is better{unit})"
        )
    )
    out.print(Text("of a random search of so many trials, from the random trials alone", style="dim"))
    out.print(_by_trials(found))
    if any(curve.seconds for curve in found.curves):
        out.print(Text("of a random search of so many seconds, one trial after the other", style="dim"))
        out.print(_by_seconds(found))
    out.print(Text(f"{_INTERVALS}\n{_BIASED}", style="dim"), soft_wrap=True)
    for note in found.notes:
        out.print(Text(note, style="dim"), soft_wrap=True)
    out.print()
    for sentence in found.words:
        out.print(Text(sentence, style="bold"), soft_wrap=True)
    out.print()


_INTERVALS = (
    "[95 % t interval, at that budget alone, over trials drawn again]; none above half of the random trials, where it "
    "would be too narrow"
)
_BIASED = (
    "biased: draws with replacement, as many papers report; too pessimistic, the more so the fewer trials there are"
)


def _by_trials(found: Expectations) -> Table:
    """A line per encoder and estimator, a column for 1, 2, 4, 8 ... trials and for all there are."""
    most = max(len(curve.draws.scores) for curve in found.curves)
    numbers = sorted({most, *(2**power for power in range(most.bit_length()))})
    table = _table(["encoder", "random trials", *(f"n = {number}" for number in numbers)])
    for curve in found.curves:
        cells = _cells(curve.unbiased, numbers, curve.reliable_trials, found.metric)
        table.add_row(curve.model, str(len(curve.draws.scores)), *cells)
        biased = _cells(curve.biased, numbers, 0, found.metric)
        table.add_row("  biased", "", *biased, style="dim")
    return table


def _by_seconds(found: Expectations) -> Table:
    """A line per encoder, a column for budgets that double up to the longest search."""
    from rnnbench.core.text import seconds_text

    timed = [curve for curve in found.curves if curve.seconds]
    longest = max((curve.seconds.at for curve in timed if curve.seconds), key=len)
    places = sorted({len(longest) - 1, *(len(longest) // 2**power - 1 for power in range(6))} - {-1})
    budgets = [longest[place] for place in places]
    table = _table(["encoder", "seconds a trial", *(f"{budget:,g} s" for budget in budgets)])
    for curve in timed:
        if curve.seconds:
            mean = sum(curve.draws.seconds) / len(curve.draws.seconds)
            cells = _cells(curve.seconds, budgets, curve.reliable_seconds, found.metric, curve.done)
            table.add_row(curve.model, seconds_text(mean), *cells)
    return table


def _table(headers: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, header in enumerate(headers):
        table.add_column(header, justify="left" if place == 0 else "right", no_wrap=True)
    return table


def _cells(
    band: Band, budgets: Sequence[float], reliable: float, metric: Metric, done: Sequence[float] = ()
) -> list[str]:
    """'76.7 [75.9, 77.5]' at each budget; the interval where it can be trusted; nothing beyond what was drawn.

    done: the share of searches that have ended a trial by then; no score is shown where most have none.
    """
    from rnnbench.comparison.model import Interval
    from rnnbench.core.text import MISSING

    cells = []
    for budget in budgets:
        place = band.at.index(budget) if budget in band.at else None
        if place is None:
            cells.append(MISSING)
        elif done and done[place] < 0.5:
            cells.append("none yet")
        else:
            interval = Interval(band.low[place], band.high[place]) if budget <= reliable else None
            cells.append(metric.text(band.mean[place]) + metric.interval_text(interval))
    return cells

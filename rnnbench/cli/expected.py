"""Expected best validation score of a random search: tables, words and a figure."""

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


def print_expected(
    task: str, data: str | None, sweep: str | None, models: Sequence[str], output: Path | None, *, as_json: bool
) -> None:
    """Print the expected best validation score by trials and by seconds; keep it on the sweep's run.

    Raises: RnnbenchError where no encoder has enough random trials, with the command that adds them.
    """
    from rnnbench.cli.compare import print_paths
    from rnnbench.cli.importance import known_models, too_few_trials
    from rnnbench.comparison.expectations import expectations
    from rnnbench.comparison.optimism import optimism, optimism_in_words
    from rnnbench.core.files import write_whole
    from rnnbench.reports import results
    from rnnbench.reports.export import exports_folder
    from rnnbench.reports.figures.expected_validation import expected_figure
    from rnnbench.reports.mlflow_view import log_analysis
    from rnnbench.storage.tracker import Tracker
    from rnnbench.sweeps import command_for

    tracker = Tracker()
    experiment_id, parent = results.latest_sweep(tracker, task, data, sweep)
    records = results.current(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    chosen = known_models(models, {record.model for record in records if record.kind == "trial"})
    with notes.status("resampling trials"):
        scores = expectations(records, chosen)
    refusal = too_few_trials(
        "random trials for expected validation scores", scores, partial(command_for, tracker, parent)
    )
    if not scores.curves:
        raise RnnbenchError(refusal or f"no trial of this sweep has ended yet. Type: rnnbench sweep {task}")
    figure = expected_figure(scores.curves)
    path = (
        output
        or exports_folder(task, scores.data, tracker.run(parent).data.tags.get("fingerprint", ""))
        / "expected_validation.png"
    )
    write_whole(path, figure)
    log_analysis(tracker, parent, scores, figure, "expected/expected_validation.png")
    if as_json:
        out.print_json(json.dumps(scores.to_plain()))
        return
    _print(scores)
    for sentence in optimism_in_words([item for item in optimism(records) if not chosen or item.model in chosen]):
        out.print(sentence, soft_wrap=True)
    if refusal:
        out.print(f"left out: {refusal}", style="yellow", soft_wrap=True)
    print_paths([path])


_INTERVALS = (
    "[95 % t interval at that budget, over resampled trials]; not shown above half of the random trials, where it is "
    "too narrow"
)
_BIASED = "biased: draws with replacement, as many papers report; too pessimistic, more so with few trials"


def _print(scores: Expectations) -> None:
    metric = scores.metric
    unit = f", {metric.unit}" if metric.unit else ""
    title = f"Expected best validation {metric.label}: {scores.task} on {scores.data}"
    out.print()
    out.print(Text.assemble((title, "bold"), f" ({metric.direction} is better{unit})"))
    out.print("after n trials of a random search, estimated from the random trials alone", style="dim")
    out.print(_by_trials(scores))
    if any(curve.seconds for curve in scores.curves):
        out.print("after so many seconds of a random search, one trial at a time", style="dim")
        out.print(_by_seconds(scores))
    out.print("\n".join([_INTERVALS, _BIASED, *scores.notes]), style="dim", soft_wrap=True)
    out.print()
    for sentence in scores.words:
        out.print(sentence, style="bold", soft_wrap=True)
    out.print()


def _by_trials(scores: Expectations) -> Table:
    """A line per encoder and estimator, a column for 1, 2, 4, 8, ... trials and for all trials."""
    most = max(len(curve.draws.scores) for curve in scores.curves)
    numbers = sorted({most, *(2**power for power in range(most.bit_length()))})
    table = _table(["encoder", "random trials", *(f"n = {number}" for number in numbers)])
    for curve in scores.curves:
        cells = _cells(curve.unbiased, numbers, curve.reliable_trials, scores.metric)
        table.add_row(curve.model, str(len(curve.draws.scores)), *cells)
        biased = _cells(curve.biased, numbers, 0, scores.metric)
        table.add_row("  biased", "", *biased, style="dim")
    return table


def _by_seconds(scores: Expectations) -> Table:
    """A line per encoder, a column per budget; budgets double up to the longest search."""
    from rnnbench.core.text import seconds_text

    timed = [curve for curve in scores.curves if curve.seconds]
    longest = max((curve.seconds.at for curve in timed if curve.seconds), key=len)
    places = sorted({len(longest) - 1, *(len(longest) // 2**power - 1 for power in range(6))} - {-1})
    budgets = [longest[place] for place in places]
    table = _table(["encoder", "seconds a trial", *(f"{budget:,g} s" for budget in budgets)])
    for curve in timed:
        if curve.seconds:
            mean = sum(curve.draws.seconds) / len(curve.draws.seconds)
            cells = _cells(curve.seconds, budgets, curve.reliable_seconds, scores.metric, curve.done)
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
    """'76.7 [75.9, 77.5]' at each budget, without an interval above `reliable`.

    done: the share of searches that have ended a trial by then; below one half no score is shown.
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

"""Which settings mattered: bars in the terminal, a figure in a file and on the sweep's run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError, UnknownNameError

if TYPE_CHECKING:
    from rnnbench.comparison.expectations import Expectations
    from rnnbench.comparison.importance import Importance, Importances, Share

_BAR = 32
"""Characters that stand for all importance there is."""


def mattered(
    task: str,
    data: str | None,
    sweep: str | None,
    models: Sequence[str],
    evaluator: str,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """Prints the importance of every searched setting per encoder, and keeps it on the sweep's run.

    Raises: RnnbenchError where no encoder has trials enough, with how many there are and what to type.
    """
    from rnnbench.cli.compare import print_paths
    from rnnbench.comparison.importance import EVALUATORS
    from rnnbench.core.files import write_whole
    from rnnbench.reports import results
    from rnnbench.reports.export import exports_folder
    from rnnbench.reports.figures.importance import importance_figure
    from rnnbench.reports.mlflow_view import log_finding
    from rnnbench.storage.tracker import Tracker
    from rnnbench.sweeps import command_for
    from rnnbench.sweeps.importance import importances

    if evaluator not in (*EVALUATORS, "both"):
        raise UnknownNameError("evaluator", evaluator, (*EVALUATORS, "both"))
    tracker = Tracker()
    experiment_id, parent = results.latest_sweep(tracker, task, data, sweep)
    records = results.current(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    asked = known_models(models, {record.model for record in records if record.kind == "trial"})
    with notes.status("weighing settings"):
        wanted = [name for name in EVALUATORS if evaluator in (name, "both")]
        found = importances(records, models=asked, evaluators=wanted)
    refusal = too_little("which settings mattered", found, partial(command_for, tracker, parent))
    if not found.found:
        raise RnnbenchError(refusal or f"no trial of this sweep has ended yet. Type: rnnbench sweep {task}")
    figure = importance_figure(found)
    path = output or exports_folder(task, found.data) / "importance.png"
    write_whole(path, figure)
    log_finding(tracker, parent, found, figure, "importance/importance.png")
    if as_json:
        out.print_json(json.dumps(found.to_plain()))
        return
    _print(found)
    if refusal:
        out.print(Text(f"left out: {refusal}", style="yellow"), soft_wrap=True)
    print_paths([path])


def known_models(models: Sequence[str], known: set[str]) -> list[str]:
    """The names asked for, in the order typed. Raises: UnknownNameError for one that has no trials."""
    from rnnbench.storage.record import model_name

    names = [model_name(model) for model in models]
    for name in names:
        if name not in known:
            raise UnknownNameError("model", name, known, hint="No other has trials in this sweep.")
    return names


def too_little(to_tell: str, found: Importances | Expectations, command: Callable[[int], str]) -> str:
    """Of which encoders nothing can be said, why, and what adds trials; nothing where all have enough.

    command: what to type for so many trials.
    """
    if not found.refused:
        return ""
    reasons = "; ".join(f"{one.model}: {one.reason}" for one in found.refused)
    trials = max(one.trials for one in found.refused)
    more = f". To add trials, type: {command(trials)}" if trials else ""
    return f"too little to tell {to_tell}. {reasons}{more}"


def _print(found: Importances) -> None:
    from rnnbench.comparison.importance import QUESTIONS, TITLES

    out.print()
    out.print(f"[bold]Which settings mattered: {found.task} on {found.data}[/bold], by validation {found.metric}")
    for name in dict.fromkeys(one.evaluator for one in found.found):
        out.print(Text(f"{TITLES[name]}: {QUESTIONS[name]}", style="dim"))
    out.print(Text("┃ mean and ▒ 80 % interval over trials drawn again with replacement", style="dim"))
    for model in dict.fromkeys(one.model for one in found.found):
        out.print()
        for one in found.found:
            if one.model == model:
                out.print(_block(one))


def _block(one: Importance) -> Table:
    """One encoder's settings under one evaluator, the weightiest first."""
    from rnnbench.comparison.importance import TITLES

    rest = f", {one.rest} pruned or diverged among the rest" if one.rest else ""
    title = Text.assemble((one.model, "bold"), f"  {TITLES[one.evaluator]}, {one.completed} completed trials{rest}")
    table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(min_width=26)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for share in one.shares:
        table.add_row(share.setting, _bar(share), Text(f"{share.mean:.2f} [{share.low:.2f}, {share.high:.2f}]"))
    return table


def _bar(share: Share) -> Text:
    """'████▒▒┃▒▒   ': solid up to the interval, which is grey around the mean."""
    low, high = round(share.low * _BAR), round(share.high * _BAR)
    mean = min(_BAR - 1, round(share.mean * _BAR))
    letters = ["█" if place < low else "▒" if place < high else " " for place in range(_BAR)]
    letters[mean] = "┃"
    return Text("".join(letters), style="green")

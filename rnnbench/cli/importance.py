"""Importance of searched settings: bars in the terminal and a figure."""

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
"""Characters of a bar for an importance of 1."""


def print_importance(
    task: str,
    data: str | None,
    sweep: str | None,
    models: Sequence[str],
    evaluator: str,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print the importance of every searched setting per encoder; keep it on the sweep's run.

    Raises: RnnbenchError where no encoder has enough trials, with the command that adds them.
    """
    from rnnbench.cli.compare import print_paths
    from rnnbench.comparison.importance import EVALUATORS
    from rnnbench.core.files import write_whole
    from rnnbench.reports import results
    from rnnbench.reports.export import exports_folder
    from rnnbench.reports.figures.importance import importance_figure
    from rnnbench.reports.mlflow_view import log_analysis
    from rnnbench.storage.tracker import Tracker
    from rnnbench.sweeps import command_for
    from rnnbench.sweeps.importance import importances

    if evaluator not in (*EVALUATORS, "both"):
        raise UnknownNameError("evaluator", evaluator, (*EVALUATORS, "both"))
    tracker = Tracker()
    experiment_id, parent = results.latest_sweep(tracker, task, data, sweep)
    records = results.current(tracker.records(experiment_id, parent), results.codes_of(tracker, parent))
    chosen = known_models(models, {record.model for record in records if record.kind == "trial"})
    with notes.status("computing importances"):
        evaluators = [name for name in EVALUATORS if evaluator in (name, "both")]
        importance = importances(records, models=chosen, evaluators=evaluators)
    refusal = too_few_trials("trials for importances", importance, partial(command_for, tracker, parent))
    if not importance.found:
        raise RnnbenchError(refusal or f"no trial of this sweep has ended yet. Type: rnnbench sweep {task}")
    figure = importance_figure(importance)
    path = (
        output
        or exports_folder(task, importance.data, tracker.run(parent).data.tags.get("fingerprint", ""))
        / "importance.png"
    )
    write_whole(path, figure)
    log_analysis(tracker, parent, importance, figure, "importance/importance.png")
    if as_json:
        out.print_json(json.dumps(importance.to_plain()))
        return
    _print(importance)
    if refusal:
        out.print(f"left out: {refusal}", style="yellow", soft_wrap=True)
    print_paths([path])


def known_models(models: Sequence[str], known: set[str]) -> list[str]:
    """The names of these encoders. Raises: UnknownNameError for one without trials."""
    from rnnbench.storage.record import model_name

    names = [model_name(model) for model in models]
    for name in names:
        if name not in known:
            raise UnknownNameError("model", name, known, hint="No other encoder has trials in this sweep.")
    return names


def too_few_trials(what: str, analysis: Importances | Expectations, command: Callable[[int], str]) -> str:
    """The encoders with too few trials, why, and what to type; empty where all have enough.

    what: 'trials for importances'. command: what to type for a number of trials.
    """
    if not analysis.refused:
        return ""
    reasons = "; ".join(f"{refused.model}: {refused.reason}" for refused in analysis.refused)
    trials = max(refused.trials for refused in analysis.refused)
    more = f". To add trials, type: {command(trials)}" if trials else ""
    return f"too few {what}. {reasons}{more}"


def _print(importance: Importances) -> None:
    from rnnbench.comparison.importance import QUESTIONS, TITLES

    out.print()
    title = f"Importance of settings: {importance.task} on {importance.data}"
    out.print(Text.assemble((title, "bold"), f", for validation {importance.metric}"))
    for name in dict.fromkeys(result.evaluator for result in importance.found):
        out.print(f"{TITLES[name]}: {QUESTIONS[name]}", style="dim")
    out.print("┃ mean and ▒ 80 % interval over trials resampled with replacement", style="dim")
    for model in dict.fromkeys(result.model for result in importance.found):
        out.print()
        for result in importance.found:
            if result.model == model:
                out.print(_bars(result))


def _bars(result: Importance) -> Table:
    """One encoder's settings under one evaluator, the most important first."""
    from rnnbench.comparison.importance import TITLES

    rest = f", {result.rest} pruned or diverged" if result.rest else ""
    words = f"  {TITLES[result.evaluator]}, {result.completed} completed trials{rest}"
    title = Text.assemble((result.model, "bold"), words)
    table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(min_width=26)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for share in result.shares:
        table.add_row(share.setting, _bar(share), f"{share.mean:.2f} [{share.low:.2f}, {share.high:.2f}]")
    return table


def _bar(share: Share) -> Text:
    """'████▒▒┃▒▒   ': solid up to the interval, light inside of it, a stroke at the mean."""
    low, high = round(share.low * _BAR), round(share.high * _BAR)
    mean = min(_BAR - 1, round(share.mean * _BAR))
    letters = ["█" if place < low else "▒" if place < high else " " for place in range(_BAR)]
    letters[mean] = "┃"
    return Text("".join(letters), style="green")

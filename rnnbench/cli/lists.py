"""Lists and descriptions: encoders, tasks, data sets, a configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from rnnbench.cli.console import out
from rnnbench.core import registry
from rnnbench.core.errors import SettingsError

if TYPE_CHECKING:
    from rnnbench.experiment.config import ExperimentConfig
    from rnnbench.experiment.files import Experiment


def registered(folder: str, as_json: bool) -> None:
    """Names of a folder's files and the first line of each."""
    lines = {name: registry.first_line(folder, name) for name in registry.names(folder)}
    if as_json:
        out.print_json(json.dumps(lines))
        return
    out.print(_named([(name, line, "") for name, line in lines.items()]))


def tasks_and_studies(as_json: bool) -> None:
    """The tasks with the first line of each, and the studies with their questions, each with its experiment file."""
    from rnnbench.experiment.files import location_of, studies

    if as_json:
        registered("tasks", as_json)
        return
    tasks = registry.names("tasks")
    out.print(_named([(name, registry.first_line("tasks", name), location_of(name)) for name in tasks]))
    if files := studies():
        out.print("\nstudies, run by name in place of a task:")
        out.print(_named([(file.name, file.question, file.location) for file in files]))


def _named(rows: Iterable[tuple[str, str, str]]) -> Table:
    """Names, what each is, and where it was read from."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, line, place in rows:
        table.add_row(f"[bold]{name}[/bold]", escape(line), f"[dim]{escape(place)}[/dim]")
    return table


def copied_experiments(folder: Path) -> None:
    """Copies the package's experiment files for editing, and says which were written and which were there."""
    from rnnbench.experiment.files import copy_package_files

    target, written, kept = copy_package_files(folder)
    out.print(f"{target}: {len(written)} experiment files written", markup=False, soft_wrap=True)
    for name in written:
        out.print(f"  {name}", markup=False)
    if kept:
        out.print(f"left as they are: {', '.join(kept)}", markup=False, soft_wrap=True)
    if target.parent.resolve() != Path.cwd():
        out.print(f"they are read where the current folder is {target.parent}", markup=False, soft_wrap=True)


def switch_matrix(as_json: bool) -> None:
    """Every switch against every encoder: works, or refused with its reason below the table."""
    from rnnbench.experiment.compatibility import matrix, tasks_with

    models = registry.names("encoders")
    found = matrix(models)
    if as_json:
        out.print_json(json.dumps(found))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("switch", *models):
        table.add_column(title)
    reasons: dict[str, int] = {}
    for switch, by_model in found.items():
        cells = []
        for model in models:
            why = by_model[model]
            number = reasons.setdefault(why, len(reasons) + 1) if why else 0
            cells.append(f"[yellow]refused ({number})[/yellow]" if why else "[green]works[/green]")
        table.add_row(switch, *cells)
    out.print(table)
    out.print()
    for why, number in reasons.items():
        out.print(f"({number}) {why}", markup=False)
    of_tasks = {switch: tasks_with(switch) for switch in found if switch.startswith("task.")}
    told = "; ".join(f"{switch.partition('.')[2]}: {', '.join(tasks)}" for switch, tasks in of_tasks.items())
    out.print(f"Switches of tasks, and which tasks have them: {told}.", highlight=False)
    out.print(
        "A contract test trains every cell: what works changes the training, and leaves evaluation deterministic."
    )


def data_catalogue(settings: dict[str, tuple[Any, str]], as_json: bool) -> None:
    """Every known data set: task, size, licence, and whether it is at hand."""
    from rnnbench import data

    entries = data.catalogue(settings.get("data.folder", (None, ""))[0])
    if as_json:
        plain = [
            asdict(entry.facts) | {"bytes": entry.size_bytes, "at_hand": entry.is_at_hand, "origin": entry.origin}
            for entry in entries
        ]
        out.print_json(json.dumps(plain))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("name", "kind", "size", "at hand", "licence", "what"):
        table.add_column(title, justify="right" if title == "size" else "left", overflow="fold")
    for entry in entries:
        at_hand = "[green]yes[/green]" if entry.is_at_hand else "no"
        kind = entry.facts.kind.replace("_", " ")
        table.add_row(
            f"[bold]{entry.facts.name}[/bold]",
            kind,
            f"{entry.size_bytes / 1e6:.1f} MB",
            at_hand,
            entry.facts.licence,
            entry.facts.title,
        )
    out.print(table)


def data_description(settings: dict[str, tuple[Any, str]], task: str | None, as_json: bool) -> None:
    """One data set in words: sizes, splits, fingerprint, three examples."""
    from rnnbench import data
    from rnnbench.core.settings import problems_of
    from rnnbench.data.settings import DataSettings

    kind = None
    if task is not None:
        from rnnbench.experiment.classes import task_class

        kind = task_class(task).data_kind
    values = {name.partition(".")[2]: value for name, (value, _) in settings.items()}
    problems, chosen = problems_of(
        DataSettings, "data", values, {name: origin for name, (_, origin) in settings.items()}
    )
    if not isinstance(chosen, DataSettings):
        raise SettingsError(problems)
    described = data.describe(chosen, kind)
    if as_json:
        out.print_json(json.dumps(described.plain, ensure_ascii=False))
        return
    out.print(f"[bold]{described.facts.name}[/bold]  {described.facts.title}")
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, value in described.lines:
        table.add_row(f"[cyan]{label}[/cyan]", value)
    out.print(table)
    for number, example in enumerate(described.examples, start=1):
        out.print(f"[cyan]example {number}[/cyan]", end="  ")
        out.print(example, markup=False)


def configuration(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Every setting, its value, where that came from, and the range it is searched in or why it is not."""
    from rnnbench.cli.train_and_sweep import say_files
    from rnnbench.experiment.search_names import check_search

    space = config.search_space
    check_search([space])
    say_files(experiment)
    plain = config.to_plain()
    if as_json:
        not_searched = {name: item.why_not for name, item in space.settings.items() if item.why_not}
        no_effect = {name: item.no_effect for name, item in space.settings.items() if item.no_effect}
        out.print_json(
            json.dumps(
                {"config": plain, "searched": space.to_plain(), "left_to_data": space.left_to_data}
                | {"not_searched": not_searched, "no_effect": no_effect, "origins": dict(config.origins)}
            )
        )
        return
    table = Table(box=None, pad_edge=False)
    for title in ("setting", "value", "from", "searched"):
        table.add_column(title, overflow="fold")
    for section, values in plain.items():
        if not isinstance(values, dict):
            continue
        for name, value in values.items():
            dotted = f"{section}.{name}"
            origin = config.origins.get(dotted, "default")
            style = "" if origin == "default" else "bold"
            shown = f"[{style}]{escape(str(value))}[/{style}]" if style else escape(str(value))
            item = space.settings.get(dotted)
            words = "" if item is None else escape(item.in_words)
            table.add_row(dotted, shown, origin, words if item is None or item.is_searched else f"[dim]{words}[/dim]")
    out.print(table)

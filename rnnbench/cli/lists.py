"""Lists of encoders, tasks and data sets, and one configuration, printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from rnnbench.cli.console import out
from rnnbench.cli.description import print_description, print_lines
from rnnbench.core import registry
from rnnbench.core.errors import SettingsError

if TYPE_CHECKING:
    from rnnbench.data.description import Description
    from rnnbench.experiment.config import ExperimentConfig
    from rnnbench.experiment.files import Experiment


def print_names(folder: str, as_json: bool) -> None:
    """Print the names of a folder's modules with the first line of each docstring."""
    lines = {name: registry.first_line(folder, name) for name in registry.names(folder)}
    if as_json:
        out.print_json(json.dumps(lines))
        return
    out.print(_named([(name, line, "") for name, line in lines.items()]))


def print_tasks(as_json: bool) -> None:
    """Print the tasks and the studies, each with its experiment file."""
    from rnnbench.experiment.files import location_of, studies

    if as_json:
        print_names("tasks", as_json)
        return
    tasks = registry.names("tasks")
    out.print(_named([(name, registry.first_line("tasks", name), location_of(name)) for name in tasks]))
    if files := studies():
        out.print("\nstudies, used by name in place of a task:")
        out.print(_named([(file.name, file.question, file.location) for file in files]))


def _named(rows: Iterable[tuple[str, str, str]]) -> Table:
    """Name, description, and the file it was read from."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, line, place in rows:
        table.add_row(Text(name, "bold"), line, Text(place, "dim"))
    return table


def copy_experiments(folder: Path) -> None:
    """Copy the package's experiment files for editing; print which were written and which existed."""
    from rnnbench.experiment.files import copy_package_files

    target, written, kept = copy_package_files(folder)
    out.print(f"{target}: {len(written)} experiment files written", soft_wrap=True)
    for name in written:
        out.print(f"  {name}")
    if kept:
        out.print(f"existing files, not changed: {', '.join(kept)}", soft_wrap=True)
    if target.parent.resolve() != Path.cwd():
        out.print(f"read by commands started in {target.parent}", soft_wrap=True)


def print_compatibility(as_json: bool) -> None:
    """Print every training option against every encoder: works, or refused with its reason below the table."""
    from rnnbench.experiment.compatibility import matrix, tasks_with

    models = registry.names("encoders")
    reasons_by_switch = matrix(models)
    if as_json:
        out.print_json(json.dumps(reasons_by_switch))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("setting", *models):
        table.add_column(title)
    numbers: dict[str, int] = {}
    for switch, reasons in reasons_by_switch.items():
        cells = []
        for model in models:
            reason = reasons[model]
            number = numbers.setdefault(reason, len(numbers) + 1) if reason else 0
            cells.append(Text(f"refused ({number})", "yellow") if reason else Text("works", "green"))
        table.add_row(switch, *cells)
    out.print(table)
    out.print()
    for reason, number in numbers.items():
        out.print(f"({number}) {reason}")
    of_tasks = {switch: tasks_with(switch) for switch in reasons_by_switch if switch.startswith("task.")}
    listed = "; ".join(f"{switch.partition('.')[2]}: {', '.join(tasks)}" for switch, tasks in of_tasks.items())
    out.print(f"Settings of tasks, and the tasks that have them: {listed}.")
    out.print("A contract test trains every combination that works.")


def print_data_sets(settings: dict[str, tuple[Any, str]], as_json: bool) -> None:
    """Print every known data set: kind, size, licence, and whether it is on this machine."""
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
    for title in ("name", "kind", "size", "present", "licence", "description"):
        table.add_column(title, justify="right" if title == "size" else "left", overflow="fold")
    for entry in entries:
        facts = entry.facts
        table.add_row(
            Text(facts.name, "bold"),
            facts.kind.replace("_", " "),
            f"{entry.size_bytes / 1e6:.1f} MB",
            Text("yes", "green") if entry.is_at_hand else "no",
            facts.licence,
            facts.title,
        )
    out.print(table)


def print_data_set(settings: dict[str, tuple[Any, str]], task: str | None, as_json: bool) -> None:
    """Print one data set: sizes, splits, fingerprint, three examples."""
    from rnnbench import data
    from rnnbench.core.settings import problems_of
    from rnnbench.data.settings import DataSettings

    kind = None
    if task is not None:
        from rnnbench.experiment.classes import task_class

        kind = task_class(task).data_kind
    values = {name.partition(".")[2]: value for name, (value, _) in settings.items()}
    origins = {name: origin for name, (_, origin) in settings.items()}
    problems, chosen = problems_of(DataSettings, "data", values, origins)
    if not isinstance(chosen, DataSettings):
        raise SettingsError(problems)
    described = data.describe(chosen, kind)
    if as_json:
        out.print_json(json.dumps(_with_remarks(described, settings, task).plain, ensure_ascii=False))
        return
    print_description(described, out)
    for number, example in enumerate(described.examples, start=1):
        out.print(f"example {number}", end="  ", style="cyan")
        out.print(example)
    # last: a task is loaded with torch, which takes seconds
    prepared = _with_remarks(described, settings, task)
    print_lines(prepared.lines[len(described.lines) :], prepared.warnings[len(described.warnings) :], out)


def _with_remarks(described: Description, settings: dict[str, tuple[Any, str]], task: str | None) -> Description:
    """The description with what a task prepares from the data: the named one, else the first that reads its kind."""
    from rnnbench.core.errors import RnnbenchError
    from rnnbench.experiment.classes import task_class
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve
    from rnnbench.runs.prepare import prepare

    readers = (name for name in registry.names("tasks") if task_class(name).data_kind == described.facts.kind)
    name = task or next(readers, None)
    if name is None:
        return described
    try:
        experiment = load(name)
        return described.with_remarks(prepare(resolve(experiment, experiment.models[0], options=settings)).remarks())
    except RnnbenchError as error:  # the data set can be described, but not used by this task
        return replace(described, warnings=(*described.warnings, str(error)))


def print_configuration(experiment: Experiment, config: ExperimentConfig, as_json: bool) -> None:
    """Print every setting, its value, the origin of the value, and its search range or why it is not searched."""
    from rnnbench.cli.train_and_sweep import print_files
    from rnnbench.experiment.search_names import check_search

    space = config.search_space
    check_search([space])
    print_files(experiment)
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
            item = space.settings.get(dotted)
            words = "" if item is None else item.in_words
            table.add_row(
                dotted,
                Text(str(value), "" if origin == "default" else "bold"),
                origin,
                Text(words, "" if item is None or item.is_searched else "dim"),
            )
    out.print(table)

"""Commands that list encoders, tasks, data sets and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    Json,
    OneModel,
    Quick,
    Search,
    Sets,
    SettingValues,
    Task,
    named_data,
    report_errors,
    searched,
    with_data_options,
    with_trust_option,
)


@app.command()
@report_errors
def models(
    matrix: Annotated[
        bool, typer.Option("--matrix", help="List which training settings each encoder supports.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the encoders."""
    from rnnbench.cli.lists import print_compatibility, print_names

    if matrix:
        print_compatibility(as_json)
    else:
        print_names("encoders", as_json)


@app.command()
@report_errors
def tasks(as_json: Json = False) -> None:
    """List the tasks and the studies, with their experiment files."""
    from rnnbench.cli.lists import print_tasks

    print_tasks(as_json)


@app.command()
@report_errors
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="The folder to create `experiments/` in.")
    ] = Path(),
) -> None:
    """Copy the experiment files into a folder for editing; existing files are kept."""
    from rnnbench.cli.lists import copy_experiments

    copy_experiments(folder)


@app.command()
@report_errors
@with_trust_option
@with_data_options
def data(
    options: SettingValues,
    name: Annotated[str | None, typer.Argument(help="A data set or a file; all known data sets by default.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="The task to read your file for.")] = None,
    as_json: Json = False,
) -> None:
    """List the data sets, or describe one: rows, classes, lengths, splits, examples."""
    from rnnbench.cli.lists import print_data_set, print_data_sets

    settings = {**options, **named_data(name)}
    if "data.name" in settings:
        print_data_set(settings, task, as_json)
    else:
        print_data_sets(settings, as_json)


@app.command()
@report_errors
@with_trust_option
@with_data_options
def show(
    task: Task,
    options: SettingValues,
    model: OneModel = "lstm",
    search: Search = None,
    sets: Sets = None,
    quick: Quick = False,
    as_json: Json = False,
) -> None:
    """Show the resolved configuration: values, their origins, and search ranges."""
    from rnnbench.cli.lists import print_configuration
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment, options = load(task), options | searched(search)
    print_configuration(experiment, resolve(experiment, model, sets=sets or (), options=options, quick=quick), as_json)

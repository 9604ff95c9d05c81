"""The commands that list and explain: encoders, tasks, data sets, settings."""

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
    searched,
    tell_errors,
    with_data_options,
)


@app.command()
@tell_errors
def models(
    matrix: Annotated[bool, typer.Option("--matrix", help="What regularizes, and which encoder refuses it.")] = False,
    as_json: Json = False,
) -> None:
    """Lists the encoders, or which switches of training each of them works with."""
    from rnnbench.cli.lists import registered, switch_matrix

    if matrix:
        switch_matrix(as_json)
    else:
        registered("encoders", as_json)


@app.command()
@tell_errors
def tasks(as_json: Json = False) -> None:
    """Lists the tasks, and the studies of `experiments/`."""
    from rnnbench.cli.lists import tasks_and_studies

    tasks_and_studies(as_json)


@app.command()
@tell_errors
def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where `experiments/` goes.")] = Path(),
) -> None:
    """Copies the experiment files into a folder for editing; files that are there are left as they are."""
    from rnnbench.cli.lists import copied_experiments

    copied_experiments(folder)


@app.command()
@tell_errors
@with_data_options
def data(
    options: SettingValues,
    name: Annotated[str | None, typer.Argument(help="A data set or a file; without it, all that are known.")] = None,
    task: Annotated[str | None, typer.Option("--task", help="What a file of your own is for.")] = None,
    as_json: Json = False,
) -> None:
    """Lists the data sets, or shows one in words: rows, classes, lengths, splits, examples."""
    from rnnbench.cli.lists import data_catalogue, data_description

    settings = {**options, **named_data(name)}
    if "data.name" in settings:
        data_description(settings, task, as_json)
    else:
        data_catalogue(settings, as_json)


@app.command()
@tell_errors
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
    """Shows the resolved configuration, where each value came from, and what is searched."""
    from rnnbench.cli.lists import configuration
    from rnnbench.experiment.files import load
    from rnnbench.experiment.resolve import resolve

    experiment, options = load(task), options | searched(search)
    configuration(experiment, resolve(experiment, model, sets=sets or (), options=options, quick=quick), as_json)

"""The commands that show stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    Folder,
    Force,
    Json,
    Metric,
    Models,
    Reach,
    StoredData,
    Sweep,
    Task,
    tell_errors,
)


@app.command()
@tell_errors
def compare(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write instead of printing.")] = None,
    reach: Reach = None,
    metric: Metric = None,
    notes: Annotated[bool, typer.Option("--notes", help="Every footnote; by default the most important.")] = False,
    force: Force = False,
) -> None:
    """Prints the comparison of the newest sweep, from the store alone."""
    from rnnbench.cli.compare import compared

    compared(task, data, sweep, format, output, reach=reach, metric=metric, force=force, all_notes=notes)


@app.command()
@tell_errors
def export(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    metric: Metric = None,
    force: Force = False,
) -> None:
    """Writes the comparison in every format, with its figures, into one folder."""
    from rnnbench.cli.compare import exported

    exported(task, data, sweep, output, reach=reach, metric=metric, force=force)


@app.command()
@tell_errors
def report(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    force: Force = False,
) -> None:
    """Writes one HTML page that tells all of the newest sweep, and the same as Markdown, from the store alone."""
    from rnnbench.cli.report import reported

    reported(task, data, sweep, output, reach=reach, force=force)


@app.command()
@tell_errors
def across(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TASK|STUDY[:DATA]]...", help="Which; without it, every task on every data set."),
    ] = None,
    model: Models = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table, csv, md, latex, html or json.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; with --export a folder.")] = None,
    export: Annotated[bool, typer.Option("--export", help="Write every format and the figures as well.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Sums up the newest tables of several data sets: which encoder is best over all of them, and how sure that is."""
    from rnnbench.cli.across import summed_up

    summed_up(names or (), model or (), "json" if as_json else format, output, write_all=export, force=force)


@app.command()
@tell_errors
def importance(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    evaluator: Annotated[str, typer.Option("--evaluator", help="ped_anova, fanova or both.")] = "both",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: Json = False,
) -> None:
    """Shows which settings mattered for which encoder, with intervals, from the newest sweep's trials."""
    from rnnbench.cli.importance import mattered

    mattered(task, data, sweep, model or [], evaluator, output, as_json=as_json)


@app.command()
@tell_errors
def expected(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A PNG to write the figure to.")] = None,
    as_json: Json = False,
) -> None:
    """Shows the best validation score to expect of a random search of so many trials or seconds, and who is ahead."""
    from rnnbench.cli.expected import expected_of_search

    expected_of_search(task, data, sweep, model or [], output, as_json=as_json)


@app.command()
@tell_errors
def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to serve.")] = 5000,
    host: Annotated[str, typer.Option("--host", help="Which address to serve on.")] = "127.0.0.1",
) -> None:
    """Serves the MLflow pages of the store and prints the addresses that show who wins."""
    from rnnbench.cli.ui import serve

    serve(host, port)

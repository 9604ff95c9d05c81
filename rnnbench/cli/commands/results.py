"""Commands that show stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    Figure,
    Folder,
    Force,
    Format,
    Json,
    Metric,
    Models,
    Reach,
    StoredData,
    Sweep,
    Task,
    report_errors,
    with_trust_option,
)


@app.command()
@report_errors
@with_trust_option
def compare(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    format: Format = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write to.")] = None,
    reach: Reach = None,
    metric: Metric = None,
    notes: Annotated[bool, typer.Option("--notes", help="Print every footnote; by default at most six.")] = False,
    force: Force = False,
) -> None:
    """Print the comparison of the newest sweep, from the store alone."""
    from rnnbench.cli.compare import print_comparison

    print_comparison(task, data, sweep, format, output, reach=reach, metric=metric, force=force, all_notes=notes)


@app.command()
@report_errors
@with_trust_option
def export(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    metric: Metric = None,
    force: Force = False,
) -> None:
    """Write the comparison in every format, with its figures, to one folder."""
    from rnnbench.cli.compare import write_exports

    write_exports(task, data, sweep, output, reach=reach, metric=metric, force=force)


@app.command()
@report_errors
@with_trust_option
def report(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    output: Folder = None,
    reach: Reach = None,
    force: Force = False,
) -> None:
    """Write the report of the newest sweep as one HTML page and as Markdown, from the store alone."""
    from rnnbench.cli.report import write_report

    write_report(task, data, sweep, output, reach=reach, force=force)


@app.command()
@report_errors
@with_trust_option
def across(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TASK|STUDY[:DATA]]...", help="Experiments to sum up; all by default."),
    ] = None,
    model: Models = None,
    format: Format = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file to write to; with --export, a folder.")
    ] = None,
    export: Annotated[bool, typer.Option("--export", help="Also write every format and the figures.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Rank the encoders over several data sets, with intervals and a test over data sets."""
    from rnnbench.cli.across import print_across

    print_across(names or (), model or (), "json" if as_json else format, output, write_all=export, force=force)


@app.command()
@report_errors
@with_trust_option
def importance(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    evaluator: Annotated[str, typer.Option("--evaluator", help="ped_anova, fanova or both.")] = "both",
    output: Figure = None,
    as_json: Json = False,
) -> None:
    """Show the importance of every searched setting per encoder, with intervals, from the newest sweep's trials."""
    from rnnbench.cli.importance import print_importance

    print_importance(task, data, sweep, model or [], evaluator, output, as_json=as_json)


@app.command()
@report_errors
@with_trust_option
def expected(
    task: Task,
    data: StoredData = None,
    sweep: Sweep = None,
    model: Models = None,
    output: Figure = None,
    as_json: Json = False,
) -> None:
    """Show the expected best validation score after n trials or seconds of random search, per encoder."""
    from rnnbench.cli.expected import print_expected

    print_expected(task, data, sweep, model or [], output, as_json=as_json)


@app.command()
@report_errors
def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to serve on.")] = 5000,
    host: Annotated[str, typer.Option("--host", help="The address to serve on.")] = "127.0.0.1",
) -> None:
    """Serve the MLflow UI on the store and print the address of each comparison."""
    from rnnbench.cli.ui import serve

    serve(host, port)

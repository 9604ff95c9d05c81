"""Commands that test the installation."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import Json, Models, report_errors


@app.command()
@report_errors
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Benchmarks to run; all by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the speed of parts of the program against what they replace, in interleaved rounds."""
    from rnnbench.cli.bench import run_benchmarks

    run_benchmarks(names or (), as_json)


@app.command()
@report_errors
def selftest(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="baselines, scales, leaks, chance, encoders, same_twice; all by default."
        ),
    ] = None,
    model: Models = None,
    pairs: Annotated[
        int | None, typer.Option("--pairs", min=1, help="Comparisons of an encoder with itself; 12, or 4 if --quick.")
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes; 2 by default.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Take about one minute instead of two.")] = False,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Measure how often equal encoders are called different: some minutes."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check this installation on synthetic data with known answers. Exit code 1 if a check fails."""
    from rnnbench.cli.selftest import run_selftest

    parts = [*(names or ()), *(["coverage"] if coverage else [])]
    if not run_selftest(parts, model or (), pairs=pairs, workers=workers, quick=quick, as_json=as_json):
        raise typer.Exit(1)

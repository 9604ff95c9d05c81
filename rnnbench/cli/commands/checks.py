"""The commands that examine the program itself."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import (
    Json,
    Models,
    Workers,
    tell_errors,
)


@app.command()
@tell_errors
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; without it, all.")] = None,
    as_json: Json = False,
) -> None:
    """Times parts of the program against what they replace, in interleaved rounds."""
    from rnnbench.cli.bench import benchmarks

    benchmarks(names or (), as_json)


@app.command()
@tell_errors
def selftest(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="baselines, leaks, chance, encoders, same_twice; without a name, all."
        ),
    ] = None,
    model: Models = None,
    pairs: Annotated[
        int | None, typer.Option("--pairs", min=1, help="How often an encoder meets itself; 12, quick 4.")
    ] = None,
    workers: Workers = None,
    quick: Annotated[bool, typer.Option("--quick", help="About one minute instead of two.")] = False,
    as_json: Json = False,
) -> None:
    """Checks this installation on made-up data: whether its answers can be believed. Exit code 1 where one fails."""
    from rnnbench.cli.selftest import selftest as tested

    if not tested(names or (), model or (), pairs=pairs, workers=workers, quick=quick, as_json=as_json):
        raise typer.Exit(1)

"""The Typer application that commands are added to."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.core.version import __version__

app = typer.Typer(
    help="Compare sequence encoders on your data: scores with intervals, significance tests, costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_given: bool) -> None:
    if is_given:
        typer.echo(f"rnnbench {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before a command."""

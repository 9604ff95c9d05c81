"""The program: its name, its version, and what its commands are added to."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnbench.core.version import __version__

app = typer.Typer(
    help="Which sequence encoder to use on your data, how sure that answer is, and what it costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rnnbench {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself, before a command."""

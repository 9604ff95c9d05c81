"""The Typer application that commands are added to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rnnbench.core.errors import without_passwords
from rnnbench.core.version import __version__


@contextmanager
def _without_passwords() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        if isinstance(message := getattr(error, "message", None), str):
            error.message = without_passwords(message)
        raise


class _Program(TyperGroup):
    """The commands. An error in what was typed repeats no password of an address."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _without_passwords():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        with _without_passwords():
            return super().invoke(ctx)


app = typer.Typer(
    cls=_Program,
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

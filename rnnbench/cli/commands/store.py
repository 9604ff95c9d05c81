"""Commands that take care of a store: `rnnbench store VERB`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnbench.cli.app import app
from rnnbench.cli.options import Json, report_errors

store = typer.Typer(no_args_is_help=True, help="Check, repair, copy, merge or prune a store.")
app.add_typer(store, name="store")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be done, and change nothing.")]


@store.command()
@report_errors
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="The store's folder; RNNBENCH_STORE by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a store holds and what is broken in it. Exit code 1 if something is. Changes nothing."""
    from rnnbench.cli.store import print_check

    if not print_check(folder, as_json=as_json):
        raise typer.Exit(1)


@store.command()
@report_errors
def repair(dry_run: DryRun = False) -> None:
    """Repair what can be repaired without loss. Exit code 1 if something stays broken."""
    from rnnbench.cli.store import print_repair

    if not print_repair(is_dry=dry_run):
        raise typer.Exit(1)

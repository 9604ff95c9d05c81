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


Target = Annotated[Path, typer.Argument(help="A new or empty folder.")]


@store.command()
@report_errors
def move(target: Target, dry_run: DryRun = False) -> None:
    """Move the store to another folder, also on another disk."""
    from rnnbench.cli.store import print_copied

    print_copied(target, moves=True, is_dry=dry_run)


@store.command()
@report_errors
def copy(target: Target, dry_run: DryRun = False) -> None:
    """Copy the store to another folder and compare every file by checksum."""
    from rnnbench.cli.store import print_copied

    print_copied(target, moves=False, is_dry=dry_run)


@store.command()
@report_errors
def merge(
    other: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of another store, which is only read.")],
    dry_run: DryRun = False,
) -> None:
    """Take over the runs of another store, such as a cluster's. Exit code 1 if a sweep could not be merged."""
    from rnnbench.cli.store import print_merged

    if not print_merged(other, is_dry=dry_run):
        raise typer.Exit(1)


@store.command()
@report_errors
def prune(
    weights: Annotated[
        bool, typer.Option("--weights", help="Weights of confirmations that are not their encoder's best.")
    ] = False,
    interrupted: Annotated[
        bool, typer.Option("--interrupted", help="Stopped runs that no sweep will continue.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Whole sweeps with --quick.")] = False,
    cache: Annotated[
        bool, typer.Option("--cache", help="Downloaded copies, unfinished files, checkpoints of ended runs.")
    ] = False,
    orphans: Annotated[bool, typer.Option("--orphans", help="Files that belong to no run.")] = False,
    older_than: Annotated[
        float | None, typer.Option("--older-than", metavar="DAYS", min=0, help="Only of runs that ended before.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without it, print what would be deleted.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Delete what no table needs: by default --weights --interrupted --cache."""
    from rnnbench.cli.store import print_pruned
    from rnnbench.maintenance.prune import Sorts

    sorts = Sorts(weights, interrupted, quick, cache, orphans, older_than)
    print_pruned(sorts, is_confirmed=yes and not dry_run)


@store.command()
@report_errors
def backup(
    target: Annotated[
        Path | None, typer.Argument(metavar="[TARGET]", help="A folder for the backup; STORE/backups by default.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Back up database and journals; the newest three backups of the store's own folder are kept."""
    from rnnbench.cli.store import print_backup

    print_backup(target, is_dry=dry_run)

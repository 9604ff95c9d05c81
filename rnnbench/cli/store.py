"""The care of a store: checks, repairs, copies, backups, merging and pruning, with what is printed."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from rnnbench.cli.console import out
from rnnbench.core.text import compact
from rnnbench.maintenance.model import Checked, Contents
from rnnbench.storage.location import store_at, store_path

if TYPE_CHECKING:
    from rnnbench.maintenance.prune import Sorts


def print_check(folder: Path | None, *, as_json: bool) -> bool:
    """Print what is in a store and what is broken. Returns whether nothing is."""
    from rnnbench.maintenance.check import check

    checked = check(store_path() if folder is None else store_at(folder))
    if as_json:
        out.print_json(json.dumps(_plain(checked)))
        return not checked.problems
    for line in _contents(checked.contents):
        _say(line)
    _print_problems(checked)
    return not checked.problems


def print_repair(*, is_dry: bool) -> bool:
    """Repair the store and print every action. Returns whether nothing is broken afterwards."""
    from rnnbench.maintenance.repair import repair

    actions: list[str] = []

    def tell(action: str) -> None:
        actions.append(action)
        _say(f"{'would ' if is_dry else ''}{action}")

    checked = repair(store_path(), tell, is_dry=is_dry)
    if not actions:
        _say("nothing to repair")
    if is_dry:
        return not checked.problems
    if checked.problems:
        _say("")
        _print_problems(checked)
    return not checked.problems


def _print_problems(checked: Checked) -> None:
    if not checked.problems:
        _say("nothing is broken")
    for problem in checked.problems:
        out.print(Text(problem.what, style="bold"), soft_wrap=True)
        _say(f"  to mend it: {problem.remedy}")


def _contents(contents: Contents) -> list[str]:
    lines = [f"store        {contents.folder}"]
    lines += [f"experiment   {name}: {runs:,} runs" for name, runs in contents.experiments.items()]
    lines += [f"sweeps       {contents.sweeps}"] if contents.sweeps else []
    counts: dict[str, list[str]] = {}
    for (kind, outcome), count in contents.runs.items():
        counts.setdefault(kind, []).append(f"{count:,} {outcome.replace('_', ' ')}")
    lines += [f"{kind:<12} {', '.join(ends)}" for kind, ends in counts.items() if kind != "sweep"]
    sizes = ", ".join(f"{part} {bytes_text(size)}" for part, size in contents.sizes.items())
    lines += [f"size         {bytes_text(sum(contents.sizes.values()))}{f' ({sizes})' if sizes else ''}"]
    lines += [f"schema       {contents.schema}"] if contents.schema else []
    lines += [f"backups      {contents.backups}"]
    return lines


def _plain(checked: Checked) -> dict[str, object]:
    contents = checked.contents
    return {
        "store": str(contents.folder),
        "schema": contents.schema,
        "experiments": dict(contents.experiments),
        "sweeps": contents.sweeps,
        "runs": [{"kind": kind, "outcome": end, "count": count} for (kind, end), count in contents.runs.items()],
        "bytes": dict(contents.sizes),
        "backups": contents.backups,
        "problems": [
            {"what": problem.what, "remedy": problem.remedy, "repair": problem.action} for problem in checked.problems
        ],
    }


def bytes_text(count: int) -> str:
    """'0 B', '45.6 kB', '1.23 MB'."""
    text = compact(float(count))
    return f"{text[:-1]} {text[-1]}B" if text[-1].isalpha() else f"{text} B"


def _say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def print_backup(target: Path | None, *, is_dry: bool) -> None:
    """Make a backup and print its folder."""
    from rnnbench.storage.backup import BACKUPS, back_up

    if is_dry:
        _say(f"would back up database and journals to {target or store_path() / BACKUPS}")
    else:
        _say(f"backup in {back_up(None if target is None else store_at(target))}")


def print_copied(target: Path, *, moves: bool, is_dry: bool) -> None:
    """Copy or move the store and print what is to be typed to use it there."""
    from rnnbench.maintenance.copying import copy, move

    source, target = store_path(), store_at(target)
    copied = (move if moves else copy)(source, target, is_dry=is_dry)
    verb = {(True, True): "would move", (True, False): "moved", (False, True): "would copy", (False, False): "copied"}
    verified = "" if moves or is_dry else "; every file was compared by checksum"
    _say(
        f"{verb[moves, is_dry]} {copied.files:,} files, {bytes_text(copied.bytes)}, from {source} to {target}{verified}"
    )
    _say(f"to use it there: export RNNBENCH_STORE={shlex.quote(str(target))}")


def print_merged(other: Path, *, is_dry: bool) -> bool:
    """Merge another store and print every sweep. Returns whether all of it was merged."""
    from rnnbench.maintenance.merge import merge

    merged = merge(store_at(other), lambda line: _say(f"{'would take ' if is_dry else ''}{line}"), is_dry=is_dry)
    for refusal in merged.refused:
        out.print(Text(refusal, style="bold"), soft_wrap=True)
    counts = (
        f"{merged.added} runs added, {merged.replaced} replaced by later versions, {bytes_text(merged.bytes)} of files"
    )
    _say(f"dry run: {counts}" if is_dry else counts)
    return not merged.refused


def print_pruned(sorts: Sorts, *, is_confirmed: bool) -> None:
    """Delete what no table needs and print it; without a confirmation, print what would be deleted."""
    from rnnbench.maintenance.prune import DEFAULT, planned, prune

    folder = store_path()
    chosen = sorts if sorts.is_any else replace(DEFAULT, older_than=sorts.older_than)
    deletions = planned(folder, chosen)
    for deletion in deletions:
        _say(f"{bytes_text(deletion.bytes):>9}  {deletion.what}")
    total = bytes_text(sum(deletion.bytes for deletion in deletions))
    if not deletions:
        _say("nothing to delete")
    elif is_confirmed:
        prune(folder, deletions)
        _say(f"deleted; {total} freed")
    else:
        _say(f"dry run: nothing was deleted. To free {total}, add: --yes")

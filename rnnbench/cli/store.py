"""The care of a store: checks, repairs, copies, backups, merging and pruning, with what is printed."""

from __future__ import annotations

import json
from pathlib import Path

from rich.text import Text

from rnnbench.cli.console import out
from rnnbench.core.text import compact
from rnnbench.maintenance.model import Checked, Contents
from rnnbench.storage.location import store_path


def print_check(folder: Path | None, *, as_json: bool) -> bool:
    """Print what is in a store and what is broken. Returns whether nothing is."""
    from rnnbench.maintenance.check import check

    checked = check(store_path() if folder is None else folder.absolute())
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

"""The selftest: a line per check as soon as it is known, and in the end whether this installation can be believed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict

from rnnbench.cli.console import notes, out


def selftest(
    names: Sequence[str], models: Sequence[str], *, pairs: int | None, workers: int | None, quick: bool, as_json: bool
) -> bool:
    """Runs the checks in a store that is thrown away, and prints them. Returns whether all passed."""
    from rnnbench.testing.selftest.base import Context, temporary_store
    from rnnbench.testing.selftest.run import checks

    started = time.perf_counter()
    found = []
    with temporary_store() as folder, notes.status("getting ready") as status:
        context = Context(
            folder,
            is_quick=quick,
            models=tuple(models),
            pairs=pairs or (4 if quick else 12),
            workers=workers or 2,
            progress=status.update,
        )
        for check in checks(names, context):
            found.append(check)
            if not as_json:
                word = "[green]ok[/green]    " if check.passed else "[bold red]FAILED[/bold red]"
                out.print(word, end="  ")
                out.print(check.name, markup=False, soft_wrap=True)
                out.print(f"        {check.told}", markup=False, soft_wrap=True, style="dim")
    failed, seconds = [check for check in found if not check.passed], time.perf_counter() - started
    if as_json:
        out.print_json(json.dumps({"passed": not failed, "seconds": seconds, "checks": [*map(asdict, found)]}))
    elif failed:
        out.print(
            f"\n{len(failed)} of {len(found)} checks FAILED in {seconds:.0f} seconds: do not believe this", end=" "
        )
        out.print("installation's answers before you know why")
    else:
        out.print(f"\nall {len(found)} checks passed in {seconds:.0f} seconds")
    return not failed

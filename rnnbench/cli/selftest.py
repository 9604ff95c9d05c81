"""The selftest: a line per check, and a summary."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict

from rich.text import Text

from rnnbench.cli.console import notes, out


def run_selftest(
    names: Sequence[str], models: Sequence[str], *, pairs: int | None, workers: int | None, quick: bool, as_json: bool
) -> bool:
    """Run the checks in a temporary store and print each result. Returns whether all passed."""
    from rnnbench.testing.selftest.base import Context, temporary_store
    from rnnbench.testing.selftest.run import checks

    started = time.perf_counter()
    results = []
    with temporary_store() as folder, notes.status("preparing") as status:
        context = Context(
            folder,
            is_quick=quick,
            models=tuple(models),
            pairs=pairs or (4 if quick else 12),
            workers=workers or 2,
            progress=lambda text: status.update(Text(text)),
        )
        for check in checks(names, context):
            results.append(check)
            if not as_json:
                word, style = ("ok    ", "green") if check.passed else ("FAILED", "bold red")
                out.print(word, end="  ", style=style)
                out.print(check.name, soft_wrap=True)
                out.print(f"        {check.told}", soft_wrap=True, style="dim")
    failed, seconds = [check for check in results if not check.passed], time.perf_counter() - started
    if as_json:
        out.print_json(json.dumps({"passed": not failed, "seconds": seconds, "checks": [*map(asdict, results)]}))
    elif failed:
        out.print(f"\n{len(failed)} of {len(results)} checks FAILED in {seconds:.0f} seconds.", end=" ")
        out.print("Do not use results of this installation before the cause is known.")
    else:
        out.print(f"\nall {len(results)} checks passed in {seconds:.0f} seconds")
    return not failed

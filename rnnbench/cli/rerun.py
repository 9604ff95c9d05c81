"""A repeated run, or every run of a table: why it may differ, then whether it is identical."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rnnbench.cli.console import notes, out
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import listed

if TYPE_CHECKING:
    from rnnbench.runs.rerun import Rerun
    from rnnbench.runs.rerun_plan import Repetition
    from rnnbench.storage.record import RunRecord
    from rnnbench.storage.tracker import Tracker


def rerun_run(name: str, data: str | None, models: Sequence[str], *, as_json: bool) -> bool:
    """Repeat a run and print how it compares. Returns whether it is identical."""
    from rnnbench.runs.find import find_to_rerun
    from rnnbench.runs.rerun import carry_out
    from rnnbench.runs.rerun_plan import repetition
    from rnnbench.storage.tracker import Tracker

    tracker = Tracker()
    with notes.status("reading the run and its data"):
        planned = repetition(tracker, find_to_rerun(tracker, name, data), data=data, models=models)
    _print_reasons([planned])
    with notes.status(f"repeating {planned.record.name}"):
        result = next(carry_out(tracker, [planned]))
    if as_json:
        _print_json(result.to_plain())
    else:
        _print(f"{result.record.name} ({result.record.run_id[:8]}): {_in_words(result)}")
        _print(f"the rerun is run {result.run_id}")
    return result.is_identical


def rerun_table(
    task: str, data: str | None, sweep: str | None, models: Sequence[str], *, with_search: bool, as_json: bool
) -> bool:
    """Repeat every run of a sweep's table, a line each, and print how many are identical. Returns whether all are."""
    from rnnbench.runs.rerun import carry_out
    from rnnbench.runs.rerun_plan import rows_to_rerun
    from rnnbench.storage.tracker import Tracker

    tracker = Tracker()
    with notes.status("reading the runs and their data"):
        records = rows_to_rerun(tracker, task, data, sweep, with_search=with_search)
        planned, refused = _planned(tracker, records, data, models)
    _print_reasons(planned)
    width = max(len(record.name) for record in records)
    lines: list[dict[str, Any]] = []
    reruns = carry_out(tracker, planned)
    for number, repeated in enumerate(planned, 1):
        with notes.status(f"repeating {repeated.record.name}, {number} of {len(planned)}"):
            result = next(reruns)
        lines.append(result.to_plain())
        if not as_json:
            _print(f"{result.record.name:<{width}}  {_in_words(result)}")
    for reason in () if as_json else refused:
        _print(f"not repeated: {reason}")
    identical = sum(line["is_identical"] for line in lines)
    if as_json:
        _print_json({"runs": len(records), "identical": identical, "refused": refused, "reruns": lines})
    else:
        _print(f"{identical} of {len(records)} runs identical")
        differing = [line["run_id"][:8] for line in lines if not line["is_identical"]]
        if differing:
            _print(f"to repeat one that differs, type: rnnbench rerun {differing[0]}")
    return identical == len(records)


def _planned(
    tracker: Tracker, records: Iterable[RunRecord], data: str | None, models: Sequence[str]
) -> tuple[list[Repetition], list[str]]:
    """The runs that can be repeated, and why the others cannot. Raises: RnnbenchError where none can."""
    from rnnbench.runs.rerun_plan import repetition

    planned: list[Repetition] = []
    refused: list[str] = []
    for record in records:
        try:
            planned.append(repetition(tracker, record, data=data, models=models))
        except RnnbenchError as error:
            refused.append(str(error))
    if not planned:
        raise RnnbenchError(refused[0])
    return planned, refused


def _print_reasons(planned: Sequence[Repetition]) -> None:
    """Every reason why reruns may differ, once, with the number of runs that it holds for."""
    counts = Counter(reason for repeated in planned for reason in repeated.reasons)
    for reason, count in counts.items():
        runs = f" ({count} of {len(planned)} runs)" if len(planned) > 1 else ""
        notes.print(f"may differ: {reason}{runs}", markup=False, soft_wrap=True)


def _in_words(result: Rerun) -> str:
    verdict = result.verdict
    missing = f"; the stored run lacks {listed(verdict.missing)}" if verdict.missing else ""
    if verdict.difference is None:
        return f"identical: {listed(verdict.compared)}{missing}"
    return f"DIFFERENT: {verdict.difference}{missing}"


def _print(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def _print_json(plain: dict[str, Any]) -> None:
    out.print_json(json.dumps(plain, ensure_ascii=False))

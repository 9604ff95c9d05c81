"""Sweeps under random `kill -9` of workers, of the program and of both end with the table of an undisturbed sweep.

`make soak KILLS=100` does the same for longer.
"""

from __future__ import annotations

import csv
import io
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from journey import Place, Started, wait_until, write_reviews

from rnnbench.storage.record import CONTINUATIONS, STOPPED, WEIGHTS_SHA256

KILLS = int(os.environ.get("RNNBENCH_SOAK_KILLS", "2"))
WORKERS = os.environ.get("RNNBENCH_SOAK_WORKERS", "2")
IS_LONG = KILLS > 5
SECONDS = (0.0, 25.0) if IS_LONG else (3.0, 12.0)
"""From the start of the workers, or from the kill before, to a kill: workers import for seconds before they train."""
DIFFERING = ("seconds", "items_per_second", "memory", "runs", "footnotes")
"""Parts of the names of columns that differ from call to call: times, ids of runs, and footnotes with both."""


def sweep_of(kills: int) -> tuple[str, ...]:
    """A sweep that lasts longer than so many kills; which trials are pruned would depend on their order in time."""
    return (
        "sweep", "sentiment", "--data", "reviews.csv", "--model", "gru", *(("--model", "rnn") if IS_LONG else ()),
        "--trials", str(2 + kills // 2 if IS_LONG else 2), "--seeds", "2", "--reselect", "1" if IS_LONG else "0",
        "--workers", WORKERS, "--set", "search.sampler=random", "--set", "search.pruning=false",
        "--set", f"budget.updates={1200 if IS_LONG else 400}", "--set", "budget.epochs=1000",
        "--set", "budget.validations=4", "--set", "training.patience=0", "--set", "encoder.hidden_size=16",
        "--set", "search.settings=[training.learning_rate, encoder.dropout]",
    )  # fmt: skip


def kill(started: Started, victim: str) -> None:
    """Kill a worker, the program, or the whole process group, and wait until they are gone."""
    workers = started.workers()
    if victim == "group":
        os.killpg(started.process.pid, signal.SIGKILL)
    elif victim == "program" or not workers:
        started.process.send_signal(signal.SIGKILL)
    else:
        with suppress(psutil.NoSuchProcess):
            random.choice(workers).kill()
        return
    started.end()
    wait_until(lambda: not any(_is_alive(process) for process in workers))


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def table(place: Place) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(place.typed("compare", "sentiment", "--format", "csv").out))
    return [{key: value for key, value in row.items() if not any(part in key for part in DIFFERING)} for row in rows]


def trained(place: Place) -> Counter[tuple[Any, ...]]:
    """Every trained run with its score and the checksum of its weights."""
    runs = [run for kind in ("trial", "reselect", "confirm") for run in place.runs(kind=kind)]
    return Counter(
        (
            *(run.data.tags.get(name) for name in ("kind", "model", "seed", "trial", "outcome", WEIGHTS_SHA256)),
            run.data.metrics.get("validation/accuracy"),
        )
        for run in runs
    )


@pytest.mark.slow
def test_a_sweep_under_random_kills_ends_with_the_table_of_an_undisturbed_sweep(place: Place, tmp_path: Path) -> None:
    write_reviews(place.folder / "reviews.csv")
    calm = Place(tmp_path / "calm")
    calm.folder.mkdir()
    write_reviews(calm.folder / "reviews.csv")
    words, random_kills = sweep_of(KILLS), random.Random(KILLS)
    killed: Counter[str] = Counter()
    while killed.total() < KILLS:
        started = place.start(*words)
        while killed.total() < KILLS and started.process.poll() is None:
            wait_until(lambda: bool(started.workers()) or started.process.poll() is not None)  # noqa: B023
            time.sleep(random_kills.uniform(*SECONDS))
            if started.process.poll() is None:
                victim = random_kills.choice(["worker", "program", "group"])
                kill(started, victim)
                killed[victim] += 1
                sys.stderr.write(f"kill {killed.total():>3} of {KILLS}: {victim}\n")
        if started.process.poll() == 0:
            break  # finished before all the kills: the machine is faster than was thought
        if killed.total() == KILLS and started.process.poll() is None:
            started.end()
    for sweep in (place, calm):
        started = sweep.start(*words)
        assert started.process.wait(3600) == 0, started.told

    runs = place.runs()
    continued = [run for run in runs if CONTINUATIONS in run.data.tags]
    sys.stderr.write(f"kills: {dict(killed)}; {len(runs)} runs, {len(continued)} of them continued\n")
    assert killed.total() >= KILLS // 2
    assert not [run.info.run_name for run in runs if run.data.tags.get("outcome") in ("running", *STOPPED)
                and run.data.tags.get("kind") != "claim"]  # fmt: skip
    assert "RUNNING" not in {run.info.status for run in runs}
    assert trained(place) == trained(calm), "none lost, none doubled, and the same weights"
    assert table(place) == table(calm)
    assert place.typed("compare", "sentiment", "--format", "csv").out.count("\n") > 3

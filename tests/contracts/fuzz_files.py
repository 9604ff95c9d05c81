"""Random files of every kind, read for every task: each is read, or refused in one line.

python tests/contracts/fuzz_files.py 10000      prints what was refused, the slowest file and the peak memory
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from random_files import file_of

from rnnbench import data
from rnnbench.core.errors import RnnbenchError
from rnnbench.data.kinds import Kind
from rnnbench.data.settings import DataSettings

KINDS: tuple[Kind | None, ...] = (None, "text", "labelled_text", "series", "text_pairs", "dialogue")


@dataclass
class Outcomes:
    """What happened to the files so far."""

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


TYPED: dict[str, tuple[object, ...]] = {
    "fill": ("forward", "interpolate"),
    "decimal": ("point", "comma"),
    "missing": (("-9999",), ("x", "")),
    "date_order": ("day_first", "month_first"),
    "time_format": ("%d.%m.%y", "year-month-day", "%Q", "seconds since 1970"),
    "encoding": ("cp949", "utf-16", "latin-1", "utf_99", "base64"),
    "text_column": ("text", "column_1"),
    "label_column": ("label", "column_2", "split"),
    "target": (("value",), ("load", "a"), ("value", "other")),
    "covariates": (("other",), ("b",)),
    "time_column": ("time", "date", "column_1", "date,a"),
    "frequency": ("1h", "30min@09:00-15:30/1B", "1step", "0h", "week", "1B"),
    "series_column": ("id", "a"),
    "series": ("a", "날짜"),
    "split_column": ("split", "label"),
    "group_column": ("id", "label", "a"),
    "test_from": ("2021-01-05", "2021-01-20 12:00", "tomorrow", "30"),
}
"""Settings that a user may type, with right and wrong values."""


def settings_of(seed: int, path: Path) -> DataSettings:
    """The settings that a user may type for a file: mostly none, else one to three."""
    generator = random.Random(seed + 1)
    names = generator.sample([*TYPED], generator.choice((0, 0, 1, 1, 2, 3)))
    typed = {name: generator.choice(TYPED[name]) for name in names}
    if generator.random() < 0.03:
        typed[generator.choice(("test_data", "validation_data"))] = str(path)
    if generator.random() < 0.03:
        typed["target_data"] = str(path)
    return DataSettings.model_validate({"path": str(path), **typed})


def try_file(seed: int, folder: Path, outcomes: Outcomes) -> None:
    """Describe the file of a seed for every kind of task; note what happened."""
    path = file_of(seed, folder)
    began = time.monotonic()
    for kind in KINDS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                data.describe(settings_of(seed, path), kind)
            outcomes.read += 1
        except RnnbenchError as error:
            message = str(error)
            outcomes.refused[message.replace(path.name, "FILE")[:60]] += 1
            if "\n" in message or len(message) > 1500:
                outcomes.failures.append(f"seed {seed}, {kind}: not one short line: {message[:300]!r}")
        except Exception:  # noqa: BLE001 - what the program did not expect is what is looked for
            outcomes.failures.append(f"seed {seed}, {kind}, {path.name}: {traceback.format_exc(limit=-3)}")
    outcomes.slowest = max(outcomes.slowest, (time.monotonic() - began, f"seed {seed}, {path.name}"))
    path.unlink()


def fuzz(seeds: range) -> Outcomes:
    """Outcomes of the files of these seeds."""
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            try_file(seed, Path(folder), outcomes)
    return outcomes


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    result = fuzz(range(first, first + count))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    lines = [f"{count} files, each for {len(KINDS)} kinds: {result.read} read, {sum(result.refused.values())} refused"]
    lines += [f"{number:6}  {message}" for message, number in result.refused.most_common(40)]
    lines += [f"slowest {result.slowest[0]:.2f} s ({result.slowest[1]}), peak memory {peak:.2f} GiB"]
    lines += [f"{len(result.failures)} failures", *result.failures[:20]]
    sys.stdout.write("\n".join(lines) + "\n")
    raise SystemExit(bool(result.failures))

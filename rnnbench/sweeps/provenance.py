"""Store the question, command and data facts of a sweep, from which its report is made."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Any

from rnnbench.data.description import Description
from rnnbench.experiment.files import Experiment
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.model import SweepOptions

DATA_FILE = "data.json"
_OF_THIS_MACHINE = ("data.folder",)


def store_provenance(
    tracker: Tracker, parent: str, experiment: Experiment, options: SweepOptions, data: Description
) -> None:
    """Store the question, the command and the facts of the data set on the sweep's run."""
    writer = tracker.writer(parent)
    writer.tags({"question": experiment.question, "command": command_of(experiment.typed, options)})
    writer.text(json.dumps(data.plain, ensure_ascii=False, indent=1), DATA_FILE)


def command_of(task: str, options: SweepOptions) -> str:
    """The command for the same sweep, without numbers of trials and seeds."""
    words = ["rnnbench", "sweep", task, *(["--quick"] if options.quick else [])]
    for model in options.models:
        words += ["--model", model]
    values = dict(options.options or {})
    if "data.path" in values:
        values.pop("data.name", None)  # both come from one --data
    for name, (value, origin) in values.items():
        if name in _OF_THIS_MACHINE:
            continue
        if not origin.startswith("--"):
            words += ["--set", f"{name}={json.dumps(value)}"]
        else:
            words += [origin] if value is True else [origin, _typed(value)]
    for item in options.sets:
        words += ["--set", item]
    return shlex.join(words)


def command_for(tracker: Tracker, parent: str, trials: int, seeds: int | None = None) -> str:
    """The command for a stored sweep with these numbers of trials and seeds; without its options if unknown."""
    tags = tracker.run(parent).data.tags
    numbers = f"--trials {trials}" + (f" --seeds {seeds}" if seeds else "")
    if "command" in tags:
        return f"{tags['command']} {numbers}"
    command = shlex.join(["rnnbench", "sweep", tags.get("study", tags.get("task", "TASK"))])
    return f"{command} {numbers}, with the other options of that sweep"


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)

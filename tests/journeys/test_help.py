"""What a newcomer types first."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from journey import Place
from typer.testing import Result

import rnnbench
from rnnbench.cli.commands import app
from rnnbench.cli.commands.store import store

COMMANDS = sorted(command.callback.__name__ for command in app.registered_commands if command.callback)
HEAVY = {
    "torch", "mlflow", "optuna", "pandas", "pytorch_lightning", "lightning", "matplotlib", "pyarrow", "sklearn",
}  # fmt: skip
OPTIONS = {
    "sweep": "--model --search --trials --seeds --workers --timeout --data --fresh --set --json --quick",
    "train": "--model --set --seed --data --json",
    "resume": "--json --trust-code",
    "rerun": "--table --all --data --sweep --model --json --trust-code",
    "show": "--model --search --set --json",
    "baselines": "--data --json",
    "confirm": "--seeds --model --workers --json --data --sweep",
    "compare": "--format --output --sweep --force",
    "export": "--output --sweep --metric",
    "across": "--model --format --output --export --force --json",
    "report": "--data --sweep --output --force",
    "importance": "--data --sweep --model --evaluator --output --json",
    "expected": "--data --sweep --model --output --json",
    "generate": "--prompt --length --temperature --top-k --top-p --seed --data --json",
    "predict": "--text --file --text-column --data --json",
    "translate": "--text --file --text-column --encoding --beam --best --attention --data --json",
    "chat": "--temperature --top-p --top-k --beam --seed --data",
    "forecast": "--data --target --time-column --covariates --frequency --fill --horizon --plot --json",
    "data": "--text-column --label-column --target --target-data --time-column --covariates --frequency --fill "
    "--data-dir --json",
    "init": "FOLDER",
    "models": "--json",
    "tasks": "--json",
    "ui": "--port --host",
    "bench": "NAME --json",
    "selftest": "NAME --model --pairs --workers --quick --coverage --json",
}
STORE_OPTIONS = {
    "check": "--json",
    "repair": "--dry-run",
    "move": "--dry-run",
    "copy": "--dry-run",
    "merge": "FOLDER --dry-run",
    "prune": "--weights --interrupted --quick --cache --orphans --older-than --yes --dry-run",
    "backup": "TARGET --dry-run",
}


def imported(place: Place, *words: str) -> set[str]:
    """The top-level packages that a call of the program imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rnnbench", *words],
        cwd=place.folder, env=place.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = re.findall(r"^import time:.*\| +(\S+)$", done.stderr, flags=re.MULTILINE)
    return {line.partition(".")[0] for line in lines}


def test_help_names_every_command_of_the_design(typed: Callable[..., Result]) -> None:
    said = typed("--help").output
    assert {"init", "models", "tasks", "data", "baselines", "show", "train", "sweep", "confirm"} <= {*said.split()}
    assert {"compare", "export", "bench", "generate", "predict", "translate", "chat", "forecast", "ui"} <= {
        *said.split()
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, typed: Callable[..., Result]) -> None:
    told = typed(command, "--help")
    assert told.exit_code == 0
    assert command in OPTIONS, "a new command: say here which options it has"
    missing = [option for option in OPTIONS[command].split() if option not in told.output]
    assert not missing


@pytest.mark.parametrize("verb", sorted(command.callback.__name__ for command in store.registered_commands))
def test_every_verb_of_the_store_explains_itself(verb: str, typed: Callable[..., Result]) -> None:
    explained = typed("store", verb, "--help")
    assert explained.exit_code == 0
    assert [option for option in STORE_OPTIONS[verb].split() if option not in explained.output] == []


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["store", "check", "--help"],
        ["--version"],
        ["sweep", "--help"],
        ["generate", "--help"],
        ["translate", "--help"],
        ["chat", "--help"],
        ["models"],
        ["tasks"],
    ],
    ids=" ".join,
)
def test_help_version_and_lists_load_nothing_heavy(words: list[str], place: Place) -> None:
    assert not imported(place, *words) & HEAVY


def test_the_version_is_one_line(place: Place) -> None:
    done = place.run("--version")
    assert (done.code, done.out, done.told) == (0, f"rnnbench {rnnbench.__version__}\n", "")


def test_the_package_loads_its_verbs_when_they_are_used() -> None:
    told = "import sys, rnnbench; print(sorted(sys.modules)); print(callable(rnnbench.load), callable(rnnbench.sweep))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    modules, verbs = done.stdout.splitlines()
    assert not {name.partition(".")[0] for name in ast.literal_eval(modules)} & HEAVY
    assert verbs == "True True"


def test_the_list_of_data_sets_loads_no_training(place: Place) -> None:
    assert not imported(place, "data") & {"torch", "mlflow", "optuna", "pytorch_lightning", "lightning"}


def test_nothing_is_written_by_asking(place: Place) -> None:
    for words in (["--help"], ["--version"], ["models"], ["tasks"], ["data"]):
        place.run(*words)
    assert not [*place.folder.iterdir()]


def test_the_lists_are_data_for_programs_too(typed: Callable[..., Result]) -> None:
    assert {"rnn", "lstm", "gru", "transformer"} <= json.loads(typed("models", "--json").stdout).keys()
    assert {"sentiment", "text_generation", "forecasting"} <= json.loads(typed("tasks", "--json").stdout).keys()
    known = {entry["name"] for entry in json.loads(typed("data", "--json").stdout)}
    assert {"rotten_tomatoes", "shakespeare", "power"} <= known

"""What is written in `experiments/` and typed with `--set`: flat values, each with where it came from.

`<task>.yaml` holds a task's defaults. Any other file is a study: it names its task in `study_of`, says only what is
different from the task's file, and may name variants, which are encoders under settings of their own:

    study_of: sentiment
    models: [lstm, lstm_without_dropout]
    variants:
      lstm_without_dropout: {model: lstm, encoder: {dropout: 0}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnnbench import registry
from rnnbench.errors import RnnbenchError, SettingProblem, UnknownNameError, nearest

Given = dict[str, tuple[Any, str]]
"""Dotted name to (value, origin)."""

DEFAULT_MODELS = ("rnn", "lstm", "gru", "transformer")
_LAYERS_OF_YAML = ("for_data", "for_model", "quick", "models", "study_of", "question", "variants")


def _folders() -> tuple[Path, ...]:
    return Path.cwd() / "experiments", registry.PACKAGE.parent / "experiments"


def studies() -> dict[str, str]:
    """The studies that can be run by name, and the task of each."""
    found: dict[str, str] = {}
    for folder in reversed(_folders()):
        for path in sorted(folder.glob("*.yaml")):
            if path.stem not in registry.names("tasks") and (task := _read_yaml(path).get("study_of")):
                found[path.stem] = str(task)
    return found


def task_of(name: str) -> str:
    """The task that a task's or a study's name stands for.

    Raises: UnknownNameError with the nearest of both; RnnbenchError for a study of a task that there is not.
    """
    tasks = registry.names("tasks")
    if name in tasks:
        return name
    known = studies()
    if name not in known:
        listed = f"Studies: {', '.join(sorted(known))}." if known and nearest(name, tasks) is None else ""
        raise UnknownNameError("task", name, tasks, hint=listed, others=known)
    if known[name] not in tasks:
        raise UnknownNameError(f"study_of in experiments/{name}.yaml:", known[name], tasks)
    return known[name]


def files_of(name: str) -> list[tuple[Path, dict[str, Any]]]:
    """The experiment files behind a task's or a study's name, later ones going before earlier ones."""
    task = task_of(name)
    found = [yaml_of(one) for one in dict.fromkeys((task, name))]
    return [(path, said) for path, said in found if path is not None]


def question_of(name: str) -> str:
    """What a study asks, or what the first line of a task's file says it asks; nothing where neither says so."""
    path, said = yaml_of(name)
    if said.get("question"):
        return str(said["question"])
    first = "" if path is None else path.read_text(encoding="utf-8").lstrip().partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("#") else ""


def variant_of(files: Iterable[tuple[Path, dict[str, Any]]], model: str) -> tuple[str, dict[str, Any]]:
    """The encoder that a model's name stands for, and what a variant of that name sets.

    Raises: RnnbenchError for a variant that does not name its encoder.
    """
    for path, said in files:
        variants = below(said, "variants")
        if isinstance(variants, Mapping) and model in variants:
            found = variants[model]
            if not isinstance(found, Mapping) or not isinstance(found.get("model"), str):
                raise RnnbenchError(f"{path}: the variant {model!r} must name its encoder, such as model: lstm")
            return found["model"], {key: value for key, value in found.items() if key != "model"}
    return model, {}


def yaml_of(task: str) -> tuple[Path | None, dict[str, Any]]:
    """A task's experiment file, from the working folder or else beside the package, and what it says.

    Raises: RnnbenchError naming the line of a file that is not YAML.
    """
    for folder in _folders():
        path = folder / f"{task}.yaml"
        if path.is_file():
            return path, _read_yaml(path)
    return None, {}


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise RnnbenchError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(said, dict):
        raise RnnbenchError(f"{path} must hold sections such as 'data:' and 'training:'")
    return said


def models_of(name: str) -> list[str]:
    """The encoders that a sweep of this task or study compares unless told otherwise."""
    found = [*DEFAULT_MODELS]
    for path, said in files_of(name):
        found = said.get("models") or found
        if not isinstance(found, list) or not all(isinstance(model, str) for model in found):
            raise RnnbenchError(f"{path}: 'models' must be a list of names, such as [rnn, lstm]")
    return found


def below(said: Any, *names: str) -> Any:
    """What stands under these names, one below the other; nothing is an empty mapping."""
    for name in names:
        said = said.get(name) if isinstance(said, Mapping) else said
    return {} if said is None else said


def collect(said: Any, origin: str, given: Given, problems: list[SettingProblem]) -> None:
    """Takes the sections of one layer of a file into `given`, over what is there; tells what is not a section."""
    if not isinstance(said, Mapping):
        rule = "must hold sections such as 'data:' and 'training:'"
        problems.append(SettingProblem(origin.rpartition(", ")[2], said, origin, rule))
        return
    for section, values in said.items():
        if section in _LAYERS_OF_YAML or values is None:  # a section whose lines are all comments
            continue
        if not isinstance(values, Mapping):
            problems.append(SettingProblem(section, values, origin, "must be a section of settings"))
            continue
        for name, value in values.items():
            given[f"{section}.{name}"] = (value, origin)


def parse_sets(sets: Iterable[str], problems: list[SettingProblem]) -> Given:
    """The values that `--set section.setting=value` gives, read as YAML reads them; tells what is written otherwise."""
    found: Given = {}
    for item in sets:
        name, equals, text = item.partition("=")
        if not equals or "." not in name:
            rule = "must be written section.setting=value, for example encoder.hidden_size=64"
            problems.append(SettingProblem(name, text or item, "--set", rule))
            continue
        try:
            found[name.strip()] = (yaml.safe_load(text), "--set")
        except yaml.YAMLError:
            found[name.strip()] = (text, "--set")
    return found

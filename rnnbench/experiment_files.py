"""What is written in `experiments/<task>.yaml` and typed with `--set`: flat values, each with where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnnbench import registry
from rnnbench.errors import RnnbenchError, SettingProblem

Given = dict[str, tuple[Any, str]]
"""Dotted name to (value, origin)."""

DEFAULT_MODELS = ("rnn", "lstm", "gru", "transformer")
_LAYERS_OF_YAML = ("for_data", "for_model", "quick", "models")


def yaml_of(task: str) -> tuple[Path | None, dict[str, Any]]:
    """A task's experiment file, from the working folder or else beside the package, and what it says.

    Raises: RnnbenchError naming the line of a file that is not YAML.
    """
    for folder in (Path.cwd() / "experiments", registry.PACKAGE.parent / "experiments"):
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


def models_of(task: str) -> list[str]:
    """The encoders that a sweep of this task compares unless told otherwise."""
    path, said = yaml_of(task)
    found = said.get("models") or [*DEFAULT_MODELS]
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

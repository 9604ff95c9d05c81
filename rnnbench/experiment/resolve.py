"""Experiment files, options and `--set` to one checked configuration, later ones winning.

setting's default  <  experiments/<task>.yaml  <  its for_data  <  its for_model  <  a study's file, in the same order
                   <  its variant  <  quick  <  options and --set
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rnnbench.core import registry
from rnnbench.core.errors import SettingProblem
from rnnbench.experiment.classes import section_classes
from rnnbench.experiment.config import ExperimentConfig, build
from rnnbench.experiment.files import Experiment, load
from rnnbench.experiment.search_space import ranges_as_typed

Given = dict[str, tuple[Any, str]]
"""Dotted name to (value, origin)."""

_NO_SECTIONS = ("for_data", "for_model", "quick", "models", "study_of", "question", "variants")


def resolve(
    experiment: Experiment | str,
    model: str,
    *,
    sets: Iterable[str] = (),
    options: Mapping[str, tuple[Any, str]] | None = None,
    quick: bool = False,
    for_model: bool = True,
    seed: int = 0,
) -> ExperimentConfig:
    """The configuration of one encoder in an experiment; without `for_model`, what all encoders of a sweep share.

    experiment: parsed, or a name or path whose files are read for this call.
    sets: `section.setting=value` as typed. options: by dotted name, (value, the option's name).
    Raises: UnknownNameError for a task or model; SettingsError with every unusable setting at once.
    """
    experiment = load(experiment) if isinstance(experiment, str) else experiment
    model = os.path.abspath(Path(model).expanduser()) if registry.is_file(model) else model
    layer, variant = experiment.variant(model)
    classes = section_classes(experiment.task, layer)
    problems: list[SettingProblem] = []
    typed = {**dict(options or {}), **_parsed(sets, problems)}
    given = _from_files(experiment, typed, layer if for_model else None, problems)
    if for_model and variant:
        _collect(variant, f"variant {model}", given, problems)
    for file in experiment.files if quick else ():
        _collect(_below(file.content, "quick"), f"{file.path.name}, quick", given, problems)
    given.update(typed)
    if ranges := ranges_as_typed(given.get("search.ranges"), typed):
        given["search.ranges"] = ranges
    return build(experiment.task, (model, layer), classes, given, problems, seed)


def _from_files(experiment: Experiment, typed: Given, layer: str | None, problems: list[SettingProblem]) -> Given:
    """What the files set for this data set and layer; exceptions for a data set do not hold for a user's own file."""
    given: Given = {}
    data_name = str(typed["data.name"][0]) if "data.name" in typed else experiment.data_name
    has_path = typed.get("data.path", (None, ""))[0]
    for file in experiment.files:
        name = file.path.name
        _collect(file.content, name, given, problems)
        if not has_path:
            _collect(_below(file.content, "for_data", data_name), f"{name}, {data_name}", given, problems)
        if layer is not None:
            _collect(_below(file.content, "for_model", layer), f"{name}, {layer}", given, problems)
    return given


def _below(content: Any, *names: str) -> Any:
    """What stands under these names, one below the other; nothing is an empty mapping."""
    for name in names:
        content = content.get(name) if isinstance(content, Mapping) else content
    return {} if content is None else content


def _collect(content: Any, origin: str, given: Given, problems: list[SettingProblem]) -> None:
    """Adds the sections of one layer of a file to `given`, over what is there, and to `problems` what is no section."""
    if not isinstance(content, Mapping):
        rule = "must hold sections such as 'data:' and 'training:'"
        problems.append(SettingProblem(origin.rpartition(", ")[2], content, origin, rule))
        return
    for section, values in content.items():
        if section in _NO_SECTIONS or values is None:  # a section whose lines are all comments
            continue
        if not isinstance(values, Mapping):
            problems.append(SettingProblem(section, values, origin, "must be a section of settings"))
            continue
        for name, value in values.items():
            given[f"{section}.{name}"] = (value, origin)


def _parsed(sets: Iterable[str], problems: list[SettingProblem]) -> Given:
    """The values that `--set section.setting=value` gives, read as YAML; what is written otherwise is a problem."""
    given: Given = {}
    for item in sets:
        name, equals, text = item.partition("=")
        if not equals or "." not in name:
            rule = "must be written section.setting=value, for example encoder.hidden_size=64"
            problems.append(SettingProblem(name, text or item, "--set", rule))
            continue
        try:
            given[name.strip()] = (yaml.safe_load(text), "--set")
        except yaml.YAMLError:
            given[name.strip()] = (text, "--set")
    return given

"""Resolve experiment files, options and `--set` to one checked configuration; later sources override earlier ones.

setting's default  <  experiments/<task>.yaml  <  its for_data  <  its for_model  <  a study's file, in the same order
                   <  its variant  <  quick  <  options and --set
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from rnnbench.core import registry
from rnnbench.core.errors import SettingProblem
from rnnbench.core.paths import expanded
from rnnbench.core.plain_yaml import YamlError, read_yaml
from rnnbench.experiment.classes import settings_classes
from rnnbench.experiment.config import ExperimentConfig, build
from rnnbench.experiment.files import Experiment, SettingValues, load
from rnnbench.experiment.search_space import SEARCHED_SECTIONS

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
    """The configuration of one encoder in an experiment; without `for_model`, the settings shared by all encoders.

    experiment: an experiment, or a name or path, whose files are then read.
    sets: `section.setting=value` as typed. options: by dotted name, (value, the option's name).
    Raises: UnknownNameError for a task or model; SettingsError with all problems at once.
    """
    experiment = load(experiment) if isinstance(experiment, str) else experiment
    model = os.path.abspath(expanded(model)) if registry.is_file(model) else model
    layer, variant = experiment.variant(model)
    classes = settings_classes(experiment.task, layer)
    problems: list[SettingProblem] = []
    typed = {**dict(options or {}), **_parsed(sets, problems)}
    values = _from_files(experiment, typed, layer if for_model else None, problems)
    if for_model and variant:
        _collect(variant, f"variant {model}", values, problems)
    for file in experiment.files if quick else ():
        _collect(_below(file.content, "quick"), f"{file.path.name}, quick", values, problems)
    values.update(typed)
    if ranges := _override_ranges(values.get("search.ranges"), typed):
        values["search.ranges"] = ranges
    return build(experiment.task, (model, layer), classes, values, problems, seed)


def _from_files(
    experiment: Experiment, typed: SettingValues, layer: str | None, problems: list[SettingProblem]
) -> SettingValues:
    """The values of the files for this data set and layer; `for_data` does not apply to a user's own data file."""
    values: SettingValues = {}
    data_name = str(typed["data.name"][0]) if "data.name" in typed else experiment.data_name
    has_path = typed.get("data.path", (None, ""))[0]
    for file in experiment.files:
        name = file.path.name
        _collect(file.content, name, values, problems)
        if not has_path:
            _collect(_below(file.content, "for_data", data_name), f"{name}, {data_name}", values, problems)
        if layer is not None:
            _collect(_below(file.content, "for_model", layer), f"{name}, {layer}", values, problems)
    return values


def _below(content: Any, *names: str) -> Any:
    """The content under nested keys; an empty mapping where there is none."""
    for name in names:
        content = content.get(name) if isinstance(content, Mapping) else content
    return {} if content is None else content


def _collect(content: Any, origin: str, values: SettingValues, problems: list[SettingProblem]) -> None:
    """Adds sections of a file to `values`, replacing earlier values; adds to `problems` what is not a section."""
    if not isinstance(content, Mapping):
        rule = "must hold sections such as 'data:' and 'training:'"
        problems.append(SettingProblem(origin.rpartition(", ")[2], content, origin, rule))
        return
    for section, settings in content.items():
        if section in _NO_SECTIONS or settings is None:  # None: all lines of the section are comments
            continue
        if not isinstance(settings, Mapping):
            problems.append(SettingProblem(section, settings, origin, "must be a section of settings"))
            continue
        for name, value in settings.items():
            values[f"{section}.{name}"] = (value, origin)


def _parsed(sets: Iterable[str], problems: list[SettingProblem]) -> SettingValues:
    """The values of `--set section.setting=value`, read as YAML; adds to `problems` what has another form."""
    values: SettingValues = {}
    for item in sets:
        name, equals, text = item.partition("=")
        if not equals or "." not in name:
            rule = "must be written section.setting=value, for example encoder.hidden_size=64"
            problems.append(SettingProblem(name, text or item, "--set", rule))
            continue
        try:
            values[name.strip()] = (read_yaml(text), "--set")
        except YamlError:
            values[name.strip()] = (text, "--set")
    return values


def _override_ranges(stated: tuple[Any, str] | None, typed: SettingValues) -> tuple[dict[str, Any], str] | None:
    """`search.ranges` and its origin after the options and `--set`, or None where they change nothing.

    A setting with a typed value gets the range null (not searched), unless a range for it is typed as well. A setting
    named in a typed `search.settings` is searched in its default range, even where a file sets the range null.
    """
    ranges, origin = stated or ({}, "default")
    if not isinstance(ranges, Mapping):
        return None
    typed_ranges = ranges if "search.ranges" in typed else {}
    names, _ = typed.get("search.settings", ((), ""))
    listed = names if isinstance(names, list | tuple) and not typed_ranges else ()
    unset = {name for name in listed if isinstance(name, str) and ranges.get(name, ...) is None}
    fixed = [name for name in typed if name.partition(".")[0] in SEARCHED_SECTIONS and name not in typed_ranges]
    if not unset and not any(name.partition(".")[0] in SEARCHED_SECTIONS for name in typed):
        return None
    kept = {name: plain for name, plain in ranges.items() if name not in unset}
    return {**kept, **dict.fromkeys(fixed)}, origin

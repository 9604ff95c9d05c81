"""YAML, options and `--set` to one checked configuration, later ones winning.

setting's default  <  experiments/<task>.yaml  <  its for_data  <  its for_model  <  a study's file, in the same order
                   <  its variant  <  quick  <  options and --set
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rnnbench import registry
from rnnbench.errors import SettingProblem
from rnnbench.experiment.classes import section_classes
from rnnbench.experiment.config import SEARCHED_SECTIONS, ExperimentConfig, build
from rnnbench.experiment.files import Given, below, collect, files_of, parse_sets, task_of, variant_of


def resolve(
    task: str,
    model: str,
    *,
    sets: Iterable[str] = (),
    options: Mapping[str, tuple[Any, str]] | None = None,
    quick: bool = False,
    for_model: bool = True,
    seed: int = 0,
) -> ExperimentConfig:
    """The configuration of one encoder on one task; without `for_model`, what all encoders of a sweep share.

    sets: `section.setting=value` as typed. options: by dotted name, (value, the option's name).
    Raises: UnknownNameError for a task or model; SettingsError with every unusable setting at once.
    """
    model = os.path.abspath(Path(model).expanduser()) if registry.is_file(model) else model
    files = files_of(task)
    layer, variant = variant_of(files, model)
    task = task_of(task)
    classes = section_classes(task, layer)
    given: Given = {}
    problems: list[SettingProblem] = []
    typed = {**dict(options or {}), **parse_sets(sets, problems)}
    data_name = str(typed["data.name"][0]) if "data.name" in typed else _data_name(said for _, said in files)
    has_path = typed.get("data.path", (None, ""))[0]
    for path, said in files:
        collect(said, path.name, given, problems)
        if not has_path:
            collect(below(said, "for_data", data_name), f"{path.name}, {data_name}", given, problems)
        if for_model:
            collect(below(said, "for_model", layer), f"{path.name}, {layer}", given, problems)
    if for_model and variant:
        collect(variant, f"variant {model}", given, problems)
    for path, said in files if quick else ():
        collect(below(said, "quick"), f"{path.name}, quick", given, problems)
    given.update(typed)
    _ask_for(typed, given)
    _pin(typed, given)
    return build(task, (model, layer), classes, given, problems, seed)


def _ask_for(typed: Mapping[str, tuple[Any, str]], given: Given) -> None:
    """Searches what is typed by its own name, though the file leaves it out of its group: in the range beside it."""
    ranges, origin = given.get("search.ranges", ({}, "default"))
    names, _ = typed.get("search.settings", ((), ""))
    if "search.ranges" not in typed and isinstance(ranges, Mapping) and isinstance(names, list | tuple):
        asked = {name for name in names if isinstance(name, str) and ranges.get(name, ...) is None}
        if asked:
            given["search.ranges"] = ({name: plain for name, plain in ranges.items() if name not in asked}, origin)


def _data_name(files: Iterable[Mapping[str, Any]]) -> str:
    """The data set that the last file which names one names."""
    sections = [said["data"] for said in files if isinstance(said.get("data"), Mapping)]
    return str(next((section["name"] for section in reversed(sections) if "name" in section), ""))


def _pin(typed: Mapping[str, tuple[Any, str]], given: Given) -> None:
    """Takes every typed setting out of the search, unless a range for it is typed as well."""
    ranges, origin = given.get("search.ranges", ({}, "default"))
    own = ranges if "search.ranges" in typed else {}
    pinned = {name: None for name in typed if name.partition(".")[0] in SEARCHED_SECTIONS}
    if pinned and isinstance(ranges, Mapping):
        given["search.ranges"] = ({**ranges, **{name: None for name in pinned if name not in own}}, origin)

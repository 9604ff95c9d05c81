"""One checked, frozen object that says everything a run needs, to plain data and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, SettingProblem, SettingsError, did_you_mean
from rnnbench.core.settings import Range, Settings, problems_of
from rnnbench.data.kinds import AnyData
from rnnbench.data.settings import DataSettings
from rnnbench.encoders.base import EncoderSettings
from rnnbench.experiment.classes import layer_class, only_others_have, section_classes, task_class
from rnnbench.experiment.search_space import SearchSpace
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, SearchSettings, TrainingSettings

CAME_LATER: Mapping[str, Any] = {
    "match_parameters": None,
    "reselect": 0,
    "refit": False,
    "embedding_deviation": None,
    "state_reset": 0.0,
    "orthogonalization_steps": 5,
}
"""Settings that older stored runs lack, with what they were then."""


@dataclass(frozen=True)
class ExperimentConfig:
    """Everything that decides a run, and where each value came from (`origins`, by dotted name)."""

    task: str
    model: str
    task_settings: Settings
    encoder: EncoderSettings
    data: DataSettings
    training: TrainingSettings
    budget: BudgetSettings
    search: SearchSettings
    hardware: HardwareSettings
    layer: str
    """The encoder's registered name, or the path to its file; `model` where that is not a variant of a study."""
    seed: int = 0
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def section(self, name: str) -> Settings:
        """A section by the name it has in YAML."""
        found: Settings = getattr(self, "task_settings" if name == "task" else name)
        return found

    def to_plain(self) -> dict[str, Any]:
        """The whole configuration as plain data, read back by `from_plain`."""
        plain: dict[str, Any] = {
            name: self.section(name).model_dump(mode="json")
            for name in ("data", "task", "encoder", "training", "budget", "search", "hardware")
        }
        plain["task"] = {"name": self.task, **plain["task"]}
        code = registry.code_of(self.layer)
        variant = {"variant_of": self.layer} if self.layer != self.model else {}
        plain["encoder"] = {"name": self.model, **variant, **({"code": code} if code else {}), **plain["encoder"]}
        return {**plain, "seed": self.seed}

    def choice(self) -> str:
        """A short hash of what a search chooses: two runs with equal choices differ in their seed alone."""
        plain = self.to_plain()
        return short_hash({name: _said(plain[name]) for name in ("data", "task", "encoder", "training", "budget")})

    def with_values(self, values: Mapping[str, Any], *, seed: int | None = None) -> ExperimentConfig:
        """The same experiment with some settings replaced, by dotted name, checked again."""
        plain = self.to_plain()
        for name, value in values.items():
            section, setting = name.split(".", 1)
            plain[section][setting] = value
        made = from_plain(plain)
        return replace(made, seed=self.seed if seed is None else seed, origins=self.origins)

    @cached_property
    def search_space(self) -> SearchSpace:
        """What a search of this configuration draws, and why it does not draw the rest."""
        return SearchSpace(
            task=self.task,
            layer=self.layer,
            training=self.training,
            encoder=self.encoder,
            task_settings=self.task_settings,
            budget=self.budget,
            search=self.search,
            origins=self.origins,
        )

    def ranges(self) -> dict[str, Range]:
        """What a trial draws, by dotted name."""
        return self.search_space.ranges

    def with_ranges_of(self, data: AnyData) -> ExperimentConfig:
        """The configuration with the ranges that only the data set tells, unless `search.ranges` has them."""
        added = self.search_space.ranges_of(data)
        return self.with_values({"search.ranges": {**self.search.ranges, **added}}) if added else self

    def comparison_key(self) -> str:
        """A short hash of what all runs of one comparison share. Take it from a config resolved without `for_model`."""
        plain = self.to_plain()
        names = ("sampler", "pruning", "study_seed", "settings", "ranges", "reselect", "refit")
        search = _said({name: plain["search"][name] for name in names})
        shared = {name: _said(plain[name]) for name in ("task", "data", "budget", "training")}
        typed = {
            name: plain["encoder"][name.partition(".")[2]]
            for name, origin in self.origins.items()
            if name.startswith("encoder.") and origin.startswith(("--", "settings"))
        }
        return short_hash({**shared, "search": search, "encoder": typed})


def _said(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section without the settings that came later and are as before: what was stored before them keeps its hash."""
    return {name: value for name, value in section.items() if name not in CAME_LATER or value != CAME_LATER[name]}


def short_hash(plain: Any) -> str:
    """Ten hexadecimal digits that stand for plain data."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:10]


def from_plain(plain: Mapping[str, Any]) -> ExperimentConfig:
    """The configuration that `to_plain` wrote.

    Raises: RnnbenchError where the file of a user's own encoder has gone, or has changed since.
    """
    given = {
        f"{section}.{name}": (value, "stored")
        for section, values in plain.items()
        if isinstance(values, Mapping)
        for name, value in values.items()
        if not (name in ("name", "code", "variant_of") and section in ("task", "encoder")) and section != "searched"
    }
    if "encoder.residual" in given:  # what `connection` was called when it knew one kind
        was_on, origin = given.pop("encoder.residual")
        given["encoder.connection"] = ("residual" if was_on else "none", origin)
    task, model = plain["task"]["name"], plain["encoder"]["name"]
    layer = plain["encoder"].get("variant_of", model)
    code = registry.code_of(layer)
    if code and plain["encoder"].get("code", code) != code:
        raise RnnbenchError(
            f"{model} has changed since: to search it anew, type  rnnbench sweep {task} --model {model}"
        )
    return build(task, (model, layer), section_classes(task, layer), given, [], int(plain.get("seed", 0)))


def build(
    task: str,
    names: tuple[str, str],
    classes: dict[str, type[Settings]],
    given: Mapping[str, tuple[Any, str]],
    problems: list[SettingProblem],
    seed: int,
) -> ExperimentConfig:
    """The configuration of these values by dotted name, each with where it came from.

    names: of the model and of its layer. problems: what was already found wrong with the values.
    Raises: SettingsError with every unusable setting at once.
    """
    values: dict[str, dict[str, Any]] = {section: {} for section in classes}
    for name, (value, origin) in given.items():
        section, _, setting = name.partition(".")
        if section not in classes:
            rule = f"there is no section {section!r}.{did_you_mean(section, classes)} Sections: {', '.join(classes)}"
            problems.append(SettingProblem(name, value, origin, rule))
        elif setting not in classes[section].model_fields:
            why = only_others_have(setting) if section == "encoder" else None
            rule = f"there is no such setting.{did_you_mean(setting, classes[section].model_fields)}"
            rule = rule if why is None else f"{Path(names[0]).stem} cannot have it: {why}"
            problems.append(SettingProblem(name, value, origin, rule))
        else:
            values[section][setting] = value
    origins = {name: origin for name, (_, origin) in given.items()}
    made: dict[str, Any] = {}
    for section, cls in classes.items():
        section_problems, made[section] = problems_of(cls, section, values[section], origins)
        problems.extend(section_problems)
    if problems:
        raise SettingsError(problems)
    config = ExperimentConfig(
        task=task, model=names[0], layer=names[1], task_settings=made.pop("task"), seed=seed, origins=origins, **made
    )
    _check_together(config)
    return config


def _check_together(config: ExperimentConfig) -> None:
    """Rules that need more than one setting. Raises: SettingsError."""
    problems = []
    if config.encoder.bidirectional and task_class(config.task).requires_causal:
        rule = f"{config.task} needs an encoder that does not look ahead"
        origin = config.origins.get("encoder.bidirectional", "default")
        problems.append(SettingProblem("encoder.bidirectional", True, origin, rule))
    for setting, why in layer_class(config.layer).refused(config.encoder).items():
        name = f"encoder.{setting}"
        value, origin = getattr(config.encoder, setting), config.origins.get(name, "default")
        problems.append(SettingProblem(name, value, origin, f"{Path(config.model).stem} cannot have it: {why}"))
    origin = config.origins.get("encoder.hidden_size", "default")
    if config.budget.match_parameters and origin in ("--set", "settings"):
        rule = "is solved for under budget.match_parameters: leave out one of the two"
        problems.append(SettingProblem("encoder.hidden_size", config.encoder.hidden_size, origin, rule))
    if config.search.refit and config.training.schedule == "plateau":
        origin = config.origins.get("training.schedule", "default")
        rule = "follows the validation score, and search.refit trains on that split: choose another schedule"
        problems.append(SettingProblem("training.schedule", "plateau", origin, rule))
    problems.extend(config.search_space.problems())
    if problems:
        raise SettingsError(problems)

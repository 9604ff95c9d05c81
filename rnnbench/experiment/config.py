"""The configuration of a run: checked, frozen, and convertible to plain data and back."""

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
from rnnbench.experiment.classes import layer_class, other_encoders_with, settings_classes, task_class
from rnnbench.experiment.search_space import SearchSpace
from rnnbench.experiment.sections import BudgetSettings, HardwareSettings, SearchSettings, TrainingSettings

ADDED_LATER: Mapping[str, Any] = {
    "match_parameters": None,
    "reselect": 0,
    "refit": False,
    "embedding_deviation": None,
    "state_reset": 0.0,
    "orthogonalization_steps": 5,
    "encoding": None,
    "header": None,
    "decimal": None,
    "missing": [],
    "date_order": None,
    "time_format": None,
    "series_column": None,
    "series": None,
    "validation_data": None,
    "test_data": None,
    "split_column": None,
    "group_column": None,
    "test_from": None,
    "target_data": None,
}
"""Settings that older stored runs lack, with the values that are equivalent to their behaviour."""


@dataclass(frozen=True)
class ExperimentConfig:
    """All settings of a run, and the origin of each value (`origins`, by dotted name)."""

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
    """The encoder's registered name, or the path to its file. Equal to `model`, except for a variant of a study."""
    seed: int = 0
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def section(self, name: str) -> Settings:
        """A section by its name in YAML."""
        section: Settings = getattr(self, "task_settings" if name == "task" else name)
        return section

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

    @property
    def is_quick(self) -> bool:
        """Whether some settings are from a file's section `quick`; unknown, so False, for a stored configuration."""
        return any(origin.endswith("quick") and not origin.startswith("--") for origin in self.origins.values())

    def choice(self) -> str:
        """A short hash of all settings but the seed: equal for runs that differ in their seed only."""
        plain = self.to_plain()
        return short_hash(
            {name: _without_later_defaults(plain[name]) for name in ("data", "task", "encoder", "training", "budget")}
        )

    def with_values(self, values: Mapping[str, Any], *, seed: int | None = None) -> ExperimentConfig:
        """The configuration with some settings replaced, by dotted name, and checked again."""
        plain = self.to_plain()
        for name, value in values.items():
            section, setting = name.split(".", 1)
            plain[section][setting] = value
        made = from_plain(plain)
        return replace(made, seed=self.seed if seed is None else seed, origins=self.origins)

    @cached_property
    def search_space(self) -> SearchSpace:
        """The search space of this configuration."""
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
        """The ranges that a trial samples from, by dotted name."""
        return self.search_space.ranges

    def with_ranges_of(self, data: AnyData) -> ExperimentConfig:
        """The configuration with the ranges that depend on the data set added to `search.ranges`, unless set there."""
        added = self.search_space.ranges_of(data)
        return self.with_values({"search.ranges": {**self.search.ranges, **added}}) if added else self

    def comparison_key(self) -> str:
        """A short hash of the settings shared in a comparison; call it on a config resolved without `for_model`."""
        plain = self.to_plain()
        names = ("sampler", "pruning", "study_seed", "settings", "ranges", "reselect", "refit")
        search = _without_later_defaults({name: plain["search"][name] for name in names})
        shared = {name: _without_later_defaults(plain[name]) for name in ("task", "data", "budget", "training")}
        typed = {
            name: plain["encoder"][name.partition(".")[2]]
            for name, origin in self.origins.items()
            if name.startswith("encoder.") and origin.startswith(("--", "settings"))
        }
        return short_hash({**shared, "search": search, "encoder": typed})


def _without_later_defaults(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section without later settings at their old values, so that hashes of older runs remain valid."""
    return {name: value for name, value in section.items() if name not in ADDED_LATER or value != ADDED_LATER[name]}


def short_hash(plain: Any) -> str:
    """A hash of plain data, ten hexadecimal digits."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:10]


def from_plain(plain: Mapping[str, Any]) -> ExperimentConfig:
    """The configuration of plain data written by `to_plain`.

    Raises: RnnbenchError where the file of a user's own encoder is missing or has changed.
    """
    values = {
        f"{section}.{name}": (value, "stored")
        for section, settings in plain.items()
        if isinstance(settings, Mapping)
        for name, value in settings.items()
        if not (name in ("name", "code", "variant_of") and section in ("task", "encoder")) and section != "searched"
    }
    if "encoder.residual" in values:  # the predecessor of `connection` in older stored runs
        was_on, origin = values.pop("encoder.residual")
        values["encoder.connection"] = ("residual" if was_on else "none", origin)
    task, model = plain["task"]["name"], plain["encoder"]["name"]
    layer = plain["encoder"].get("variant_of", model)
    code = registry.code_of(layer)
    if code and plain["encoder"].get("code", code) != code:
        raise RnnbenchError(
            f"{model} has changed since: to search it again, type  rnnbench sweep {task} --model {model}"
        )
    return build(task, (model, layer), settings_classes(task, layer), values, [], int(plain.get("seed", 0)))


def build(
    task: str,
    names: tuple[str, str],
    classes: dict[str, type[Settings]],
    values: Mapping[str, tuple[Any, str]],
    problems: list[SettingProblem],
    seed: int,
) -> ExperimentConfig:
    """The configuration with these values, by dotted name, each with its origin.

    names: of the model and of its layer. problems: problems found earlier, reported together with new ones.
    Raises: SettingsError with all problems at once.
    """
    by_section: dict[str, dict[str, Any]] = {section: {} for section in classes}
    for name, (value, origin) in values.items():
        section, _, setting = name.partition(".")
        if section not in classes:
            rule = f"there is no section {section!r}.{did_you_mean(section, classes)} Sections: {', '.join(classes)}"
            problems.append(SettingProblem(name, value, origin, rule))
        elif setting not in classes[section].model_fields:
            why = other_encoders_with(setting) if section == "encoder" else None
            rule = f"there is no such setting.{did_you_mean(setting, classes[section].model_fields)}"
            rule = rule if why is None else f"not supported by {Path(names[0]).stem}: {why}"
            problems.append(SettingProblem(name, value, origin, rule))
        else:
            by_section[section][setting] = value
    origins = {name: origin for name, (_, origin) in values.items()}
    sections: dict[str, Any] = {}
    for section, cls in classes.items():
        section_problems, sections[section] = problems_of(cls, section, by_section[section], origins)
        problems.extend(section_problems)
    if problems:
        raise SettingsError(problems)
    task_settings = sections.pop("task")
    config = ExperimentConfig(
        task=task, model=names[0], layer=names[1], task_settings=task_settings, seed=seed, origins=origins, **sections
    )
    _check_together(config)
    return config


def _check_together(config: ExperimentConfig) -> None:
    """Rules that need more than one setting. Raises: SettingsError."""
    problems = []
    if config.encoder.bidirectional and task_class(config.task).requires_causal:
        rule = f"{config.task} needs a causal encoder"
        origin = config.origins.get("encoder.bidirectional", "default")
        problems.append(SettingProblem("encoder.bidirectional", True, origin, rule))
    for setting, why in layer_class(config.layer).unsupported(config.encoder).items():
        name = f"encoder.{setting}"
        value, origin = getattr(config.encoder, setting), config.origins.get(name, "default")
        problems.append(SettingProblem(name, value, origin, f"not supported by {Path(config.model).stem}: {why}"))
    origin = config.origins.get("encoder.hidden_size", "default")
    if config.budget.match_parameters and origin in ("--set", "settings"):
        rule = "is determined by budget.match_parameters: leave out one of the two"
        problems.append(SettingProblem("encoder.hidden_size", config.encoder.hidden_size, origin, rule))
    if config.search.refit and config.training.schedule == "plateau":
        origin = config.origins.get("training.schedule", "default")
        rule = "needs a validation score, and search.refit trains on that split: choose another schedule"
        problems.append(SettingProblem("training.schedule", "plateau", origin, rule))
    problems.extend(config.search_space.problems())
    if problems:
        raise SettingsError(problems)

"""The search space of a configuration: every setting with its range, or the reason why it is not searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.core.errors import SettingProblem
from rnnbench.core.settings import (
    Choices,
    Ints,
    Range,
    Settings,
    is_named,
    problems_of,
    range_from_plain,
    range_in_words,
    range_to_plain,
)
from rnnbench.data.kinds import AnyData
from rnnbench.encoders.base import EncoderSettings
from rnnbench.experiment.classes import layer_class, task_class
from rnnbench.experiment.ineffective import without_effect
from rnnbench.experiment.sections import BudgetSettings, SearchSettings, TrainingSettings

SEARCHED_SECTIONS = ("training", "encoder", "task")

TYPED = "its value is typed"
SOLVED = "it is determined by budget.match_parameters"
NULL = "null in search.ranges"
NO_RANGE = "it has no range"
NOT_NAMED = "not in search.settings"


@dataclass(frozen=True)
class SearchedSetting:
    """A setting in the search space, by dotted name.

    range: the range that trials sample from; None where the setting is not searched.
    why_not: the reason why it is not searched; else empty.
    left_to_data: searched in a range that depends on the data set.
    no_effect: the reason why it has no effect under the other settings; empty where it has one, or may in some trials.
    """

    name: str
    group: str | None
    range: Range | None = None
    why_not: str = ""
    left_to_data: bool = False
    no_effect: str = ""

    @property
    def is_searched(self) -> bool:
        """Whether trials sample it, once the data set is loaded."""
        return self.range is not None or self.left_to_data

    @property
    def in_words(self) -> str:
        """The range, or the reason why the setting is not searched, and the reason why it has no effect."""
        if self.left_to_data:
            words = "half, once and twice the suggestion of the data set"
        else:
            words = f"no: {self.why_not}" if self.range is None else range_in_words(self.range)
        return f"{words}; no effect: {self.no_effect}" if self.no_effect else words


@dataclass(frozen=True)
class SearchSpace:
    """The search space of one configuration.

    layer: the encoder's registered name or file. origins: the origin of each value, by dotted name.
    """

    task: str
    layer: str
    training: TrainingSettings
    encoder: EncoderSettings
    task_settings: Settings
    budget: BudgetSettings
    search: SearchSettings
    origins: Mapping[str, str]

    @cached_property
    def settings(self) -> dict[str, SearchedSetting]:
        """Every setting of the searched sections, by dotted name, in the order in which trials sample them."""
        # a seed's samples depend on this order: settings with default ranges, added ranges, the encoder's last
        with_default = [name for name in self._known if name in self._default_ranges]
        added = [name for name in self.search.ranges if name in self._known]
        names = [*dict.fromkeys([*with_default, *added, *self._known])]
        names.sort(key=lambda name: name.startswith("encoder."))
        settings = {name: self._setting(name) for name in names}
        layer = layer_class(self.layer)
        reasons = without_effect(
            self.training, self.encoder, self.task_settings, handles_bidirectional=layer.handles_bidirectional
        )
        for name, (other, why) in reasons.items():
            if name in settings and settings[other].range is None:
                settings[name] = replace(settings[name], no_effect=why)
        return settings

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """The ranges that trials sample from, by dotted name."""
        return {name: item.range for name, item in self.settings.items() if item.range is not None}

    def to_plain(self) -> dict[str, Any]:
        """The ranges as plain data, as runs store them; see `range_from_stored`."""
        return {name: range_to_plain(searched) for name, searched in self.ranges.items()}

    @property
    def left_to_data(self) -> list[str]:
        """Settings that are searched in a range that depends on the data set."""
        return [name for name, item in self.settings.items() if item.left_to_data]

    def ranges_of(self, data: AnyData) -> dict[str, Any]:
        """The ranges that depend on the data set, as plain data for `search.ranges`."""
        ranges = task_class(self.task).ranges_of(data, self.task_settings)
        return {
            name: range_to_plain(ranges[setting])
            for name in self.left_to_data
            if (setting := name.partition(".")[2]) in ranges
        }

    def why_not(self, name: str) -> str:
        """The reason why a setting is not searched; empty where it is."""
        if name in self.settings:
            return self.settings[name].why_not
        if name.startswith("encoder."):
            return f"not supported by {Path(self.layer).stem}"
        return f"{self.task} has no such setting"

    def typed_without_effect(self) -> dict[str, str]:
        """Typed settings that have no effect under the others, by dotted name, each with the reason."""
        return {
            name: item.no_effect
            for name, item in self.settings.items()
            if item.no_effect and self.origins.get(name) in ("--set", "settings")
        }

    def smallest(self) -> dict[str, int]:
        """The smallest value of each range of integers: those with the fewest parameters."""
        values = {}
        for name, searched in self.ranges.items():
            if isinstance(searched, Ints):
                values[name] = searched.low
            elif isinstance(searched, Choices) and all(isinstance(value, int) for value in searched.values):
                values[name] = min(searched.values)
        return values

    def problems(self) -> list[SettingProblem]:
        """Entries of `search.ranges` that are not ranges; if there are none, bounds that violate a setting's rule."""
        origin = self.origins.get("search.ranges", "default")
        problems = []
        for name, plain in self.search.ranges.items():
            if plain is not None and name in self._known:
                try:
                    range_from_plain(plain, self._known[name])
                except ValueError as error:
                    problems.append(SettingProblem(f"search.ranges.{name}", plain, origin, str(error)))
        if problems:
            return problems
        for name, searched in self.ranges.items():
            section, _, setting = name.partition(".")
            plain = range_to_plain(searched)
            for value in plain if isinstance(plain, list) else (plain["low"], plain["high"]):
                broken = problems_of(self.classes[section], section, {setting: value}, {})[0]
                problems += [item._replace(setting=f"search.ranges.{name}", origin=origin) for item in broken]
        return problems

    @cached_property
    def classes(self) -> dict[str, type[Settings]]:
        """The class of each searched section."""
        return {"training": type(self.training), "encoder": type(self.encoder), "task": type(self.task_settings)}

    @cached_property
    def _known(self) -> dict[str, Any]:
        """The type of every setting of the searched sections, by dotted name."""
        return {
            f"{section}.{name}": field.annotation
            for section, cls in self.classes.items()
            for name, field in cls.model_fields.items()
        }

    @cached_property
    def _default_ranges(self) -> dict[str, Range]:
        """The default range of each setting that has one."""
        return _by_name({section: cls.search_ranges() for section, cls in self.classes.items()})

    @cached_property
    def _groups(self) -> dict[str, str]:
        return _by_name({section: cls.groups() for section, cls in self.classes.items()})

    def _setting(self, name: str) -> SearchedSetting:
        """A setting with its range, or with the reason why it is not searched."""
        group = self._groups.get(name)
        is_requested = not self.search.settings or is_named(name, group, self.search.settings)
        entry = self.search.ranges.get(name, ...)
        if entry is ... and name in self.ranged_by_data and is_requested:
            return SearchedSetting(name, group, left_to_data=True)
        searched, why = self._range(name, entry)
        if searched is not None and not is_requested:
            searched, why = None, NOT_NAMED
        return SearchedSetting(name, group, searched, why)

    def _range(self, name: str, entry: Any) -> tuple[Range | None, str]:
        """The range of a setting, or None with the reason. entry: of `search.ranges`, `...` without one."""
        if entry is None:
            origin = self.origins.get(name, "")
            return None, TYPED if origin.startswith("--") or origin == "settings" else NULL
        searched = self._default_ranges.get(name) if entry is ... else range_from_plain(entry, self._known[name])
        if searched is None:
            return None, NO_RANGE
        if name == "encoder.bidirectional" and task_class(self.task).requires_causal:
            return None, f"{self.task} needs a causal encoder"
        if name == "encoder.hidden_size" and self.budget.match_parameters:
            return None, SOLVED
        if name == "training.schedule" and self.search.refit and isinstance(searched, Choices):
            # it needs a validation score, which the confirmation does not have
            searched = Choices(*(value for value in searched.values if value != "plateau"))
        if name.startswith("encoder."):
            supported = layer_class(self.layer).supported_range(name.partition(".")[2], searched)
            return supported, "" if supported is not None else f"not supported by {Path(self.layer).stem}"
        return searched, ""

    @cached_property
    def ranged_by_data(self) -> set[str]:
        """Settings whose range depends on the data set, by dotted name."""
        return {f"task.{setting}" for setting in task_class(self.task).ranged_by_data}


def _by_name(by_section: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, values in by_section.items() for name, value in values.items()}

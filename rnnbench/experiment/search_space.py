"""What a search draws: every setting of a configuration with its range, or why it has none.

`ExperimentConfig.search_space` is the one place that answers which settings exist, which of them are searched in which
range, and which have no effect. Files and options are adjusted by `ranges_as_typed` before there is a configuration.
"""

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

TYPED = "what is typed is not searched"
SOLVED = "it is solved for under budget.match_parameters"
NULL = "search.ranges says null"
NO_RANGE = "there is no range"
NOT_NAMED = "not in search.settings"


@dataclass(frozen=True)
class SearchedSetting:
    """A setting that might be searched, by dotted name.

    range: what a trial draws it from; None where it is not drawn.
    why_not: the reason where it is not searched.
    left_to_data: searched in a range that only the data set tells.
    no_effect: why it changes nothing under the other settings; empty where it does, or may do so in some trial.
    """

    name: str
    group: str | None
    range: Range | None = None
    why_not: str = ""
    left_to_data: bool = False
    no_effect: str = ""

    @property
    def is_searched(self) -> bool:
        """Whether trials draw it, once the data are known."""
        return self.range is not None or self.left_to_data

    @property
    def in_words(self) -> str:
        """The range, or the reason why there is none, and whether it has an effect."""
        if self.left_to_data:
            words = "half, once and twice what suits the data"
        else:
            words = f"no: {self.why_not}" if self.range is None else range_in_words(self.range)
        return f"{words}; no effect: {self.no_effect}" if self.no_effect else words


@dataclass(frozen=True)
class SearchSpace:
    """The search space of one configuration.

    layer: the encoder's registered name or file. origins: where each value came from, by dotted name.
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
        """Every setting of the searched sections, by dotted name, in the order in which a trial draws them."""
        # the order of draws decides what a seed draws: beside the settings, then added ones, the encoder's last
        beside = [name for name in self._known if name in self._beside]
        names = [*dict.fromkeys([*beside, *(name for name in self.search.ranges if name in self._known), *self._known])]
        names.sort(key=lambda name: name.startswith("encoder."))
        decided = {name: self._decided(name) for name in names}
        layer = layer_class(self.layer)
        vain = without_effect(self.training, self.encoder, self.task_settings, sees_both_ways=layer.sees_both_ways)
        for name, (other, why) in vain.items():
            if name in decided and decided[other].range is None:
                decided[name] = replace(decided[name], no_effect=why)
        return decided

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """What a trial draws, by dotted name."""
        return {name: item.range for name, item in self.settings.items() if item.range is not None}

    def to_plain(self) -> dict[str, Any]:
        """The ranges as plain data, as runs store them; `range_from_stored` reads one back."""
        return {name: range_to_plain(searched) for name, searched in self.ranges.items()}

    @property
    def left_to_data(self) -> list[str]:
        """Settings that are searched in a range that only the data set tells."""
        return [name for name, item in self.settings.items() if item.left_to_data]

    def ranges_of(self, data: AnyData) -> dict[str, Any]:
        """The ranges that the data set tells, in plain form, as `search.ranges` has them."""
        told = task_class(self.task).ranges_of(data, self.task_settings)
        return {
            name: range_to_plain(told[setting])
            for name in self.left_to_data
            if (setting := name.partition(".")[2]) in told
        }

    def why_not(self, name: str) -> str:
        """Why a setting is not searched; empty where it is."""
        if name in self.settings:
            return self.settings[name].why_not
        if name.startswith("encoder."):
            return f"{Path(self.layer).stem} cannot have it"
        return f"{self.task} has no such setting"

    def typed_without_effect(self) -> dict[str, str]:
        """Typed settings that change nothing under the others, by dotted name, each with the reason."""
        typed = [name for name, item in self.settings.items() if item.no_effect]
        return {
            name: self.settings[name].no_effect for name in typed if self.origins.get(name) in ("--set", "settings")
        }

    def smallest(self) -> dict[str, int]:
        """The drawn values that make the fewest parameters, where that can be told from the values."""
        values = {}
        for name, searched in self.ranges.items():
            if isinstance(searched, Ints):
                values[name] = searched.low
            elif isinstance(searched, Choices) and all(isinstance(value, int) for value in searched.values):
                values[name] = min(searched.values)
        return values

    def problems(self) -> list[SettingProblem]:
        """Every range of `search.ranges` that is none, or else every end of a range that breaks its setting's rule."""
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
    def _beside(self) -> dict[str, Range]:
        """The range written beside each setting that has one."""
        return _by_name({section: cls.search_ranges() for section, cls in self.classes.items()})

    @cached_property
    def _groups(self) -> dict[str, str]:
        return _by_name({section: cls.groups() for section, cls in self.classes.items()})

    def _decided(self, name: str) -> SearchedSetting:
        """Whether a setting is searched: the range beside it, as `search` and the other settings narrow it."""
        group = self._groups.get(name)
        is_asked = not self.search.settings or is_named(name, group, self.search.settings)
        stated = self.search.ranges.get(name, ...)
        if stated is ... and name in self.of_data and is_asked:
            return SearchedSetting(name, group, left_to_data=True)
        searched, why = self._range(name, stated)
        if searched is not None and not is_asked:
            searched, why = None, NOT_NAMED
        return SearchedSetting(name, group, searched, why)

    def _range(self, name: str, stated: Any) -> tuple[Range | None, str]:
        """The range of a setting, or None with the reason."""
        if stated is None:
            origin = self.origins.get(name, "")
            return None, TYPED if origin.startswith("--") or origin == "settings" else NULL
        searched = self._beside.get(name) if stated is ... else range_from_plain(stated, self._known[name])
        if searched is None:
            return None, NO_RANGE
        if name == "encoder.bidirectional" and task_class(self.task).requires_causal:
            return None, f"{self.task} needs an encoder that does not look ahead"
        if name == "encoder.hidden_size" and self.budget.match_parameters:
            return None, SOLVED
        if name == "training.schedule" and self.search.refit and isinstance(searched, Choices):
            # it follows a validation score that the confirmation will not have
            searched = Choices(*(value for value in searched.values if value != "plateau"))
        if name.startswith("encoder."):
            honoured = layer_class(self.layer).honoured(name.partition(".")[2], searched)
            return honoured, "" if honoured is not None else f"{Path(self.layer).stem} cannot have it"
        return searched, ""

    @cached_property
    def of_data(self) -> set[str]:
        """Settings whose range only the data set tells, by dotted name."""
        return {f"task.{setting}" for setting in task_class(self.task).ranged_by_data}


def ranges_as_typed(
    stated: tuple[Any, str] | None, typed: Mapping[str, tuple[Any, str]]
) -> tuple[dict[str, Any], str] | None:
    """`search.ranges` and its origin after what is typed, or None where typing changes nothing.

    A typed setting is taken out of the search (null), unless a range for it is typed as well. A setting whose name is
    typed as one to search is searched in the range beside it, though a file has null.
    """
    ranges, origin = stated or ({}, "default")
    if not isinstance(ranges, Mapping):
        return None
    own = ranges if "search.ranges" in typed else {}
    names, _ = typed.get("search.settings", ((), ""))
    listed_names = names if isinstance(names, list | tuple) and not own else ()
    asked = {name for name in listed_names if isinstance(name, str) and ranges.get(name, ...) is None}
    pinned = {name: None for name in typed if name.partition(".")[0] in SEARCHED_SECTIONS}
    if not asked and not pinned:
        return None
    kept = {name: plain for name, plain in ranges.items() if name not in asked}
    return {**kept, **{name: None for name in pinned if name not in own}}, origin


def _by_name(by_section: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, values in by_section.items() for name, value in values.items()}

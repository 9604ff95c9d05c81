"""A setting is one line: its default, its bounds and its search range together.

    hidden_size: Annotated[int, Field(ge=1), Ints(16, 512, log=True), Group("basics")] = 128

Ranges are plain data; only `rnnbench.sweeps` draws from them. Settings of one group are searched together; a range in
an experiment file replaces the range and keeps the group.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError

from rnnbench.core.errors import SettingProblem, did_you_mean
from rnnbench.core.text import listed


@dataclass(frozen=True)
class Ints:
    """Whole numbers from `low` to `high`, both included; with `log`, uniform in the logarithm."""

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Floats:
    """Real numbers from `low` to `high`; with `log`, uniform in the logarithm."""

    low: float
    high: float
    log: bool = False

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, init=False)
class Choices:
    """One of the listed values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

    def __contains__(self, value: object) -> bool:
        return value in self.values


Range = Ints | Floats | Choices

GroupName = Literal["basics", "optimization", "regularization", "architecture"]
GROUPS: tuple[GroupName, ...] = get_args(GroupName)
ALL = "all"
"""Every setting that has a range; the default where no group or setting is named."""
NONE = "none"
"""No setting: the configuration is trained as it is."""


@dataclass(frozen=True)
class Group:
    """The group of settings with which a setting is searched.

    basics: learning rate, size, window, batch size. optimization: other settings of the optimizer. regularization:
    against overfitting. architecture: the structure of the network.
    """

    name: GroupName


def is_named(setting: str, group: str | None, names: Iterable[str]) -> bool:
    """Whether a setting (dotted name) matches one of `names`: groups, settings or patterns such as `encoder.*`."""
    return any(item in (ALL, group) or fnmatchcase(setting, item) for item in names)


def range_from_plain(plain: Any, kind: Any = None) -> Range:
    """The range of its YAML form: a list of choices, or a mapping with low, high and optionally log and step.

    kind: `int` or `float`, the type of the setting; None infers it from the ends.
    Raises: ValueError with the broken rule.
    """
    if isinstance(plain, Ints | Floats | Choices):
        return plain
    if isinstance(plain, list | tuple):
        if not plain:
            raise ValueError("a list of choices needs at least one value")
        return Choices(*plain)
    if not isinstance(plain, dict) or not {"low", "high"} <= plain.keys() <= {"low", "high", "log", "step"}:
        raise ValueError("must be a list of choices or {low: ..., high: ..., log: true}")
    low, high, log, step = _number(plain["low"]), _number(plain["high"]), plain.get("log", False), plain.get("step", 1)
    if not isinstance(log, bool):
        raise ValueError("log must be true or false")
    if not low <= high or (log and low <= 0):
        raise ValueError("low must not be above high, and must be above 0 where log is true")
    if kind not in (int, float):
        kind = int if isinstance(low, int) and isinstance(high, int) else float
    if kind is float:
        if step != 1:
            raise ValueError("step is for whole numbers")
        return Floats(float(low), float(high), log=log)
    if low != int(low) or high != int(high):
        raise ValueError("low and high must be whole numbers")
    if not isinstance(step, int) or step < 1 or (log and step > 1):
        raise ValueError("step must be a whole number of at least 1, and 1 where log is true")
    return Ints(int(low), int(high), log=log, step=step)


def range_from_stored(plain: Any) -> Range:
    """The range that `range_to_plain` stored: a mapping without `step` is a range of real numbers."""
    return range_from_plain(plain, float if isinstance(plain, dict) and "step" not in plain else None)


def _number(end: Any) -> int | float:
    """An end of a range. YAML reads `1e-4` (no decimal point) as text."""
    try:
        number = float(end)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(end, bool) or not math.isfinite(number):
        raise ValueError("low and high must be numbers")
    return end if isinstance(end, int) else number


def range_to_plain(searched: Range) -> Any:
    """The YAML form of a range, read back without loss by `range_from_plain`."""
    return [*searched.values] if isinstance(searched, Choices) else asdict(searched)


def range_in_words(searched: Range) -> str:
    """'16 to 512 (log)', '2, 4 or 8'."""
    if isinstance(searched, Choices):
        return listed(map(str, searched.values), last="or")
    step = f" (step {searched.step})" if isinstance(searched, Ints) and searched.step > 1 else ""
    return f"{searched.low:g} to {searched.high:g}{' (log)' if searched.log else step}"


class Settings(BaseModel):
    """A frozen section of settings that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def search_ranges(cls) -> dict[str, Range]:
        """The search range of each setting that has one."""
        ranges: dict[str, Range] = {}
        for name, field in cls.model_fields.items():
            for item in field.metadata:
                if isinstance(item, Ints | Floats | Choices):
                    ranges[name] = item
        return ranges

    @classmethod
    def groups(cls) -> dict[str, str]:
        """The group of each setting that has one."""
        return {
            name: item.name
            for name, field in cls.model_fields.items()
            for item in field.metadata
            if type(item) is Group
        }


_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def rule_of(cls: type[Settings], setting: str) -> str:
    """The rule of a setting in words: 'must be a whole number of at least 1'."""
    field = cls.model_fields[setting]
    kind, choices = _kind(field.annotation)
    if choices:
        return f"must be one of: {', '.join(str(choice) for choice in choices)}"
    bounds = []
    for item in field.metadata:
        if isinstance(item, annotated_types.Ge):
            bounds.append(f"at least {item.ge}")
        elif isinstance(item, annotated_types.Gt):
            bounds.append(f"above {item.gt}")
        elif isinstance(item, annotated_types.Le):
            bounds.append(f"at most {item.le}")
        elif isinstance(item, annotated_types.Lt):
            bounds.append(f"below {item.lt}")
    examples = f", such as {listed(map(str, field.examples), last='or')}" if field.examples else ""
    if not bounds:
        return f"must be {kind}{examples}"
    joined = listed(bounds)
    return f"must be {joined}{examples}" if kind == "a number" else f"must be {kind} of {joined}{examples}"


def problems_of(
    cls: type[Settings], section: str, values: Mapping[str, Any], origins: Mapping[str, str]
) -> tuple[list[SettingProblem], Settings | None]:
    """The invalid values of a section, and the validated section where there are none."""
    try:
        return [], cls.model_validate(dict(values))
    except ValidationError as error:
        problems = {}
        for detail in error.errors():
            setting = str(detail["loc"][0])
            name, value = f"{section}.{setting}", values.get(setting)
            rule = rule_of(cls, setting)
            choices = _kind(cls.model_fields[setting].annotation)[1]
            if choices and isinstance(value, str):
                near = did_you_mean(value, [str(choice) for choice in choices])
                rule += f".{near}" if near else ""
            problems[name] = SettingProblem(name, value, origins.get(name, "default"), rule)
        return [*problems.values()], None


def _kind(annotation: Any) -> tuple[str, tuple[Any, ...]]:
    """The kind of value in words, and the allowed values where they are listed."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _kind(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return "", typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        return _kind(parts[0])
    if origin is tuple:
        return "a list", ()
    if origin is dict:
        return "a mapping", ()
    return _KINDS.get(annotation, "another kind of value"), ()

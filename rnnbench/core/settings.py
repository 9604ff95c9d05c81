"""A setting is one line: its default, its bounds and its search range together.

    hidden_size: Annotated[int, Field(ge=1), Ints(16, 512, log=True), Group("basics")] = 128

Ranges are plain data here; only `rnnbench.sweeps` turns them into draws. The group says with which others a setting is
searched; it stays with the setting whatever range a file gives it.
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
    """Whole numbers from `low` to `high`, both included; `log` draws evenly over magnitudes."""

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Floats:
    """Real numbers from `low` to `high`; `log` draws evenly over magnitudes."""

    low: float
    high: float
    log: bool = False

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, init=False)
class Choices:
    """One of the named values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

    def __contains__(self, value: object) -> bool:
        return value in self.values


Range = Ints | Floats | Choices

GroupName = Literal["basics", "optimization", "regularization", "architecture"]
GROUPS: tuple[GroupName, ...] = get_args(GroupName)
ALL = "all"
"""Stands for every setting that has a range, as does naming nothing."""
NONE = "none"
"""Stands for no setting: what is configured is trained as it is."""


@dataclass(frozen=True)
class Group:
    """What a setting is searched with.

    basics: learning rate, size, window, batch size. optimization: the rest of how weights are found.
    regularization: what keeps them from learning the training split by heart. architecture: what the network is.
    """

    name: GroupName


def is_named(setting: str, group: str | None, names: Iterable[str]) -> bool:
    """Whether a setting, by dotted name, is among what was named: groups, settings or patterns such as `encoder.*`."""
    return any(item in (ALL, group) or fnmatchcase(setting, item) for item in names)


def range_from_plain(plain: Any, kind: Any = None) -> Range:
    """A range as written in YAML: a list of choices, or a mapping with low, high and perhaps log and step.

    kind: `int` or `float` where the setting is one: from 1 to 4 means four values of the one, and of the other any
        number between. None goes by how the ends are written.
    Raises: ValueError in words when the mapping is not a range.
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
    """A range as `range_to_plain` has left it in a store, where one of real numbers has no step."""
    return range_from_plain(plain, float if isinstance(plain, dict) and "step" not in plain else None)


def _number(end: Any) -> int | float:
    """An end of a range. YAML takes `1e-4` for text, for want of a point."""
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
    """A frozen group of settings that refuses names it does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def search_ranges(cls) -> dict[str, Range]:
        """The search range written beside each setting that has one."""
        found: dict[str, Range] = {}
        for name, field in cls.model_fields.items():
            for item in field.metadata:
                if isinstance(item, Ints | Floats | Choices):
                    found[name] = item
        return found

    @classmethod
    def groups(cls) -> dict[str, str]:
        """The group written beside each setting that has one."""
        return {
            name: item.name
            for name, field in cls.model_fields.items()
            for item in field.metadata
            if type(item) is Group
        }


_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def rule_of(cls: type[Settings], setting: str) -> str:
    """What a value must be: 'must be a whole number of at least 1'."""
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
    """Every value that breaks its rule, and the section where none does."""
    try:
        return [], cls.model_validate(dict(values))
    except ValidationError as error:
        found = {}
        for detail in error.errors():
            setting = str(detail["loc"][0])
            name, value = f"{section}.{setting}", values.get(setting)
            rule = rule_of(cls, setting)
            choices = _kind(cls.model_fields[setting].annotation)[1]
            if choices and isinstance(value, str):
                near = did_you_mean(value, [str(choice) for choice in choices])
                rule += f".{near}" if near else ""
            found[name] = SettingProblem(name, value, origins.get(name, "default"), rule)
        return [*found.values()], None


def _kind(annotation: Any) -> tuple[str, tuple[Any, ...]]:
    """The kind of value in words, and the values themselves where only some are allowed."""
    origin = typing.get_origin(annotation)
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

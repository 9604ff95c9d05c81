"""A setting's rule in words, and every value of a section that breaks one."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

import annotated_types
from pydantic import ValidationError

from rnnbench.config import Settings
from rnnbench.errors import SettingProblem, did_you_mean
from rnnbench.wording import listed

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

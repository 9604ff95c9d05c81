"""Fields of stored JSON, whose types are checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

Names = Annotated[tuple[str, ...], Field(min_length=1)]


def field_of(plain: Mapping[str, Any], name: str, kind: Any) -> Any:
    """A field as this type, such as `tuple[str, ...]`.

    Raises: KeyError where it is missing; ValueError for a value of another type.
    """
    return TypeAdapter(kind).validate_python(plain[name])

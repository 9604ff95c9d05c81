"""The languages of a known set of pairs: `home_assistant_en_ko` names the set, the source and the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.core.errors import DataError, UnknownNameError
from rnnbench.core.text import listed


@dataclass(frozen=True)
class Languages:
    """The languages that a set of pairs has, one of which, the pivot, is on one side of every pair.

    source, target: the default direction.
    """

    pivot: str
    others: tuple[str, ...]
    source: str
    target: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.pivot, *self.others)

    def direction(self, name: str, source: str | None, targets: Sequence[str]) -> tuple[str, str]:
        """The source and the target language. What is not given is the pivot, or beside the pivot the default.

        name: the name as the user typed it, with or without two languages after that of the set.
        Raises: UnknownNameError for a language that the set does not have; DataError for a pair that it does not have.
        """
        if len(targets) > 1:
            raise DataError(f"{name} is translated into one language at a time, not {listed(targets)}")
        target = targets[0] if targets else None
        for language in (source, target):
            if language is not None and language not in self.names:
                raise UnknownNameError("language", language, self.names)
        if source is None and target is None:
            return self.source, self.target
        source, target = source or self._beside(target), target or self._beside(source)
        if source == target or self.pivot not in (source, target):
            raise DataError(
                f"{name} pairs {self.pivot} with {listed(self.others, 'or')}, and not {source} with {target}"
            )
        return source, target

    def name(self, base: str, source: str, target: str) -> str:
        """The name of the set in that direction; that of the default direction is the base alone."""
        return base if (source, target) == (self.source, self.target) else f"{base}_{source}_{target}"

    def _beside(self, language: str | None) -> str:
        if language != self.pivot:
            return self.pivot
        return self.source if self.target == self.pivot else self.target


def in_name(name: str, base: str) -> tuple[str, str] | None:
    """The two languages in `base_source_target`; None for other names."""
    if not name.startswith(f"{base}_"):
        return None
    source, _, target = name.removeprefix(f"{base}_").partition("_")
    return (source, target) if source and target else None

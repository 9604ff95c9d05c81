"""A metric: its name, direction, bounds and ideal value, and how its scores are printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol, Self

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import MISSING, rounded

SIGNIFICANT_DIGITS = 4
"""Digits of a printed score where the metric does not set `decimals`."""


class Ends(Protocol):
    """Anything with two ends, such as an interval."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True)
class Metric:
    """One metric. A task may define its own in its file.

    key: its name in records, such as `accuracy` in `validation/accuracy`. label: its name in tables and figures.
    low, high: bounds of a score; infinite where there are none.
    ideal: the best possible score; by default the bound on the better side, None where that is infinite. Without an
        ideal, no skill is computed.
    decimals: decimals of a printed score; by default it has four significant digits.
    scale: factor of printed scores: 100 prints a share in percent. unit: printed after a score.
    multiple_of: ('bits_per_character', 0.693) where, on every example, this metric is 0.693 times the other.
    """

    key: str
    label: str
    higher_is_better: bool = False
    low: float = -math.inf
    high: float = math.inf
    ideal: float | None = None
    decimals: int | None = None
    scale: float = 1.0
    unit: str = ""
    multiple_of: tuple[str, float] | None = None

    def __post_init__(self) -> None:
        """Derive the ideal and check the properties. Raises: RnnbenchError where they are inconsistent."""
        if self.ideal is None:
            bound = self.high if self.higher_is_better else self.low
            object.__setattr__(self, "ideal", bound if math.isfinite(bound) else None)
        if problem := self._problem():
            raise RnnbenchError(f"metric {self.key!r}: {problem}")

    @classmethod
    def unknown(cls, key: str, *, higher_is_better: bool) -> Self:
        """A metric with only a key and a direction: unbounded, without an ideal."""
        return cls(key, key.replace("_", " "), higher_is_better=higher_is_better)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The metric that `to_plain` wrote; properties unknown to this version are ignored."""
        known = {name: plain[name] for name in (field.name for field in fields(cls)) if name in plain}
        if known.get("multiple_of"):
            known["multiple_of"] = tuple(known["multiple_of"])
        return cls(**known)

    def to_plain(self) -> dict[str, Any]:
        """The properties that differ from the defaults; infinite bounds are therefore left out."""
        defaults = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest possible score."""
        return self.low, self.high

    @property
    def bounds_text(self) -> str:
        """'between 0 and 1', 'at least 0', 'at most 0', 'any number'."""
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"between {self.low:g} and {self.high:g}"
        if math.isfinite(self.low):
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if math.isfinite(self.high) else "any number"

    @property
    def sign(self) -> float:
        """1 where higher is better, else -1: `score * sign` is better when higher."""
        return 1.0 if self.higher_is_better else -1.0

    @property
    def direction(self) -> str:
        """'higher' or 'lower', whichever is better."""
        return "higher" if self.higher_is_better else "lower"

    def factor_from(self, other: Metric) -> float | None:
        """The factor from a score by `other` to the score by this metric; None where there is none."""
        base, factor = self.multiple_of or (self.key, 1.0)
        other_base, other_factor = other.multiple_of or (other.key, 1.0)
        return factor / other_factor if base == other_base else None

    def text(self, score: float | None) -> str:
        """The score without its unit: '78.3' for an accuracy of 0.783, '1.234' for a MASE."""
        if score is None:
            return MISSING
        value = score * self.scale
        if self.decimals is None:
            shown = f"{value:.{SIGNIFICANT_DIGITS}g}"
            is_plain = "e+" not in shown or not math.isfinite(value)
            return shown if is_plain else rounded(float(shown), abs(value) / 10)
        # Adding zero turns the -0.0 that rounding leaves into 0.0.
        return f"{round(value, self.decimals) + 0.0:.{self.decimals}f}"

    def text_with_unit(self, score: float | None) -> str:
        """The score with its unit: '78.3 %', '1.234'."""
        return self.text(score) + (f" {self.unit}" if self.unit and score is not None else "")

    def interval_text(self, interval: Ends | None) -> str:
        """' [77.5, 79.1]' with a leading space, or an empty string."""
        return f" [{self.text(interval.low)}, {self.text(interval.high)}]" if interval else ""

    def _problem(self) -> str:
        """The first inconsistency of the properties, or an empty string."""
        if "/" in self.key:
            return "a key must not contain a slash: records prefix it with the split, as in 'test/accuracy'"
        if not self.low < self.high:
            return f"low ({self.low:g}) must be below high ({self.high:g})"
        if self.ideal is not None and not self.low <= self.ideal <= self.high:
            return f"ideal ({self.ideal:g}) must be between low ({self.low:g}) and high ({self.high:g})"
        if not (math.isfinite(self.scale) and self.scale > 0):
            return f"scale ({self.scale:g}) must be a finite number above 0"
        if self.decimals is not None and self.decimals < 0:
            return f"decimals ({self.decimals}) must be at least 0"
        if self.multiple_of is not None and not (math.isfinite(self.multiple_of[1]) and self.multiple_of[1] > 0):
            return f"the factor of multiple_of ({self.multiple_of[1]:g}) must be a finite number above 0"
        return ""


def plain_fields(values: list[tuple[str, Any]]) -> dict[str, Any]:
    """A `dict_factory` for `dataclasses.asdict` that writes a field `metric` as its key and its direction."""
    plain: dict[str, Any] = {}
    for name, value in values:
        if name == "metric":
            plain |= {"metric": value["key"], "higher_is_better": value["higher_is_better"]}
        else:
            plain[name] = value
    return plain

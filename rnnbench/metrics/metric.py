"""What a metric is: its name, which direction is better, between which bounds it lies, and how it is printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol, Self

from rnnbench.core.errors import RnnbenchError
from rnnbench.core.text import MISSING

SIGNIFICANT_DIGITS = 4
"""How many digits of a score are printed where the metric does not say how many decimals."""


class Ends(Protocol):
    """Anything with two ends, such as an interval."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True)
class Metric:
    """One metric; a task may define its own in its file.

    key: its name in records, such as `accuracy` in `validation/accuracy`. label: its name in tables and figures.
    low, high: bounds that no score can be outside of; infinite where there are none.
    ideal: the score that cannot be improved; by default the bound on the better side, and None where that is infinite.
        Without an ideal there is no skill.
    decimals: so many are printed; four significant digits by default.
    scale: printed scores are multiplied by it: 100 prints a share in percent. unit: printed after a score.
    multiple_of: ('bits_per_character', 0.693): on every example, this metric is 0.693 times that one.
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
        """Checks the facts, and derives the ideal. Raises: RnnbenchError where they contradict each other."""
        if self.ideal is None:
            bound = self.high if self.higher_is_better else self.low
            object.__setattr__(self, "ideal", bound if math.isfinite(bound) else None)
        if problem := self._problem():
            raise RnnbenchError(f"metric {self.key!r}: {problem}")

    @classmethod
    def unknown(cls, key: str, *, higher_is_better: bool) -> Self:
        """A metric of which only the key and the direction are known: unbounded, without an ideal."""
        return cls(key, key.replace("_", " "), higher_is_better=higher_is_better)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """What `to_plain` wrote; facts that this version does not know are left out."""
        known = {name: plain[name] for name in (field.name for field in fields(cls)) if name in plain}
        if known.get("multiple_of"):
            known["multiple_of"] = tuple(known["multiple_of"])
        return cls(**known)

    def to_plain(self) -> dict[str, Any]:
        """The facts that differ from the defaults, so that infinite bounds are left out."""
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
        """1 where higher is better, -1 where lower is: a score times this is better when it is higher."""
        return 1.0 if self.higher_is_better else -1.0

    @property
    def direction(self) -> str:
        """'higher' or 'lower': what is better."""
        return "higher" if self.higher_is_better else "lower"

    def factor_from(self, other: Metric) -> float | None:
        """What a score by `other` is multiplied by to give the score by this metric; None where that is unknown."""
        (own_root, own), (root, factor) = self.multiple_of or (self.key, 1.0), other.multiple_of or (other.key, 1.0)
        return own / factor if own_root == root else None

    def text(self, score: float | None) -> str:
        """The score without its unit: '78.3' for an accuracy of 0.783, '1.234' for a MASE."""
        if score is None:
            return MISSING
        value = score * self.scale
        if self.decimals is None:
            return f"{value:.{SIGNIFICANT_DIGITS}g}"
        # Adding zero turns the -0.0 that rounding leaves into 0.0.
        return f"{round(value, self.decimals) + 0.0:.{self.decimals}f}"

    def text_with_unit(self, score: float | None) -> str:
        """The score as it is written in a sentence: '78.3 %', '1.234'."""
        return self.text(score) + (f" {self.unit}" if self.unit and score is not None else "")

    def interval_text(self, interval: Ends | None) -> str:
        """' [77.5, 79.1]' with the space before it, or nothing."""
        return f" [{self.text(interval.low)}, {self.text(interval.high)}]" if interval else ""

    def _problem(self) -> str:
        """What is wrong with the facts, or nothing."""
        if "/" in self.key:
            return "a key holds no slash: records put the split before it, as in 'test/accuracy'"
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
    """The `dict_factory` with which `dataclasses.asdict` writes a field `metric` as its key and its direction alone."""
    plain: dict[str, Any] = {}
    for name, value in values:
        if name == "metric":
            plain |= {"metric": value["key"], "higher_is_better": value["higher_is_better"]}
        else:
            plain[name] = value
    return plain

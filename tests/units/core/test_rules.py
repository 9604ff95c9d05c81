"""Rules of settings in words."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from rnnbench.core.settings import Settings, problems_of, rule_of


class Example(Settings):
    count: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    above: Annotated[float, Field(gt=0)] = 1.0
    plain: int = 0
    number: float = 0.0
    switch: bool = False
    word: str = ""
    maybe: str | None = None
    kind: Literal["mean", "max"] = "mean"
    names: tuple[str, ...] = ()
    mapping: dict[str, Any] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("count", "must be a whole number of at least 1 and at most 9"),
        ("share", "must be at least 0 and below 1"),
        ("above", "must be above 0"),
        ("plain", "must be a whole number"),
        ("number", "must be a number"),
        ("switch", "must be true or false"),
        ("word", "must be text"),
        ("maybe", "must be text"),
        ("kind", "must be one of: mean, max"),
        ("names", "must be a list"),
        ("mapping", "must be a mapping"),
    ],
)
def test_a_rule_in_words(setting, rule):
    assert rule_of(Example, setting) == rule


@pytest.mark.parametrize(
    ("setting", "value"),
    [("count", 0), ("count", 10), ("count", 1.5), ("count", "many"), ("share", 1.0), ("share", -0.1), ("above", 0),
     ("above", float("nan")), ("switch", "perhaps"), ("word", 3), ("kind", "sum"), ("names", 3), ("mapping", 3)],
)  # fmt: skip
def test_a_value_that_breaks_its_rule_is_told_with_where_it_came_from(setting, value):
    problems, made = problems_of(Example, "task", {setting: value}, {f"task.{setting}": "--set"})
    assert made is None
    assert [(problem.setting, problem.origin) for problem in problems] == [(f"task.{setting}", "--set")]
    assert problems[0].value is value
    assert problems[0].rule.startswith(rule_of(Example, setting))


def test_every_mistake_of_a_section_is_found_and_the_rest_is_not_told():
    problems, _ = problems_of(Example, "task", {"count": 0, "share": 2, "plain": 4}, {})
    assert [problem.setting for problem in problems] == ["task.count", "task.share"]
    assert {problem.origin for problem in problems} == {"default"}


def test_a_misspelt_choice_is_told_with_the_nearest():
    problems, _ = problems_of(Example, "task", {"kind": "maen"}, {})
    assert problems[0].rule == "must be one of: mean, max. Did you mean 'mean'?"


def test_a_section_without_mistakes_is_made():
    problems, made = problems_of(Example, "task", {"count": 4}, {})
    assert problems == []
    assert made == Example(count=4)

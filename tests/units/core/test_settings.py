"""A setting is one line; ranges are plain data that YAML can write."""

from typing import Annotated

import pytest
import yaml
from pydantic import Field, ValidationError

from rnnbench.core.settings import Choices, Floats, Ints, Settings, range_from_plain, range_to_plain


class Example(Settings):
    width: Annotated[int, Field(ge=1), Ints(16, 512, log=True)] = 128
    share: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.5)] = 0.1
    kind: Annotated[str, Choices("a", "b")] = "a"
    fixed: int = 3


class Wider(Example):
    width: Annotated[int, Field(ge=1), Ints(1, 4)] = 2
    depth: Annotated[int, Ints(1, 3)] = 1


def test_a_range_is_found_beside_its_setting_and_a_setting_without_one_is_not_searched():
    found = Example.search_ranges()
    assert found == {"width": Ints(16, 512, log=True), "share": Floats(0.0, 0.5), "kind": Choices("a", "b")}


def test_a_subclass_adds_settings_and_replaces_ranges():
    found = Wider.search_ranges()
    assert found["width"] == Ints(1, 4)
    assert found["depth"] == Ints(1, 3)
    assert found["share"] == Floats(0.0, 0.5)
    assert Wider().width == 2


def test_settings_are_frozen_and_refuse_names_they_do_not_have():
    with pytest.raises(ValidationError, match="frozen"):
        Example().width = 3
    with pytest.raises(ValidationError, match="Extra inputs"):
        Example(widht=3)


def test_both_ends_belong_to_a_range():
    assert 16 in Ints(16, 32)
    assert 32 in Ints(16, 32)
    assert 33 not in Ints(16, 32)
    assert 20.5 not in Ints(16, 32)
    assert 0.5 in Floats(0.0, 0.5)
    assert 0 in Floats(0.0, 0.5)
    assert 0.51 not in Floats(0.0, 0.5)
    assert "half" not in Floats(0.0, 0.5)
    assert "a" in Choices("a", "b")
    assert "c" not in Choices("a", "b")


@pytest.mark.parametrize(
    "searched",
    [Ints(1, 3), Ints(16, 512, log=True), Ints(0, 64, step=16), Floats(0.0, 1.0), Floats(1e-4, 0.3, log=True),
     Choices(16, 32), Choices("last", "mean"), Choices(False, True)],
)  # fmt: skip
def test_a_range_comes_back_from_yaml_without_loss(searched):
    written = yaml.safe_dump(range_to_plain(searched))
    assert range_from_plain(yaml.safe_load(written)) == searched
    assert range_from_plain(searched) == searched


@pytest.mark.parametrize(
    ("written", "kind", "searched"),
    [
        ("[1, 2, 4]", int, Choices(1, 2, 4)),
        ("{low: 1, high: 4}", None, Ints(1, 4)),
        ("{low: 1, high: 4}", int, Ints(1, 4)),
        ("{low: 1, high: 4}", float, Floats(1.0, 4.0)),
        ("{low: 0, high: 0.5}", None, Floats(0.0, 0.5)),
        ("{low: 16.0, high: 64.0, step: 16}", int, Ints(16, 64, step=16)),
        ("{low: 1e-4, high: 1e-2, log: true}", float, Floats(1e-4, 1e-2, log=True)),
        ("{low: 8, high: 8}", int, Ints(8, 8)),
    ],
)
def test_a_range_is_read_as_the_kind_of_its_setting(written, kind, searched):
    # YAML takes 1e-4 for text: a number without a point
    assert range_from_plain(yaml.safe_load(written), kind) == searched


@pytest.mark.parametrize(
    ("written", "kind", "rule"),
    [
        ("7", None, r"must be a list of choices or \{low: ..., high: ..., log: true\}"),
        ("{low: 1}", None, "must be a list of choices or"),
        ("{low: 1, high: 2, hihg: 3}", None, "must be a list of choices or"),
        ("[]", None, "at least one value"),
        ("{low: a, high: b}", None, "low and high must be numbers"),
        ("{low: true, high: 2}", None, "low and high must be numbers"),
        ("{low: .nan, high: 2}", float, "low and high must be numbers"),
        ("{low: 1, high: .inf}", float, "low and high must be numbers"),
        ("{low: [1], high: 2}", None, "low and high must be numbers"),
        ("{low: 3, high: 2}", None, "low must not be above high"),
        ("{low: 0, high: 2, log: true}", None, "must be above 0 where log is true"),
        ("{low: 1, high: 2, log: perhaps}", None, "log must be true or false"),
        ("{low: 0.5, high: 2}", int, "low and high must be whole numbers"),
        ("{low: 0.0, high: 1.0, step: 2}", float, "step is for whole numbers"),
        ("{low: 1, high: 9, step: 0}", int, "step must be a whole number of at least 1"),
        ("{low: 1, high: 9, step: 2, log: true}", int, "and 1 where log is true"),
    ],
)
def test_what_is_no_range_is_told_in_words(written, kind, rule):
    with pytest.raises(ValueError, match=rule):
        range_from_plain(yaml.safe_load(written), kind)

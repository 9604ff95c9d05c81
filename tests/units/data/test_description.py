"""What a description says of a data set in plain values is what its facts say, whatever its kind."""

import typing

import pytest
import small_data

from rnnbench.data.description import describe_data
from rnnbench.data.kinds import Kind


@pytest.mark.parametrize("kind", typing.get_args(Kind))
def test_the_facts_of_every_kind_are_in_its_plain_values_and_lines(kind):
    data = small_data.of_kind(kind)
    described = describe_data(data)
    assert {name: described.plain[name] for name in ("name", "kind", "title", "source", "licence", "split_rule")} == {
        "name": data.facts.name, "kind": kind, "title": "made by hand", "source": "this test", "licence": "none",
        "split_rule": "by position",
    }  # fmt: skip
    lines = dict(described.lines)
    assert (lines["source"], lines["licence"]) == ("this test", "none")

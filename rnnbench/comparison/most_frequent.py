"""What most runs have, where one value has to stand for all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

Value = TypeVar("Value")


def usual(values: Iterable[Value]) -> Value:
    """The most frequent of some values, of which there is one at least; ties go to the first when spelled out.

    Two are the same where their JSON is, whatever the order of their keys.
    """
    found = list(values)
    spelled = [json.dumps(value, sort_keys=True, default=str) for value in found]
    counts = Counter(spelled)
    return found[spelled.index(min(counts, key=lambda one: (-counts[one], one)))]

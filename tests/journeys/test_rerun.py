"""Every run of a sweep is repeated: the workers' processes trained them, another one trains them again."""

from __future__ import annotations

import json

import pytest
from journey import Finished, Place

pytestmark = pytest.mark.slow


def test_every_run_that_workers_trained_is_repeated_bit_for_bit(
    finished: tuple[Place, tuple[str, ...], Finished],
) -> None:
    place, _, _ = finished
    before = place.typed("compare", "sentiment", "--format", "json").out
    done = json.loads(place.typed("rerun", "sentiment", "--table", "--all", "--json").out)
    kinds = [rerun["kind"] for rerun in done["reruns"]]
    assert [kinds.count(kind) for kind in ("trial", "confirm")] == [4, 4]
    assert kinds.count("baseline") >= 3
    assert [rerun["difference"] for rerun in done["reruns"]] == [None] * len(kinds)
    assert done["identical"] == done["runs"] == len(kinds)
    assert all("20 losses" in rerun["compared"] for rerun in done["reruns"] if rerun["kind"] == "confirm")
    assert place.typed("compare", "sentiment", "--format", "json").out == before

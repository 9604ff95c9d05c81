"""Two files of one name in two folders: each command uses the one that is typed."""

from __future__ import annotations

import json

import pytest
from journey import ALONE, TINY, Place, write_reviews

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished sweep on first/reviews.csv and on second/reviews.csv, the second one newer and smaller."""
    place = Place(tmp_path_factory.mktemp("two"))
    for folder, rows in (("first", 400), ("second", 300)):
        (place.folder / folder).mkdir()
        write_reviews(place.folder / folder / "reviews.csv", rows=rows)
        place.typed("sweep", "sentiment", "--data", f"{folder}/reviews.csv", *TINY, *ALONE, "--trials", "1")
    return place


@pytest.mark.parametrize(("folder", "texts"), [("first", 400), ("second", 300)])
def test_compare_and_predict_use_the_file_that_is_typed(two: Place, folder: str, texts: int) -> None:
    data = f"{folder}/reviews.csv"
    shown = json.loads(two.typed("compare", "sentiment", "--data", data, "--format", "json").out)
    described = json.loads(two.typed("data", data, "--json").out)
    assert shown["fingerprint"] == described["fingerprint"]
    assert sum(described["sizes"].values()) == texts
    predicted = json.loads(two.typed("predict", "--data", data, "--text", "a warm film", "--json").out)
    run = next(run for run in two.runs() if run.info.run_id == predicted["run_id"])
    assert run.data.tags["fingerprint"] == described["fingerprint"]


def test_neither_overwrites_the_exports_of_the_other(two: Place) -> None:
    fingerprints = {run.data.tags["fingerprint"] for run in two.runs(kind="sweep")}
    exports = [*(two.store / "exports").iterdir()]
    assert {folder.name for folder in exports} == {f"sentiment-reviews.csv-{mark[:8]}" for mark in fingerprints}
    for folder in exports:
        written = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
        assert folder.name.endswith(written["fingerprint"][:8])


@pytest.mark.parametrize(
    "command", [("compare", "sentiment"), ("predict", "--text", "a warm film"), ("report", "sentiment")]
)
def test_their_name_alone_is_refused_with_both_paths(two: Place, command: tuple[str, ...]) -> None:
    refused = two.typed(*command, "--data", "reviews.csv", code=2)
    for folder in ("first", "second"):
        assert f"--data {two.folder / folder / 'reviews.csv'}" in refused.told
    assert len(refused.told.strip().splitlines()) == 1


def test_a_summary_over_data_sets_counts_them_as_two(two: Place) -> None:
    # the words of these reviews tell the class exactly, so that no encoder can be better than a baseline
    refused = two.typed("across", "sentiment", "--force", code=2).told
    assert f"sentiment on {two.folder / 'first' / 'reviews.csv'}: no baseline has an error" in refused

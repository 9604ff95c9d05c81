"""Filters on runs with any text."""

import shutil
import unicodedata

import pytest

from rnnbench.runs.find import find
from rnnbench.storage.filters import filter_of, has_tags
from rnnbench.storage.tracker import Tracker

NAMES = [
    "it's", 'say "hi"', "it's \"both\"", "''", '""', "'", '"', "100%", "a_b", "aXb", "\\", "a\\", "a\\'b",
    "a' or '1'='1",
    "' and tags.`kind` = 'sweep", "a -- b", "/* c */", "a;b", "a`b", "two\nlines", "tab\there", " spaces ", "",
    "../x", "a/b", "naïve", "日本", "🎉", "x" * 3000, "NULL", "and", "(a)", "$a", "*", "?", "[a]",
]  # fmt: skip


@pytest.fixture(scope="module")
def stored(_empty_store, tmp_path_factory):
    """A store in which every name is that of a run, and the experiment with these runs."""
    folder = shutil.copytree(_empty_store, tmp_path_factory.mktemp("names") / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder))
        tracker = Tracker()
        experiment = tracker.experiment("sentiment", "names")
        for name in NAMES:
            tracker.start(experiment, name or "no name", {"kind": "train", "study": name})
    return tracker, experiment


@pytest.mark.parametrize("name", NAMES)
def test_a_tag_with_any_text_finds_the_runs_that_have_it_and_no_others(name, stored):
    tracker, experiment = stored
    found = tracker.find(experiment, study=name, kind="train")
    assert [run.data.tags["study"] for run in found] == [name]
    assert tracker.find(experiment, study=name, kind="trial") == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_found_in_both_spellings_of_unicode(form, tracker_with_accents):
    tracker, experiment = tracker_with_accents
    found = tracker.find(experiment, study=unicodedata.normalize(form, "café"))
    assert len(found) == 2


@pytest.fixture
def tracker_with_accents(store):
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "accents")
    for form in ("NFC", "NFD"):
        tracker.start(experiment, form, {"study": unicodedata.normalize(form, "café")})
    tracker.start(experiment, "other", {"study": "cafe"})
    return tracker, experiment


def test_an_experiment_is_one_in_both_spellings_of_unicode(store):
    tracker = Tracker()
    composed, apart = (unicodedata.normalize(form, "café.csv") for form in ("NFC", "NFD"))
    assert composed != apart
    assert tracker.experiment("sentiment", composed) == tracker.experiment("sentiment", apart)
    assert [*tracker.experiments("sentiment")] == [composed]


def test_what_a_filter_cannot_hold_is_left_to_the_comparison():
    assert filter_of({"kind": "trial", "study": "it's"}) == "tags.`kind` = 'trial' and tags.`study` = \"it's\""
    assert filter_of({"study": 'it\'s "both"', "kind": "trial"}) == "tags.`kind` = 'trial'"
    assert filter_of({"study": "a\\"}) == ""
    assert not has_tags({"kind": "trial"}, {"study": ""})
    assert not has_tags({"study": "A"}, {"study": "a"})


@pytest.mark.parametrize("name", ["it's", 'it\'s "both"', "a\\", "two\nlines", "café", "100%"])
def test_a_run_is_found_by_its_name_whatever_that_holds(name, store):
    tracker = Tracker()
    writer = tracker.start(tracker.experiment("sentiment", "small"), name, {"kind": "train", "task": "sentiment"})
    writer.end("completed")
    tracker.start(tracker.experiment("sentiment", "small"), "another", {"kind": "train", "task": "sentiment"})
    assert find(tracker, name).run_id == writer.run_id
    assert find(tracker, unicodedata.normalize("NFD", name)).run_id == writer.run_id

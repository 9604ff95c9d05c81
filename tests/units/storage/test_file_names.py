"""Valid file names in the store from any text."""

import unicodedata

import pytest

from rnnbench.core.errors import RnnbenchError
from rnnbench.reports.export import exports_folder
from rnnbench.storage.location import file_name
from rnnbench.storage.tracker import Tracker
from rnnbench.sweeps.model import SweepPlan

CHANGED = ["../x", "a/b", "..", ".", ".hidden", "", "two\nlines", "a\\b", "a\0b", "x" * 300, "日" * 100, "\udcff.csv"]


@pytest.mark.parametrize("text", ["sentiment-rotten_tomatoes", "it's 100% #1? [a].csv", "日本", "a" * 200])
def test_a_text_that_can_be_a_name_is_one(text):
    assert file_name(text) == text


@pytest.mark.parametrize("text", CHANGED)
def test_a_text_that_cannot_be_a_name_becomes_one(text, tmp_path):
    name = file_name(text)
    path = tmp_path / f"{name}.journal.work.lock"
    path.write_text("")
    assert path.parent == tmp_path
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert not name.startswith(".")


def test_different_texts_have_different_names():
    texts = [*CHANGED, "_", "__x", "a_b", "x" * 301, "x" * 200]
    assert len({file_name(text) for text in texts}) == len(texts)


def test_both_spellings_of_unicode_have_one_name():
    assert file_name(unicodedata.normalize("NFD", "café")) == unicodedata.normalize("NFC", "café")


@pytest.mark.parametrize("data", ['it\'s "b" 100%25 #1?.csv', "../../x", "日" * 80 + ".csv", "two\nlines.csv"])
def test_the_files_of_any_data_set_lie_in_the_store(data, store):
    tracker = Tracker()
    writer = tracker.start(tracker.experiment("sentiment", data), "a run", {})
    writer.text("content", "notes.txt")
    kept = tracker.artifact(writer.run_id, "notes.txt")
    assert kept.read_text(encoding="utf-8") == "content"
    assert kept.resolve().is_relative_to(store.resolve() / "artifacts")
    plan = SweepPlan("key", "sentiment", data, "1", writer.run_id, {}, 1, 1, ())
    plan.journal.write_text("")
    assert plan.journal.resolve().parent == store.resolve() / "optuna"
    assert exports_folder("it's a study", data, "0" * 64).resolve().parent == store.resolve() / "exports"


def test_a_store_may_have_nearly_any_name(tmp_path, monkeypatch):
    name = 'with space, 100% it\'s "ours", ünïcode #1'
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / name))
    tracker = Tracker()
    writer = tracker.start(tracker.experiment("sentiment", "small"), "a run", {"kind": "train"})
    writer.text("content", "notes.txt")
    assert tracker.artifact(writer.run_id, "notes.txt").read_text(encoding="utf-8") == "content"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["100%25", "what?"])
def test_a_store_whose_name_no_database_address_can_hold_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / name))
    with pytest.raises(RnnbenchError, match=r"its path contains \? or %\. Set RNNBENCH_STORE to another folder"):
        Tracker()
    assert not [*tmp_path.iterdir()]

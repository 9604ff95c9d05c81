"""Runs on files of the same name in different folders."""

import shutil

import pytest

from rnnbench.storage.data_files import SeveralFilesError, file_tags, of_data
from rnnbench.storage.tracker import Tracker


@pytest.fixture
def two_files(store, tmp_path, monkeypatch):
    """Two different files named reviews.csv, and one sweep on each, the second one newer."""
    monkeypatch.chdir(tmp_path)
    tracker = Tracker()
    experiment = tracker.experiment("sentiment", "reviews.csv")
    runs = {}
    for folder in ("first", "second"):
        path = tmp_path / folder / "reviews.csv"
        path.parent.mkdir()
        path.write_text(f"text,label\n{folder},0\n")
        runs[folder] = tracker.start(experiment, folder, {"kind": "sweep", **file_tags(str(path))}).run_id
    return tracker.find(experiment, kind="sweep"), runs


@pytest.mark.parametrize("folder", ["first", "second"])
def test_a_path_stands_for_the_runs_on_that_file(two_files, folder):
    runs, by_folder = two_files
    assert [run.info.run_id for run in of_data(runs, f"{folder}/reviews.csv")] == [by_folder[folder]]


def test_a_moved_or_copied_file_is_recognized_by_its_content(two_files, tmp_path):
    runs, by_folder = two_files
    (tmp_path / "third").mkdir()
    shutil.move(tmp_path / "first" / "reviews.csv", tmp_path / "third" / "reviews.csv")
    assert [run.info.run_id for run in of_data(runs, "third/reviews.csv")] == [by_folder["first"]]
    assert [run.info.run_id for run in of_data(runs, str(tmp_path / "first" / "reviews.csv"))] == [by_folder["first"]]


def test_a_file_in_the_working_folder_is_a_path_too(two_files, tmp_path, monkeypatch):
    runs, by_folder = two_files
    monkeypatch.chdir(tmp_path / "second")
    assert [run.info.run_id for run in of_data(runs, "reviews.csv")] == [by_folder["second"]]


def test_a_changed_file_still_has_the_runs_on_its_path(two_files, tmp_path):
    runs, by_folder = two_files
    (tmp_path / "first" / "reviews.csv").write_text("text,label\nchanged,1\n")
    assert [run.info.run_id for run in of_data(runs, "first/reviews.csv")] == [by_folder["first"]]


def test_a_name_of_several_files_asks_for_the_path(two_files, tmp_path):
    with pytest.raises(SeveralFilesError, match="need their path") as refused:
        of_data(two_files[0], "reviews.csv")
    for folder in ("first", "second"):
        assert f"--data {tmp_path / folder / 'reviews.csv'}" in str(refused.value)


def test_another_file_of_that_name_has_no_runs(two_files, tmp_path):
    (tmp_path / "reviews.csv").write_text("text,label\nother,0\n")
    with pytest.raises(SeveralFilesError, match="no runs on"):
        of_data(two_files[0], "reviews.csv")


@pytest.mark.usefixtures("two_files")
def test_copies_with_the_same_content_are_one_data_set(tmp_path):
    copy = tmp_path / "first" / "reviews.csv"
    tags = file_tags(str(shutil.copy(copy, tmp_path / "copy.csv")))
    assert tags["data_sha256"] == file_tags(str(copy))["data_sha256"]


def test_runs_on_known_data_sets_have_no_file():
    assert file_tags(None) == {}

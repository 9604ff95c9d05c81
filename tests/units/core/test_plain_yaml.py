"""YAML of anybody's: plain data, or one line that says what is wrong."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rnnbench.core.errors import RnnbenchError, SettingsError
from rnnbench.core.plain_yaml import YamlError, read_yaml
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve


def bomb(levels: int, start: str, line: str) -> str:
    """Each line uses the line before ten times."""
    lines = [f"a0: &a0 {start}"]
    lines += [f"a{level}: &a{level} {line.format(', '.join([f'*a{level - 1}'] * 10))}" for level in range(1, levels)]
    return "\n".join(lines)


HOSTILE = {
    "timestamp": "!!timestamp x",
    "whole number": "!!int x",
    "number": "!!float x",
    "truth": "!!bool x",
    "empty": "!!null [1]",
    "binary": "!!binary ////",
    "set": "!!set {a, b}",
    "python": "!!python/object/apply:os.system [echo]",
    "unknown tag": "!mine 7",
    "brackets": "[" * 3000,
    "closed brackets": "[" * 3000 + "]" * 3000,
    "braces": "{a: " * 3000,
    "itself": "&a [*a]",
    "lists of aliases": bomb(9, "[x]", "[{}]"),
    "merged aliases": bomb(9, "{x: 1}", "{{<<: [{}]}}"),
    "a list as a name": "{[a]: b}",
    "control character": "a: \x07",
    "two documents": "a: 1\n---\nb: 2",
    "unknown alias": "*nowhere",
    "no such day": "!!timestamp 2024-13-01",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_plain_data_is_refused_in_one_line_at_once(name: str) -> None:
    began = time.process_time()
    with pytest.raises(YamlError) as refused:
        read_yaml(HOSTILE[name])
    assert 0 < len(str(refused.value)) <= 500
    assert "\n" not in str(refused.value)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-13-01", "2024-13-01"),
        ("2024-10-01", "2024-10-01"),
        ("2024-10-01 12:00:00", "2024-10-01 12:00:00"),
        ("9" * 5000, "9" * 5000),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        ("12", 12),
        ("1.5", 1.5),
        ("[a, {b: null}, true]", ["a", {"b": None}, True]),
        ("{a: &x [1], b: *x}", {"a": [1], "b": [1]}),
        ("{<<: {a: 1}, b: 2}", {"a": 1, "b": 2}),
        ("", None),
    ],
)
def test_plain_data_are_read(text: str, value: object) -> None:
    assert read_yaml(text) == value


@pytest.mark.parametrize("value", ["2024-13-01", "2024-10-01", "!!timestamp x", "[" * 3000, "9" * 5000, "*x"])
def test_a_typed_text_is_a_text(value: str) -> None:
    assert resolve("sentiment", "gru", sets=[f"data.name={value}"]).data.name == value


@pytest.mark.parametrize("value", [*HOSTILE.values(), "9" * 5000, "1e400k", "nank", "-infM", "2024-10-01"])
@pytest.mark.parametrize("setting", ["training.batch_size", "budget.match_parameters"])
def test_a_typed_value_of_another_kind_is_refused_in_a_line_of_its_own(setting: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        resolve("sentiment", "gru", sets=[f"{setting}={value}"])
    head, line = str(refused.value).split("\n")
    assert head == "1 setting needs another value"
    assert line.startswith(f"  {setting} = ")
    assert len(line) < 300


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "is not UTF-8 (invalid start byte at byte 0): save it as UTF-8"),
        ("question: 가".encode("cp949"), "is not UTF-8"),
        (HOSTILE["lists of aliases"].encode(), "holds more than 100,000 values"),
        (HOSTILE["brackets"].encode(), "is nested too deeply"),
        (b"# comment\n" * 200_000, "is larger than 1,000,000 bytes"),
        (b"training: !!timestamp x", "is not valid YAML"),
    ],
)
def test_an_experiment_file_of_anybodys_is_refused_in_one_line(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(RnnbenchError) as refused:
        load(str(path))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_begins_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"\xef\xbb\xbfstudy_of: sentiment\nquestion: why?")
    assert load(str(tmp_path / "mine.yaml")).question == "why?"


@pytest.mark.parametrize("typed", ["x" * 5000, "x" * 5000 + ".yaml", "a\x00b", "a\x00b.yaml", "/", "..", ".yaml", ""])
def test_a_name_that_no_file_can_have_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(RnnbenchError) as refused:
        load(typed)
    assert "\n" not in str(refused.value)


def test_a_folder_or_a_pipe_is_no_experiment_file(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("folder.yaml", "pipe.yaml"):
        with pytest.raises(RnnbenchError, match="is not a file"):
            load(str(tmp_path / name))

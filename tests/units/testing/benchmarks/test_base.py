"""`rnnbench bench`: benchmarks are found by listing the folder, results come one by one, and pairs alternate."""

import json
import sys
from types import ModuleType

import pytest
import torch
from typer.testing import CliRunner

from rnnbench.cli.bench import FOLDER, line, table_line
from rnnbench.cli.commands import app
from rnnbench.core import registry
from rnnbench.testing.benchmarks import base
from rnnbench.testing.benchmarks.base import Figures, Measurement, one_thread, paired_seconds


@pytest.fixture
def tiny(monkeypatch):
    """Two benchmarks that measure nothing: `tiny` and `other`."""
    counts = {"tiny": 0, "other": 0}
    for name in counts:
        holder = ModuleType(f"rnnbench.testing.benchmarks.{name}", f"What {name} measures.\n\nMore about it.")

        def measure(name=name):
            counts[name] += 1
            yield Measurement(f"{name} thing", 1234.5, "ms", "the old thing", 0.5)
            yield Measurement("plain", 2.0, "MB")

        holder.measure = measure
        monkeypatch.setitem(sys.modules, holder.__name__, holder)
    listed(monkeypatch, *counts)
    return counts


def listed(monkeypatch, *names):
    """Lets the folder of benchmarks hold these names alone."""
    files = registry._files
    holding = {name: registry.PACKAGE / FOLDER / f"{name}.py" for name in names}
    monkeypatch.setattr(registry, "_files", lambda folder: holding if folder == FOLDER else files(folder))


def test_several_numbers_of_a_line_are_shown_to_the_digits_that_matter():
    shares = table_line(Figures("held", "%", (("a", 95.04, 0.51), ("b", 7.0, 1.0))))
    assert shares.split() == ["held", "95.0", "±", "0.5", "%", "7.0", "±", "1.0", "%"]
    assert table_line(Figures("found", "", (("80 %", 0.0213, 0.0004),))).split() == ["found", "0.0213", "±", "0.0004"]


def typed(*words):
    return CliRunner().invoke(app, ["bench", *words])


def test_every_benchmark_is_run_where_none_is_named(tiny):
    result = typed()
    assert result.exit_code == 0
    assert tiny == {"tiny": 1, "other": 1}
    assert "tiny  What tiny measures.\n" in result.stdout
    assert "More about it" not in result.stdout


def test_a_named_benchmark_is_run_alone_and_once(tiny):
    assert typed("tiny", "tiny").exit_code == 0
    assert tiny == {"tiny": 1, "other": 0}


def test_programs_get_a_list_with_every_field(tiny):
    assert json.loads(typed("tiny", "--json").stdout) == [
        {"benchmark": "tiny", "name": "tiny thing", "value": 1234.5, "unit": "ms", "against": "the old thing",
         "ratio": 0.5},
        {"benchmark": "tiny", "name": "plain", "value": 2.0, "unit": "MB", "against": "", "ratio": None},
    ]  # fmt: skip


def test_several_numbers_are_in_columns_under_their_names(monkeypatch):
    holder = ModuleType("rnnbench.testing.benchmarks.wide", "What wide measures.")
    lines = [
        Figures("one", "%", (("held", 95.04, 0.5), ("missed", 4.96, 0.5))),
        Figures("two", "%", (("held", 90.0, 1.0), ("missed", 10.0, 1.0))),
        Figures("three", "%", (("other", 1.0, 0.1),)),
    ]
    holder.measure = lambda: iter(lines)
    monkeypatch.setitem(sys.modules, holder.__name__, holder)
    listed(monkeypatch, "wide")
    shown = [text.split() for text in typed("wide").stdout.splitlines()]
    assert shown[1:] == [
        ["held", "missed"],
        ["one", "95.0", "±", "0.5", "%", "5.0", "±", "0.5", "%"],
        ["two", "90.0", "±", "1.0", "%", "10.0", "±", "1.0", "%"],
        ["other"],
        ["three", "1.0", "±", "0.1", "%"],
    ]
    assert json.loads(typed("wide", "--json").stdout)[0] == {
        "benchmark": "wide", "name": "one", "unit": "%", "figures": [["held", 95.04, 0.5], ["missed", 4.96, 0.5]],
    }  # fmt: skip


def test_an_unknown_name_is_reported_with_the_nearest_before_anything_runs(tiny):
    result = typed("other", "tinny")
    assert result.exit_code == 2
    assert result.stderr == (
        "rnnbench: unknown benchmark 'tinny'. Did you mean 'tiny'? Known benchmarks: other, tiny.\n"
    )  # fmt: skip
    assert tiny == {"tiny": 0, "other": 0}


def test_a_file_without_the_function_is_reported(tiny, tmp_path):
    path = tmp_path / "empty.py"
    path.write_text('"""Nothing."""\n')
    result = typed(str(path))
    assert result.exit_code == 2
    assert "must define a function measure()" in result.stderr


def test_a_line_shows_value_unit_and_ratio():
    assert line(Measurement("thing", 1234.5, "ms", "torch", 0.5)).split() == [
        "thing", "1,234", "ms", "0.50", "x", "torch",
    ]  # fmt: skip
    assert line(Measurement("thing", 2.0, "MB")).split() == ["thing", "2.00", "MB"]
    assert line(Measurement("thing", 0.01234, "s")).split() == ["thing", "0.0123", "s"]


def test_pairs_are_timed_alternately(monkeypatch):
    clock, calls = [0.0], []
    monkeypatch.setattr(base.time, "perf_counter", lambda: clock[0])

    def takes(name, *seconds):
        left = iter(seconds)

        def call():
            calls.append(name)
            clock[0] += next(left)

        return call

    # the first number of each is the call before, untimed; the machine slows down sixfold in the last round
    paired = paired_seconds(takes("a", 9, 1, 2, 12), takes("b", 9, 2, 2, 8), rounds=3)
    assert calls == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert paired == (2, 2, 1.0)  # medians of 1, 2, 12; of 2, 2, 8; of 0.5, 1, 1.5


def test_one_thread_is_for_the_time_being():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_every_benchmark_of_the_folder_offers_measure():
    for name in registry.names(FOLDER):
        assert callable(registry.module(FOLDER, name).measure)

"""Input of anybody's, drawn at random: the program answers, or refuses in its own words, within seconds.

RNNBENCH_FUZZ_EXAMPLES=2000 pytest -n0 tests/contracts/test_hostile_input.py --hypothesis-profile random
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_runs import a_config, stored, use_data
from typer.testing import CliRunner

from rnnbench import data
from rnnbench.cli.commands import app
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.plain_yaml import read_yaml
from rnnbench.core.text import shown
from rnnbench.data.settings import DataSettings
from rnnbench.experiment.classes import settings_classes
from rnnbench.experiment.files import load
from rnnbench.experiment.resolve import resolve
from rnnbench.runs.load import load as load_run
from rnnbench.runs.training.weights import PREPARED_FILE, WEIGHTS_FILE
from rnnbench.storage.tracker import Tracker

MOST_SECONDS = 10.0
"""Of this process's own work."""
MOST_BYTES = 2 * 1024**3
"""More than the process had before."""
KINDS = (None, "text", "labelled_text", "series", "text_pairs", "dialogue")
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".parquet", ".csv.gz", ".xlsx", "")
ODD = (
    "", " ", "\x00", "\x1b[31m", "[/red]", "[", "it's", '"', "`", "\\", "=1+1", "\ufeff", "\u202e", "\ud800", "a" * 300,
    "9" * 5000, "-1", "1e400", "nan", "null", "../..", "/dev/null", "a.py",
    "https://u:pw@h/x", "2024-13-01", "한국어", "%s", "{}",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=20))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
SETTINGS = [
    f"{section}.{name}"
    for section, cls in settings_classes("sentiment", "gru").items()
    for name in cls.model_fields
    if name not in ("path", "folder")
]


def examples(number: int) -> settings:
    """So many examples, or the number that is asked for."""
    asked = int(os.environ.get("RNNBENCH_FUZZ_EXAMPLES", number))
    return settings(max_examples=asked, suppress_health_check=[*HealthCheck])


@contextmanager
def in_own_words() -> Iterator[None]:
    """What is done inside ends well, or is refused in words; it takes neither long nor much memory."""
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RnnbenchError:
        pass
    assert time.process_time() - began < MOST_SECONDS
    assert 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < MOST_BYTES


def table_of(rows: list[list[str]], separator: str) -> bytes:
    return "\n".join(separator.join(row) for row in rows).encode("utf-8", errors="surrogatepass")


CELLS = st.one_of(TEXTS, st.sampled_from(("2024-01-01", "2024-01-02 10:00", "1.5", "7", "pos", "neg", "a good film")))
TABLES = st.builds(
    table_of,
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=30)),
    st.sampled_from((",", ";", "\t")),
)
OBJECTS = st.lists(
    st.dictionaries(st.sampled_from(("text", "label", "date", "load", "turns", *ODD[:8])), VALUES), max_size=25
)
JSON = OBJECTS.map(lambda rows: "\n".join(map(json.dumps, rows)).encode())
JSON_LIST = VALUES.map(lambda value: json.dumps(value).encode())
CONTENTS = st.one_of(TABLES, JSON, JSON_LIST, st.binary(max_size=300))


TYPED = [
    "text_column",
    "label_column",
    "frequency",
    "time_column",
    "series",
    "time_format",
    "encoding",
    "test_from",
    "split_column",
]


@examples(30)
@given(
    content=CONTENTS,
    suffix=st.sampled_from(SUFFIXES),
    kind=st.sampled_from(KINDS),
    typed=st.dictionaries(st.sampled_from(TYPED), TEXTS, max_size=2),
)
def test_files(content: bytes, suffix: str, kind: Any, typed: dict[str, str], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / f"hostile{suffix}"
    path.write_bytes(content)
    with in_own_words():
        problems = resolve_data({"path": str(path), **typed})
        if problems is not None:
            data.describe(problems, kind)


def resolve_data(values: dict[str, Any]) -> DataSettings | None:
    """The settings of a data set, None where a value is refused."""
    from rnnbench.core.settings import problems_of

    made = problems_of(DataSettings, "data", values, {})[1]
    return made if isinstance(made, DataSettings) else None


YAML_WORDS = (
    ": ",
    "- ",
    "  ",
    "&a ",
    "*a",
    "!!int ",
    "!!timestamp ",
    "!!binary ",
    "<<: ",
    "? ",
    "---",
    "0x",
    "2024-01-01",
)
YAML_TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from((*"[]{}|>'\"#a1~%@\n", *YAML_WORDS)), max_size=25).map("".join),
)


@examples(60)
@given(text=YAML_TEXTS)
def test_yaml(text: str) -> None:
    with in_own_words():
        json.dumps(read_yaml(text), skipkeys=True)


@examples(40)
@given(
    sets=st.lists(st.tuples(st.one_of(st.sampled_from(SETTINGS), TEXTS), st.one_of(TEXTS, YAML_TEXTS)), max_size=3),
    model=st.one_of(st.just("gru"), TEXTS),
)
def test_settings(sets: list[tuple[str, str]], model: str) -> None:
    with in_own_words():
        config = resolve("sentiment", model, sets=[f"{name}={value}" for name, value in sets])
        json.dumps(config.to_plain())


SECTIONS = [
    "data",
    "training",
    "encoder",
    "search",
    "models",
    "variants",
    "for_model",
    "for_data",
    "quick",
    "study_of",
    "question",
]
NAMES = st.one_of(st.sampled_from([name.partition(".")[2] for name in SETTINGS]), TEXTS)
SECTION = st.dictionaries(NAMES, VALUES, max_size=3)


@examples(30)
@given(content=st.dictionaries(st.one_of(st.sampled_from(SECTIONS), TEXTS), st.one_of(VALUES, SECTION), max_size=4))
def test_experiment_files(content: dict[str, Any], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "sentiment.yaml"
    path.write_bytes(yaml.safe_dump(content, allow_unicode=True).encode("utf-8", errors="surrogatepass"))
    with in_own_words():
        experiment = load(str(path))
        assert isinstance(experiment.question, str)
        for model in experiment.models[:2]:
            json.dumps(resolve(experiment, model, quick=True).to_plain())


COMMANDS = (
    *["show", "data", "models", "tasks", "compare", "export", "report", "across", "importance", "expected"],
    *["predict", "generate", "translate", "chat", "forecast", "confirm"],
    *ODD[3:6],
)
OPTIONS = (
    *[
        "--data",
        "--model",
        "--set",
        "--search",
        "--sweep",
        "--text",
        "--prompt",
        "--horizon",
        "--frequency",
        "--json",
        "--format",
        "--seed",
    ],
    *[
        "--length",
        "--beam",
        "--metric",
        "--evaluator",
        "--target",
        "--encoding",
        "--file",
        "--trust-code",
        "--notes",
        "--help",
        "--task",
    ],
    *["--temperature", "--reach", "--workers"],
)
ARGV = TEXTS.filter(lambda text: "\x00" not in text)


@examples(12)
@given(
    command=st.sampled_from(COMMANDS),
    words=st.lists(
        st.one_of(ARGV, st.sampled_from(("sentiment", "best")), st.tuples(st.sampled_from(OPTIONS), ARGV)), max_size=4
    ),
)
def test_command_lines(command: str, words: list[str | tuple[str, str]], command_folder: Path) -> None:
    flat = [word for item in words for word in ([item] if isinstance(item, str) else item)]
    with in_own_words():
        ended = CliRunner().invoke(app, [command, *flat], input="")
    assert ended.exception is None or isinstance(ended.exception, SystemExit), repr(ended.exception)
    assert ended.exit_code in (0, 1, 2)
    assert "Traceback" not in ended.output
    assert "pw@" not in ended.stderr
    if ended.exit_code == 2 and ended.stderr.startswith("rnnbench:"):
        assert shown(ended.stderr) == ended.stderr


@pytest.fixture(scope="module")
def command_folder(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder with an empty store."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copytree(_empty_store, folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder / "store"))
        patch.setenv("RNNBENCH_CACHE", str(folder / "cache"))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def run_of(_empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Path]]]:
    """The id of a stored run, and the files that it is loaded from."""
    folder = tmp_path_factory.mktemp("run") / "store"
    shutil.copytree(_empty_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_STORE", str(folder))
        use_data(patch)
        tracker = Tracker()
        record, _ = stored(tracker, "sentiment", config=a_config("sentiment"))
        files = {name: Path(tracker.artifact(record.run_id, name)) for name in (PREPARED_FILE, WEIGHTS_FILE)}
        yield record.run_id, files


@examples(12)
@given(
    name=st.sampled_from((PREPARED_FILE, WEIGHTS_FILE)),
    place=st.floats(0, 1, exclude_max=True),
    put=st.one_of(st.binary(max_size=8), st.sampled_from((b"[", b"null", b"{}", b"-1", b'"'))),
    cut=st.booleans(),
    keys=st.dictionaries(st.sampled_from(("tokenizer", "classes", "length", "kind")), VALUES, max_size=2),
)
def test_artifacts(
    name: str, place: float, put: bytes, cut: bool, keys: dict[str, Any], run_of: tuple[str, dict[str, Path]]
) -> None:
    run_id, files = run_of
    whole = files[name].read_bytes()
    at = int(place * len(whole))
    damaged = whole[:at] + put + (b"" if cut else whole[at + len(put) :])
    if keys and name == PREPARED_FILE:
        damaged = json.dumps(json.loads(whole) | keys).encode()
    files[name].write_bytes(damaged)
    try:
        with in_own_words():
            load_run(run_id).predict(["a good film"])
    finally:
        files[name].write_bytes(whole)

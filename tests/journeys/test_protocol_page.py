"""`docs/protocol.md`: every command and program on it is run, and answers as the page says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import planted_sweep
import pytest
from journey import Place, write_reviews

from rnnbench.core.errors import RnnbenchError
from rnnbench.experiment.files import named_data
from rnnbench.sweeps import SweepOptions

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
SECTIONS = re.split(r"^### (?=\d+\. )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


class Step(NamedTuple):
    """A command or a program of the page, and the lines of its answer."""

    source: str
    is_command: bool
    answer: list[str]


def steps(section: str) -> list[Step]:
    """What a section tells to run, in order."""
    found: list[Step] = []
    for kind, body in re.findall(r"```(console|python|text)\n(.*?)```", section, flags=re.DOTALL):
        if kind == "python":
            found.append(Step(body, False, []))
        elif kind == "text":
            found[-1].answer.extend(body.splitlines())
        else:
            for command in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                first, *answer = command.splitlines()
                found.append(Step(first, True, answer))
    return found


def said(step: Step, place: Place) -> str:
    """What a step answers, on one line, run ids as dots."""
    if step.is_command:
        told = place.type_in(*shlex.split(step.source)[1:])
        assert told.exception is None or isinstance(told.exception, SystemExit), repr(told.exception)
        return plain(told.output)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        try:
            exec(compile(step.source, "docs/protocol.md", "exec"), {})
        except RnnbenchError as error:
            out.write(f"{type(error).__name__}: {error}")
    return plain(out.getvalue())


def plain(text: str) -> str:
    return re.sub(r"\[[0-9a-f]{8}\]", "[...]", " ".join(text.split()))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reviews and a finished sweep of them."""
    folder = tmp_path_factory.mktemp("protocol")
    write_reviews(folder / "reviews.csv")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.chdir(folder)
        patch.setenv("RNNBENCH_STORE", str(folder / "store"))
        options = SweepOptions(models=("rnn", "gru"), options=named_data("reviews.csv"), trials=8, seeds=6)
        planted_sweep.plant("sentiment", options)
    return folder


@dataclass(frozen=True)
class Spoilable(Place):
    """The folder of all sections, with a store of one section's own."""

    own_store: Path = Path()

    @property
    def store(self) -> Path:
        return self.own_store


@pytest.fixture
def place(planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The planted folder with a copy of its store, which one section may spoil."""
    shutil.copytree(planted / "store", tmp_path / "store")
    monkeypatch.chdir(planted)
    monkeypatch.setenv("RNNBENCH_STORE", str(tmp_path / "store"))
    return Spoilable(planted, own_store=tmp_path / "store")


def test_the_page_has_all_eighteen_rules_in_order() -> None:
    assert [int(section.split(".")[0]) for section in SECTIONS] == [*range(1, 19)]
    assert all(any(step.answer for step in steps(section)) for section in SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.splitlines()[0][:40])
def test_breaking_the_rule_is_answered_as_the_page_says(section: str, place: Place) -> None:
    for step in steps(section):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = said(step, place)
        place_in = 0
        for line in (piece for text in step.answer for piece in plain(text).split("...") if piece.strip()):
            wanted = line.strip()
            assert wanted in answer[place_in:], f"{step.source}\nanswers\n{answer}\nand not\n{wanted}"
            place_in = answer.index(wanted, place_in) + len(wanted)

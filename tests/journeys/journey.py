"""What a user has: a folder with files of their own, a store, and the program."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sin
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from typer.testing import CliRunner, Result

from rnnbench.cli.commands import app
from rnnbench.storage.database import tracking_uri
from rnnbench.storage.record import STOPPED
from rnnbench.storage.tracker import PARENT

ALONE = ("--workers", "1")  # where two workers have nothing to show: each imports for seconds before it trains
TINY = (
    "--model", "rnn", "--model", "gru", "--trials", "2", "--seeds", "2", "--workers", "2",
    "--set", "budget.updates=20", "--set", "budget.validations=2", "--set", "encoder.hidden_size=8",
)  # fmt: skip
GOOD = ["great", "lovely", "warm", "funny", "brilliant"]
BAD = ["bad", "dull", "awful", "cold", "boring"]
OFTEN = ["the", "a", "film", "story", "was", "it", "actor", "scene", "very", "quite", "and", "of", "this", "plot"]
JOHEUN = ["좋다", "훌륭하다", "따뜻하다", "재미있다", "감동이다"]
NAPPEUN = ["나쁘다", "지루하다", "끔찍하다", "차갑다", "별로다"]
JAJU = ["영화가", "이야기는", "배우의", "장면이", "아주", "정말", "그리고", "음악은", "처음부터", "끝까지", "그냥"]
DEADLINE_SECONDS = 240.0


@dataclass(frozen=True)
class Finished:
    """How a call of the program ended."""

    code: int
    out: str
    told: str


@dataclass(frozen=True)
class Place:
    """A folder outside of the package, with a store of its own."""

    folder: Path
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def environment(self) -> dict[str, str]:
        own = {"RNNBENCH_STORE": str(self.store), "RNNBENCH_CACHE": str(self.folder / "cache")}
        return {**{name: value for name, value in os.environ.items() if name != "RNNBENCH_DATA"}, **own}

    def run(self, *words: str, code: int = 0) -> Finished:
        """The program run to its end; the test fails where its exit code is not the expected one."""
        done = subprocess.run(
            [sys.executable, "-m", "rnnbench", *words],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Finished(done.returncode, done.stdout, done.stderr)

    def type_in(self, *words: str) -> Result:
        """The program without a process of its own."""
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patch.chdir(self.folder)
            patch.delenv("RNNBENCH_DATA", raising=False)
            for name, value in self.environment.items():
                if name.startswith("RNNBENCH"):
                    patch.setenv(name, value)
            return CliRunner().invoke(app, [*words])

    def typed(self, *words: str, code: int = 0) -> Finished:
        """As `run`, without a process of its own, which takes longer to start than a tiny training."""
        done = self.type_in(*words)
        assert done.exit_code == code, f"exit code {done.exit_code}\n{done.stdout}\n{done.stderr}\n{done.exception!r}"
        return Finished(done.exit_code, done.stdout, done.stderr)

    def start(self, *words: str) -> Started:
        """The program begun in a process group of its own, as in a terminal."""
        told = self.folder / f"told-{time.monotonic_ns()}.txt"
        # what a shell starts in the background does not hear Ctrl-C, and hands that on to what it starts
        with open(told, "w") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "rnnbench", *words],
                cwd=self.folder, env=self.environment, stdout=stream, stderr=stream, start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )  # fmt: skip
        self.begun.append(process)
        return Started(process, told)

    def end_all(self) -> None:
        """Ends what a failed test has left."""
        for process in self.begun:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def runs(self, **tags: str) -> list[Run]:
        """Every run in the store that has these tags."""
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The ``noload`` loader")  # between mlflow and sqlalchemy
            patch.setenv("RNNBENCH_STORE", str(self.store))
            client = MlflowClient(tracking_uri())
            experiments = [item.experiment_id for item in client.search_experiments()]
            found = client.search_runs(experiments, max_results=1000)
        return [run for run in found if all(run.data.tags.get(key) == value for key, value in tags.items())]

    def outcomes(self, kind: str, model: str) -> list[str]:
        """The outcomes of a model's trials or confirmations that count."""
        found = [run.data.tags.get("outcome", "running") for run in self.runs(kind=kind, model=model)]
        return sorted(outcome for outcome in found if outcome not in STOPPED)


@dataclass(frozen=True)
class Started:
    """A call of the program that goes on."""

    process: subprocess.Popen[bytes]
    file: Path

    @property
    def told(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Waits until the program has told this."""
        wait_until(lambda: text in self.told or self.process.poll() is not None)
        assert text in self.told, self.told

    def workers(self) -> list[psutil.Process]:
        """The processes below it that train."""
        try:
            below = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:  # it has ended
            return []
        return [process for process in below if _trains(process)]

    def end(self) -> int:
        """Waits for the end. Returns the exit code."""
        return self.process.wait(timeout=DEADLINE_SECONDS)


def _trains(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):  # it has just ended
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    """Waits until something holds; the test fails when it never does."""
    until = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def below(sweep: Run, runs: list[Run]) -> list[Run]:
    """The runs of a sweep."""
    return [run for run in runs if run.data.tags.get(PARENT) == sweep.info.run_id]


def write_reviews(path: Path, *, korean: bool = False, rows: int = 400) -> Path:
    """A CSV of short labelled texts, the label told by two words of each."""
    chance = random.Random(1)
    good, bad, often = (JOHEUN, NAPPEUN, JAJU) if korean else (GOOD, BAD, OFTEN)
    lines = ["리뷰,평점" if korean else "review,stars"]
    for row in range(rows):
        words = chance.choices(often, k=chance.randint(4, 9)) + chance.choices(good if row % 2 else bad, k=2)
        chance.shuffle(words)
        label = ("긍정", "부정") if korean else ("good", "bad")
        lines.append(f"{' '.join(words)},{label[0] if row % 2 else label[1]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_book(path: Path, *, characters: int = 20_000, korean: bool = False) -> Path:
    """A text of so many characters, in sentences."""
    chance = random.Random(2)
    words = JOHEUN + NAPPEUN + JAJU if korean else GOOD + BAD + OFTEN
    text = ""
    while len(text) < characters:
        text += " ".join(chance.choices(words, k=chance.randint(4, 12))).capitalize() + ".\n"
    path.write_text(text[:characters], encoding="utf-8")
    return path


def demand_lines(rows: int = 1000) -> list[str]:
    """An hourly series with a daily wave: header, then time, load, temperature."""
    chance = random.Random(3)
    lines = ["ts,load,temp"]
    for row in range(rows):
        temperature = 15 + 8 * sin(row * 2 * 3.14159 / 24)
        load = 100 + 3 * temperature + chance.gauss(0, 2)
        time_of_row = datetime(2025, 1, 1) + timedelta(hours=row)
        lines.append(f"{time_of_row:%Y-%m-%d %H:%M},{load:.2f},{temperature:.2f}")
    return lines


def write_lines(path: Path, lines: list[str]) -> Path:
    """A text file of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path

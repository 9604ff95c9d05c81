"""The networks from scratch where nothing but NumPy is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from journey import Place, write_book
from typer.testing import Result

Type = Callable[..., Result]

NUMPY_ALONE = """
import sys

class NumpyAlone:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"numpy", "rnnbench"} | set(sys.stdlib_module_names):
            raise ModuleNotFoundError(f"{name} is not installed", name=name)

sys.meta_path.insert(0, NumpyAlone())
"""
TRAIN = """
from rnnbench.scratch import TextModel
text = "the bird sat by the river and the river ran by the tree. " * 40
for cell in ("rnn", "lstm", "gru"):
    model = TextModel.train(text, cell=cell, hidden_size=16, updates=15)
    assert model.losses[-1] < model.losses[0], model.losses
    assert len(model.generate("the ", 40)) == 44
    model.save("model.npz")
    assert TextModel.load("model.npz").generate("the ") == model.generate("the ")
print(sorted(name for name in sys.modules if name.startswith("rnnbench") and "scratch" not in name))
"""


def python(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    # as a newcomer's shell: nobody has said how many threads
    environment = {name: value for name, value in place.environment.items() if not name.endswith("_NUM_THREADS")}
    return subprocess.run(
        [sys.executable, *words], cwd=place.folder, env=environment, capture_output=True, text=True, check=False
    )


def test_it_trains_and_writes_with_numpy_alone(place: Place) -> None:
    done = python(place, "-c", NUMPY_ALONE + TRAIN)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['rnnbench']\n", "something of the rest of the package was imported"
    blocked = python(place, "-c", NUMPY_ALONE + "import torch")
    assert "torch is not installed" in blocked.stderr


def test_the_command_writes_a_sample_and_both_numbers(place: Place) -> None:
    write_book(place.folder / "book.txt")
    done = python(
        place, "-m", "rnnbench.scratch", "book.txt", "--updates", "10", "--hidden-size", "8", "--length", "20"
    )
    assert done.returncode == 0, done.stderr
    assert {"held", "bigram"} <= {line.split()[0] for line in done.stderr.splitlines()}
    assert len(done.stdout) > 20
    missing = python(place, "-m", "rnnbench.scratch", "bok.txt")
    assert missing.returncode == 2
    assert missing.stderr == "rnnbench.scratch: cannot read bok.txt: no such file or directory\n"


def test_a_cell_from_scratch_is_a_model_like_the_others(place: Place, typed: Type) -> None:
    write_book(place.folder / "book.txt")
    sets = ("--set", "budget.updates=6", "--set", "budget.validations=2", "--set", "encoder.hidden_size=8")
    done = typed("train", "text_generation", "--model", "scratch_gru", "--data", "book.txt", *sets)
    assert done.exit_code == 0, done.output

"""The folder is the registry, and a file of one's own works from outside."""

import subprocess
import sys

import pytest

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.core.trust import trust
from rnnbench.encoders.base import Cell, Layer

CELL = '''"""A cell of my own."""
from rnnbench.encoders.base import Cell, EncoderSettings
from torch import nn


class MySettings(EncoderSettings):
    speed: float = 1.0


class MyCell(Cell):
    Settings = MySettings

    def __init__(self, input_size, settings):
        super().__init__(input_size, settings)
        self.enter = nn.Linear(input_size, settings.hidden_size)

    def step(self, x, state):
        after = self.enter(x) + state[0]
        return after, (after,)
'''


@pytest.fixture
def written(tmp_path):
    def write(content, name="my_cell.py"):
        path = tmp_path / name
        path.write_text(content)
        trust(path)
        return str(path)

    return write


def test_names_are_the_files_of_the_folder_without_the_shared_ones():
    assert {"gru", "lstm", "rnn", "transformer"} <= set(registry.names("encoders"))
    assert not {"base", "stack", "__init__"} & set(registry.names("encoders"))
    assert registry.names("tasks") == sorted(registry.names("tasks"))


@pytest.mark.parametrize("folder", ["encoders", "tasks", "testing/benchmarks"])
def test_each_file_begins_with_a_line_about_itself(folder):
    for name in registry.names(folder):
        line = registry.first_line(folder, name)
        assert line.endswith(".")
        assert line == registry.module(folder, name).__doc__.splitlines()[0]


def test_listing_names_imports_neither_torch_nor_the_files():
    code = (
        "import sys; from rnnbench.core import registry; "
        "registry.names('encoders'); registry.first_line('encoders', 'gru');"
        "assert 'torch' not in sys.modules; assert 'rnnbench.encoders.gru' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_file_of_ones_own_is_found_by_its_path(written):
    holder = registry.module("encoders", written(CELL))
    found = registry.only_subclass(holder, Layer)
    assert found.__name__ == "MyCell"
    assert found.Settings().speed == 1.0


def test_a_file_is_imported_once(written):
    path = written(CELL)
    assert registry.module("encoders", path) is registry.module("encoders", path)


def test_a_file_that_was_edited_is_imported_anew(written):
    before = registry.only_subclass(registry.module("encoders", written(CELL)), Layer)
    after = registry.only_subclass(registry.module("encoders", written(CELL.replace("1.0", "2.0"))), Layer)
    assert (before.Settings().speed, after.Settings().speed) == (1.0, 2.0)
    again = registry.only_subclass(registry.module("encoders", written(CELL)), Layer)
    assert again is before


def test_two_files_of_one_name_do_not_meet(written, tmp_path):
    (tmp_path / "other").mkdir()
    first, second = written(CELL), written(CELL.replace("MyCell", "OtherCell"), "other/my_cell.py")
    found = [registry.only_subclass(registry.module("encoders", path), Layer).__name__ for path in (first, second)]
    assert found == ["MyCell", "OtherCell"]


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RnnbenchError, match=r"no encoder at '.*gone\.py': the file does not exist"):
        registry.module("encoders", str(tmp_path / "gone.py"))


def test_a_file_that_cannot_be_imported_is_told_and_may_be_mended(written):
    path = written("class Broken(:\n")
    with pytest.raises(RnnbenchError, match="cannot be imported: "):
        registry.module("encoders", path)
    written(CELL)
    assert registry.only_subclass(registry.module("encoders", path), Layer).__name__ == "MyCell"


def test_a_missing_import_in_a_file_is_told(written):
    with pytest.raises(RnnbenchError, match="cannot be imported: No module named 'nowhere'"):
        registry.module("encoders", written("import nowhere\n"))


def test_a_bug_in_a_file_keeps_its_traceback(written):
    with pytest.raises(ZeroDivisionError):
        registry.module("encoders", written("1 / 0\n"))


def test_a_file_that_is_not_python_is_told(written):
    with pytest.raises(RnnbenchError, match="is not a Python file"):
        registry.module("encoders", written("hello", "cell.txt"))


def test_a_file_must_define_exactly_one_encoder(written):
    holder = registry.module("encoders", written("from rnnbench.encoders.base import Cell\n", "none.py"))
    with pytest.raises(RnnbenchError, match=r"none\.py must define exactly one Layer, found: none"):
        registry.only_subclass(holder, Layer)
    holder = registry.module("encoders", written(f"{CELL}\nclass Second(MyCell):\n    pass\n", "two.py"))
    with pytest.raises(RnnbenchError, match=r"two\.py must define exactly one Layer, found: MyCell, Second"):
        registry.only_subclass(holder, Layer)


def test_helpers_beside_the_encoder_begin_with_an_underscore(written):
    holder = registry.module("encoders", written(f"{CELL}\nclass _Helper(MyCell):\n    pass\n", "helped.py"))
    assert registry.only_subclass(holder, Cell).__name__ == "MyCell"


def test_an_unknown_name_is_told_with_what_there_is():
    with pytest.raises(
        UnknownNameError, match=r"unknown model 'lstmm'\. Did you mean 'lstm'\?.*--model path/to/my_cell"
    ):
        registry.module("encoders", "lstmm")
    with pytest.raises(UnknownNameError, match=r"unknown task 'sentimnt'\. Did you mean 'sentiment'\?"):
        registry.module("tasks", "sentimnt")


def test_the_code_of_a_file_changes_with_its_content_alone(written):
    path = written(CELL)
    first = registry.code_of(path)
    assert first is not None
    assert registry.code_of(written(CELL, "copy.py")) == first
    written(CELL + "\n# changed\n")
    assert registry.code_of(path) != first
    assert registry.code_of("gru") is None


def test_a_file_is_registered_and_a_folder_that_holds_the_file_of_its_kind(tmp_path, monkeypatch):
    contents = {
        "tasks/tagging.py": '"""Tagging: a class for each token."""',
        "tasks/reading/task.py": '"""Reading: a class for each text."""',
        "tasks/reading/inference.py": "1 / 0",
        "tasks/methods/naive.py": "1 / 0",
        "tasks/base.py": "1 / 0",
        "tasks/__init__.py": "",
    }
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    monkeypatch.setattr(registry, "PACKAGE", tmp_path)
    assert registry.names("tasks") == ["reading", "tagging"]
    assert registry.first_line("tasks", "reading") == "Reading: a class for each text."
    assert registry.first_line("tasks", "tagging") == "Tagging: a class for each token."

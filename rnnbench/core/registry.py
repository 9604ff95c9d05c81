"""The folder is the registry: a file's or a subfolder's name is the name on the command line.

    tasks/tagging.py             task `tagging`
    tasks/sentiment/task.py      task `sentiment`: a subfolder is registered where it contains `task.py`

Names are listed without importing the files, so that help is fast and a broken file affects no other. Files that are
not registered are listed in `SHARED` of the folder's `__init__.py`.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from rnnbench.core.errors import RnnbenchError, UnknownNameError
from rnnbench.core.paths import expanded
from rnnbench.core.trust import check_trusted, trust

PACKAGE = Path(__file__).parents[1]

T = TypeVar("T")


def names(folder: str) -> list[str]:
    """The names registered in a folder of the package (`encoders`, `tasks`), sorted."""
    return sorted(_files(folder))


def _files(folder: str) -> dict[str, Path]:
    """The file that defines each name."""
    shared = {"__init__", *importlib.import_module(_dotted(folder)).SHARED}
    files = {path.stem: path for path in (PACKAGE / folder).glob("*.py") if path.stem not in shared}
    return files | {path.parent.name: path for path in (PACKAGE / folder).glob(f"*/{_kind(folder)}.py")}


def _dotted(folder: str) -> str:
    """The module of a folder: `rnnbench.testing.benchmarks` of `testing/benchmarks`."""
    return f"rnnbench.{folder.replace('/', '.')}"


def _kind(folder: str) -> str:
    """The kind of a folder's files: `task` of `tasks`."""
    return folder.rpartition("/")[2].removesuffix("s")


def first_line(folder: str, name: str) -> str:
    """The first docstring line of a registered file, read without importing it."""
    for line in _files(folder)[name].read_text(encoding="utf-8").splitlines():
        if line.strip():
            return line.strip().strip('"').strip()
    return ""


def module(folder: str, name: str) -> ModuleType:
    """The module of a registered name, or of the user's own file given by its path.

    Raises: UnknownNameError for an unregistered name; RnnbenchError for a path that is not a Python file, or that the
        user has not named (`trust_named`).
    """
    kind = _kind(folder)
    if is_file(name):
        return _from_file(Path(name), kind)
    files = _files(folder)
    if name not in files:
        shown = "model" if folder == "encoders" else kind
        hint = "A file of your own works too: --model path/to/my_cell.py" if folder == "encoders" else ""
        raise UnknownNameError(shown, name, sorted(files), hint=hint)
    return importlib.import_module(".".join(["rnnbench", *files[name].relative_to(PACKAGE).with_suffix("").parts]))


def is_file(name: str) -> bool:
    """Whether a name is the path of a user's own file."""
    return name.endswith(".py") or "/" in name


def trust_named(names: Iterable[str]) -> None:
    """Trust the code of those names that are files: the user has typed them, and no stored text."""
    for name in names:
        if is_file(name):
            trust(expanded(name))


def code_of(name: str) -> str | None:
    """The first ten digits of the sha256 of a user's own file; None for a registered name."""
    if not is_file(name) or not os.path.isfile(name):
        return None
    return hashlib.sha256(Path(name).read_bytes()).hexdigest()[:10]


def only_subclass(holder: ModuleType, base: type[T]) -> type[T]:
    """The one public subclass of `base` that a module defines.

    Raises: RnnbenchError when there is none, or more than one.
    """
    classes = [
        value
        for value in vars(holder).values()
        if inspect.isclass(value)
        and issubclass(value, base)
        and value.__module__ == holder.__name__
        and not value.__name__.startswith("_")
        and not inspect.isabstract(value)
    ]
    if len(classes) != 1:
        listed = ", ".join(cls.__name__ for cls in classes) or "none"
        raise RnnbenchError(f"{holder.__file__} must define exactly one {base.__name__}, found: {listed}")
    return classes[0]


def _from_file(path: Path, kind: str) -> ModuleType:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise RnnbenchError(f"no {kind} at {str(path)!r}: the file does not exist") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        raise RnnbenchError(f"the {kind} {str(path)!r} cannot be read: {error}") from None
    # by content, so that a file edited from a notebook is imported again
    label = f"rnnbench_user_{path.stem}_{abs(hash(path.resolve()))}_{hashlib.sha256(content).hexdigest()[:10]}"
    if label in sys.modules:
        return sys.modules[label]
    spec = importlib.util.spec_from_file_location(label, path)
    if spec is None or spec.loader is None:
        raise RnnbenchError(f"{str(path)!r} is not a Python file")
    check_trusted(path, content)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[label] = loaded
    try:
        # what was checked is what runs: neither a file that changes meanwhile, nor the __pycache__ beside it
        exec(compile(content, str(path), "exec"), loaded.__dict__)
    except BaseException as error:
        del sys.modules[label]
        if isinstance(error, SyntaxError | ImportError):
            raise RnnbenchError(f"{path} cannot be imported: {error}") from error
        raise
    return loaded

"""Read experiment files: a task's defaults, and studies that change some of them.

`<task>.yaml` has a task's defaults. Any other file is a study: it names its task in `study_of`, has only the settings
that differ from the task's file, and may define variants, which are encoders with settings of their own:

    study_of: sentiment
    models: [lstm, lstm_without_dropout]
    variants:
      lstm_without_dropout: {model: lstm, encoder: {dropout: 0}}

A name is looked up in `./experiments` first, then in the package; a study can also be named by its path. `load` reads
each file once. Nothing is cached: callers pass the `Experiment` on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.core import registry
from rnnbench.core.errors import RnnbenchError, UnknownNameError, nearest
from rnnbench.core.paths import expanded
from rnnbench.core.plain_yaml import YamlError, read_yaml

FOLDER = "experiments"
DEFAULT_MODELS = ("rnn", "lstm", "gru", "transformer")
SUFFIXES = (".yaml", ".yml")
MOST_BYTES = 1_000_000

SettingValues = dict[str, tuple[Any, str]]
"""By dotted name of a setting: (value, origin)."""


@dataclass(frozen=True)
class ExperimentFile:
    """One experiment file.

    first_comment: its first line, where that is a comment.
    """

    path: Path
    content: Mapping[str, Any]
    first_comment: str = ""

    @property
    def name(self) -> str:
        """The task's or study's name."""
        return self.path.stem

    @property
    def question(self) -> str:
        """The research question; empty where the file has none."""
        return str(self.content.get("question") or self.first_comment)

    @property
    def location(self) -> str:
        """Its path as printed: relative to the working folder, or the file name with "(package)"."""
        path = self.path.absolute()
        if path.is_relative_to(Path.cwd()):
            return str(path.relative_to(Path.cwd()))
        return f"{path.name} (package)" if path.parent == package_folder() else str(path)


@dataclass(frozen=True)
class Experiment:
    """A task or study with its files: the task's, then the study's, whose values replace the task's.

    typed: the name or path as typed.
    """

    name: str
    task: str
    typed: str
    files: tuple[ExperimentFile, ...]

    @cached_property
    def models(self) -> list[str]:
        """The encoders that a sweep compares by default. Raises: RnnbenchError for `models` that are not a list."""
        models: Any = [*DEFAULT_MODELS]
        for file in self.files:
            models = file.content.get("models") or models
            if not isinstance(models, list) or not all(isinstance(model, str) for model in models):
                raise RnnbenchError(f"{file.path}: 'models' must be a list of names, such as [rnn, lstm]")
        return models

    @property
    def question(self) -> str:
        """The research question; empty where the file has none."""
        return self.files[-1].question

    @property
    def locations(self) -> str:
        """The files that were read, as printed."""
        return ", ".join(file.location for file in self.files)

    @property
    def data_name(self) -> str:
        """The data set of the last file that has one."""
        sections = [file.content.get("data") for file in reversed(self.files)]
        return str(next((data["name"] for data in sections if isinstance(data, Mapping) and "name" in data), ""))

    def variant(self, model: str) -> tuple[str, Mapping[str, Any]]:
        """The encoder of a model's name, and the settings of the variant with that name, if there is one.

        Raises: RnnbenchError for a variant without an encoder.
        """
        for file in self.files:
            variants = file.content.get("variants")
            if isinstance(variants, Mapping) and model in variants:
                settings = variants[model]
                if not isinstance(settings, Mapping) or not isinstance(settings.get("model"), str):
                    raise RnnbenchError(
                        f"{file.path}: the variant {model!r} must name its encoder, such as model: lstm"
                    )
                return settings["model"], {key: value for key, value in settings.items() if key != "model"}
        return model, {}


def load(typed: str) -> Experiment:
    """The experiment with the name of a task or study, or the path of a file; each file is read once.

    Raises: UnknownNameError with the nearest task or study; RnnbenchError for a file that cannot be used.
    """
    tasks = registry.names("tasks")
    file = _read(expanded(typed)) if is_path(typed) else _file_named(typed)
    if "study_of" not in file.content:
        if file.name not in tasks:
            raise RnnbenchError(f"{file.location} must name its task, such as study_of: {tasks[0]}. {_listed(tasks)}")
        return Experiment(file.name, file.name, typed, (file,))
    if file.name in tasks:
        raise RnnbenchError(
            f"{file.location} is a study with the name of a task: rename the file, or leave out study_of"
        )
    task = str(file.content["study_of"])
    if task not in tasks:
        raise UnknownNameError(f"study_of in {file.location}:", task, tasks)
    return Experiment(file.name, task, typed, (_file_named(task), file))


def is_path(typed: str) -> bool:
    """Whether an experiment is named by the path of its file."""
    return typed.endswith(SUFFIXES)


def name_of(typed: str) -> str:
    """The name of an experiment in the store; for a path, the stem of the file name."""
    return Path(typed).stem if is_path(typed) else typed


def studies() -> tuple[ExperimentFile, ...]:
    """The files of all studies that can be run by name, sorted; each is read once."""
    paths = {path.stem: path for folder in reversed(folders()) for path in folder.glob("*.yaml")}
    files = [_read(paths[name]) for name in sorted(paths) if name not in registry.names("tasks")]
    return tuple(file for file in files if file.content.get("study_of"))


def path_of(name: str) -> Path | None:
    """The file of a name: in `./experiments`, else in the package; None where there is none."""
    paths = (folder / f"{name}.yaml" for folder in folders())
    return next((path for path in paths if os.path.isfile(path)), None)  # False for a name that no file can have


def location_of(name: str) -> str:
    """The path of a name's file, as printed; empty where there is none."""
    path = path_of(name)
    return "" if path is None else ExperimentFile(path, {}).location


def copy_package_files(folder: Path) -> tuple[Path, list[str], list[str]]:
    """Copies the package's experiment files into `experiments/` in a folder; existing files are kept.

    Returns: the folder of the copies, the names of written files, the names of existing files.
    Raises: RnnbenchError where files cannot be written.
    """
    target = expanded(folder) / FOLDER
    written, kept = [], []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(package_folder().glob("*.yaml")):
            try:
                with open(target / path.name, "xb") as file:
                    file.write(path.read_bytes())
                written.append(path.name)
            except FileExistsError:
                kept.append(path.name)
    except OSError as error:
        raise RnnbenchError(f"cannot write experiment files to {target}: {error.strerror}") from error
    return target, written, kept


def folders() -> tuple[Path, Path]:
    """The folders of experiment files, in the order of search."""
    return Path.cwd() / FOLDER, package_folder()


def package_folder() -> Path:
    """The experiment files of the package: inside it in an installation, beside it in a clone."""
    inside = registry.PACKAGE / FOLDER
    return inside if inside.is_dir() else registry.PACKAGE.parent / FOLDER


def _file_named(name: str) -> ExperimentFile:
    """Raises: RnnbenchError for a task without a file; UnknownNameError for an unknown name."""
    tasks = registry.names("tasks")
    path = path_of(name)
    if path is not None:
        return _read(path)
    if name in tasks:
        raise RnnbenchError(
            f"the task {name!r} has no experiment file: write {FOLDER}/{name}.yaml "
            f"(looked in {' and '.join(map(str, dict.fromkeys(folders())))})"
        )
    known = [file.name for file in studies()]
    hint = f"Studies: {', '.join(known)}." if known and nearest(name, tasks) is None else ""
    raise UnknownNameError("task", name, tasks, hint=hint, others=known)


def _read(path: Path) -> ExperimentFile:
    """Raises: RnnbenchError with the problem, and the line where the file is not valid YAML."""
    try:
        if path.exists() and not path.is_file():
            raise RnnbenchError(f"{path} is not a file: name an experiment file")
        if path.stat().st_size > MOST_BYTES:
            raise RnnbenchError(f"{path} is larger than {MOST_BYTES:,} bytes: it is no experiment file")
        text = path.read_text(encoding="utf-8-sig")
        content = read_yaml(text) or {}
    except YamlError as error:
        raise RnnbenchError(f"{path} is not valid YAML: {error}") from error
    except FileNotFoundError as error:
        raise RnnbenchError(f"there is no experiment file {str(path)!r}") from error
    except UnicodeDecodeError as error:
        raise RnnbenchError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        raise RnnbenchError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise RnnbenchError(f"{path} must hold sections such as 'data:' and 'training:'")
    first = text.lstrip().partition("\n")[0]
    return ExperimentFile(path, content, first.lstrip("# ").strip() if first.startswith("#") else "")


def _listed(tasks: list[str]) -> str:
    return f"Known tasks: {', '.join(tasks)}."


def named_data(data: str | None) -> SettingValues:
    """The settings of the option `--data`: the name of a known data set, or the user's file."""
    if data is None:
        return {}
    if os.path.exists(data) or os.sep in data or Path(data).suffix:
        path = os.path.abspath(expanded(data))  # the same file from every folder is the same data set
        return {"data.path": (path, "--data"), "data.name": (Path(path).stem, "--data")}
    return {"data.name": (data, "--data")}

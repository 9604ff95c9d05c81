"""The data set of a configuration, loaded and prepared for its task."""

from __future__ import annotations

from functools import lru_cache

from rnnbench import data
from rnnbench.core.paths import expanded
from rnnbench.data.description import Description, describe_data
from rnnbench.data.duplicates import Overlap, overlap_of
from rnnbench.data.kinds import AnyData
from rnnbench.data.settings import DataSettings
from rnnbench.experiment.classes import task_class
from rnnbench.experiment.config import ExperimentConfig
from rnnbench.metrics import Metric
from rnnbench.tasks.base import Prepared

FileStates = tuple[tuple[int, int] | None, ...]
"""Modification time and size of each file of a data set."""


def load_data(config: ExperimentConfig) -> AnyData:
    """The data set of a configuration, with the test split sealed; cached between runs of one process."""
    settings = _settings_of(config)
    return _load(settings.model_dump_json(), config.task, _file_states(settings))


def prepare(config: ExperimentConfig) -> Prepared:
    """The data set prepared for the configuration's task, with the test split sealed."""
    return task_class(config.task).prepare(load_data(config), config.task_settings)


def described(config: ExperimentConfig) -> Description:
    """The data set of a configuration in words, with the task's remarks on what it prepares from it."""
    return describe_data(load_data(config)).with_remarks(prepare(config).remarks())


def selecting_metric(config: ExperimentConfig) -> Metric:
    """The metric by which the configuration's task selects on its data set."""
    return task_class(config.task).metric_of(load_data(config))


def training_overlap(config: ExperimentConfig) -> Overlap:
    """Examples of the validation and test splits that also occur in what the configuration is trained on."""
    settings = _settings_of(config)
    return _overlap(settings.model_dump_json(), config.task, _file_states(settings), refit=config.search.refit)


def _settings_of(config: ExperimentConfig) -> DataSettings:
    return task_class(config.task).data_settings(config.data, config.task_settings)


@lru_cache(maxsize=2)
def _load(settings: str, task: str, state: FileStates) -> AnyData:
    return data.load(DataSettings.model_validate_json(settings), task_class(task).data_kind)


@lru_cache(maxsize=2)
def _overlap(settings: str, task: str, state: FileStates, *, refit: bool) -> Overlap:
    return overlap_of(_load(settings, task, state), refit=refit)


def _file_states(settings: DataSettings) -> FileStates:
    return tuple(
        _file_state(path)
        for path in (settings.path, settings.target_data, settings.validation_data, settings.test_data)
    )


def _file_state(path: str | None) -> tuple[int, int] | None:
    """Modification time and size of a file, so that a changed file is read again in a notebook."""
    try:
        state = None if path is None else expanded(path).stat()
    except OSError:  # reported when the file is read
        return None
    return None if state is None else (state.st_mtime_ns, state.st_size)
